"""How open a surface is to the light from around: 1 on a plane or a bulge, less in a crevice.

The solid is laid onto a coarse grid. Along each of 26 directions a sweep over the grid finds what
is hidden by something on that side, the less the farther it is. Of these, each cell keeps the sum
and the mean direction of what it sees, and a vertex looks both up a little above itself. It is
ambient occlusion computed once for a surface instead of once for a frame: it costs no frame rate
and is the same from all sides.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Values
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

CELLS = 72
"""Of the coarse grid, along the longest side."""

FADING = 0.955
"""What hides the light one cell farther away hides so much of it; half after 15 cells."""

DARKEST = 0.25
"""Light comes from other walls too: nothing is darker than this."""

_MARGIN = 4
_ABOVE = 1.6
_PIECE = 200_000
# Lebedev's weights for faces, edges and corners of a cube: sums over the sphere, exact to order 7.
_WEIGHTS = {1: 1 / 21, 2: 4 / 105, 3: 27 / 840}

Grid = NDArray[np.float32]


def openness(mesh: Mesh, watch: Watch = UNWATCHED) -> Values:
    """The part of the light from around that reaches each vertex.

    Parameters
    ----------
    mesh : Mesh
        With normals; closed, or nearly so.
    watch : Watch
        Asked between the directions.

    Returns
    -------
    (V,) float32
        From `DARKEST`, buried, to 1, on a plane or a bulge; all 1 for a mesh without normals.
    """
    light = np.ones(len(mesh.vertices), np.float32)
    if mesh.is_empty or mesh.normals is None:
        return light
    from scipy.ndimage import map_coordinates

    cell = float(np.ptp(mesh.vertices, axis=0).max()) / CELLS
    if cell <= 0:
        return light
    places = (mesh.vertices - mesh.vertices.min(axis=0)).astype(np.float64) / cell + _MARGIN
    seen = _seen(_solid(places, mesh.faces), watch)
    for first in range(0, len(places), _PIECE):
        watch.check()
        part = slice(first, first + _PIECE)
        normals = mesh.normals[part]
        # Cells have their values in their middles.
        at = (places[part] + _ABOVE * normals - 0.5).T
        whole, *toward = (map_coordinates(grid, at, order=1, mode="nearest") for grid in seen)
        # A plane sees half of everything, and its mean is a quarter along the normal: that is 1.
        found = whole + 2 * np.einsum("kn,nk->n", np.stack(toward), normals)
        light[part] = DARKEST + (1 - DARKEST) * np.clip(found / _ON_A_PLANE, 0, 1) ** _CONTRAST
    return light


_ON_A_PLANE = 0.95
"""What is found there; the grid's steps must not show."""

_CONTRAST = 1.8
"""Other lights fill the crevices: what is hidden is made to count for more than it is."""


def _seen(solid: Grid, watch: Watch) -> tuple[Grid, Grid, Grid, Grid]:
    """Of each cell: the part of the sphere that it sees, and the mean of these directions."""
    whole = np.zeros_like(solid)
    toward = np.zeros((3, *solid.shape), np.float32)
    for axis in range(3):
        for ahead in (1, -1):
            # All directions that lead along this axis first go through its lanes together.
            watch.check()
            sideways = [
                each
                for each in product((-1, 0, 1), repeat=2)
                if all(part == 0 for part in each[:axis])
            ]
            lanes = np.moveaxis(solid, axis, 0)[::-ahead]
            hidden = _hidden(lanes, sideways)[::-ahead]
            for number, each in enumerate(sideways):
                direction = [*each[:axis], ahead, *each[axis:]]
                steps = sum(map(abs, direction))
                free = np.moveaxis(hidden[:, number], 0, axis)
                free = _WEIGHTS[steps] * (1 - free)
                whole += free
                for along, part in enumerate(direction):
                    if part:
                        toward[along] += (part / steps**0.5) * free
    return whole, toward[0], toward[1], toward[2]


def _hidden(lanes: Grid, sideways: Sequence[tuple[int, ...]]) -> Grid:
    """How much each cell's view is blocked, from what lies nearest: (n, directions, a, b).

    Parameters
    ----------
    lanes : (n, a, b) float32
        Of the grid, the one that hides first.
    sideways : sequence of (int, int)
        Where each direction leads with each lane.
    """
    count, high, wide = lanes.shape
    fading = np.array(
        [FADING ** (1 + abs(one) + abs(two)) ** 0.5 for one, two in sideways], np.float32
    )
    out = np.empty((count, len(sideways), high, wide), np.float32)
    # A border of emptiness, as wide as one step and the blur.
    before = np.zeros((len(sideways), high + 4, wide + 4), np.float32)
    moved = np.zeros((len(sideways), high + 2, wide + 2), np.float32)
    scale = (fading / 9)[:, None, None]
    for number, lane in enumerate(lanes):
        for one, (first, second) in enumerate(sideways):
            moved[one, 1:-1, 1:-1] = before[
                one, 2 + first : 2 + first + high, 2 + second : 2 + second + wide
            ]
        # The wider blurred, the farther away: what is seen in one direction stands for a cone.
        rows = moved[:, :-2] + moved[:, 1:-1]
        rows += moved[:, 2:]
        blurred = rows[:, :, :-2] + rows[:, :, 1:-1]
        blurred += rows[:, :, 2:]
        blurred *= scale
        np.maximum(blurred, lane, out=out[number])
        before[:, 2:-2, 2:-2] = out[number]
    return out


def _solid(vertices: NDArray[np.float64], faces: NDArray[np.int32]) -> Grid:
    """A grid (X, Y, Z) that is 1 inside; vertices are in cells.

    Each column of cells along z is cut by the triangles above and below it. Going down, a triangle
    that faces up leads inside and one that faces down leads out again.
    """
    shape = np.ceil(vertices.max(axis=0)).astype(int) + _MARGIN
    corners = vertices[faces]
    first = np.ceil(corners[:, :, :2].min(axis=1) - 0.5).astype(int)
    last = np.floor(corners[:, :, :2].max(axis=1) - 0.5).astype(int)
    spans = np.maximum(last - first + 1, 0)
    counts = spans[:, 0] * spans[:, 1]
    triangle = np.repeat(np.arange(len(faces)), counts)
    number = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    column = first[triangle] + np.stack(
        [number // spans[triangle, 1], number % spans[triangle, 1]], axis=1
    )
    a, b, c = (corners[triangle, k] for k in range(3))
    middle = column + 0.5
    ab, ac, am = b - a, c - a, middle - a[:, :2]
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(area == 0, np.nan, area)  # seen from the side: cuts no column
    u = (am[:, 0] * ac[:, 1] - am[:, 1] * ac[:, 0]) / area
    v = (ab[:, 0] * am[:, 1] - ab[:, 1] * am[:, 0]) / area
    hit = (u >= 0) & (v >= 0) & (u + v <= 1)
    height = (a[:, 2] + u * ab[:, 2] + v * ac[:, 2])[hit]
    row = np.clip(np.floor(height + 0.5).astype(int), 0, shape[2] - 1)
    crossings = np.zeros(shape, np.float32)
    np.add.at(crossings, (column[hit, 0], column[hit, 1], row), np.sign(area[hit]))
    # Cells whose middle is below a crossing that faces up.
    inside = np.cumsum(crossings[:, :, ::-1], axis=2)[:, :, ::-1]
    inside = np.concatenate([inside[:, :, 1:], np.zeros_like(inside[:, :, :1])], axis=2)
    return np.clip(inside, 0, 1)
