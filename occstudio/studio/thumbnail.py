"""Small pictures of shapes, drawn with numpy: no window and no OpenGL, so on any thread.

Points are sampled on the triangles, turned towards the corner that the window looks from, and
splatted onto a fine raster from back to front; each carries how light it is there. The picture
is one of light and shade; whoever shows it gives it a colour.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Points
from occstudio.shapes.image import Image
from occstudio.shapes.mesh import Mesh
from occstudio.studio.document import Source

Picture = Annotated[NDArray[np.uint8], "(n, n, 4) RGBA, not premultiplied"]

SIZE = 88
"""Pixels along a side: twice what a row shows, for fine screens."""

_FINE = 2
_MOST_FACES = 60_000
_SAMPLES = 90_000
_AZIMUTH, _ELEVATION = np.radians(35.0), np.radians(20.0)
_KEY = np.array([-0.45, 0.65, 0.61])
_FILL = np.array([0.8, 0.1, 0.5])


def picture_of_mesh(mesh: Mesh, size: int = SIZE, *, seed: int = 0) -> Picture:
    """A surface in the model's cube, as grey light and shade on nothing."""
    if mesh.is_empty:
        return np.zeros((size, size, 4), np.uint8)
    random = np.random.default_rng(seed)
    faces = mesh.faces[:: max(len(mesh.faces) // _MOST_FACES, 1)]
    corners = np.asarray(mesh.vertices[faces], np.float32)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(across, axis=1)
    total = float(area.sum())
    if total <= 0:
        return np.zeros((size, size, 4), np.uint8)
    # Every triangle about as often as it is large, without a search for each sample.
    counts = np.ceil(area * (_SAMPLES / total)).astype(np.int64)
    chosen = np.repeat(np.arange(len(faces)), counts)
    u, v = random.random((2, len(chosen), 1), dtype=np.float32)
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    a, b, c = (corners[chosen, k] for k in range(3))
    normals = across / np.maximum(area, 1e-20)[:, None]
    turned = normals @ _view().T
    light = 0.22 + 0.72 * np.maximum(turned @ _unit(_KEY), 0)
    light += 0.25 * np.maximum(turned @ _unit(_FILL), 0)
    return _splatted(a + u * (b - a) + v * (c - a), light[chosen], size)


def picture_of_source(source: Source, size: int = SIZE) -> Picture:
    """What was opened: its points, or the photo itself."""
    observation = source.observation
    if isinstance(observation, Image):
        return _picture_of_photo(observation, size)
    points = observation.frame.to_model(source.shown)
    points = points[(np.abs(points) <= 0.6).all(axis=1)]
    if not len(points):
        return np.zeros((size, size, 4), np.uint8)
    depth = points @ _view()[2]
    near = (depth - depth.min()) / max(float(np.ptp(depth)), 1e-9)
    return _splatted(points, 0.45 + 0.5 * near, size)


def _picture_of_photo(photo: Image, size: int) -> Picture:
    pixels = photo.on_white()
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    # The middle square, every so many pixels: it is looked at, not measured.
    rows = top + (np.arange(size) + 0.5) * side / size
    columns = left + (np.arange(size) + 0.5) * side / size
    picture = np.full((size, size, 4), 255, np.uint8)
    picture[..., :3] = pixels[rows.astype(np.int64)[:, None], columns.astype(np.int64)]
    return picture


def _splatted(points: Points, light: NDArray[np.floating], size: int) -> Picture:
    """Points in model space as a picture that they fill, nearer ones over farther ones."""
    seen = points @ _view().T
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    fine = _FINE * size
    scale = 0.86 * fine / max(float((high - low).max()), 1e-9)
    place = (seen[:, :2] - (low + high) / 2) * scale + fine / 2
    column = np.clip(place[:, 0].astype(np.int64), 0, fine - 1)
    row = np.clip((fine - place[:, 1]).astype(np.int64), 0, fine - 1)
    order = np.argsort(seen[:, 2])
    shade = np.zeros(fine * fine, np.float32)
    covered = np.zeros(fine * fine, np.float32)
    at = (row * fine + column)[order]
    # The last one that is written stays, so the nearest.
    shade[at] = light[order]
    covered[at] = 1
    shade, covered = _closed(shade.reshape(fine, fine), covered.reshape(fine, fine))
    blocks = (size, _FINE, size, _FINE)
    alpha = covered.reshape(blocks).mean(axis=(1, 3))
    grey = (shade * covered).reshape(blocks).mean(axis=(1, 3)) / np.maximum(alpha, 1e-6)
    picture = np.empty((size, size, 4), np.uint8)
    picture[..., :3] = (255 * np.clip(grey, 0, 1)).astype(np.uint8)[..., None]
    picture[..., 3] = (255 * alpha).astype(np.uint8)
    return picture


def _closed(
    shade: NDArray[np.float32], covered: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pixels that no sample fell on take the mean of covered neighbours, if most are."""
    padded, cover = np.pad(shade * covered, 1), np.pad(covered, 1)
    height, width = shade.shape
    total, count = np.zeros_like(shade), np.zeros_like(shade)
    for i in range(3):
        for j in range(3):
            total += padded[i : i + height, j : j + width]
            count += cover[i : i + height, j : j + width]
    filled = (covered == 0) & (count >= 4)
    return np.where(filled, total / np.maximum(count, 1), shade), np.where(filled, 1, covered)


def _view() -> NDArray[np.float32]:
    """Rows are right, up and towards the eye, in the model's axes."""
    sin, cos = np.sin(_AZIMUTH), np.cos(_AZIMUTH)
    back = np.array([sin * np.cos(_ELEVATION), np.sin(_ELEVATION), cos * np.cos(_ELEVATION)])
    right = np.array([cos, 0.0, -sin])
    return np.stack([right, np.cross(back, right), back]).astype(np.float32)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vector / np.linalg.norm(vector)).astype(np.float32)
