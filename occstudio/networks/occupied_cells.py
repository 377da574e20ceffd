"""A point cloud as the occupied cells of a lattice, the input of networks that convolve a grid.

Cell i of n lies at linspace(-0.5, 0.5, n)[i], so that the first and the last one lie on the faces
of the unit cube; a point occupies the nearest cell.
"""

from __future__ import annotations

import torch
from torch import Tensor


def occupied_cells(points: Tensor, resolution: int) -> Tensor:
    """Mark the nearest cell of every point.

    Parameters
    ----------
    points : (B, N, 3)
        Nominally in [-0.5, 0.5]; strays mark the nearest cell of a face.
    resolution : int
        Cells along each axis.

    Returns
    -------
    (B, resolution, resolution, resolution) float32
        0 or 1, indexed x, y, z.
    """
    position = (points.double() + 0.5) * (resolution - 1)
    cells = position.round().clamp_(0, resolution - 1).long()  # (B, N, 3)
    index = (cells[..., 0] * resolution + cells[..., 1]) * resolution + cells[..., 2]
    grid = torch.zeros(len(points), resolution**3, device=points.device)
    grid.scatter_(1, index, 1.0)
    return grid.view(len(points), *(resolution,) * 3)
