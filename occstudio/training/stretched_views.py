"""Quick views of shapes that no library has: known ones made wider, lower or deeper.

From a few hundred shapes an encoder learns to recognise them, and not how wide a cabinet is. So
each shape is stretched along its axes, at random and anew for each view, and drawn from its
surface points alone, the nearest on top, shaded by their normals in a colour or a pattern. That
takes milliseconds, and proportions are exact; what surfaces look like is learned from renderings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from occstudio.datasets.training_samples import LabelledShape
from occstudio.datasets.view_sampling import Light, draw_viewpoint
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.camera import Camera
from occstudio.training.code_tuning import codes_of
from occstudio.training.photo_training import Mirrored, PhotoViews
from occstudio.training.photo_views import over_white, viewpoint

_POINTS: Final = 30_000
_STORED: Final = 8_000
_STRETCH: Final = 0.4
"""Greatest natural logarithm of a factor along an axis."""

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Stretched:
    """A shape in other proportions, its longest side 1 again.

    Parameters
    ----------
    shape : LabelledShape
    factors : (3,) float32
        Along the axes.
    """

    shape: LabelledShape
    factors: Points

    @classmethod
    def of(cls, shape: LabelledShape, rng: np.random.Generator) -> Stretched:
        """Stretched at random."""
        points, _ = shape.sample_surface(2000, rng)
        factors = np.exp(rng.uniform(-_STRETCH, _STRETCH, 3))
        return cls(shape, (factors / (np.ptp(points, axis=0) * factors).max()).astype(np.float32))

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points and normals (n, 3)."""
        points, normals = self.shape.sample_surface(n, rng)
        turned = normals / self.factors
        turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
        return points * self.factors, turned

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Whether points (n, 3) are inside."""
        return self.shape.occupancy(np.ascontiguousarray(points / self.factors))


def stretched_views(
    shapes: Sequence[LabelledShape], space: ShapeSpace, count: int, size: int, seed: int = 0
) -> PhotoViews:
    """One view each of so many stretched shapes, which are taken in turn.

    Parameters
    ----------
    shapes : sequence of LabelledShape
        In their pose.
    space : ShapeSpace
        Places them.
    count, size : int
        Views, and pixels of their sides.
    seed : int
    """
    changed: list[LabelledShape] = []
    photos: list[NDArray[np.uint8]] = []
    seen: list[NDArray[np.float32]] = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        shape = Stretched.of(shapes[number % len(shapes)], rng)
        pixels, camera = drawn_view(shape, size, rng)
        changed.append(shape)
        photos.append(over_white(pixels))
        seen.append(viewpoint(camera))
    codes = codes_of(space, changed, points=2500, seed=seed)
    mirrored = codes_of(space, [Mirrored(shape) for shape in changed], points=2500, seed=seed)
    every = np.arange(count)
    return PhotoViews(
        np.stack(photos), every, np.ones(count), changed, codes, mirrored, np.stack(seen)
    )


def drawn_view(
    shape: LabelledShape, size: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], Camera]:
    """A picture (size, size, 4) of a shape in some colours from somewhere, and the camera."""
    points, normals = _spread(*shape.sample_surface(_POINTS, rng), rng)
    view = draw_viewpoint(points, size, rng)
    return splatted(points, normals, _paint(points, rng), view.camera, view.lights), view.camera


def splatted(
    points: Points,
    normals: Points,
    colors: NDArray[np.float32],
    camera: Camera,
    lights: Sequence[Light],
) -> NDArray[np.uint8]:
    """A picture (S, S, 4) of surface points, straight colours and opacity.

    Parameters
    ----------
    points, normals : (n, 3)
    colors : (n, 3)
        From 0 to 1.
    camera : Camera
        With a square picture.
    lights : sequence of Light
    """
    side = camera.size[0]
    seen = ((camera.position - points) * normals).sum(axis=1) > 0
    points, normals, colors = points[seen], normals[seen], colors[seen]
    pixels, depth = camera.project(points)
    facing = normals @ camera.rotation.T.astype(np.float32)
    shade = np.full((len(points), 3), 0.25, np.float32)
    for light in lights:
        toward = np.array(light.direction, np.float32)
        toward /= np.linalg.norm(toward)
        shade += np.clip(facing @ toward, 0, None)[:, None] * np.array(light.color, np.float32)
    shaded = np.clip(colors * shade, 0, 1)
    order = np.argsort(-depth)  # what is nearer is drawn later
    picture = np.zeros((side, side, 3), np.float32)
    opaque = np.zeros((side, side), np.bool_)
    corner = np.floor(pixels[order] - 0.5).astype(np.int64)
    columns = np.concatenate([corner[:, 0] + across for across in (0, 1, 0, 1)])
    rows = np.concatenate([corner[:, 1] + down for down in (0, 0, 1, 1)])
    ranks = np.tile(np.arange(len(order)), 4)
    inside = (columns >= 0) & (columns < side) & (rows >= 0) & (rows < side)
    nearest = np.full(side * side, -1, np.int64)
    np.maximum.at(nearest, (rows * side + columns)[inside], ranks[inside])
    hit = nearest >= 0
    picture.reshape(-1, 3)[hit] = shaded[order][nearest[hit]]
    opaque.reshape(-1)[hit] = True
    closed = np.asarray(ndimage.binary_closing(opaque, np.ones((3, 3), np.bool_)), np.bool_)
    gaps = closed & ~opaque
    if gaps.any():
        for channel in range(3):
            wider = ndimage.grey_dilation(picture[..., channel], size=(3, 3))
            picture[..., channel][gaps] = wider[gaps]
    alpha = (opaque | gaps).astype(np.float32)[..., None]
    return np.rint(np.concatenate((picture * alpha, alpha), 2) * 255).astype(np.uint8)


def _spread(points: Points, normals: Points, rng: np.random.Generator) -> tuple[Points, Points]:
    """Points moved a little within the surface: fewer may be stored than are drawn."""
    a, b, c = np.ptp(points, axis=0)
    spacing = np.sqrt(2 * (a * b + b * c + c * a) / _STORED)
    moves = rng.normal(0, spacing / 2, points.shape)
    moves -= (moves * normals).sum(axis=1, keepdims=True) * normals
    return (points + moves).astype(np.float32), normals


def _paint(points: Points, rng: np.random.Generator) -> NDArray[np.float32]:
    """A colour, two that share the shape by height or in stripes, or a soft pattern; (n, 3)."""
    first, second = rng.uniform(0.15, 0.95, (2, 3))
    what = rng.integers(4)
    if what == 0:
        mix = np.zeros(len(points))
    elif what == 1:
        mix = (points[:, 1] > rng.uniform(-0.3, 0.3)).astype(np.float64)
    else:
        waves = rng.normal(0, (4, 25)[what - 2], (3, 2))
        mix = 0.5 + 0.5 * np.sin(points @ waves + rng.uniform(0, 6, 2)).mean(axis=1)
    mixed = first + (second - first) * mix[:, None] * rng.uniform(0.3, 1)
    return mixed.astype(np.float32)


def joined(parts: Sequence[PhotoViews], shares: Sequence[float]) -> PhotoViews:
    """Several sets of views as one; of those drawn, so many are of each."""
    offsets = np.cumsum([0, *(len(part.shapes) for part in parts)])
    chances = [
        part.chances / part.chances.sum() * share for part, share in zip(parts, shares, strict=True)
    ]
    return PhotoViews(
        np.concatenate([part.photos for part in parts]),
        np.concatenate([part.shape + first for part, first in zip(parts, offsets, strict=False)]),
        np.concatenate(chances),
        [shape for part in parts for shape in part.shapes],
        torch.cat([part.codes for part in parts]),
        torch.cat([part.mirrored for part in parts]),
        np.concatenate([part.viewpoints for part in parts]),
    )
