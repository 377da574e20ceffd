"""Colours for a mesh from the photo that it was made of.

Where the photo sees the surface it is simply projected onto it. The rest is guessed from what
furniture is like: the side that is turned away is the mirror image of the one that is seen, and
what neither shows has the colour of what is nearest and faces the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError
from occstudio.exchange.square_crop import cropped, square_of_object
from occstudio.shapes.camera import Camera
from occstudio.shapes.image import Image
from occstudio.shapes.mesh import Mesh

DETAIL = 384
"""More pixels along the photo's side than a mesh's vertices could show."""

_GRAZING = 0.2  # cosine of the angle between normal and view: below it a pixel tells little
_BEHIND = 0.02  # of the mesh's size: how far behind the nearest surface a vertex still counts
_MIRRORED = 0.04  # of the mesh's size: how far the mirror image may lie from a seen vertex
_SAMPLES = 3_000_000  # at most, of the surface

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PhotoColors:
    """A mesh with colours, and where they come from.

    Attributes
    ----------
    mesh : Mesh
    seen, mirrored : float
        Shares of the vertices that the photo shows, and that were mirrored from those.
    """

    mesh: Mesh
    seen: float
    mirrored: float


def color_by_photo(
    mesh: Mesh, image: Image, camera: Camera, *, mirror: int | None = 0, detail: int = DETAIL
) -> PhotoColors:
    """Colour the vertices of a mesh by a photo.

    Parameters
    ----------
    mesh : Mesh
        In the camera's world.
    image : Image
        Of the size that the camera says; its opacity, if any, tells the object from the rest.
    camera : Camera
    mirror : int or None
        The axis at right angles to the plane of symmetry through the middle of the mesh; None
        if it has none.
    detail : int
        Pixels along the side of the photo's square; a larger photo is reduced to it.

    Raises
    ------
    EmptyShapeError
        If the mesh is empty or the photo shows nothing of it.
    """
    if mesh.is_empty:
        raise EmptyShapeError("there is no surface to colour: reconstruct a shape first")
    image, camera = _reduced(image, camera, detail)
    vertices = mesh.vertices.astype(np.float64)
    normals = _normals(mesh, vertices)
    size = float(np.ptp(vertices, axis=0).max())
    pixels, depth = camera.project(vertices)
    seen = _visible(mesh, vertices, normals, camera, _BEHIND * size)
    colors, opaque = _sampled(image, pixels)
    seen &= opaque & (depth > 0)
    if not seen.any():
        raise EmptyShapeError(
            "the photo shows nothing of the surface: the camera does not belong to them"
        )
    colors, mirrored = _completed(colors, seen, vertices, normals, size, mirror)
    painted = replace(mesh, colors=np.clip(np.rint(colors), 0, 255).astype(np.uint8))
    return PhotoColors(painted, float(seen.mean()), float(mirrored.mean()))


def _reduced(image: Image, camera: Camera, detail: int) -> tuple[Image, Camera]:
    # What vertices can't show is not worth its time.
    if max(image.pixels.shape[:2]) <= detail:
        return image, camera
    square = square_of_object(image.opacity())
    side = min(round(square.side), detail)
    framed = replace(image, pixels=cropped(image, square, side))
    return framed, camera.cropped(square.left, square.top, square.side, side)


def _normals(mesh: Mesh, vertices: Doubles) -> Doubles:
    if mesh.normals is not None:
        return mesh.normals.astype(np.float64)
    a, b, c = (vertices[mesh.faces[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a)
    sums = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(sums, mesh.faces[:, k], facing)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def _visible(
    mesh: Mesh, vertices: Doubles, normals: Doubles, camera: Camera, slack: float
) -> NDArray[np.bool_]:
    # Points all over the surface, closer than pixels, leave the nearest depth in each pixel.
    width, height = camera.size
    nearest = np.full((height + 2, width + 2), np.inf)  # a rim for what lies outside
    for points in _surface_points(mesh, vertices, camera):
        pixels, depth = camera.project(points)
        column = np.clip(np.floor(pixels[:, 0]), -1, width).astype(int) + 1
        row = np.clip(np.floor(pixels[:, 1]), -1, height).astype(int) + 1
        np.minimum.at(nearest, (row, column), depth)
    pixels, depth = camera.project(vertices)
    inside = ((pixels >= 0) & (pixels < (width, height))).all(axis=1)
    column = np.clip(np.floor(pixels[:, 0]), -1, width).astype(int) + 1
    row = np.clip(np.floor(pixels[:, 1]), -1, height).astype(int) + 1
    ray = vertices - camera.position
    ray /= np.maximum(np.linalg.norm(ray, axis=1, keepdims=True), 1e-12)
    facing = -np.einsum("ij,ij->i", ray, normals)
    return inside & (facing > _GRAZING) & (depth <= nearest[row, column] + slack)


def _surface_points(mesh: Mesh, vertices: Doubles, camera: Camera) -> list[Doubles]:
    corners = vertices[mesh.faces]
    pixels, _ = camera.project(corners.reshape(-1, 3))
    spans = np.ptp(pixels.reshape(-1, 3, 2), axis=1).max(axis=1)
    steps = np.clip(np.ceil(1.5 * spans), 1, 400).astype(int)
    fewer = np.sqrt(min(1.0, _SAMPLES / max(float((steps.astype(float) ** 2).sum()), 1.0)))
    steps = np.maximum((steps * fewer).astype(int), 1)
    points = [vertices]
    for count in np.unique(steps):
        chosen = corners[steps == count]
        i, j = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
        inside = i + j <= count
        a, b = i[inside] / count, j[inside] / count
        weights = np.stack([1 - a - b, a, b])
        points.append(np.einsum("kn,fkc->fnc", weights, chosen).reshape(-1, 3))
    return points


def _sampled(image: Image, pixels: Doubles) -> tuple[Doubles, NDArray[np.bool_]]:
    # Between pixels; opaque only if all four are, so that no background bleeds in at the rim.
    from scipy.ndimage import map_coordinates

    where = [pixels[:, 1] - 0.5, pixels[:, 0] - 0.5]
    channels = [
        map_coordinates(image.pixels[..., c].astype(np.float64), where, order=1, mode="nearest")
        for c in range(3)
    ]
    opaque = np.ones(len(pixels), bool)
    if image.pixels.shape[2] == 4:
        alpha = image.pixels[..., 3].astype(np.float64)
        opaque = np.asarray(map_coordinates(alpha, where, order=1, mode="constant")) > 250
    return np.stack(channels, axis=1), opaque


def _completed(
    colors: Doubles,
    seen: NDArray[np.bool_],
    vertices: Doubles,
    normals: Doubles,
    size: float,
    mirror: int | None,
) -> tuple[Doubles, NDArray[np.bool_]]:
    from scipy.spatial import KDTree

    filled, known = colors.copy(), seen.copy()
    mirrored = np.zeros(len(seen), bool)
    rest = np.flatnonzero(~seen)
    if mirror is not None and len(rest):
        flipped = vertices[rest].copy()
        low, high = vertices[:, mirror].min(), vertices[:, mirror].max()
        flipped[:, mirror] = low + high - flipped[:, mirror]
        turned = normals[rest].copy()
        turned[:, mirror] *= -1
        shown = np.flatnonzero(seen)
        distance, found = KDTree(vertices[shown]).query(flipped)
        nearest = np.asarray(found, np.int64)
        alike = np.einsum("ij,ij->i", normals[shown[nearest]], turned) > 0.5
        good = (distance < _MIRRORED * size) & alike
        filled[rest[good]] = colors[shown[nearest[good]]]
        known[rest[good]] = mirrored[rest[good]] = True
    rest = np.flatnonzero(~known)
    if len(rest):
        shown = np.flatnonzero(known)
        place = np.hstack([vertices, 0.15 * size * normals])
        nearest = np.asarray(KDTree(place[shown]).query(place[rest])[1], np.int64)
        filled[rest] = filled[shown[nearest]]
    return filled, mirrored
