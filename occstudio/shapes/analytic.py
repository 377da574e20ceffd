"""Fields that are known exactly: the truth that extraction and metrics are tested against.

They are models too (`AnalyticModel`), so that the window and the pipeline can run on them in
milliseconds, without a network.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from occstudio.errors import ModelError
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field, central_difference
from occstudio.shapes.image import Image
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch

DistanceFunction = Callable[[Points], Values]
"""Signed distance ``(n,)`` of points ``(n, 3)``, negative inside."""


@dataclass(frozen=True, slots=True)
class AnalyticField:
    """A field whose logit is ``-sharpness * distance``.

    Parameters
    ----------
    distance : callable
        Signed distance in model units, negative inside.
    box : Box
        Where the surface is looked for.
    sharpness : float
        Logits per model unit.
    batch : int
        Points per call.
    """

    distance: DistanceFunction
    box: Box = field(default_factory=lambda: Box.cube(1.1))
    sharpness: float = 40.0
    batch: int = 65536

    def __call__(self, points: Points) -> Values:
        """Logits at model points."""
        return np.asarray(-self.sharpness * self.distance(points), np.float32)

    def rough(self, points: Points) -> Values:
        """The same: exactness costs nothing here."""
        return self(points)

    def gradient(self, points: Points) -> Points:
        """Gradient by central differences."""
        return central_difference(self, points)

    def sloped(self, points: Points) -> tuple[Values, Points]:
        """Both."""
        return self(points), self.gradient(points)


def sphere(radius: float, center: tuple[float, float, float] = (0, 0, 0)) -> DistanceFunction:
    """Signed distance to a sphere."""
    middle = np.asarray(center, np.float32)
    return lambda points: np.linalg.norm(points - middle, axis=1) - np.float32(radius)


def box(
    size: tuple[float, float, float], center: tuple[float, float, float] = (0, 0, 0)
) -> DistanceFunction:
    """Signed distance to an axis-aligned box of this size."""
    half, middle = np.asarray(size, np.float32) / 2, np.asarray(center, np.float32)

    def distance(points: Points) -> Values:
        past = np.abs(points - middle) - half
        outside = np.linalg.norm(np.maximum(past, 0), axis=1)
        return outside + np.minimum(past.max(axis=1), 0)

    return distance


def torus(major: float, minor: float) -> DistanceFunction:
    """Signed distance to a torus about the y axis."""

    def distance(points: Points) -> Values:
        ring = np.hypot(points[:, 0], points[:, 2]) - np.float32(major)
        return np.hypot(ring, points[:, 1]) - np.float32(minor)

    return distance


def union(*parts: DistanceFunction) -> DistanceFunction:
    """The nearest of several solids."""
    return lambda points: np.minimum.reduce([part(points) for part in parts])


class AnalyticModel:
    """A model that makes an ellipsoid of any cloud: its radii are the cloud's half extents.

    It is exact, instant and needs no weights, which is what GUI and pipeline tests want.
    """

    card = ModelCard(
        name="ellipsoid", family="analytic", title="Ellipsoid of the points' box", threshold=0.5
    )
    device = "cpu"

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """Half extents of the points in the model's cube."""
        watch.check()
        watch.report("encode", 1.0)
        if isinstance(observation, Imagined):
            raise ModelError("there is nothing to encode in a code alone")
        if isinstance(observation, Image):
            raise ModelError("an ellipsoid is made of points, not of a photo: open a scan")
        points = observation.model_points
        radii = np.maximum((points.max(axis=0) - points.min(axis=0)) / 2, 0.02)
        return Latent({"radii": radii.astype(np.float32)}, self.card.name)

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The ellipsoid with these radii."""
        del time  # it does not move
        radii = latent.arrays["radii"]
        least = np.float32(radii.min())
        return AnalyticField(
            lambda points: (np.linalg.norm(points / radii, axis=1) - np.float32(1)) * least
        )
