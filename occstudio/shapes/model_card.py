"""What a person should know of a model before using it, and what the program needs to use it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from occstudio.errors import ModelError
from occstudio.shapes.input_spec import InputSpec


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Facts about one model; stored as JSON in the metadata of its safetensors file.

    Parameters
    ----------
    name : str
        Name in the library, e.g. ``scan-any``.
    family : str
        Registered family of networks, e.g. ``conv_onet``.
    title : str
        One line for people.
    input_spec : InputSpec
        What the network wants to be given, and where its field lies.
    hyperparameters : mapping
        What the family's `build` needs.
    threshold : float
        Default probability of the surface.
    scores : mapping of str to float
        For example ``{"iou": 0.81}``, on the test split named in `training_data`.
    assumed : tuple of str
        Hyper-parameters that could not be read from the file and were given a default.
    space : str
        Version of the space of shapes whose codes it answers with, if it is not its own.
    calibration : mapping of str to float
        How the signs of a good result are weighed, where a model tells how sure it is; see
        `photo_reader`.
    version : str
        Digest of the weights, where codes belong to them; see `checkpoint.weights_version`.
    """

    name: str
    family: str
    title: str = ""
    input_spec: InputSpec = field(default_factory=InputSpec)
    hyperparameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    threshold: float = 0.5
    training_data: str = ""
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    licence: str = ""
    assumed: tuple[str, ...] = ()
    version: str = ""
    space: str = ""
    calibration: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def input_kind(self) -> str:
        """``points``, ``image``, ``voxels`` or ``latent``."""
        return self.input_spec.kind

    def to_json(self) -> str:
        """The card as JSON text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The card that `to_json` wrote; unknown entries of later versions are ignored.

        Raises
        ------
        ModelError
            If the text is no card.
        """
        try:
            found = json.loads(text)
            known = {key: found[key] for key in cls.__slots__ if key in found}
            known["assumed"] = tuple(known.get("assumed", ()))
            known["input_spec"] = _input_spec(found)
            return cls(**known)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(
                f"the model card could not be read ({error}): the file is damaged or not ours"
            ) from error


def _input_spec(found: Mapping[str, Any]) -> InputSpec:
    """The spec of a card; the first cards stated parts of it beside the rest."""
    if "input_spec" in found:
        return InputSpec.from_mapping(found["input_spec"])
    return InputSpec(
        kind=found.get("input_kind", "points"),
        box_side=1 + found.get("padding", 0.1),
        points=found.get("points_expected", 3000),
    )
