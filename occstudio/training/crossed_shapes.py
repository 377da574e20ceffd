"""Shapes made of two: the legs of one chair under the seat and the back of another.

A few hundred shapes are soon known by heart, whole, and then a new chair is answered with the most
similar old one. Cut and crossed, they are tens of thousands, and what is to be learned is what
each part looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.training_samples import LabelledShape

Points = NDArray[np.float32]

_AXES: Final = (0, 1, 2)
_CHANCES: Final = (0.25, 0.6, 0.15)
"""Of a cut beside the middle, at a height, and at a depth."""
_MIDDLE: Final = 0.35  # cuts lie within this part of the half of a side
_FAMILIES: Final = {
    "armchair": "chair",
    "windsor": "chair",
    "office_chair": "chair",
    "desk": "table",
    "storage": "cabinet",
    "lounger": "bed",
}
_BOX_POINTS: Final = 2000
_HAIR: Final = 2e-3  # to both sides of a cut, where it is asked what is solid


def family_of(kind: str) -> str:
    """The name of all shapes that may be crossed with those of a kind."""
    return _FAMILIES.get(kind, kind)


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """One shape on the far side of a cut, another, brought into its box, on the near side.

    Parameters
    ----------
    far, near : LabelledShape
        In their pose.
    axis : int
        Across which it is cut; cuts across the first lie on both sides of the middle.
    at : float
        Where.
    scale, shift : (3,) float32
        Bring the points of the near one into the box of the far one.
    low, high : (3,) float32
        That box.
    """

    far: LabelledShape
    near: LabelledShape
    axis: int
    at: float
    scale: Points
    shift: Points
    low: Points
    high: Points

    @classmethod
    def of(cls, far: LabelledShape, near: LabelledShape, rng: np.random.Generator) -> Crossed:
        """Cut somewhere at random."""
        boxes: list[tuple[Points, Points]] = []
        for shape in (far, near):
            points, _ = shape.sample_surface(_BOX_POINTS, rng)
            boxes.append((points.min(axis=0), points.max(axis=0)))
        (low, high), (least, most) = boxes
        scale = ((high - low) / np.maximum(most - least, 1e-3)).astype(np.float32)
        axis = int(rng.choice(_AXES, p=_CHANCES))
        middle, half = (low[axis] + high[axis]) / 2, (high[axis] - low[axis]) / 2
        at = float(middle + rng.uniform(-_MIDDLE, _MIDDLE) * half)
        if axis == 0:  # both sides of a piece of furniture are alike
            at = float(rng.uniform(1 - 2 * _MIDDLE, 1 - _MIDDLE / 2) * half)
        return cls(far, near, axis, at, scale, (low - least * scale).astype(np.float32), low, high)

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points and outward normals (n, 3), of the faces of the cut, too."""
        points, normals = self.far.sample_surface(n, rng)
        kept = self._is_far(points)
        others, facing = self.near.sample_surface(n, rng)
        others, facing = others * self.scale + self.shift, facing / self.scale
        facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
        left = ~self._is_far(others)
        ends, outward = self._cut(n, rng)
        every = np.concatenate([points[kept], others[left], ends])
        directions = np.concatenate([normals[kept], facing[left], outward])
        if not len(every):  # all of either lies on the other side
            return points, normals
        chosen = rng.permutation(len(every))[:n]
        if len(every) < n:
            chosen = np.concatenate([chosen, rng.integers(len(every), size=n - len(every))])
        return every[chosen].astype(np.float32), directions[chosen].astype(np.float32)

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Whether points (n, 3) are inside."""
        far = self._is_far(points)
        inside = np.zeros(len(points), np.bool_)
        inside[far] = self.far.occupancy(np.ascontiguousarray(points[far], np.float32))
        back = (points[~far] - self.shift) / self.scale
        inside[~far] = self.near.occupancy(np.ascontiguousarray(back, np.float32))
        return inside

    def _is_far(self, points: Points) -> NDArray[np.bool_]:
        place = points[:, self.axis]
        return (np.abs(place) if self.axis == 0 else place) > self.at

    def _cut(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points of the cut where only one side of it is solid, about as dense as n elsewhere."""
        sides = self.high - self.low
        a, b, c = sides.tolist()
        across, along = (axis for axis in _AXES if axis != self.axis)
        planes = 2 if self.axis == 0 else 1
        area = planes * sides[across] * sides[along] / max(2 * (a * b + b * c + c * a), 1e-6)
        count = int(n * area)
        points = rng.uniform(self.low, self.high, (count, 3)).astype(np.float32)
        sign = np.ones(count, np.float32)
        if self.axis == 0:
            sign = rng.choice(np.array([-1, 1], np.float32), count)
        points[:, self.axis] = self.at * sign
        step = np.zeros((count, 3), np.float32)
        step[:, self.axis] = _HAIR * sign
        beyond, before = self.occupancy(points + step), self.occupancy(points - step)
        kept = beyond != before
        # Outward is where nothing is.
        normals = (np.where(beyond[:, None], -step, step) / _HAIR).astype(np.float32)
        return points[kept], normals[kept]
