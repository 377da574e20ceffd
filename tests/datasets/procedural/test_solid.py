"""Unions and cuts: occupancy, the outer surface and its frame."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.datasets.procedural import Part, ProceduralSolid
from occstudio.datasets.procedural.primitives import Box, Cone, Superellipsoid


def box(low: tuple[float, ...], high: tuple[float, ...]) -> Box:
    half = 0.5 * (np.array(high) - np.array(low))
    return Box(hx=half[0], hy=half[1], hz=half[2], offset=0.5 * (np.array(low) + np.array(high)))


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).uniform(-1.1, 1.1, (5000, 3)).astype(np.float32)


def test_a_union_is_the_or_of_its_parts_and_a_cut_is_gone(points: np.ndarray) -> None:
    block, ball = box((-1, -1, -1), (0.2, 0.2, 0.2)), Superellipsoid(linear=0.8 * np.eye(3))
    hole = Cone(bottom=0.3, top=0.3, height=4.0)
    solid = ProceduralSolid((Part(block, cuts=(hole,)), Part(ball)))
    expected = (block.contains(points) & ~hole.contains(points)) | ball.contains(points)
    assert np.array_equal(solid.occupancy(points), expected)
    assert np.array_equal(solid.distance(points) <= 0, expected)


def test_the_surface_of_two_touching_boxes_has_no_inner_wall() -> None:
    solid = ProceduralSolid((Part(box((-1, -1, -1), (0, 1, 1))), Part(box((0, -1, -1), (1, 1, 1)))))
    points, _ = solid.sample_surface(4000, np.random.default_rng(0))
    on_the_wall = (np.abs(points[:, 0]) < 1e-3) & (np.abs(points[:, 1:]).max(axis=1) < 0.98)
    assert not on_the_wall.any()
    assert np.abs(points).max(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_the_surface_of_a_cut_is_sampled_with_normals_into_the_hole() -> None:
    hole = Cone(bottom=0.4, top=0.4, height=4.0)
    solid = ProceduralSolid((Part(box((-1, -1, -1), (1, 1, 1)), cuts=(hole,)),))
    points, normals = solid.sample_surface(8000, np.random.default_rng(0))
    radius = np.hypot(points[:, 0], points[:, 2])
    wall = (radius < 0.401) & (np.abs(points[:, 1]) < 0.999)
    # Six faces less two discs, and the wall of the hole.
    share = 0.8 * np.pi * 2 / (24 - 2 * np.pi * 0.16 + 0.8 * np.pi * 2)
    assert wall.mean() == pytest.approx(share, abs=0.03)
    inward = (normals[wall][:, [0, 2]] * points[wall][:, [0, 2]]).sum(axis=1)
    assert (inward < 0).all()


def test_normalising_centres_the_box_and_makes_its_longest_side_one() -> None:
    solid = ProceduralSolid((Part(box((1, 2, 3), (2, 6, 4))),)).normalised()
    low, high = solid.bounds()
    assert np.allclose(low, [-0.125, -0.5, -0.125])
    assert np.allclose(high, [0.125, 0.5, 0.125])


def test_a_keep_clips_a_part(points: np.ndarray) -> None:
    ball, upper = Superellipsoid(linear=0.8 * np.eye(3)), box((-2, 0, -2), (2, 2, 2))
    solid = ProceduralSolid((Part(ball, keeps=(upper,)),))
    expected = ball.contains(points) & (points[:, 1] >= 0)
    assert np.array_equal(solid.occupancy(points), expected)
    assert np.allclose(solid.bounds()[0, 1], 0, atol=0.01)
