"""What an observation says of a field: at these points its depth lies between these bounds.

Depth is the distance to the surface, positive inside. On the surface it is nought; beside a point
with a normal it is the step taken; between a scanner and what it saw, and outside the sphere that
holds the shape, it is negative, and no farther from nought than the nearest point of the scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.errors import EmptyShapeError
from occstudio.shapes.arrays import Normals, Points

STEPS: Final = (0.01, 0.04)
"""Standard deviations of the steps along normals, in the network's units; the paper's are 0.005
and 0.05 on clean meshes, where a scan has noise and gaps."""

_Bounded = tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]
"""Points (n, 3), and the lower and upper bounds (n,) of their depth."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldSamples:
    """Bounds on the depth at points.

    Parameters
    ----------
    points : (n, 3) float32
        In the network's units.
    low, high : (n,) float32
        The depth lies between them; they are equal where it is known.
    """

    points: Tensor
    low: Tensor
    high: Tensor

    def __len__(self) -> int:
        return len(self.points)

    def to(self, device: torch.device) -> FieldSamples:
        """The same on another device."""
        return FieldSamples(self.points.to(device), self.low.to(device), self.high.to(device))

    @classmethod
    def of_cloud(
        cls,
        points: Points,
        normals: Normals | None = None,
        viewpoint: NDArray[np.floating] | None = None,
        radius: float | None = 1.0,
        seed: int = 0,
    ) -> FieldSamples:
        """What a scan says of the shape that it shows, or a part of it.

        Parameters
        ----------
        points : (N, 3) float32
            On the surface, in the network's units.
        normals : (N, 3) float32, optional
            Outward. Without them only what is known to be empty tells outside from inside, and
            the shapes that the network knows.
        viewpoint : (3,), optional
            Where the scanner stood: what lies before the points is empty.
        radius : float or None
            Of the sphere about the origin that holds the whole shape.
        seed : int

        Raises
        ------
        EmptyShapeError
            If there are no points.
        """
        from scipy.spatial import KDTree

        if not len(points):
            raise EmptyShapeError("there are no points to fit a code to: give a scan that has some")
        rng = np.random.default_rng(seed)
        tree = KDTree(points)
        zeros = np.zeros(len(points))
        found = [(points, zeros, zeros)]
        if normals is not None:
            found += [_beside(points, normals, size, tree, rng) for size in STEPS]
        empty = list[NDArray[np.floating]]()
        if viewpoint is not None:
            along = rng.uniform(0.3, 0.98, (len(points), 1))
            empty.append(viewpoint + along * (points - viewpoint))
        if radius is not None:
            directions = rng.standard_normal((max(len(points) // 4, 64), 3))
            directions /= np.linalg.norm(directions, axis=1, keepdims=True)
            empty.append(directions * radius * rng.uniform(1.0, 1.15, (len(directions), 1)))
        if empty:
            places = np.concatenate(empty)
            nearest, _ = tree.query(places)
            found.append((places, -nearest, np.minimum(-0.2 * nearest.clip(max=0.1), 0)))
        stacked = [np.concatenate(part).astype(np.float32) for part in zip(*found, strict=True)]
        return cls(*(torch.from_numpy(part) for part in stacked))

    @classmethod
    def of_part(cls, points: Points, normals: Normals | None = None, seed: int = 0) -> FieldSamples:
        """What a scan of a part says: nothing of what it does not show.

        Parameters
        ----------
        points : (N, 3) float32
            On the surface, in the network's units.
        normals : (N, 3) float32, optional
            Outward. Just behind a surface it is full, and for a while before it empty.
        seed : int

        Raises
        ------
        EmptyShapeError
            If there are no points.
        """
        from scipy.spatial import KDTree

        if not len(points):
            raise EmptyShapeError("there are no points to fit a code to: give a scan that has some")
        nothing = np.zeros(len(points))
        found: list[_Bounded] = [(points, nothing, nothing)]
        if normals is not None:
            rng = np.random.default_rng(seed)
            tree = KDTree(points)
            behind = points - 0.008 * normals
            found.append((behind, nothing, nothing + 1))
            # Nearer to what it left than to anything else that was seen, so before it.
            step = rng.uniform(0.015, 0.08, len(points))
            before = points + step[:, None] * normals
            nearest, _ = tree.query(before)
            is_free = nearest > 0.9 * step
            found.append((before[is_free], -1 - nothing[is_free], nothing[is_free]))
        stacked = [np.concatenate(part).astype(np.float32) for part in zip(*found, strict=True)]
        return cls(*(torch.from_numpy(part) for part in stacked))

    @classmethod
    def of_cells(
        cls, full: Points, empty: Points, *, most: int = 20_000, seed: int = 0
    ) -> FieldSamples:
        """What cells say whose centres (n, 3) are full or empty; others are not known.

        Parameters
        ----------
        full, empty : (n, 3) float32
            In the network's units.
        most : int
            Of each kind as many are kept, at random.
        seed : int

        Raises
        ------
        EmptyShapeError
            If no cell is full.
        """
        if not len(full):
            raise EmptyShapeError("no cell is full: give voxels that show a part of a shape")
        rng = np.random.default_rng(seed)
        kept = [part[rng.permutation(len(part))[:most]] for part in (full, empty)]
        # As many of each kind are drawn, however much larger the void is.
        repeats = max(len(kept[1]) // len(kept[0]), 1)
        inside = np.repeat(kept[0], min(repeats, 8), axis=0)
        points = np.concatenate([inside, kept[1]]).astype(np.float32)
        is_full = np.arange(len(points)) < len(inside)
        low, high = np.where(is_full, 0, -1), np.where(is_full, 1, 0)
        parts = (points, low.astype(np.float32), high.astype(np.float32))
        return cls(*(torch.from_numpy(part) for part in parts))


def _beside(
    points: Points,
    normals: Normals,
    size: float,
    tree: object,
    rng: np.random.Generator,
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """Points a little inside and outside; another part of the surface may be nearer."""
    step = rng.normal(0, size, len(points))
    places = points + step[:, None] * normals
    nearest, _ = tree.query(places)  # pyright: ignore[reportAttributeAccessIssue]
    depth = -np.sign(step) * np.minimum(np.abs(step), nearest)
    return places, depth, depth
