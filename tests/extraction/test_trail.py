"""Following a surface from field to field finds what a fresh look finds, and asks for less."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.errors import NoSurfaceError
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import extract_surface
from occstudio.extraction.trail import Follower, Trail
from occstudio.finishing.components import face_pieces
from occstudio.shapes.analytic import AnalyticField, DistanceFunction, sphere, torus, union
from occstudio.shapes.field import Box
from occstudio.shapes.mesh import Mesh

START = 12


def followed(distance: DistanceFunction, trail: Trail, resolution: int = 48) -> tuple[Mesh, int]:
    field = AnalyticField(distance)
    found = extract_surface(
        field, resolution=resolution, normals=False, lattice=Follower(field, trail, START)
    )
    return found.mesh, found.evaluations


def fresh(distance: DistanceFunction, resolution: int = 48) -> tuple[Mesh, int]:
    field = AnalyticField(distance)
    found = extract_surface(field, resolution=resolution, normals=False, lattice=Lattice(field))
    return found.mesh, found.evaluations


def corners(mesh: Mesh) -> np.ndarray:
    """Coordinates of all triangles' corners (n, 9), in no matter which order they were found."""
    return np.sort(mesh.vertices[mesh.faces].reshape(-1, 9), axis=0)


def assert_same(mesh: Mesh, other: Mesh) -> None:
    assert len(mesh.faces) == len(other.faces)
    assert corners(mesh) == pytest.approx(corners(other), abs=1e-6)


@pytest.mark.parametrize("step", [0.002, 0.02, 0.08])
def test_a_moving_surface_is_followed_to_the_triangle(step: float) -> None:
    trail = Trail()
    for k in range(6):
        moved = sphere(0.2 + step * k / 2, (step * k - 0.2, 0.03, -0.04))
        assert_same(followed(moved, trail)[0], fresh(moved)[0])


def test_following_asks_less_than_looking_anew() -> None:
    trail = Trail()
    asked: list[tuple[int, int]] = []
    for k in range(5):
        moved = torus(0.3 + 0.004 * k, 0.1)
        asked.append((followed(moved, trail)[1], fresh(moved)[1]))
    assert asked[0][0] < 49**3 / 4
    assert all(ours < 0.6 * anew for ours, anew in asked[1:])


def test_a_part_that_appears_elsewhere_is_found_within_a_round_of_the_coarse_lattice() -> None:
    trail = Trail()
    ball, crumb = sphere(0.2, (-0.3, 0, 0)), sphere(0.03, (0.371, 0.212, 0.323))
    followed(ball, trail)
    both = union(ball, crumb)
    meshes = [followed(both, trail)[0] for _ in range(64)]
    assert face_pieces(meshes[-1]).max() == 1
    assert_same(meshes[-1], fresh(both)[0])


def test_what_was_there_and_is_no_more_leaves_nothing() -> None:
    trail = Trail()
    ball = sphere(0.2, (-0.25, 0, 0))
    followed(union(ball, sphere(0.15, (0.3, 0, 0))), trail)
    assert_same(followed(ball, trail)[0], fresh(ball)[0])


def test_a_hole_opens() -> None:
    trail = Trail()
    followed(torus(0.2, 0.19), trail)
    open_ring = torus(0.3, 0.08)
    assert_same(followed(open_ring, trail)[0], fresh(open_ring)[0])


@pytest.mark.parametrize("resolution", [24, 32, 64, 96])
def test_another_grid_follows_the_same_trail(resolution: int) -> None:
    trail = Trail()
    followed(torus(0.3, 0.1), trail)
    moved = torus(0.31, 0.1)
    mesh, asked = followed(moved, trail, resolution)
    assert_same(mesh, fresh(moved, resolution)[0])
    assert asked < (resolution + 1) ** 3 / 2


def test_another_box_begins_anew() -> None:
    trail = Trail()
    followed(sphere(0.3), trail)
    field = AnalyticField(sphere(0.3), Box.cube(1.3))
    found = extract_surface(
        field, resolution=48, normals=False, lattice=Follower(field, trail, START)
    )
    assert np.linalg.norm(found.mesh.vertices, axis=1) == pytest.approx(0.3, abs=0.01)


def test_a_shape_that_leaves_the_box_is_capped_as_ever() -> None:
    trail = Trail()
    for k in range(3):
        leaving = sphere(0.3, (0.3 + 0.02 * k, 0, 0.45))
        mesh = followed(leaving, trail)[0]
        assert mesh.is_watertight
        assert_same(mesh, fresh(leaving)[0])


def test_no_surface_is_said_and_the_next_one_is_found() -> None:
    trail = Trail()
    followed(sphere(0.2), trail)
    with pytest.raises(NoSurfaceError):
        followed(lambda points: np.full(len(points), 1.0, np.float32), trail)
    assert_same(followed(sphere(0.2, (0.2, 0, 0)), trail)[0], fresh(sphere(0.2, (0.2, 0, 0)))[0])


def test_a_box_that_is_full_is_no_surface() -> None:
    trail = Trail()
    followed(sphere(0.2), trail)
    with pytest.raises(NoSurfaceError):
        followed(lambda points: np.full(len(points), -1.0, np.float32), trail)


def test_coarse_values_fill_the_box_evenly() -> None:
    trail = Trail()
    field = AnalyticField(sphere(0.3))
    for _ in range(3):
        follower = Follower(field, trail, START)
        follower.sample(48, 0.0)
        values = follower.coarse_values(48)
        assert values.size >= 12**3
        assert (values > 0).mean() == pytest.approx(4 / 3 * np.pi * 0.3**3 / 1.1**3, abs=0.02)
        assert follower.value_range() == pytest.approx((values.min(), 12), rel=0.4)
