"""Exact distances from a lattice to a triangle soup, near the triangles only.

Labels need distances within a few cells of the surface and nothing else, so every triangle
visits just the lattice points of its own slab (its plane, give or take the band) and leaves
its distance where it is the nearest so far. What is outside is then what can be reached from
the border without coming near any triangle. The loops are compiled by numba, which the
``train`` extra brings: interpreted they would take hours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from occstudio.errors import MissingExtraError

try:
    from numba import njit
except ImportError as error:
    raise MissingExtraError("labelling a data set", "numba", "train") from error


@dataclass(frozen=True, slots=True, eq=False)
class NarrowBand:
    """Distances from lattice points to the nearest triangle, in cells of that lattice.

    Attributes
    ----------
    distance : (n, n, n) float32
        Exact where below `width`; `width` where no triangle is that near.
    nearest : (n, n, n) int32
        Index of the nearest face, -1 where none is within `width`.
    outside : (n, n, n) bool
        Reached from the border through points farther than one cell from any triangle.
    corners : (F, 3, 3) float64
        The triangles in lattice coordinates.
    width : float
        Half the thickness of the band, in cells.
    """

    distance: NDArray[np.float32]
    nearest: NDArray[np.int32]
    outside: NDArray[np.bool_]
    corners: NDArray[np.float64]
    width: float


def narrow_band(
    corners: NDArray[np.float64],
    points_per_axis: int,
    *,
    width: float = 3.0,
    fill_holes: bool = False,
) -> NarrowBand:
    """Measure a lattice against triangles and flood its outside.

    Parameters
    ----------
    corners : (F, 3, 3) float64
        Triangles in lattice coordinates: the point with index (i, j, k) lies at (i, j, k).
    points_per_axis : int
        The lattice has this many points along each axis.
    width : float
        How far from the triangles distances are exact, in cells.
    fill_holes : bool
        Whether what lies behind holes narrower than twice the width is solid. The outside of
        such a shell is as fine as ever; only its room is closed.
    """
    shape = (points_per_axis,) * 3
    squared = np.full(shape, np.float32(width * width), np.float32)
    nearest = np.full(shape, -1, np.int32)
    _measure(np.ascontiguousarray(corners), squared, nearest, width)
    np.sqrt(squared, out=squared)
    passable = squared > np.float32(1.0)
    if fill_holes:
        passable &= ~_rooms(squared, width)
    return NarrowBand(squared, nearest, flood(passable), corners, width)


def flood(passable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Points that a six-connected walk from the border reaches through passable points."""
    reached = np.zeros_like(passable)
    for axis in range(3):
        for side in (0, -1):
            face = [slice(None)] * 3
            face[axis] = slice(side, None) if side else slice(0, 1)
            reached[tuple(face)] = passable[tuple(face)]
    while _sweep(passable, reached):
        pass
    return reached


def _rooms(distance: NDArray[np.float32], width: float) -> NDArray[np.bool_]:
    # What a flood that stays a whole width from the triangles does not reach, grown back to one
    # cell from them.
    wide = distance >= np.float32(width)
    rooms = wide & ~flood(wide)
    if not rooms.any():
        return rooms
    near = np.ones((3, 3, 3), np.bool_)
    return np.asarray(binary_dilation(rooms, near, iterations=round(width) - 1), np.bool_)


@njit(cache=True)
def closest_on_triangle(
    triangle: NDArray[np.float64], x: float, y: float, z: float
) -> tuple[float, float, float]:
    """Return the point of a (3, 3) triangle nearest to (x, y, z).

    Source: C. Ericson, Real-Time Collision Detection, section 5.1.5.
    """
    ax, ay, az = triangle[0, 0], triangle[0, 1], triangle[0, 2]
    ux, uy, uz = triangle[1, 0] - ax, triangle[1, 1] - ay, triangle[1, 2] - az
    vx, vy, vz = triangle[2, 0] - ax, triangle[2, 1] - ay, triangle[2, 2] - az
    px, py, pz = x - ax, y - ay, z - az
    s, t = _closest_weights(
        ux * px + uy * py + uz * pz,
        vx * px + vy * py + vz * pz,
        ux * ux + uy * uy + uz * uz,
        ux * vx + uy * vy + uz * vz,
        vx * vx + vy * vy + vz * vz,
    )
    return ax + s * ux + t * vx, ay + s * uy + t * vy, az + s * uz + t * vz


@njit(cache=True, inline="always")
def _closest_weights(up: float, vp: float, uu: float, uv: float, vv: float) -> tuple[float, float]:
    # Weights (s, t) of the nearest point a + s u + t v, from the dot products of the edges
    # u, v and the offset p of the query from corner a; the seven Voronoi regions in turn.
    if up <= 0.0 and vp <= 0.0:
        return 0.0, 0.0
    up_b, vp_b = up - uu, vp - uv
    if up_b >= 0.0 and vp_b <= up_b:
        return 1.0, 0.0
    edge_u = up * vp_b - up_b * vp
    if edge_u <= 0.0 and up >= 0.0 and up_b <= 0.0:
        return up / (up - up_b), 0.0
    up_c, vp_c = up - uv, vp - vv
    if vp_c >= 0.0 and up_c <= vp_c:
        return 0.0, 1.0
    edge_v = up_c * vp - up * vp_c
    if edge_v <= 0.0 and vp >= 0.0 and vp_c <= 0.0:
        return 0.0, vp / (vp - vp_c)
    far = up_b * vp_c - up_c * vp_b
    if far <= 0.0 and vp_b - up_b >= 0.0 and up_c - vp_c >= 0.0:
        t = (vp_b - up_b) / ((vp_b - up_b) + (up_c - vp_c))
        return 1.0 - t, t
    scale = 1.0 / (far + edge_v + edge_u)
    return edge_v * scale, edge_u * scale


@njit(cache=True)
def _measure(
    corners: NDArray[np.float64],
    squared: NDArray[np.float32],
    nearest: NDArray[np.int32],
    width: float,
) -> None:
    size = squared.shape[0]
    low = np.empty(3, np.int64)
    high = np.empty(3, np.int64)
    point = np.empty(3, np.int64)
    normal = np.empty(3)
    for face in range(corners.shape[0]):
        a, b, c = corners[face, 0], corners[face, 1], corners[face, 2]
        u, v = b - a, c - a
        normal[0] = u[1] * v[2] - u[2] * v[1]
        normal[1] = u[2] * v[0] - u[0] * v[2]
        normal[2] = u[0] * v[1] - u[1] * v[0]
        length = math.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
        if not length > 1e-9:  # a sliver without area: its neighbours cover the same points
            continue
        k = 0
        for axis in range(3):
            smallest = min(a[axis], b[axis], c[axis])
            largest = max(a[axis], b[axis], c[axis])
            low[axis] = max(0, math.ceil(smallest - width))
            high[axis] = min(size - 1, math.floor(largest + width))
            if abs(normal[axis]) > abs(normal[k]):
                k = axis
        i, j = (k + 1) % 3, (k + 2) % 3
        slope_i, slope_j = normal[i] / normal[k], normal[j] / normal[k]
        reach = width * length / abs(normal[k])
        uu = u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
        uv = u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
        vv = v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
        for pi in range(low[i], high[i] + 1):
            point[i] = pi
            for pj in range(low[j], high[j] + 1):
                point[j] = pj
                middle = a[k] - slope_i * (pi - a[i]) - slope_j * (pj - a[j])
                first = max(low[k], math.ceil(middle - reach))
                last = min(high[k], math.floor(middle + reach))
                for pk in range(first, last + 1):
                    point[k] = pk
                    px, py, pz = point[0] - a[0], point[1] - a[1], point[2] - a[2]
                    s, t = _closest_weights(
                        u[0] * px + u[1] * py + u[2] * pz,
                        v[0] * px + v[1] * py + v[2] * pz,
                        uu,
                        uv,
                        vv,
                    )
                    px -= s * u[0] + t * v[0]
                    py -= s * u[1] + t * v[1]
                    pz -= s * u[2] + t * v[2]
                    distance = np.float32(px * px + py * py + pz * pz)
                    if distance < squared[point[0], point[1], point[2]]:
                        squared[point[0], point[1], point[2]] = distance
                        nearest[point[0], point[1], point[2]] = face


@njit(cache=True)
def _sweep(passable: NDArray[np.bool_], reached: NDArray[np.bool_]) -> bool:
    # One raster pass forth and one back: a walk of any length along the scan order is followed
    # at once, so that a handful of rounds replaces a queue of millions of points.
    nx, ny, nz = passable.shape
    changed = False
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                if passable[i, j, k] and not reached[i, j, k]:
                    reached[i, j, k] = (
                        (k > 0 and reached[i, j, k - 1])
                        or (j > 0 and reached[i, j - 1, k])
                        or (i > 0 and reached[i - 1, j, k])
                    )
                    changed |= reached[i, j, k]
    for i in range(nx - 1, -1, -1):
        for j in range(ny - 1, -1, -1):
            for k in range(nz - 1, -1, -1):
                if passable[i, j, k] and not reached[i, j, k]:
                    reached[i, j, k] = (
                        (k < nz - 1 and reached[i, j, k + 1])
                        or (j < ny - 1 and reached[i, j + 1, k])
                        or (i < nx - 1 and reached[i + 1, j, k])
                    )
                    changed |= reached[i, j, k]
    return changed
