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
