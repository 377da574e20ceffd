"""Two shapes laid over each other, to be compared.

Inputs that lie in one place of one world (the same scan twice, a scan and its ground truth) are
compared where they are. Inputs that have nothing to do with each other (two chairs from two files)
are compared as their models see them: each in its own cube, centred and of one size.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from occstudio.shapes.arrays import Points, WorldPoints
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.studio.pipeline import ShapeResult

SHARED_PART = 0.2
"""Boxes that overlap by this part of their union are taken to be of one world."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the first shape's cube lies in the second's.

    Parameters
    ----------
    first, second : Frame
        Of the two meshes.
    in_world : bool
        True if both are where their inputs are; False if each is centred in its own cube.
    """

    first: Frame
    second: Frame
    in_world: bool

    @property
    def first_per_second(self) -> float:
        """Lengths in the first's cube for one in the second's."""
        return self.first.scale / self.second.scale if self.in_world else 1.0

    def to_second(self, points: Points | WorldPoints) -> Points:
        """Points ``(n, 3)`` of the first's cube in the second's."""
        if not self.in_world:
            return np.asarray(points, np.float32)
        return self.second.to_model(self.first.to_world(points))

    def to_first(self, points: Points | WorldPoints) -> Points:
        """Points ``(n, 3)`` of the second's cube in the first's."""
        if not self.in_world:
            return np.asarray(points, np.float32)
        return self.first.to_model(self.second.to_world(points))


class Placed(Protocol):
    """A mesh in a cube that lies somewhere in the world."""

    @property
    def mesh(self) -> Mesh: ...

    @property
    def frame(self) -> Frame: ...


def aligned(first: ShapeResult, second: ShapeResult) -> Alignment:
    """How two results are laid over each other."""
    if first.wish.source is second.wish.source:
        return Alignment(first.frame, second.frame, in_world=True)
    return laid_over(first, second)


def laid_over(first: Placed, second: Placed) -> Alignment:
    """How two meshes, of any origin, are laid over each other."""
    return Alignment(first.frame, second.frame, _share_a_place(first, second))


def _share_a_place(first: Placed, second: Placed) -> bool:
    if first.mesh.is_empty or second.mesh.is_empty:
        return False
    low, high = np.empty((2, 3)), np.empty((2, 3))
    for row, result in enumerate((first, second)):
        corners = result.frame.to_world(result.mesh.vertices)
        low[row], high[row] = corners.min(axis=0), corners.max(axis=0)
    extent = np.maximum(high - low, 1e-9 * max(float((high - low).max()), 1e-300))
    shared = np.clip(high.min(axis=0) - low.max(axis=0), 0, None).prod()
    union = extent.prod(axis=1).sum() - shared
    return bool(shared > SHARED_PART * union)
