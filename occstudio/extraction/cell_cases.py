"""The triangles of a cell for each of the 256 ways in which its corners can lie.

The table is derived and not typed in. On each face of the cell the crossed edges are joined in
pairs; where all four are crossed, the pair that cuts off an inside corner is taken, a rule that
looks at the face alone, so both cells at a face draw the same lines on it and the surface closes.
The lines form loops through the cell, and each loop is cut into triangles. A cut that would lie
in a face of the cell is avoided: the neighbour could make the same cut, and an edge would have
four triangles.

Corner ``c`` of a cell is at ``(c >> 2 & 1, c >> 1 & 1, c & 1)``; bit ``c`` of a case says that it
is inside. Edge ``e`` runs along axis ``e // 4`` from the corner `EDGE_ORIGINS[e]`.
"""

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

Edge = int
Loop = list[Edge]

EDGE_ORIGINS = np.array(
    [
        [0 if axis == a else (low if a == (axis + 1) % 3 else high) for a in range(3)]
        for axis in range(3)
        for low, high in product((0, 1), repeat=2)
    ]
)
"""Lower corners (12, 3) of the edges, four along each axis."""


@cache
def cell_triangles() -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Triangles by case.

    Returns
    -------
    counts : (256,) int64
        How many triangles a case has.
    edges : (256, 5, 3) int8
        Their vertices as edges of the cell, counter-clockwise seen from outside.
    """
    lists = [_triangles_of(case) for case in range(256)]
    counts = np.array([len(triangles) for triangles in lists])
    edges = np.zeros((256, int(counts.max()), 3), np.int8)
    for case, triangles in enumerate(lists):
        edges[case, : len(triangles)] = np.reshape(triangles, (-1, 3))
    return counts, edges


def _triangles_of(case: int) -> list[tuple[Edge, Edge, Edge]]:
    return [triangle for loop in _loops_of(case) for triangle in _cut(loop)]


def _loops_of(case: int) -> list[Loop]:
    """Closed loops of crossed edges, counter-clockwise seen from outside the shape."""
    follows: dict[Edge, Edge] = {}
    for axis, side in product(range(3), (0, 1)):
        follows.update(_face_segments(case, axis, side))
    loops: list[Loop] = []
    while follows:
        start, edge = follows.popitem()
        loop = [start]
        while edge != start:
            loop.append(edge)
            edge = follows.pop(edge)
        loops.append(loop)
    return loops


def _face_segments(case: int, axis: int, side: int) -> dict[Edge, Edge]:
    """Directed segments on a face: from the edge where a run of inside corners begins to its end.

    The corners are walked counter-clockwise as seen from outside the cell. A segment that always
    ends the run that it began cuts off single inside corners where all four edges are crossed.
    """
    u, v = (axis + 1) % 3, (axis + 2) % 3
    ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
    if side == 0:
        ring.reverse()
    corners: list[tuple[int, int, int]] = []
    for a, b in ring:
        place = [0, 0, 0]
        place[axis], place[u], place[v] = side, a, b
        corners.append((place[0], place[1], place[2]))
    inside = [bool(case >> (4 * x + 2 * y + z) & 1) for x, y, z in corners]
    enters = [k for k in range(4) if not inside[k] and inside[(k + 1) % 4]]
    segments: dict[Edge, Edge] = {}
    for k in enters:
        leave = next((k + n) % 4 for n in range(1, 4) if not inside[(k + n + 1) % 4])
        begin = _edge_between(corners[k], corners[(k + 1) % 4])
        segments[begin] = _edge_between(corners[leave], corners[(leave + 1) % 4])
    return segments


def _edge_between(a: tuple[int, int, int], b: tuple[int, int, int]) -> Edge:
    axis = next(k for k in range(3) if a[k] != b[k])
    return 4 * axis + 2 * a[(axis + 1) % 3] + a[(axis + 2) % 3]


def _cut(loop: Loop) -> list[tuple[Edge, Edge, Edge]]:
    """Triangles of a loop, without a cut in a face of the cell if that can be."""
    best = min(_triangulations(tuple(loop)), key=_cuts_in_faces)
    return list(best)


def _triangulations(loop: tuple[Edge, ...]) -> list[tuple[tuple[Edge, Edge, Edge], ...]]:
    """All ways to cut a polygon into triangles."""
    if len(loop) < 3:
        return [()]
    first, last = loop[0], loop[-1]
    return [
        (*before, (first, loop[k], last), *after)
        for k in range(1, len(loop) - 1)
        for before in _triangulations(loop[: k + 1])
        for after in _triangulations(loop[k:])
    ]


def _cuts_in_faces(triangles: tuple[tuple[Edge, Edge, Edge], ...]) -> int:
    """How many inner edges of a triangulation lie in a face of the cell."""
    sides = [frozenset(pair) for a, b, c in triangles for pair in ((a, b), (b, c), (c, a))]
    inner = {side for side in sides if sides.count(side) == 2}
    return sum(bool(_faces_of(a) & _faces_of(b)) for a, b in map(tuple, inner))


def _faces_of(edge: Edge) -> set[tuple[int, int]]:
    axis, origin = edge // 4, EDGE_ORIGINS[edge]
    return {(k, int(origin[k])) for k in range(3) if k != axis}
