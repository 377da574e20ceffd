"""Quick views of shapes that no library has: known ones made wider, lower, splayed or thick-legged.

From a few hundred shapes an encoder learns to recognise them, and not how wide a cabinet is. So
each shape is stretched along its axes, parts of them differently, at random and anew for each
view, many after they were crossed with another one (`crossed_shapes`), and drawn from its surface
points alone, the nearest on top, shaded by their normals in a colour or a pattern. That takes
milliseconds, and proportions are exact; what surfaces look like is learned from renderings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from occstudio.training.crossed_shapes import Crossed, family_of
from occstudio.training.photo_training import Mirrored, PhotoViews
from occstudio.training.photo_views import over_white, viewpoint

_POINTS: Final = 30_000
_STORED: Final = 8_000
_STRETCH: Final = 0.4
"""Greatest natural logarithm of a factor along an axis."""
_BEND: Final = 0.5
"""The same of a part of an axis: a seat comes up, legs grow thick, a back grows low."""
_TAPER: Final = 0.3
"""Greatest change of width or depth from the floor to the top, for splayed and leaning things."""
_KNOTS: Final = 6
_REACH: Final = 0.55  # up to where the knots of an axis stand

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Stretched:
    """A shape in other proportions, its longest side 1 again.

    Parameters
    ----------
    shape : LabelledShape
    factors : (3,) float32
        Along the axes, at the end.
    knots : (3, k) float32, optional
        Where evenly spaced places of each axis come to, always rising; between them straight.
    taper : (float, float)
        By how much the shape grows in width and in depth for each unit of height.
    middle : (3,) float32
        What comes to the origin, before the factors.
    """

    shape: LabelledShape
    factors: Points
    knots: Points | None = None
    taper: tuple[float, float] = (0.0, 0.0)
    middle: Points = field(default_factory=lambda: np.zeros(3, np.float32))

    @classmethod
    def of(cls, shape: LabelledShape, rng: np.random.Generator, *, bends: bool = True) -> Stretched:
        """Stretched at random; parts of it differently, unless it shall not bend."""
        knots, taper = None, (0.0, 0.0)
        if bends:
            steps = np.exp(rng.uniform(-_BEND, _BEND, (3, _KNOTS - 1)))
            # What is alike on both sides stays so.
            steps[0] = (steps[0] + steps[0, ::-1]) / 2
            ends = np.concatenate([np.zeros((3, 1)), np.cumsum(steps, axis=1)], axis=1)
            knots = ((ends / ends[:, -1:] - 0.5) * 2 * _REACH).astype(np.float32)
            if rng.random() < 0.4:
                taper = tuple(rng.uniform(-_TAPER, _TAPER, 2).tolist())
        plain = cls(shape, np.ones(3, np.float32), knots, taper)
        points, _ = plain.sample_surface(2000, rng)
        factors = np.exp(rng.uniform(-_STRETCH, _STRETCH, 3))
        factors = (factors / (np.ptp(points, axis=0) * factors).max()).astype(np.float32)
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        return cls(shape, factors, knots, taper, middle)

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points and normals (n, 3)."""
        points, normals = self.shape.sample_surface(n, rng)
        return self.moved(points, normals)

    def moved(self, points: Points, normals: Points) -> tuple[Points, Points]:
        """Points and normals (n, 3) of the shape where they come to."""
        # 1. Along each axis on its own: normals shrink where the axis grows.
        bent, facing = points.astype(np.float64), normals.astype(np.float64)
        if self.knots is not None:
            places = np.linspace(-_REACH, _REACH, self.knots.shape[1])
            slopes = np.diff(self.knots, axis=1) / np.diff(places)
            which = np.clip(np.searchsorted(places, points) - 1, 0, len(places) - 2)
            facing /= np.stack([slopes[a][which[:, a]] for a in range(3)], axis=1)
            along_axes = [np.interp(points[:, a], places, self.knots[a]) for a in range(3)]
            bent = np.stack(along_axes, axis=1)
        # 2. Wider and deeper with height, by the transposed inverse of the Jacobian.
        wide, deep = 1 + self.taper[0] * bent[:, 1], 1 + self.taper[1] * bent[:, 1]
        across, along = facing[:, 0] / wide, facing[:, 2] / deep
        upward = facing[:, 1]
        upward = upward - self.taper[0] * bent[:, 0] * across
        upward = upward - self.taper[1] * bent[:, 2] * along
        bent = bent * np.stack([wide, np.ones_like(wide), deep], axis=1)
        # 3. As a whole.
        turned = np.stack([across, upward, along], axis=1) / self.factors
        turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
        return ((bent - self.middle) * self.factors).astype(np.float32), turned.astype(np.float32)

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Whether points (n, 3) are inside."""
        return self.shape.occupancy(self.unmoved(points))

    def unmoved(self, points: Points) -> Points:
        """Where points (n, 3) came from."""
        back = points / self.factors + self.middle
        wide, deep = 1 + self.taper[0] * back[:, 1], 1 + self.taper[1] * back[:, 1]
        back = back / np.stack([wide, np.ones_like(wide), deep], axis=1)
        if self.knots is not None:
            places = np.linspace(-_REACH, _REACH, self.knots.shape[1])
            # Past the last knot there is nothing, whatever is asked.
            far = {"left": -2 * _REACH, "right": 2 * _REACH}
            unbent = [np.interp(back[:, a], self.knots[a], places, **far) for a in range(3)]
            back = np.stack(unbent, axis=1)
        return np.ascontiguousarray(back, np.float32)


def stretched_views(
    shapes: Sequence[LabelledShape],
    space: ShapeSpace,
    count: int,
    size: int,
    seed: int = 0,
    *,
    kinds: Sequence[str] = (),
    crossed: float = 0.0,
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
    kinds : sequence of str
        What each shape is; needed to cross them.
    crossed : float
        Share of the views whose shape is crossed with another of its family first.
    """
    families = np.array([family_of(kind) for kind in kinds])
    changed: list[LabelledShape] = []
    photos: list[NDArray[np.uint8]] = []
    seen: list[NDArray[np.float32]] = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        shape = shapes[number % len(shapes)]
        if kinds and rng.random() < crossed:
            alike = np.flatnonzero(families == families[number % len(shapes)])
            shape = Crossed.of(shape, shapes[int(rng.choice(alike))], rng)
        shape = Stretched.of(shape, rng)
        pixels, camera = drawn_view(shape, size, rng)
        changed.append(shape)
        photos.append(over_white(pixels))
        seen.append(viewpoint(camera))
    codes = codes_of(space, changed, points=2500, seed=seed)
    mirrored = codes_of(space, [Mirrored(shape) for shape in changed], points=2500, seed=seed)
    every = np.arange(count)
    return PhotoViews(
        np.stack(photos),
        every,
        np.ones(count),
        changed,
        codes,
        mirrored,
        np.stack(seen),
        tuple(kinds[number % len(kinds)] for number in range(count)) if kinds else (),
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
        tuple(kind for part in parts for kind in part.kinds),
    )
