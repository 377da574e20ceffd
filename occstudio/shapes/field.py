"""A shape as a function: points in, logits out, positive inside.

Probability and logit are two scales of one thing: people choose a *threshold* in (0, 1), stages
compare logits with a *level*. `level_of` and `threshold_of` are the only converters. Distance
fields (DeepSDF) are negated where they are built, so that positive is inside everywhere.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from occstudio.errors import OccStudioError
from occstudio.shapes.arrays import Points, Values


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in model space; `lower` and `upper` are its corners."""

    lower: tuple[float, float, float]
    upper: tuple[float, float, float]

    @classmethod
    def cube(cls, side: float) -> "Box":
        """The cube of this side, centred at the origin."""
        half = side / 2
        return cls((-half, -half, -half), (half, half, half))

    @property
    def size(self) -> tuple[float, float, float]:
        """Lengths along x, y, z."""
        (a, b, c), (d, e, f) = self.lower, self.upper
        return (d - a, e - b, f - c)


class Field(Protocol):
    """A scalar field in model space. Called from one worker thread at a time.

    Attributes
    ----------
    box : Box
        Where a surface is looked for; cubic for the networks' fields.
    batch : int
        How many points one call takes best: stages cut their queries into pieces of this size
        and ask their `Watch` between them.
    """

    @property
    def box(self) -> Box: ...

    @property
    def batch(self) -> int: ...

    def __call__(self, points: Points) -> Values:
        """Logits ``(n,)`` float32 at model points ``(n, 3)`` float32; positive inside."""
        ...

    def rough(self, points: Points) -> Values:
        """The same, perhaps in low precision: only to decide what is far from the surface."""
        ...

    def gradient(self, points: Points) -> Points:
        """Gradient of the logit ``(n, 3)``; outward normals are its negative, normalised."""
        ...

    def sloped(self, points: Points) -> tuple[Values, Points]:
        """Logits and their gradient, which a network may answer in one pass."""
        ...


def level_of(threshold: float) -> float:
    """The logit of a probability.

    Raises
    ------
    OccStudioError
        If the threshold is not strictly between 0 and 1.
    """
    if not 0 < threshold < 1:
        raise OccStudioError(
            f"threshold {threshold:g} is not a probability: choose one between 0 and 1, "
            "both excluded"
        )
    return math.log(threshold) - math.log1p(-threshold)


def threshold_of(level: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + math.exp(-level)) if level >= 0 else math.exp(level) / (1 + math.exp(level))


def central_difference(field: Field, points: Points, step: float = 1e-3) -> Points:
    """Gradient of a field by central differences, for fields without a better one.

    Parameters
    ----------
    points : (n, 3) float32
        Model points.
    step : float
        Half the distance between the two samples on an axis, in model units.
    """
    offsets = np.eye(3, dtype=np.float32) * step
    sides = np.concatenate([points + sign * axis for axis in offsets for sign in (1, -1)])
    values = field(sides).reshape(3, 2, len(points))
    return ((values[:, 0] - values[:, 1]) / (2 * step)).T.astype(np.float32)
