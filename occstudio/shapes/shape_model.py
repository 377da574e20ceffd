"""A loaded model, whatever is inside it: neural, analytic or somebody else's."""

from typing import Protocol

from occstudio.shapes.field import Field
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.watch import UNWATCHED, Watch

Observation = PointCloud
"""What can be reconstructed. Images, depth, voxels and volumes join here as they are built."""


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

    def field(self, latent: Latent) -> Field:
        """The field of a latent; building it is cheap, calling it is not."""
        ...
