"""How a scene of any size is cut for a network that sees a window of it at a time.

The scene is tiled by query crops. Around each lies a larger window, whose points the network is
given: wide enough that what happens in the crop does not depend on what is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_MARGIN: Final = 0.01
_ON_A_BORDER: Final = 1e-6  # of a crop: such a point belongs to the crop that begins there


@dataclass(frozen=True, slots=True)
class CropSizes:
    """Sizes in voxels and in the scene's units.

    Parameters
    ----------
    unit_size : float
        Side of a voxel in the scene's units.
    query_voxels : int
        Voxels along the side of a query crop.
    window_voxels : int
        Voxels along the side of the window around it.
    """

    unit_size: float
    query_voxels: int
    window_voxels: int

    @property
    def query(self) -> float:
        """Side of a query crop in the scene's units."""
        return self.query_voxels * self.unit_size

    @property
    def window(self) -> float:
        """Side of a window in the scene's units."""
        return self.window_voxels * self.unit_size


def window_voxels(query_voxels: int, levels: int, depth: int) -> int:
    """Voxels along the side of the window around a query crop.

    The receptive field of a U-Net of so many `levels` is taken as 2^(levels + 2); the sum is made
    divisible by what a U-Net of this `depth` halves it by.
    """
    wanted, base = query_voxels + 2 ** (levels + 2) - 1, 2 ** (depth - 1)
    return -(-wanted // base) * base


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """The query crops that tile a scene.

    Parameters
    ----------
    sizes : CropSizes
    starts : tuple of three (n,) arrays
        Where the crops begin along x, y and z.
    """

    sizes: CropSizes
    starts: tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]

    @classmethod
    def of_points(cls, points: Tensor, sizes: CropSizes) -> Crops:
        """Tile the box of points (N, 3) with a small margin, from its lower corner."""
        lower = points.min(0).values.cpu().numpy() - _MARGIN
        upper = points.max(0).values.cpu().numpy() + _MARGIN
        q = sizes.query
        lines = np.mgrid[lower[0] : upper[0] : q, lower[1] : upper[1] : q, lower[2] : upper[2] : q]
        return cls(sizes, (lines[0, :, 0, 0], lines[1, 0, :, 0], lines[2, 0, 0, :]))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Crops along x, y and z."""
        x, y, z = (len(line) for line in self.starts)
        return x, y, z

    @property
    def corners(self) -> NDArray[np.floating]:
        """Lower and upper corner (2, 3) of all crops together."""
        first = [line[0] for line in self.starts]
        last = [line[-1] + self.sizes.query for line in self.starts]
        return np.array([first, last])

    def window(self, crop: int) -> Tensor:
        """Lower and upper corner (2, 3) of the window around a crop, by its flat index."""
        index = np.unravel_index(crop, self.shape)
        lower = np.array([line[i] for line, i in zip(self.starts, index, strict=True)])
        centre = (lower + (lower + self.sizes.query)) / 2
        half = self.sizes.window / 2
        return torch.from_numpy(np.stack([centre - half, centre + half]))

    def of_queries(self, points: Tensor) -> Tensor:
        """Flat index (n,) of the crop that each point (n, 3) lies in, or is nearest to."""
        crop = torch.zeros(len(points), dtype=torch.int64, device=points.device)
        for axis, line in enumerate(self.starts):
            along = (points[:, axis].double() - float(line[0])) / self.sizes.query
            number = (along + _ON_A_BORDER).floor().clamp(0, len(line) - 1).long()
            crop = crop * len(line) + number
        return crop


def window_coordinates(points: Tensor, window: Tensor) -> Tensor:
    """Points (..., 3) in units of their window (2, 3): 0 at its lower corner, 1 at its upper."""
    lower, upper = window.to(points.device)
    along = [
        (points[..., axis] - lower[axis].item()) / (upper[axis] - lower[axis]).item()
        for axis in range(3)
    ]
    return torch.stack(along, -1)


def inside_window(points: Tensor, window: Tensor) -> Tensor:
    """Which of the points (N, 3) lie in a window (2, 3), its upper faces excluded."""
    lower, upper = window.to(points)
    return ((points >= lower) & (points < upper)).all(-1)
