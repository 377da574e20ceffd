"""Kinds of networks, and how to build one from what a checkpoint says.

A family turns flat hyper-parameters (the constructor kwargs of the papers' YAML) into a module, and
guesses them from a bare state dict. Families are found through the entry-point group
`occstudio.model_families`; the ones that ship are registered there exactly like anyone else's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Protocol, runtime_checkable

from torch import Tensor, nn

from occstudio.errors import ModelError, UnknownNameError
from occstudio.shapes.input_spec import InputSpec

ENTRY_POINT_GROUP: Final = "occstudio.model_families"

Hyperparameters = Mapping[str, Any]
"""Nested like the `model` section of the papers' YAML, with those entries of its `data` section
that shape the network beside `c_dim`: padding, unit_size, query_vol_size, input_type. DeepSDF's are
its specs.json, IF-Net's the name of the ``class`` and its constructor's arguments. What is missing
has the paper's default, what is unknown at the top is ignored."""


@dataclass(frozen=True, slots=True)
class Inference:
    """Hyper-parameters read from a state dict.

    Attributes
    ----------
    hyperparameters : mapping
        Complete: `build` accepts it.
    assumed : tuple of str
        Dotted names of those that leave no trace in keys and shapes, and so have the paper's
        default, e.g. 'encoder_kwargs.plane_resolution'. A person should be asked.
    """

    hyperparameters: Hyperparameters
    assumed: tuple[str, ...]


@runtime_checkable
class ModelFamily(Protocol):
    """A kind of network.

    Attributes
    ----------
    name : str
        Short and stable: written into model cards.
    title : str
        As people call it.
    input_kinds : tuple of str
        What its networks can take: 'points', 'voxels', 'image', 'latent'.
    threshold : float
        Probability of the surface by which the paper's configurations extract.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def input_kinds(self) -> tuple[str, ...]: ...
    @property
    def threshold(self) -> float: ...

    def build(self, hyperparameters: Hyperparameters) -> nn.Module:
        """Make the network with fresh weights; ModelError if the values make no sense.

        It has to be an `occupancy_network.OccupancyNetwork`.
        """
        ...

    def recognises(self, state_dict: Mapping[str, Tensor]) -> bool:
        """Whether the keys look like this family's."""
        ...

    def infer(self, state_dict: Mapping[str, Tensor]) -> Inference:
        """Hyper-parameters of the network that a state dict belongs to."""
        ...

    def input_spec(self, hyperparameters: Hyperparameters) -> InputSpec:
        """What the network with these hyper-parameters wants to be given, as in the paper.

        A card's own YAML may override the number of points.
        """
        ...


def load_families() -> dict[str, ModelFamily]:
    """All installed families by name, in alphabetical order.

    Raises
    ------
    ModelError
        If an entry point cannot be imported, is no family, or takes a name that is in use.
    """
    families: dict[str, ModelFamily] = {}
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        family = load_family(entry)
        if family.name in families:
            raise ModelError(
                f"two installed packages register the model family {family.name!r}: "
                f"uninstall the one that provides {entry.value!r}"
            )
        families[family.name] = family
    return dict(sorted(families.items()))


def load_family(entry: EntryPoint) -> ModelFamily:
    """Import the family behind one entry point.

    Raises
    ------
    ModelError
        If it cannot be imported or is no ModelFamily.
    """
    try:
        family = entry.load()
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"could not import the model family {entry.name!r} from {entry.value!r} ({error}): "
            "update or uninstall the package that provides it"
        ) from error
    if not isinstance(family, ModelFamily):
        raise ModelError(
            f"{entry.value!r} is no model family but {type(family).__name__}: "
            "it needs name, title, input_kinds, threshold, build, recognises, infer and input_spec"
        )
    return family


def model_family(name: str) -> ModelFamily:
    """The installed family of this name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    families = load_families()
    if name not in families:
        raise UnknownNameError("family of networks", name, list(families))
    return families[name]
