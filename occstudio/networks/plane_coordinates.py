"""Where a point falls on the feature planes and in the feature grid.

A plane is named by the two axes that it keeps: the first runs along the columns, the second along
the rows. The unit cube, made larger by `padding`, maps to [0, 1); whatever lies outside is moved
to the border. The margins differ between planes (1e-5) and grid (1e-3) because the papers' code
has them so, and published weights expect it.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

PLANE_AXES: Final[dict[str, tuple[int, int]]] = {"xz": (0, 2), "xy": (0, 1), "yz": (1, 2)}
MAP_ORDER: Final[tuple[str, ...]] = ("grid", *PLANE_AXES)
"""The order in which feature maps are summed and listed."""

PLANE_MARGIN: Final = 10e-6
GRID_MARGIN: Final = 10e-4


def map_coordinates(points: Tensor, name: str, padding: float) -> Tensor:
    """Position of points on the feature map `name`, in [0, 1).

    Parameters
    ----------
    points : (..., 3) float32
        In the model's cube, nominally [-0.5, 0.5].
    name : str
        One of `MAP_ORDER`.
    padding : float
        How much larger than the unit cube the map is, 0.1 in the papers.

    Returns
    -------
    (..., 2) or (..., 3) float32
        Column and row on a plane; x, y, z in the grid.
    """
    if name == "grid":
        margin = GRID_MARGIN
    else:
        first, second = PLANE_AXES[name]
        points = points[..., first : second + 1 : second - first]
        margin = PLANE_MARGIN
    inside = (points / (1 + padding + margin) + 0.5).clamp_min(0.0)
    return torch.where(inside >= 1.0, 1.0 - margin, inside)


def cell_index(coordinates: Tensor, resolution: int) -> Tensor:
    """Flat index of the cell that each point is in: column + resolution * row (+ resolution² * z).

    Parameters
    ----------
    coordinates : (..., 2) or (..., 3) float32
        In [0, 1), from `map_coordinates`.
    resolution : int
        Cells along each axis.

    Returns
    -------
    (...) int64
    """
    return flatten_cells((coordinates * resolution).long(), resolution)


def flatten_cells(cells: Tensor, resolution: int) -> Tensor:
    """Flat index of cells (..., D), of which the first axis runs fastest: -> (...)."""
    index = cells[..., -1]
    for axis in range(cells.shape[-1] - 2, -1, -1):
        index = index * resolution + cells[..., axis]
    return index
