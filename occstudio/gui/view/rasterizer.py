"""Triangles to pixels without OpenGL: a z-buffer in numpy, lit by a matcap.

All triangles are drawn at once. Each lists the pixels of its bounding box, its edge functions
(Pineda, SIGGRAPH 1988) say which of them it covers, and the nearest triangle keeps each pixel.
Pictures are drawn twice as large and averaged, which smooths edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.gui.view import matcaps
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.shapes.arrays import Faces, Normals, Points
from occstudio.shapes.watch import UNWATCHED, Watch

Picture = NDArray[np.uint8]

_PAIRS = 1_500_000
_DOT = 1


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A surface, or points alone, in the scene.

    Parameters
    ----------
    points : (n, 3) float
        Vertices, or the points of a cloud.
    faces : (F, 3) int, optional
        Of a surface.
    normals : (n, 3) float, optional
        Unit; without them, triangles are flat.
    tint : (3,) float
        Factor on its colours, in 0..1.
    """

    points: Points
    faces: Faces | None = None
    normals: Normals | None = None
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


def draw(
    solids: Sequence[Solid],
    camera: OrbitCamera,
    size: tuple[int, int],
    matcap: str = "clay",
    watch: Watch = UNWATCHED,
) -> Picture:
    """A picture of solids on a clear ground.

    Parameters
    ----------
    solids : sequence of Solid
        In one scene.
    camera : OrbitCamera
        Where one looks from.
    size : (int, int)
        Width and height in pixels.
    matcap : str
        One of `matcaps.NAMES`.
    watch : Watch
        Asked between pieces.

    Returns
    -------
    (h, w, 4) uint8
        RGBA, upper row first.
    """
    width, height = 2 * size[0], 2 * size[1]
    depth = np.full(width * height, np.inf, np.float32)
    color = np.zeros((width * height, 3), np.float32)
    for solid in solids:
        seen = camera.seen(solid.points)
        x = width / 2 + seen[:, 0] * height
        y = height / 2 - seen[:, 1] * height
        placed = np.column_stack([x, y, seen[:, 2]])
        if solid.faces is None or not len(solid.faces):
            _dots(placed, solid, depth, color, (width, height))
        else:
            _triangles(placed, solid, camera, depth, color, (width, height), matcap, watch)
    covered = np.isfinite(depth).reshape(size[1], 2, size[0], 2)
    alpha = covered.mean(axis=(1, 3))
    total = color.reshape(size[1], 2, size[0], 2, 3).sum(axis=(1, 3))
    rgb = total / np.maximum(covered.sum(axis=(1, 3)), 1)[..., None]
    return np.dstack([np.clip(rgb, 0, 255), 255 * alpha]).round().astype(np.uint8)


def _triangles(
    placed: NDArray[np.float64],
    solid: Solid,
    camera: OrbitCamera,
    depth: NDArray[np.float32],
    color: NDArray[np.float32],
    size: tuple[int, int],
    matcap: str,
    watch: Watch,
) -> None:
    assert solid.faces is not None
    corners = placed[solid.faces]
    a, b, c = (corners[:, k, :2] for k in range(3))
    area = _cross(b - a, c - a)
    low = np.floor(corners[:, :, :2].min(axis=1) - 0.5).astype(int).clip(0)
    high = np.ceil(corners[:, :, :2].max(axis=1) + 0.5).astype(int)
    high = np.minimum(high, np.array(size))
    box = np.maximum(high - low, 0)
    drawn = (area != 0) & (corners[:, :, 2].min(axis=1) > 1e-3) & box.all(axis=1)
    rows = np.flatnonzero(drawn)
    bounds = box[rows].prod(axis=1).cumsum()
    normals = _view_normals(solid, camera)
    picture = matcaps.picture(matcap).astype(np.float32) * np.asarray(solid.tint, np.float32)
    first = 0
    while first < len(rows):
        watch.check()
        done = bounds[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(bounds, done + _PAIRS, side="right")))
        chosen = rows[first:last]
        first = last
        pixel, triangle, weights = _covered(chosen, corners, area, low, box, size[0])
        z = np.einsum("ij,ij->i", weights, corners[triangle, :, 2]).astype(np.float32)
        np.minimum.at(depth, pixel, z)
        nearest = depth[pixel] == z
        pixel, triangle, weights = pixel[nearest], triangle[nearest], weights[nearest]
        if normals is None:
            normal = _flat_normals(solid, camera, triangle)
        else:
            normal = np.einsum("ij,ijk->ik", weights, normals[solid.faces[triangle]])
        color[pixel] = _looked_up(picture, normal)


def _covered(
    chosen: NDArray[np.int64],
    corners: NDArray[np.float64],
    area: NDArray[np.float64],
    low: NDArray[np.int64],
    box: NDArray[np.int64],
    width: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pixels (n,), their triangles (n,) and barycentric weights (n, 3)."""
    counts = box[chosen].prod(axis=1)
    triangle = np.repeat(chosen, counts)
    number = np.arange(len(triangle)) - np.repeat(counts.cumsum() - counts, counts)
    column = low[triangle, 0] + number % box[triangle, 0]
    row = low[triangle, 1] + number // box[triangle, 0]
    at = np.column_stack([column + 0.5, row + 0.5])
    a, b, c = (corners[triangle, k, :2] for k in range(3))
    whole = area[triangle]
    weights = np.column_stack([_cross(b - at, c - at), _cross(c - at, a - at)]) / whole[:, None]
    weights = np.column_stack([weights, 1 - weights.sum(axis=1)])
    inside = (weights >= -1e-9).all(axis=1)
    return (row * width + column)[inside], triangle[inside], weights[inside]


def _dots(
    placed: NDArray[np.float64],
    solid: Solid,
    depth: NDArray[np.float32],
    color: NDArray[np.float32],
    size: tuple[int, int],
) -> None:
    offsets = [(i, j) for i in range(-_DOT, _DOT + 1) for j in range(-_DOT, _DOT + 1)]
    for i, j in offsets:
        column, row = np.floor(placed[:, 0]).astype(int) + i, np.floor(placed[:, 1]).astype(int) + j
        kept = (column >= 0) & (column < size[0]) & (row >= 0) & (row < size[1])
        kept &= placed[:, 2] > 1e-3
        pixel = (row * size[0] + column)[kept]
        z = placed[kept, 2].astype(np.float32)
        np.minimum.at(depth, pixel, z)
        color[pixel[depth[pixel] == z]] = 255 * np.asarray(solid.tint, np.float32)


def _view_normals(solid: Solid, camera: OrbitCamera) -> NDArray[np.float64] | None:
    if solid.normals is None:
        return None
    backward = np.cross(camera.right, camera.up)
    return np.asarray(solid.normals) @ np.column_stack([camera.right, camera.up, backward])


def _flat_normals(
    solid: Solid, camera: OrbitCamera, triangle: NDArray[np.int64]
) -> NDArray[np.float64]:
    assert solid.faces is not None
    corners = solid.points[solid.faces[triangle]].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    backward = np.cross(camera.right, camera.up)
    return across @ np.column_stack([camera.right, camera.up, backward])


def _looked_up(picture: NDArray[np.float32], normal: NDArray[np.float64]) -> NDArray[np.float32]:
    unit = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    # What faces away is the inside of an open surface: lit as its other side.
    unit *= np.where(unit[:, 2:] < 0, -1, 1)
    last = len(picture) - 1
    column = ((0.495 * unit[:, 0] + 0.5) * last).round().astype(int)
    row = ((0.5 - 0.495 * unit[:, 1]) * last).round().astype(int)
    return picture[row, column]


def _cross(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    return u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
