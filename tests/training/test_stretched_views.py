"""Stretched shapes are what they say, and their pictures show them."""

from __future__ import annotations

import numpy as np
import torch

from occstudio.datasets.view_sampling import Light, orbit_camera
from occstudio.networks.shape_space import FAMILY
from occstudio.training.stretched_views import Stretched, joined, splatted, stretched_views
from tests.networks.test_shape_space import TINY
from tests.training.solids import ellipsoids


def _ball(count: int = 20_000) -> np.ndarray:
    directions = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def test_a_stretched_shape_answers_as_its_points_say() -> None:
    rng = np.random.default_rng(1)
    shape = Stretched.of(ellipsoids(1)[0], rng)
    points, normals = shape.sample_surface(500, rng)
    assert np.ptp(points, axis=0).max() <= 1 + 1e-3
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    assert shape.occupancy(points - 0.01 * normals).all()
    assert not shape.occupancy(points + 0.01 * normals).any()


def test_a_splatted_ball_is_a_disc_lit_from_its_side() -> None:
    normals = _ball()
    camera = orbit_camera(0, 0, 3.0, 96.0, 64)
    right = Light((1.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    grey = np.full((len(normals), 3), 0.5, np.float32)
    pixels = splatted(0.5 * normals, normals, grey, camera, [right])
    rows, columns = (np.mgrid[:64, :64] + 0.5) - 32
    radius = 96 * 0.5 / np.sqrt(3.0**2 - 0.5**2)
    inside, opaque = np.hypot(rows, columns) < radius, pixels[..., 3] > 0
    assert (inside & opaque).sum() / (inside | opaque).sum() > 0.85
    lit, dark = pixels[32, 32 + 10, 0], pixels[32, 32 - 10, 0]
    assert lit > 1.5 * dark > 0


def test_what_lies_behind_is_hidden() -> None:
    normals = _ball()
    colors = np.where(normals[:, 2:] > 0, [[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]).astype(np.float32)
    pixels = splatted(0.5 * normals, normals, colors, orbit_camera(0, 0, 3.0, 96.0, 64), [])
    middle = pixels[24:40, 24:40].reshape(-1, 4)
    assert (middle[:, 3] == 255).all()
    assert (middle[:, 0] > middle[:, 2]).all()


def test_views_know_their_shapes_and_are_the_same_for_the_same_seed() -> None:
    torch.manual_seed(0)
    space = FAMILY.build(TINY).eval()
    shapes = ellipsoids(2)
    first, again = (stretched_views(shapes, space, 3, 32, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.photos, again.photos)
    assert first.photos.shape == (3, 32, 32, 4)
    assert first.codes.shape == first.mirrored.shape == (3, space.code_length)
    both = joined([first, again], [0.25, 0.75])
    assert both.shapes[int(both.shape[4])] is again.shapes[1]
    assert both.chances[3:].sum() == 0.75
