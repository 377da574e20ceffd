"""What a model reads out of a photo: shapes that fit, how likely each is, and the camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from occstudio.shapes.camera import Camera
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.watch import UNWATCHED, Watch

SURE, UNSURE, UNKNOWN = 0.45, 0.34, 0.15
"""Confidences from which a shape is likely right, and below which it is likely wrong, or of
something that the model does not know at all."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoReading:
    """What a photo may show.

    Attributes
    ----------
    latents : tuple of Latent
        Shapes in the model's cube, the likeliest first.
    chances : tuple of float
        Of the latents; together 1.
    camera : Camera or None
        Where the photo was taken from, in the model's cube and in the photo's own pixels.
    agreement : float
        IoU of the silhouette of the first shape, seen through the camera, with the cut-out.
    confidence : float
        From 0 to 1: the IoU that shapes read with such signs had on average.
    doubts : tuple of str
        What may be wrong, a sentence each.
    """

    latents: tuple[Latent, ...]
    chances: tuple[float, ...]
    camera: Camera | None = None
    agreement: float = 0.0
    confidence: float = 0.0
    doubts: tuple[str, ...] = ()

    @property
    def latent(self) -> Latent:
        """The likeliest shape."""
        return self.latents[0]


Reported = Callable[[PhotoReading], None]
"""Given the reading so far, now and then, while it is being fitted."""


@runtime_checkable
class PhotoReader(Protocol):
    """A `ShapeModel` that finds shapes and the camera of a photo. Photos are cut out (RGBA)."""

    def read_photo(self, photo: Image) -> PhotoReading:
        """What a cut-out photo shows.

        Raises
        ------
        ModelError
            If this model does not see photos.
        EmptyShapeError
            If nothing of the photo is opaque.
        """
        ...

    def fit_photo(
        self,
        photo: Image,
        reading: PhotoReading | None = None,
        watch: Watch = UNWATCHED,
        told: Reported | None = None,
    ) -> PhotoReading:
        """A better reading: the camera and the shapes changed until silhouettes agree.

        It begins with the reading's first shape, or, without one, with all that may be.

        Raises
        ------
        Cancelled
            If `watch` says so.
        """
        ...
