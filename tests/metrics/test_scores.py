"""Metrics against shapes whose scores are known by geometry."""

import math

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError, InvalidGeometryError
from occstudio.metrics import (
    SurfaceSample,
    SurfaceScores,
    chamfer_l1,
    contains_points,
    f_score,
    iou,
    normal_consistency,
    sample_surface,
    score_surfaces,
    volume_iou,
)
from occstudio.shapes.mesh import EMPTY_MESH, Mesh


def mesh_of(solid: trimesh.Trimesh) -> Mesh:
    return Mesh(np.asarray(solid.vertices, np.float32), np.asarray(solid.faces, np.int32))


def cube(side: float, center: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    made = trimesh.creation.box((side, side, side))
    made.apply_translation(center)
    return mesh_of(made)


def ball(radius: float, center: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    made = trimesh.creation.icosphere(subdivisions=4, radius=radius)
    made.apply_translation(center)
    return mesh_of(made)


def square(n: int, height: float = 0.0) -> NDArray[np.float64]:
    """An n by n lattice over the unit square at this height."""
    x, y = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n))
    return np.column_stack([x.ravel(), y.ravel(), np.full(n * n, height)])


def upward(points: NDArray[np.float64]) -> SurfaceSample:
    return SurfaceSample(points, np.tile(np.float32([0, 0, 1]), (len(points), 1)))


def test_iou_counts_common_points_over_all_points() -> None:
    a = np.array([1, 1, 1, 0, 0], bool)
    b = np.array([0, 1, 1, 1, 0], bool)
    assert iou(a, b) == 0.5
    assert iou(a, a) == 1.0
    assert iou(a, ~a) == 0.0


def test_iou_of_nothing_and_nothing_is_refused() -> None:
    nothing = np.zeros(4, bool)
    with pytest.raises(EmptyShapeError):
        iou(nothing, nothing)


def test_iou_refuses_logits_and_unequal_lengths() -> None:
    with pytest.raises(InvalidGeometryError, match="float64"):
        iou(np.zeros(3), np.zeros(3, bool))  # type: ignore[arg-type]
    with pytest.raises(InvalidGeometryError):
        iou(np.ones(3, bool), np.ones(4, bool))


def test_two_concentric_spheres_have_the_ratio_of_their_volumes() -> None:
    assert volume_iou(ball(0.4), ball(0.5)) == pytest.approx(0.8**3, abs=0.01)


def test_two_shifted_spheres_have_the_iou_of_their_lens() -> None:
    radius, distance = 0.4, 0.3
    lens = math.pi * (4 * radius + distance) * (2 * radius - distance) ** 2 / 12
    both = 2 * (4 / 3 * math.pi * radius**3) - lens
    found = volume_iou(ball(radius), ball(radius, (distance, 0, 0)))
    assert found == pytest.approx(lens / both, abs=0.01)


def test_half_shifted_cubes_have_an_iou_of_one_third() -> None:
    assert volume_iou(cube(1), cube(1, (0, 0.5, 0))) == pytest.approx(1 / 3, abs=0.005)


def test_volume_iou_is_reproducible_and_follows_its_seed() -> None:
    a, b = cube(1), cube(1, (0.2, 0.1, 0))
    assert volume_iou(a, b, seed=1, points=5000) == volume_iou(a, b, seed=1, points=5000)
    assert volume_iou(a, b, seed=1, points=5000) != volume_iou(a, b, seed=2, points=5000)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_points_are_inside_a_ball_exactly_when_they_are_near_its_centre(axis: int) -> None:
    points = np.random.default_rng(0).uniform(-0.6, 0.6, (20_000, 3))
    distance = np.linalg.norm(points - (0.05, -0.02, 0.03), axis=1)
    found = contains_points(ball(0.4, (0.05, -0.02, 0.03)), points, axis=axis)
    clear = np.abs(distance - 0.4) > 0.002  # an icosphere lies a little inside its sphere
    assert np.array_equal(found[clear], distance[clear] < 0.4)


def test_rays_through_edges_and_vertices_are_counted_once() -> None:
    corner = np.linspace(-0.75, 0.75, 7)
    points = np.stack(np.meshgrid(corner, corner, corner, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = (np.abs(points) < 0.5).all(axis=1)
    # Vertices of the subdivided cube lie on the same lattice as the points.
    fine = mesh_of(trimesh.creation.box((1, 1, 1)).subdivide().subdivide())
    boundary = np.abs(points).max(axis=1) == 0.5
    found = contains_points(fine, points)
    assert np.array_equal(found[~boundary], inside[~boundary])


def test_overlapping_parts_are_solid_where_they_overlap() -> None:
    one, two = trimesh.creation.box((1, 1, 1)), trimesh.creation.box((1, 1, 1))
    two.apply_translation((0.5, 0, 0))
    both = mesh_of(trimesh.util.concatenate([one, two]))
    points = np.float64([[0.25, 0, 0], [-0.4, 0, 0], [0.9, 0, 0], [1.1, 0, 0]])
    assert contains_points(both, points).tolist() == [True, True, True, False]


def test_a_torus_has_its_hole() -> None:
    ring = mesh_of(trimesh.creation.torus(0.3, 0.1))
    points = np.float64([[0, 0, 0], [0.3, 0, 0], [0, -0.3, 0.05], [0, 0.3, 0.2]])
    assert contains_points(ring, points).tolist() == [False, True, True, False]


def test_chamfer_of_a_shifted_plane_is_the_shift() -> None:
    assert chamfer_l1(square(40), square(40, 0.03)) == pytest.approx(0.03)


def test_chamfer_is_the_mean_of_the_two_directions() -> None:
    one, two = np.zeros((1, 3)), np.float64([[0, 0, 0], [1, 0, 0]])
    assert chamfer_l1(one, two) == pytest.approx((0 + 0.5) / 2)


def test_chamfer_of_two_samples_of_one_surface_falls_with_their_spacing() -> None:
    # Two even random samples of area A are 0.5 sqrt(A / n) apart in the mean.
    scores = score_surfaces(cube(0.5), cube(0.5), samples=20_000)
    assert scores.chamfer_l1 == pytest.approx(0.5 * math.sqrt(1.5 / 20_000), rel=0.05)


def test_normals_of_two_cubes_agree_but_not_those_of_a_turned_one() -> None:
    straight, turned = cube(0.5), trimesh.creation.box((0.5, 0.5, 0.5))
    turned.apply_transform(trimesh.transformations.rotation_matrix(math.pi / 4, (0, 0, 1)))
    same = score_surfaces(straight, straight, samples=20_000).normal_consistency
    other = score_surfaces(straight, mesh_of(turned), samples=20_000).normal_consistency
    assert same > 0.98  # the rest lies at the edges, where the nearest may be round the corner
    # Sides stand at 45 degrees to each other; the tops agree but for their protruding corners.
    assert math.cos(math.pi / 4) < other < 1 / 3 + 2 / 3 * math.cos(math.pi / 4)


def test_the_sign_of_normals_does_not_matter() -> None:
    plane = upward(square(10))
    flipped = SurfaceSample(plane.points, -plane.normals)
    assert normal_consistency(plane, flipped) == pytest.approx(1)


def test_normals_at_sixty_degrees_are_half_consistent() -> None:
    plane = upward(square(10))
    tilted = np.tile(np.float32([math.sin(math.pi / 3), 0, 0.5]), (100, 1))
    assert normal_consistency(plane, SurfaceSample(plane.points, tilted)) == pytest.approx(0.5)


def test_f_score_changes_where_the_shift_passes_the_threshold() -> None:
    assert f_score(square(40), square(40, 0.009)) == 1
    assert f_score(square(40), square(40, 0.011)) == 0


def test_f_score_is_the_harmonic_mean_of_precision_and_recall() -> None:
    lattice = square(41)
    half = lattice[lattice[:, 0] < 0.5]  # all of it right, 20 of 41 columns found
    recall = 20 / 41
    assert f_score(half, lattice) == pytest.approx(2 * recall / (1 + recall))


def test_score_surfaces_agrees_with_the_plain_functions() -> None:
    a, b = sample_surface(cube(0.5), 2000, 1), sample_surface(ball(0.3), 2000, 2)
    scores = score_surfaces(a, b, threshold=0.05)
    assert scores.chamfer_l1 == pytest.approx(chamfer_l1(a.points, b.points))
    assert scores.f_score == pytest.approx(f_score(a.points, b.points, 0.05))
    assert scores.normal_consistency == pytest.approx(normal_consistency(a, b))


def test_samples_lie_on_the_surface_with_its_normals() -> None:
    sample = sample_surface(ball(0.4), 5000, seed=3)
    length = np.linalg.norm(sample.points, axis=1)
    assert length.max() <= 0.4 + 1e-6
    assert length.min() > 0.398
    outward = np.einsum("ij,ij->i", sample.normals, sample.points / length[:, None])
    assert outward.min() > 0.99


def test_samples_are_even_by_area_whatever_the_triangles() -> None:
    # Half of the unit square is one triangle, the other half three, and some have no area.
    vertices = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.1, 0.9, 0]])
    faces = np.int32([[0, 1, 2], [1, 1, 1], [0, 2, 4], [2, 3, 4], [3, 0, 4], [0, 2, 2]])
    sample = sample_surface(Mesh(vertices, faces), 40_000, seed=0)
    counts, _, _ = np.histogram2d(sample.points[:, 0], sample.points[:, 1], bins=4)
    assert np.abs(counts / 2500 - 1).max() < 0.08


def test_a_seed_gives_the_same_sample_again() -> None:
    first, second = (sample_surface(cube(1), 100, seed=7).points for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, sample_surface(cube(1), 100, seed=8).points)


def test_far_from_the_origin_samples_keep_the_precision_of_their_mesh() -> None:
    near = cube(1)
    far = Mesh(near.vertices.astype(np.float64) + 1e6, near.faces)
    assert sample_surface(far, 10).points.dtype == np.float64


def test_empty_shapes_are_refused_by_name() -> None:
    nothing, something = np.zeros((0, 3)), square(3)
    with pytest.raises(EmptyShapeError, match="predicted"):
        chamfer_l1(nothing, something)
    with pytest.raises(EmptyShapeError, match="reference"):
        f_score(something, nothing)
    for measure in (sample_surface, score_surfaces, volume_iou):
        with pytest.raises(EmptyShapeError):
            measure(EMPTY_MESH, cube(1))  # type: ignore[operator]
    flat = Mesh(np.zeros((3, 3), np.float32), np.int32([[0, 1, 2]]))
    with pytest.raises(EmptyShapeError, match="no area"):
        sample_surface(flat, 10)


def test_the_worst_scores_are_those_of_a_missing_surface() -> None:
    worst = SurfaceScores.worst()
    assert worst.chamfer_l1 == pytest.approx(math.sqrt(3))
    assert (worst.f_score, worst.normal_consistency) == (0, 0)


def test_a_sample_refuses_what_could_not_be_measured() -> None:
    with pytest.raises(InvalidGeometryError, match="finite"):
        SurfaceSample(np.full((1, 3), np.nan), np.ones((1, 3), np.float32))
    with pytest.raises(InvalidGeometryError, match="normals"):
        SurfaceSample(np.zeros((2, 3)), np.ones((1, 3), np.float32))
