"""A solid as cells that are full or empty, in the person's world.

The array is indexed x, y, z, whatever order a file stores it in. The cells fill a cube in the
world; its frame takes that cube into the model's, where +Y is up.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import Points, WorldPoints, frozen
from occstudio.shapes.frame import IDENTITY, Frame

Occupancy = Annotated[NDArray[np.bool_], "(X, Y, Z)"]

MOST_CELLS = 1 << 30
"""More than 1024 cells along each axis are refused."""


@dataclass(frozen=True, slots=True, eq=False)
class VoxelGrid:
    """Occupied cells of a grid.

    Parameters
    ----------
    occupancy : (X, Y, Z) bool
        True where it is full; at least one cell is.
    origin : tuple of float
        World coordinates of the grid's lower corner.
    cell : float
        Side of a cell in world units.
    frame : Frame, optional
        How the grid lies in the model's cube; its longest side fills it by default.
    name : str
        For labels and output file names.

    Raises
    ------
    InvalidGeometryError
        If the array is no such grid, or all cells are empty.
    """

    occupancy: Occupancy
    origin: tuple[float, float, float] = (-0.5, -0.5, -0.5)
    cell: float = 0.0
    frame: Frame = IDENTITY
    name: str = "voxels"

    def __post_init__(self) -> None:
        cells = np.asarray(self.occupancy)
        if cells.ndim != 3 or cells.dtype != np.bool_ or 0 in cells.shape:
            raise InvalidGeometryError(
                f"voxels must be a 3-D array of booleans, but came as {cells.shape} {cells.dtype}"
            )
        if cells.size > MOST_CELLS:
            raise InvalidGeometryError(
                f"a grid of {' x '.join(map(str, cells.shape))} voxels is too large: "
                "give at most 1024 along each axis"
            )
        if not cells.any():
            raise InvalidGeometryError("all voxels are empty: a shape needs some that are full")
        object.__setattr__(self, "occupancy", frozen(cells, np.bool_))
        if self.cell <= 0:
            object.__setattr__(self, "cell", 1.0 / max(cells.shape))

    @classmethod
    def of(
        cls,
        occupancy: Occupancy,
        *,
        origin: tuple[float, float, float] = (-0.5, -0.5, -0.5),
        cell: float | None = None,
        up: str = "+y",
        name: str = "voxels",
    ) -> Self:
        """A grid whose frame takes its longest side to one; `cell` so that it is one already."""
        side = 1.0 / max(occupancy.shape) if cell is None else cell
        if not (np.isfinite(side) and side > 0 and np.isfinite(origin).all()):
            raise InvalidGeometryError(
                f"a grid needs a finite origin and a positive cell (got {origin}, {side})"
            )
        corners = np.array([origin, np.add(origin, side * np.array(occupancy.shape))])
        return cls(occupancy, origin, side, Frame.fit(corners, up=up), name)

    @property
    def summary(self) -> str:
        """What it is, for a list: its cells."""
        return f"{' × '.join(map(str, self.occupancy.shape))} voxels"

    @property
    def surface_points(self) -> WorldPoints:
        """World centres (n, 3) of the full cells that have an empty neighbour or lie at the rim."""
        padded = np.pad(self.occupancy, 1)
        inner = padded[1:-1, 1:-1, 1:-1]
        enclosed = inner.copy()
        for axis in range(3):
            for shift in (1, -1):
                enclosed &= np.roll(padded, shift, axis)[1:-1, 1:-1, 1:-1]
        return self._centres(np.argwhere(inner & ~enclosed))

    @property
    def model_points(self) -> Points:
        """The surface's cells as points (n, 3) in the model's cube."""
        return self.frame.to_model(self.surface_points)

    def resampled(self, resolution: int) -> Occupancy:
        """The solid in the model's cube, ``(resolution,) * 3`` bool indexed x, y, z.

        A cell is full if any of the grid's full cells has its centre in it, or if its own centre
        lies in a full cell; so thin parts stay, and coarse grids have no gaps when made finer.
        """
        if self._fills_cube(resolution):
            return self.occupancy
        axis = (np.arange(resolution) + 0.5) / resolution - 0.5
        centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
        index = np.floor((self.frame.to_world(centres) - self.origin) / self.cell).astype(np.int64)
        found = ((index >= 0) & (index < self.occupancy.shape)).all(axis=1)
        result = np.zeros(len(centres), np.bool_)
        result[found] = self.occupancy[tuple(index[found].T)]
        result = result.reshape((resolution,) * 3)
        full = self.frame.to_model(self._centres(np.argwhere(self.occupancy)))
        place = np.floor((full + 0.5) * resolution).astype(np.int64)
        within = place[((place >= 0) & (place < resolution)).all(axis=1)]
        result[tuple(within.T)] = True
        return result

    def with_frame(self, frame: Frame) -> Self:
        """The same grid, lying otherwise in the cube."""
        return replace(self, frame=frame)

    def _centres(self, index: NDArray[np.int64]) -> WorldPoints:
        return np.asarray(self.origin, np.float64) + (index + 0.5) * np.float64(self.cell)

    def _fills_cube(self, resolution: int) -> bool:
        """Whether it is already what the model sees, so that no rounding can matter."""
        if self.occupancy.shape != (resolution,) * 3 or self.frame.up != "+y":
            return False
        side = self.cell * resolution
        middle = np.asarray(self.origin) + side / 2
        return bool(
            np.isclose(self.frame.scale * side, 1)
            and np.allclose(self.frame.center, middle, atol=1e-6 * side)
        )
