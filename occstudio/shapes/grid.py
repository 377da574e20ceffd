"""The lattice on which a field is sampled: the only place that maps index to model space.

A grid of ``cells`` has ``cells + 1`` points on each axis, both ends included. Grids whose cell
counts are a power of two apart are nested: every point of the coarse one is a point of the fine
one, so a refinement keeps all values it already has.

Values are kept in *bricks* of 8x8x8 points, and only where the surface is: memory grows with the
surface and not with the volume. A brick is closed by a copy of the first layer of its upper
neighbours (9x9x9 in all), so that whoever works on its cells never looks at a neighbour.
"""

from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Indices, Points
from occstudio.shapes.field import Box

BRICK = 8
"""Points, and cells, on each axis of a brick."""

CLOSED = BRICK + 1
"""Points on each axis of a brick with its neighbours' first layers."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A lattice of ``(cells + 1)**3`` points over a box.

    Parameters
    ----------
    box : Box
        Its corners are the first and the last lattice point.
    cells : int
        Cells on each axis.
    """

    box: Box
    cells: int

    def __post_init__(self) -> None:
        if self.cells < 1:
            raise ValueError(f"a grid needs at least one cell (got {self.cells})")

    @property
    def points_per_axis(self) -> int:
        """Lattice points on each axis."""
        return self.cells + 1

    @property
    def spacing(self) -> NDArray[np.float64]:
        """Edge lengths (3,) of a cell, in model units."""
        return np.asarray(self.box.size, np.float64) / self.cells

    def positions(self, indices: Indices | NDArray[np.floating]) -> Points:
        """Model points ``(n, 3)`` of lattice indices ``(n, 3)``, which may be fractional."""
        lower, size = np.asarray(self.box.lower), np.asarray(self.box.size)
        return (lower + size * (np.asarray(indices, np.float64) / self.cells)).astype(np.float32)

    def indices(self, points: Points) -> NDArray[np.float64]:
        """Fractional lattice indices ``(n, 3)`` of model points ``(n, 3)``."""
        lower, size = np.asarray(self.box.lower), np.asarray(self.box.size)
        return (np.asarray(points, np.float64) - lower) / size * self.cells


@dataclass(frozen=True, slots=True, eq=False)
class ValueGrid:
    """Logits on a grid, in the bricks that a surface may cross.

    Parameters
    ----------
    grid : Grid
        The lattice.
    bricks : (B, 3) int32
        Brick ``b`` owns the points ``8 b`` to ``8 b + 7`` and the cells that begin at them.
    values : (B, 9, 9, 9) float32
        Logits at the points ``8 b`` to ``8 b + 8``. Beyond the grid's last point they mean nothing.
    known : (B, 9, 9, 9) bool
        Where the field itself was asked, in full precision; elsewhere the value is a prediction of
        which only the side of the level counts. Says nothing in the closing layers.
    """

    grid: Grid
    bricks: Annotated[NDArray[np.int32], "(B, 3)"]
    values: Annotated[NDArray[np.float32], "(B, 9, 9, 9)"]
    known: Annotated[NDArray[np.bool_], "(B, 9, 9, 9)"]

    @classmethod
    def of_array(cls, grid: Grid, values: NDArray[np.floating]) -> Self:
        """All values of a small grid or of a volume, as bricks.

        Parameters
        ----------
        grid : Grid
            The lattice.
        values : (cells + 1, cells + 1, cells + 1) float
            Indexed ``[x, y, z]``.
        """
        if values.shape != (grid.points_per_axis,) * 3:
            raise ValueError(
                f"a grid of {grid.cells} cells takes {grid.points_per_axis}**3 values, "
                f"but they came as {values.shape}"
            )
        bricks, closed = split_into_bricks(np.asarray(values, np.float32))
        return cls(grid, bricks, closed, np.ones(closed.shape, bool))

    def __post_init__(self) -> None:
        for array in (self.bricks, self.values, self.known):
            array.flags.writeable = False

    def to_array(self) -> NDArray[np.float32]:
        """All values as ``[x, y, z]``, NaN where the field was not asked: for small grids."""
        count = self.grid.points_per_axis
        blocks = -(-count // BRICK)
        dense = np.full((blocks, BRICK, blocks, BRICK, blocks, BRICK), np.nan, np.float32)
        own = (slice(None), slice(BRICK), slice(BRICK), slice(BRICK))
        i, j, k = self.bricks.T
        dense[i, :, j, :, k, :] = np.where(self.known[own], self.values[own], np.float32(np.nan))
        return dense.reshape((blocks * BRICK,) * 3)[:count, :count, :count]


def split_into_bricks(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """A dense lattice as closed bricks; beyond its end the last layer is repeated.

    Parameters
    ----------
    values : (n, n, n) float32
        Indexed ``[x, y, z]``.

    Returns
    -------
    bricks : (B, 3) int32
        Coordinates of all bricks, x slowest.
    closed : (B, 9, 9, 9) float32
        Their values.
    """
    count = values.shape[0]
    blocks = -(-count // BRICK)
    padded = np.pad(values, (0, blocks * BRICK + 1 - count), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (CLOSED,) * 3)
    closed = np.ascontiguousarray(windows[::BRICK, ::BRICK, ::BRICK]).reshape(-1, *(CLOSED,) * 3)
    axis = np.arange(blocks, dtype=np.int32)
    bricks = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    return bricks, closed
