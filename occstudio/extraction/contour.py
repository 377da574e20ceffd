"""Marching cubes on bricks: triangles of the level set of a `ValueGrid`.

Every vertex lies on one lattice edge and every lattice edge belongs to one brick, so vertices are
shared by construction, across cells and across bricks, and nothing is welded afterwards. All work
is on the flat arrays of the bricks: a neighbouring point is a constant step away (bricks are
closed), and garbage at a brick's end is masked. Interpolation is linear in logits (Lorensen and
Cline, SIGGRAPH 1987; triangles from `cell_cases`).

Outside the box all is empty: a shape that leaves it is cut and capped at the face.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from occstudio.extraction.cell_cases import EDGE_ORIGINS, cell_triangles
from occstudio.shapes.arrays import Faces, Points
from occstudio.shapes.grid import BRICK, CLOSED, ValueGrid
from occstudio.shapes.watch import UNWATCHED, Watch

OUTSIDE = np.float32(-1e6)
"""Logit outside the box, as the papers' code pads."""

_SIZE = CLOSED**3
_STEPS = (CLOSED * CLOSED, CLOSED, 1)
_LOCAL = np.stack(np.unravel_index(np.arange(_SIZE), (CLOSED,) * 3), -1)
_OWN = (_LOCAL < BRICK).all(axis=1)
_PIECE = 1024  # bricks at a time: 750 thousand points, some 10 ms per step


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """Triangles of a level set.

    Parameters
    ----------
    vertices : (V, 3) float32
        In model space.
    faces : (F, 3) int32
        Counter-clockwise seen from outside.
    cap : (V, 3) int8
        -1 or 1 on the axes on which a vertex closes the shape at the box's lower or upper face;
        0 everywhere for a vertex of the surface itself.
    """

    vertices: Points
    faces: Faces
    cap: Annotated[NDArray[np.int8], "(V, 3)"]


def contour(grid: ValueGrid, level: float, watch: Watch = UNWATCHED) -> Contour:
    """The level set of a value grid, closed at the box's faces.

    Parameters
    ----------
    grid : ValueGrid
        Must hold all bricks that the level set crosses.
    level : float
        Logit of the surface; a value above it is inside.
    watch : Watch
        Told the stage ``contour``; asked every thousand bricks.
    """
    edge = np.float32(level)
    bricks, values = _capped(grid, edge)
    numbers = np.empty((3, len(bricks), _SIZE), np.int32)
    vertices, cap, count = [np.zeros((0, 3), np.float32)], [np.zeros((0, 3), np.int8)], 0
    pieces = [slice(k, k + _PIECE) for k in range(0, len(bricks), _PIECE)]
    for k, piece in enumerate(pieces):
        watch.check()
        numbers[:, piece] = -1
        for axis in range(3):
            crossed = _crossed_edges(values[piece], edge, axis)
            numbers[axis, piece].reshape(-1)[crossed] = np.arange(count, count + len(crossed))
            index, caps = _crossings(bricks[piece], values[piece], crossed, edge, axis, grid)
            vertices.append(grid.grid.positions(index))
            cap.append(caps)
            count += len(crossed)
        watch.report("contour", 0.5 * (k + 1) / len(pieces))
    _close(numbers, bricks, watch)
    faces = [np.zeros((0, 3), np.int32)]
    for k, piece in enumerate(pieces):
        watch.check()
        faces.append(_triangles(values[piece], numbers[:, piece], edge))
        watch.report("contour", 0.5 + 0.5 * (k + 1) / len(pieces))
    watch.check()
    points, caps = np.concatenate(vertices), np.concatenate(cap)
    watch.check()
    return Contour(points, np.concatenate(faces), caps)


def _capped(grid: ValueGrid, level: np.float32) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Bricks with a layer of emptiness around the box, values (B, 729)."""
    bricks, closed, last = grid.bricks, grid.values, grid.grid.cells
    high = np.flatnonzero(((bricks + 1) * BRICK > last).any(axis=1))
    if len(high):
        closed = closed.copy()
        axis = np.arange(CLOSED)
        beyond = bricks[high, :, None] * BRICK + axis > last
        i, j, k = beyond[:, 0], beyond[:, 1], beyond[:, 2]
        closed[high] = np.where(
            i[:, :, None, None] | j[:, None, :, None] | k[:, None, None, :], OUTSIDE, closed[high]
        )
    for axis in range(3):
        # A shape that is inside at a lower face needs cells below index 0.
        first = np.flatnonzero(bricks[:, axis] == 0)
        face = np.take(closed[first], 0, axis=axis + 1)
        cut = (face > level).any(axis=(1, 2))
        if not cut.any():  # joining nothing would still copy everything
            continue
        below = np.full((int(cut.sum()), CLOSED, CLOSED, CLOSED), OUTSIDE)
        np.moveaxis(below, axis + 1, 1)[:, BRICK] = face[cut]
        step = np.zeros(3, np.int32)
        step[axis] = 1
        bricks = np.concatenate([bricks, bricks[first[cut]] - step])
        closed = np.concatenate([closed, below])
    return bricks, closed.reshape(len(bricks), _SIZE)


def _crossed_edges(values: NDArray[np.float32], level: np.float32, axis: int) -> NDArray[np.int64]:
    """Flat positions of the points whose edge along the axis is crossed, in own points only."""
    inside = (values > level).reshape(-1)
    step = _STEPS[axis]
    crossed = np.zeros(len(inside), bool)
    np.not_equal(inside[:-step], inside[step:], out=crossed[:-step])
    crossed.reshape(-1, _SIZE)[:] &= _OWN
    return np.flatnonzero(crossed)


def _crossings(
    bricks: NDArray[np.int32],
    values: NDArray[np.float32],
    crossed: NDArray[np.int64],
    level: np.float32,
    axis: int,
    grid: ValueGrid,
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Fractional lattice indices (n, 3) of the crossings on these edges, and their caps."""
    flat = values.reshape(-1)
    before, after = flat[crossed], flat[crossed + _STEPS[axis]]
    slot, local = np.divmod(crossed, _SIZE)
    index = bricks[slot].astype(np.float64) * BRICK + _LOCAL[local]
    cap = np.zeros((len(crossed), 3), np.int8)
    cap[:, axis] = (index[:, axis] == grid.grid.cells).astype(np.int8) - (index[:, axis] < 0)
    index[:, axis] += (level - before) / (after - before)
    return index, cap


def _close(numbers: NDArray[np.int32], bricks: NDArray[np.int32], watch: Watch) -> None:
    """Copy the vertex numbers of upper neighbours into the closing layers."""
    size = int(bricks.max(initial=0)) + 3
    slots = np.full((size, size, size), -1, np.int32)
    i, j, k = bricks.T + 1
    slots[i, j, k] = np.arange(len(bricks))
    for offset in np.stack(np.unravel_index(np.arange(1, 8), (2, 2, 2)), -1):
        i, j, k = (bricks + offset + 1).T
        beside = slots[i, j, k]
        here = np.flatnonzero(beside >= 0)
        target = np.flatnonzero(((_LOCAL == BRICK) == (offset == 1)).all(axis=1))
        source = (_LOCAL[target] * (1 - offset)) @ np.array(_STEPS)
        for axis in np.flatnonzero(offset == 0):
            watch.check()
            numbers[axis][here[:, None], target] = numbers[axis][beside[here][:, None], source]


def _triangles(values: NDArray[np.float32], numbers: NDArray[np.int32], level: np.float32) -> Faces:
    """Faces (n, 3) of the cells of these bricks."""
    case = (values > level).reshape(-1).view(np.uint8)
    for bit, step in enumerate(reversed(_STEPS)):  # corner c = 4 x + 2 y + z
        case[:-step] |= case[step:] << (1 << bit)
    case.reshape(-1, _SIZE)[:, ~_OWN] = 0
    cells = np.flatnonzero((case != 0) & (case != 255))
    counts, table = cell_triangles()
    case = case[cells]
    repeats = counts[case]
    first = np.cumsum(repeats) - repeats
    number = np.arange(int(repeats.sum())) - np.repeat(first, repeats)
    edges = table[np.repeat(case, repeats), number]
    # Numbers are stored by axis, then by point: one constant per edge leads from a cell to both.
    reach = np.arange(12) // 4 * values.size + EDGE_ORIGINS @ np.array(_STEPS)
    where = np.repeat(cells, repeats)[:, None] + reach[edges]
    return numbers.reshape(-1)[where]
