"""Signed distances of any triangle soup: what is inside, for meshes that do not know it.

Real models are open sheets, overlapping parts and faces of mixed orientation, so neither ray
parity nor winding numbers answer. Here the *outside* is what a flood from the border reaches
without coming within one cell of a triangle; everything else is solid. That flood stops one
cell short of the surface, so each lattice point near it asks its nearest surface point q two
questions: how thick is the solid on this side of q, and how thick on the other? The side with
nothing is outside, which gives the shell back; where both sides have less than three cells
(a sheet, a wire) the surface is moved out until the solid is three fine cells thick, 1.3 % of
the model, which is the least that survives being stored on the coarser lattice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from occstudio.datasets.narrow_band import NarrowBand, closest_on_triangle, flood, narrow_band
from occstudio.datasets.shape_store import LATTICE_POINTS, LATTICE_SIDE, STEPS_PER_CELL

LEAST_THICKNESS = 3.0  # of a solid, in fine cells: thinner parts are thickened to this
_FINE = 2  # fine cells per stored cell
_FAR = 1.0e6
_NOTHING = 0.4  # fine cells: less solid than this ahead is none
_MARCH = tuple(np.arange(1.25, LEAST_THICKNESS + 2.0, 0.5).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class OccupancyLabels:
    """The signed distance of one normalised model, as it is stored.

    Attributes
    ----------
    sdf : (128, 128, 128) int8
        Negative inside; times `shape_store.STEP` a distance in model units, clamped.
    hollow : float
        Share of the volume behind the model's skin that is reached through its holes (0 for a
        solid, near 1 for an open shell such as a lampshade).
    thin : float
        Share of the solid that lies in parts thickened to the least thickness.
    """

    sdf: NDArray[np.int8]
    hollow: float
    thin: float

    @property
    def volume(self) -> float:
        """Volume of the solid in model units, by counting."""
        return float((self.sdf < 0).mean()) * LATTICE_SIDE**3


def normalised(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move and scale (V, 3) vertices so that their box is centred and its longest side is 1."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return (vertices - (low + high) / 2) / (high - low).max()


def label_occupancy(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], *, fill_holes: bool = False
) -> OccupancyLabels:
    """Label the stored lattice from a triangle soup.

    Parameters
    ----------
    vertices : (V, 3) float64
        Inside the cube of side 1 about the origin (see `normalised`).
    faces : (F, 3) int32
        Any orientation, open or closed, overlapping or not.
    fill_holes : bool
        Whether what lies behind holes of less than six fine cells (2.6 % of the model) is solid:
        right for a figure that is open at the neck, wrong for a lampshade.
    """
    band = _fine_band(vertices, faces, fill_holes)
    cells, thin = _signed(band, _FINE)
    sdf = np.clip(np.rint(cells * (STEPS_PER_CELL / _FINE)), -127, 127).astype(np.int8)
    # A point that rounds to zero keeps its side: zero reads as outside.
    sdf[(sdf == 0) & (cells < 0)] = -1
    solid = max(int((cells < 0).sum()), 1)
    return OccupancyLabels(sdf, _hollowness(band), thin / solid)


def fine_signed_distance(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], *, fill_holes: bool = False
) -> NDArray[np.float32]:
    """Signed distance on the fine lattice (255 points an axis), in model units, unquantised.

    What the stored lattice is compared with; clamped to a few cells like it.
    """
    cells, _ = _signed(_fine_band(vertices, faces, fill_holes), 1)
    return (cells * np.float32(_spacing())).astype(np.float32)


def _spacing() -> float:
    return LATTICE_SIDE / ((LATTICE_POINTS - 1) * _FINE)


def _fine_band(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], fill_holes: bool
) -> NarrowBand:
    corners = (vertices[faces] + LATTICE_SIDE / 2) / _spacing()
    points = (LATTICE_POINTS - 1) * _FINE + 1
    return narrow_band(corners, points, width=3.0, fill_holes=fill_holes)


def _signed(band: NarrowBand, stride: int) -> tuple[NDArray[np.float32], int]:
    size = (band.distance.shape[0] - 1) // stride + 1
    cells = np.empty((size, size, size), np.float32)
    thin = _sign(
        band.distance,
        band.nearest,
        band.outside,
        band.corners,
        band.width,
        stride,
        np.array(_MARCH),
        cells,
    )
    _extend(cells, float(stride))
    return cells, thin


def _hollowness(band: NarrowBand) -> float:
    # A second flood that cannot pass holes of six cells shows what the holes let in.
    wide = np.ascontiguousarray(band.distance[::2, ::2, ::2] >= np.float32(band.width))
    behind = wide & ~flood(wide)
    total = int(behind.sum())
    reached = int((behind & band.outside[::2, ::2, ::2]).sum())
    return reached / total if total > 50 else 0.0


@njit(cache=True)
def _sign(
    distance: NDArray[np.float32],
    nearest: NDArray[np.int32],
    outside: NDArray[np.bool_],
    corners: NDArray[np.float64],
    width: float,
    stride: int,
    march: NDArray[np.float64],
    signed: NDArray[np.float32],
) -> int:
    # Fills `signed` (in fine cells); plus or minus _FAR where `_extend` has to.
    thin = 0
    size = signed.shape[0]
    for i in range(size):
        for j in range(size):
            for k in range(size):
                x, y, z = i * stride, j * stride, k * stride
                out = outside[x, y, z]
                d = distance[x, y, z]
                if nearest[x, y, z] < 0 or d >= width:
                    signed[i, j, k] = _FAR if out else -_FAR
                    continue
                triangle = corners[nearest[x, y, z]]
                qx, qy, qz = closest_on_triangle(triangle, x, y, z)
                ux, uy, uz = _direction(triangle, x - qx, y - qy, z - qz)
                ray = (qx, qy, qz, ux, uy, uz)
                here = 0.0
                if not out:
                    here = _thickness(distance, nearest, outside, corners, march, ray, 1.0)
                there = _thickness(distance, nearest, outside, corners, march, ray, -1.0)
                if here >= _FAR and there >= _FAR:
                    # Solid on both sides: a face inside the solid, or a corner that is too
                    # narrow for the flood.
                    signed[i, j, k] = d if _sees_outside(distance, outside, x, y, z) else -_FAR
                    continue
                grown = max(0.0, (LEAST_THICKNESS - here - there) / 2)
                if here < _NOTHING:
                    signed[i, j, k] = d - grown
                else:
                    # The way out is on the far side of q, or ahead if q is on a face within.
                    behind = d if there < _NOTHING else d + there
                    signed[i, j, k] = -min(behind, max(here - d, 0.0)) - grown
                if grown > 0 and signed[i, j, k] < 0:
                    thin += 1
    return thin


@njit(cache=True, inline="always")
def _direction(
    triangle: NDArray[np.float64], x: float, y: float, z: float
) -> tuple[float, float, float]:
    # From the surface point to the lattice point; along the face's normal where they coincide.
    length = math.sqrt(x * x + y * y + z * z)
    if length < 1e-3:
        u, v = triangle[1] - triangle[0], triangle[2] - triangle[0]
        x, y, z = (
            u[1] * v[2] - u[2] * v[1],
            u[2] * v[0] - u[0] * v[2],
            u[0] * v[1] - u[1] * v[0],
        )
        length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


@njit(cache=True)
def _thickness(
    distance: NDArray[np.float32],
    nearest: NDArray[np.int32],
    outside: NDArray[np.bool_],
    corners: NDArray[np.float64],
    march: NDArray[np.float64],
    ray: tuple[float, float, float, float, float, float],
    way: float,
) -> float:
    # How much solid a ray from q crosses before it is outside, along (1) or against (-1) its
    # direction: where it gets there, the way gone less the way back to the surface that it came
    # out of. _FAR if it does not get there soon.
    size = distance.shape[0]
    qx, qy, qz, ux, uy, uz = ray
    ux, uy, uz = way * ux, way * uy, way * uz
    for s in march:
        x, y, z = qx + s * ux, qy + s * uy, qz + s * uz
        if not (0 <= x < size - 1 and 0 <= y < size - 1 and 0 <= z < size - 1):
            return 0.0
        face = nearest[round(x), round(y), round(z)]
        if not outside[round(x), round(y), round(z)]:
            continue
        if face < 0:
            return max(0.0, s - _trilinear(distance, x, y, z))
        cx, cy, cz = closest_on_triangle(corners[face], x, y, z)
        d = math.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2)
        facing = ((x - cx) * ux + (y - cy) * uy + (z - cz) * uz) / max(d, 1e-6)
        if facing > 0.5:
            return max(0.0, s - d / facing)
        # A wall beside the ray, as in a corner: ahead it was not crossed, behind it may have been.
        return 0.0 if way > 0 else max(0.0, s - d)
    return _FAR


@njit(cache=True)
def _sees_outside(
    distance: NDArray[np.float32], outside: NDArray[np.bool_], x: int, y: int, z: int
) -> bool:
    # Walk towards the outside near by, each step as long as the free ball about the walker:
    # such a walk cannot pass a face.
    size = distance.shape[0]
    gx, gy, gz = 0.0, 0.0, 0.0
    for i in range(max(0, x - 2), min(size, x + 3)):
        for j in range(max(0, y - 2), min(size, y + 3)):
            for k in range(max(0, z - 2), min(size, z + 3)):
                if outside[i, j, k]:
                    gx, gy, gz = gx + i - x, gy + j - y, gz + k - z
    length = math.sqrt(gx * gx + gy * gy + gz * gz)
    if length < 1e-6:
        return False
    px, py, pz = float(x), float(y), float(z)
    for _ in range(8):
        free = _trilinear(distance, px, py, pz)
        if free < 0.15:
            return False
        px, py, pz = px + free * gx / length, py + free * gy / length, pz + free * gz / length
        if not (0 <= px < size - 1 and 0 <= py < size - 1 and 0 <= pz < size - 1):
            return True
        if outside[round(px), round(py), round(pz)]:
            return True
    return False


@njit(cache=True, inline="always")
def _trilinear(values: NDArray[np.float32], x: float, y: float, z: float) -> float:
    last = values.shape[0] - 2
    i, j, k = min(int(x), last), min(int(y), last), min(int(z), last)
    x, y, z = x - i, y - j, z - k
    low = (values[i, j, k] * (1 - z) + values[i, j, k + 1] * z) * (1 - y)
    low += (values[i, j + 1, k] * (1 - z) + values[i, j + 1, k + 1] * z) * y
    i += 1
    high = (values[i, j, k] * (1 - z) + values[i, j, k + 1] * z) * (1 - y)
    high += (values[i, j + 1, k] * (1 - z) + values[i, j + 1, k + 1] * z) * y
    return low * (1 - x) + high * x


@njit(cache=True)
def _extend(signed: NDArray[np.float32], cell: float) -> None:
    # Distances away from the band, by a chamfer of the known ones; sides stay as they are.
    size = signed.shape[0]
    away = np.abs(signed) >= _FAR
    for sweep in range(2):
        step = 1 - 2 * sweep
        for a in range(size):
            i = a if sweep == 0 else size - 1 - a
            for b in range(size):
                j = b if sweep == 0 else size - 1 - b
                for c in range(size):
                    k = c if sweep == 0 else size - 1 - c
                    if not away[i, j, k]:
                        continue
                    side = 1.0 if signed[i, j, k] > 0 else -1.0
                    best = side * signed[i, j, k]
                    for di in range(-1, 1):
                        for dj in range(-1, 2):
                            for dk in range(-1, 2):
                                if di == 0 and (dj > 0 or (dj == 0 and dk >= 0)):
                                    continue
                                ni, nj, nk = i + step * di, j + step * dj, k + step * dk
                                if not (0 <= ni < size and 0 <= nj < size and 0 <= nk < size):
                                    continue
                                way = cell * math.sqrt(di * di + dj * dj + dk * dk)
                                best = min(best, side * signed[ni, nj, nk] + way)
                    signed[i, j, k] = side * max(best, 0.25 * cell)
