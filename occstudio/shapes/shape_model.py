"""A loaded model, whatever is inside it: neural, analytic or somebody else's."""

from collections.abc import Sequence
from typing import Protocol

from occstudio.shapes.field import Field
from occstudio.shapes.image import Image
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.voxel_grid import VoxelGrid
from occstudio.shapes.watch import UNWATCHED, Watch

Observation = PointCloud | Image | VoxelGrid | Imagined
"""What can be reconstructed: each has a frame, a name and a `summary` of its size in words."""


def kinds_for(observation: Observation) -> tuple[str, ...]:
    """Input kinds of the models that take such an observation, the most fitting first."""
    if isinstance(observation, Imagined):
        return ()
    if isinstance(observation, Image):
        return ("image",)
    if isinstance(observation, VoxelGrid):
        return ("voxels", "points", "latent")
    return ("points", "voxels", "latent")


def fitting_model(
    cards: Sequence[ModelCard], observation: Observation, wanted: str = ""
) -> ModelCard | None:
    """The wanted model if it takes the observation, else the first that does; None if none does.

    A space of shapes, whose codes have names, comes after models that follow what they see.
    """
    kinds = kinds_for(observation)
    usable = [card for card in cards if card.input_kind in kinds]
    usable.sort(
        key=lambda card: (card.name != wanted, kinds.index(card.input_kind), bool(card.version))
    )
    return usable[0] if usable else None


class ShapeModel(Protocol):
    """Encodes observations and makes fields of latents. Used from one worker thread."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def device(self) -> str:
        """Where it computes, e.g. ``cpu`` or ``cuda:0``."""
        ...

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """The latent of an observation.

        Raises
        ------
        ModelError
            If this model does not take such an observation.
        """
        ...

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The field of a latent; building it is cheap, calling it is not.

        Parameters
        ----------
        latent : Latent
            Of this model.
        time : float
            From 0 to 1, where `ModelCard.input_spec` says that the shape moves.
        """
        ...
