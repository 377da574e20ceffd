"""The surface of one field after another: where it was is where it is looked for.

While a hand goes through a space of shapes, every field is another, but its surface lies near that
of the one before. So the field is asked at both ends of every lattice edge that the last surface
crossed, and at a coarse lattice throughout the box; where an answer contradicts the side on
which its point was, the neighbours are asked in turn, as in surface following (Wyvill et al., Data
structure for soft objects, 1986), until both ends of every crossing edge are answered. That takes a
few calls where looking from coarse to fine takes a dozen.

The surface is the one that a fresh look finds, but for parts that hang together with nothing of
the last one and lie between the points of the coarse lattice. That lattice stands elsewhere at
each step, so that it comes by every point of the fine one in time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from occstudio.extraction.lattice import Lattice
from occstudio.shapes.field import Field
from occstudio.shapes.grid import BRICK, Grid, ValueGrid, split_into_bricks
from occstudio.shapes.watch import UNWATCHED, Watch

_STRIDE = 4
"""Cells between the points of the coarse lattice."""

_PLACES = np.random.default_rng(0).permutation(_STRIDE**3)
"""Where the coarse lattice stands, step by step."""

Sides = NDArray[np.bool_]
"""(n, n, n), True inside."""


class Trail:
    """Which points of a grid were inside the last surface; of any number of fields."""

    def __init__(self) -> None:
        self.step = 0
        self._grid: Grid | None = None
        self._inside: Sides = np.zeros((0, 0, 0), bool)

    def last(self, grid: Grid) -> Sides | None:
        """The sides on this grid, those of the nearest points if another one was used.

        None if there was nothing in this box.
        """
        if self._grid is None or self._grid.box != grid.box:
            return None
        if self._grid.cells == grid.cells:
            return self._inside.copy()
        there = np.arange(grid.points_per_axis) / grid.cells * self._grid.cells
        nearest = np.round(there).astype(np.int64)
        return self._inside[np.ix_(nearest, nearest, nearest)]

    def leave(self, grid: Grid, inside: Sides) -> None:
        """Remember the sides of a surface."""
        self.step += 1
        self._grid = grid if inside.any() else None
        self._inside = inside


class Follower:
    """Looks for one field's surface where a trail ends; a `Sampler`.

    Parameters
    ----------
    field : Field
        What is asked.
    trail : Trail
        Of the fields before; this one's surface is left in it.
    start : int
        Cells of the coarsest lattice where there is no trail, as of `Lattice`.
    """

    def __init__(self, field: Field, trail: Trail, start: int) -> None:
        self._fresh = Lattice(field, start)
        self._trail = trail
        self._coarse: NDArray[np.float32] = np.zeros((0, 0, 0), np.float32)
        self._range = np.inf, -np.inf

    @property
    def evaluations(self) -> int:
        """Points asked so far."""
        return self._fresh.evaluations

    def coarse_values(self, resolution: int) -> NDArray[np.float32]:
        """Logits evenly throughout the box, (i, j, k)."""
        return self._coarse if self._coarse.size else self._fresh.coarse_values(resolution)

    def value_range(self) -> tuple[float, float]:
        """Least and greatest logit that was seen."""
        return self._range if self._coarse.size else self._fresh.value_range()

    def sample(self, resolution: int, level: float, watch: Watch = UNWATCHED) -> ValueGrid:
        """Values wherever the surface at `level` runs, as `Lattice.sample` gives them."""
        grid = Grid(self._fresh.field.box, resolution)
        edge = np.float32(level)
        last = self._trail.last(grid)
        if last is None:
            found = self._fresh.sample(resolution, level, watch)
            coarse = self._fresh.coarse_values(resolution)
            depth = self._fresh.depth_of(resolution)
            self._trail.leave(grid, _sides(found, coarse, depth, edge))
            return found
        return self._followed(grid, edge, last, watch)

    def _followed(self, grid: Grid, level: np.float32, inside: Sides, watch: Watch) -> ValueGrid:
        shape = inside.shape
        values = np.zeros(shape, np.float32)
        is_known = np.zeros(shape, bool)
        place = np.unravel_index(_PLACES[self._trail.step % len(_PLACES)], (_STRIDE,) * 3)
        coarse = tuple(slice(int(first), None, _STRIDE) for first in place)
        wanted = _ends(inside)
        wanted[coarse] = True
        pending = np.flatnonzero(wanted)
        while len(pending):
            points = grid.positions(np.stack(np.unravel_index(pending, shape), -1))
            answers = self._fresh.evaluate(points, watch, rough=False, told=lambda _: None)
            values.reshape(-1)[pending] = answers
            is_known.reshape(-1)[pending] = True
            inside.reshape(-1)[pending] = answers > level
            low, high = self._range
            self._range = min(low, float(answers.min())), max(high, float(answers.max()))
            pending = np.flatnonzero(_ends(inside) & ~is_known)
        self._coarse = values[coarse].copy()
        self._trail.leave(grid, inside)
        np.copyto(values, np.where(inside, level + 1, level - 1), where=~is_known)
        bricks, closed = split_into_bricks(values)
        kept = (closed > level).any(axis=(1, 2, 3))
        known = split_into_bricks(is_known.astype(np.float32))[1][kept] > 0
        return ValueGrid(grid, bricks[kept], closed[kept], known)


def _sides(found: ValueGrid, coarse: NDArray[np.float32], depth: int, level: np.float32) -> Sides:
    """Of all points: in the bricks that were looked at, and as the coarsest lattice says beyond."""
    count = found.grid.points_per_axis
    nearest = np.minimum(np.arange(count) + (1 << depth >> 1) >> depth, len(coarse) - 1)
    blocks = -(-count // BRICK)
    dense = np.zeros((blocks * BRICK,) * 3, bool)
    dense[:count, :count, :count] = (coarse > level)[np.ix_(nearest, nearest, nearest)]
    own = (slice(None), slice(BRICK), slice(BRICK), slice(BRICK))
    i, j, k = found.bricks.T
    dense.reshape(blocks, BRICK, blocks, BRICK, blocks, BRICK)[i, :, j, :, k, :] = (
        found.values[own] > level
    )
    return dense[:count, :count, :count].copy()


def _ends(inside: Sides) -> Sides:
    """Both ends of all crossing edges."""
    ends = np.zeros(inside.shape, bool)
    for axis in range(3):
        a, b = (_along(axis, part) for part in (slice(None, -1), slice(1, None)))
        crossed = inside[a] ^ inside[b]
        ends[a] |= crossed
        ends[b] |= crossed
    return ends


def _along(axis: int, part: slice) -> tuple[slice, ...]:
    return tuple(part if a == axis else slice(None) for a in range(3))
