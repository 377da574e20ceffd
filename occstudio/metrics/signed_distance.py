"""How far points lie outside a surface, or inside it: exact to the triangle.

A k-d tree over the middles of (small) triangles proposes the nearest few; the point nearest to
each is computed exactly. The proposal is complete when even the farthest of the proposed middles,
less a triangle's reach, is farther than the distance found: the points for which it is not are
asked again with twice as many. Triangles that are large for their mesh are quartered first, so
that one reach fits all.

The sign is that of the nearest triangle's face; where several are equally near (on an edge or at
a corner) the one that faces the point most squarely decides.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError
from occstudio.shapes.arrays import Points, Values, WorldPoints, check_rows
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

_AT_ONCE = 4096
_FIRST = 8
_MOST_TRIANGLES = 2_000_000
_TIE = 1e-6

Corners = NDArray[np.float64]


class SurfaceDistance:
    """Signed distance to a mesh; built once, asked often.

    Parameters
    ----------
    mesh : Mesh
        Wound outward; closed, if the sign is to mean inside and outside everywhere.

    Raises
    ------
    EmptyShapeError
        If the mesh has no triangle with an area.
    """

    def __init__(self, mesh: Mesh) -> None:
        corners = mesh.vertices[mesh.faces].astype(np.float64)
        corners = corners[_doubled_areas(corners) > 0]
        if not len(corners):
            raise EmptyShapeError("there is no surface to measure distances to: it has no area")
        self._corners = _evened(corners)
        across = np.cross(
            self._corners[:, 1] - self._corners[:, 0], self._corners[:, 2] - self._corners[:, 0]
        )
        self._normals = across / np.linalg.norm(across, axis=1, keepdims=True)
        from scipy.spatial import KDTree  # slow to import: not before it is needed

        self._middles = self._corners.mean(axis=1)
        away = np.linalg.norm(self._corners - self._middles[:, None], axis=2)
        self._radii = away.max(axis=1)
        self._reach = float(self._radii.max())
        self._tree = KDTree(self._middles)

    def __call__(self, points: Points | WorldPoints, watch: Watch = UNWATCHED) -> Values:
        """Signed distances ``(n,)`` of points ``(n, 3)``: positive outside, negative inside.

        Parameters
        ----------
        points : (n, 3) float
            In the mesh's frame.
        watch : Watch
            Told the stage ``distance``; asked every 4096 points.
        """
        queries = np.asarray(points, np.float64)
        check_rows(queries, "points")
        found = np.empty(len(queries), np.float32)
        for first in range(0, len(queries), _AT_ONCE):
            watch.check()
            piece = slice(first, first + _AT_ONCE)
            found[piece] = self._distances(queries[piece])
            watch.report("distance", min(first + _AT_ONCE, len(queries)) / len(queries))
        return found

    def _distances(self, queries: NDArray[np.float64]) -> NDArray[np.float64]:
        least = np.full(len(queries), np.inf)
        squareness = np.full(len(queries), -1.0)
        sign = np.ones(len(queries))
        left, seen, count = np.arange(len(queries)), 0, min(_FIRST, len(self._corners))
        while len(left):
            ranks: Any = [*range(seen + 1, count + 1)]  # scipy's own type says int only
            away, proposed = (np.asarray(x) for x in self._tree.query(queries[left], k=ranks))
            # 1. Only triangles that may come nearer than what was found are looked at.
            row, column = np.nonzero(away - self._reach <= least[left, None])
            point, triangle = left[row], proposed[row, column]
            within = self._least_possible(queries[point], triangle) <= least[point] + self._tie(
                np.minimum(least[point], self._reach)
            )
            point, triangle = point[within], triangle[within]
            offset = queries[point] - _closest(queries[point], self._corners[triangle])
            distance = np.sqrt(np.einsum("ij,ij->i", offset, offset))
            facing = np.einsum("ij,ij->i", offset, self._normals[triangle])
            square = np.abs(facing) / np.maximum(distance, 1e-300)
            # 2. The nearest wins; of those that are equally near, the most squarely facing one.
            before = least.copy()
            np.minimum.at(least, point, distance)
            squareness[least < before - self._tie(least)] = -1.0
            near = distance <= least[point] + self._tie(least[point])
            order = np.argsort(square[near], kind="stable")
            point, square, facing = (each[near][order] for each in (point, square, facing))
            better = square > squareness[point]
            squareness[point[better]] = square[better]
            sign[point[better]] = np.where(facing[better] < 0, -1.0, 1.0)
            # 3. Done are those for which the farthest proposal was out of reach.
            if count == len(self._corners):
                break
            left = left[away[:, -1] - self._reach <= least[left]]
            seen, count = count, min(2 * count, len(self._corners))
        return least * sign

    def _least_possible(
        self, points: NDArray[np.float64], triangle: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """No point of a triangle is nearer than this: than the disc around it, in its plane."""
        away = points - self._middles[triangle]
        across = np.einsum("ij,ij->i", away, self._normals[triangle])
        along = np.sqrt(np.maximum(np.einsum("ij,ij->i", away, away) - across**2, 0))
        return np.hypot(across, np.maximum(along - self._radii[triangle], 0))

    def _tie(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        return _TIE * (distance + self._reach)


def _closest(p: NDArray[np.float64], corners: Corners) -> NDArray[np.float64]:
    """The point of each triangle ``(n, 3, 3)`` nearest to `p` ``(n, 3)``.

    By the regions of Ericson, Real-Time Collision Detection (2004), 5.1.5: a corner, an edge or
    the inside.
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac = b - a, c - a

    def dot(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.einsum("ij,ij->i", u, v)

    d1, d2 = dot(ab, p - a), dot(ac, p - a)
    d3, d4 = dot(ab, p - b), dot(ac, p - b)
    d5, d6 = dot(ab, p - c), dot(ac, p - c)
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    # Inside, in barycentric coordinates; then each region that is not inside overrules it.
    total = va + vb + vc
    safe = np.where(total != 0, total, 1)
    v, w = vb / safe, vc / safe
    on_bc = (va <= 0) & (d4 - d3 >= 0) & (d5 - d6 >= 0)
    along = (d4 - d3) / np.where(on_bc, (d4 - d3) + (d5 - d6), 1).clip(1e-300)
    v, w = np.where(on_bc, 1 - along, v), np.where(on_bc, along, w)
    on_ac = (vb <= 0) & (d2 >= 0) & (d6 <= 0)
    along = d2 / np.where(on_ac, d2 - d6, 1).clip(1e-300)
    v, w = np.where(on_ac, 0, v), np.where(on_ac, along, w)
    on_ab = (vc <= 0) & (d1 >= 0) & (d3 <= 0)
    along = d1 / np.where(on_ab, d1 - d3, 1).clip(1e-300)
    v, w = np.where(on_ab, along, v), np.where(on_ab, 0, w)
    for at, weights in (
        ((d6 >= 0) & (d5 <= d6), (0, 1)),
        ((d3 >= 0) & (d4 <= d3), (1, 0)),
        ((d1 <= 0) & (d2 <= 0), (0, 0)),
    ):
        v, w = np.where(at, weights[0], v), np.where(at, weights[1], w)
    return a + v[:, None] * ab + w[:, None] * ac


def _doubled_areas(corners: Corners) -> NDArray[np.float64]:
    return np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )


def _evened(corners: Corners) -> Corners:
    """Triangles quartered until none is much larger than most are, or there are very many."""
    while True:
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
        span = float(np.ptp(corners.reshape(-1, 3), axis=0).max())
        wide = edges > max(4 * float(np.median(edges)), span / 64)
        if not wide.any() or len(corners) + 3 * int(wide.sum()) > _MOST_TRIANGLES:
            return corners
        a, b, c = (corners[wide, k] for k in range(3))
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        corners = np.concatenate([corners[~wide], *(np.stack(q, axis=1) for q in quarters)])
