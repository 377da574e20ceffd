"""Crossed shapes are one shape on one side of a cut and another on the other, closed between."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from occstudio.networks.shape_space import FAMILY
from occstudio.training.crossed_shapes import Crossed, family_of
from occstudio.training.stretched_views import stretched_views
from tests.networks.test_shape_space import TINY
from tests.training.solids import Block, Ellipsoid, ellipsoids

_BALL, _BLOCK = Ellipsoid((0.5, 0.5, 0.5)), Block((0.2, 0.1, 0.3))


@pytest.mark.parametrize("seed", range(8))
def test_a_crossed_shape_is_closed_and_as_its_points_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = Crossed.of(_BALL, _BLOCK, rng)
    points, normals = shape.sample_surface(3000, rng)
    assert points.shape == normals.shape == (3000, 3)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    within, beyond = points - 0.01 * normals, points + 0.01 * normals
    # Within a hair of the cut's own rim either side may answer.
    assert shape.occupancy(within.astype(np.float32)).mean() > 0.95
    assert shape.occupancy(beyond.astype(np.float32)).mean() < 0.05
    place = np.abs(points[:, shape.axis]) if shape.axis == 0 else points[:, shape.axis]
    assert (np.abs(place - shape.at) < 1e-6).any()


def test_each_side_of_a_cut_is_of_its_own_shape() -> None:
    shape = Crossed.of(_BALL, _BLOCK, np.random.default_rng(2))
    queries = np.random.default_rng(3).uniform(-0.55, 0.55, (4000, 3)).astype(np.float32)
    place = queries[:, shape.axis]
    far = (np.abs(place) if shape.axis == 0 else place) > shape.at
    ball = np.linalg.norm(queries, axis=1) <= 0.5
    # The block fills the box of the ball.
    block = (np.abs(queries) <= 0.5).all(axis=1)
    found, expected = shape.occupancy(queries), np.where(far, ball, block)
    assert (found == expected).mean() > 0.98
    assert 0 < far.mean() < 1


def test_a_cut_that_leaves_nothing_of_either_is_none() -> None:
    empty = Crossed(
        _BLOCK, _BLOCK, 1, 2.0, np.ones(3, np.float32), np.full(3, 9, np.float32), *_corners()
    )
    points, _ = empty.sample_surface(10, np.random.default_rng(0))
    assert np.isfinite(points).all()
    assert points.shape == (10, 3)


def test_quick_views_cross_shapes_of_one_family_only() -> None:
    torch.manual_seed(0)
    space = FAMILY.build(TINY).eval()
    kinds = ("chair", "armchair", "lamp", "lamp")
    shapes = ellipsoids(4)
    views = stretched_views(shapes, space, 8, 32, seed=1, kinds=kinds, crossed=1.0)
    assert views.kinds == kinds * 2
    for number, drawn in enumerate(views.shapes):
        crossed = getattr(drawn, "shape")  # noqa: B009
        assert isinstance(crossed, Crossed)
        partner = shapes.index(crossed.near)  # type: ignore[arg-type]
        assert family_of(kinds[partner]) == family_of(kinds[number % 4])
    plain = stretched_views(shapes, space, 4, 32, seed=1, crossed=1.0)
    assert not any(isinstance(getattr(drawn, "shape"), Crossed) for drawn in plain.shapes)  # noqa: B009


def _corners() -> tuple[np.ndarray, np.ndarray]:
    return np.full(3, -0.5, np.float32), np.full(3, 0.5, np.float32)
