"""The lattice finds what dense evaluation finds, and never asks twice."""

import numpy as np
import pytest

from occstudio.errors import Cancelled, ModelError
from occstudio.extraction.contour import contour
from occstudio.extraction.lattice import Lattice
from occstudio.shapes.analytic import AnalyticField, box, sphere, torus, union
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import level_of
from occstudio.shapes.grid import Grid, ValueGrid
from tests.extraction.sampled_field import CountingField, NoiseField, Patience, dense_values


@pytest.mark.parametrize("resolution", [16, 37, 48, 64, 75, 100])
def test_nested_evaluation_gives_the_surface_of_dense_evaluation(resolution: int) -> None:
    field = AnalyticField(union(torus(0.3, 0.1), box((0.2, 0.7, 0.1))))
    dense = ValueGrid.of_array(Grid(field.box, resolution), dense_values(field, resolution))
    found = Lattice(field).sample(resolution, 0.0)
    assert_same_triangles(found, dense, 0.0)


@pytest.mark.parametrize(
    ("seed", "resolution", "threshold"),
    [(0, 64, 0.2), (1, 64, 0.6), (2, 64, 0.5), (3, 64, 0.9), (4, 128, 0.4)],
)
def test_nested_is_dense_on_random_smooth_fields(
    seed: int, resolution: int, threshold: float
) -> None:
    field, level = NoiseField(seed), level_of(threshold)
    dense = ValueGrid.of_array(Grid(field.box, resolution), dense_values(field, resolution))
    assert_same_triangles(Lattice(field).sample(resolution, level), dense, level)


def assert_same_triangles(found: ValueGrid, dense: ValueGrid, level: float) -> None:
    ours, theirs = contour(found, level), contour(dense, level)
    assert len(ours.faces) == len(theirs.faces)
    # Triangles come in another order; their centers, far finer than a voxel, tell them apart.
    from scipy.spatial import KDTree

    centers = [mesh.vertices[mesh.faces].mean(axis=1) for mesh in (ours, theirs)]
    off = KDTree(centers[0]).query(centers[1])[0]
    assert off.max() < 1e-3 * found.grid.spacing.min()


def test_a_plate_thinner_than_the_coarsest_cells_is_found_whole() -> None:
    field = AnalyticField(box((0.7, 0.012, 0.8), (0, 0.013, 0)))
    dense = ValueGrid.of_array(Grid(field.box, 128), dense_values(field, 128))
    assert_same_triangles(Lattice(field).sample(128, 0.0), dense, 0.0)


def test_a_surface_that_leaves_what_the_coarsest_cells_saw_is_followed() -> None:
    """A rod that no coarse corner lies in, on a ball that one does."""
    rod = box((0.9, 0.02, 0.02), (0, 0.015, 0.015))
    field = AnalyticField(union(sphere(0.15, (-0.3, 0, 0)), rod))
    clipped = ClippedField(field)  # so that the rod casts no shadow on coarse corners
    dense = ValueGrid.of_array(Grid(field.box, 128), dense_values(clipped, 128))
    assert_same_triangles(Lattice(clipped).sample(128, 0.0), dense, 0.0)


class ClippedField(CountingField):
    """Saturated, as networks are."""

    def __call__(self, points: Points) -> Values:
        return np.clip(super().__call__(points), -0.2, 0.2)

    def rough(self, points: Points) -> Values:
        return self(points)


def test_both_ends_of_every_crossing_edge_are_known() -> None:
    field = NoiseField(4)
    values = Lattice(field).sample(64, 0.0)
    array = values.to_array()
    dense = dense_values(field, 64)
    inside = dense > 0
    for axis in range(3):
        lower, upper = (np.take(inside, range(k, 64 + k), axis) for k in (0, 1))
        crossing = lower != upper
        for k in (0, 1):
            known = np.take(array, range(k, 64 + k), axis)[crossing]
            truth = np.take(dense, range(k, 64 + k), axis)[crossing]
            np.testing.assert_allclose(known, truth, atol=1e-5)


def test_far_fewer_points_are_asked_than_all_corners_of_all_active_cells() -> None:
    field = CountingField(AnalyticField(torus(0.3, 0.12)))
    Lattice(field).sample(256, 0.0)
    published = 393_873  # counted by tests/benchmarks/benchmark_extraction.py on this field
    assert field.exact + field.roughly < 0.55 * published


def test_the_same_surface_asks_nothing_again() -> None:
    lattice = Lattice(NoiseField(1))
    lattice.sample(64, 0.0)
    before = lattice.evaluations
    lattice.sample(64, 0.0)
    assert lattice.evaluations == before


def test_another_threshold_asks_only_what_is_new() -> None:
    field = AnalyticField(torus(0.3, 0.12), sharpness=200)
    lattice = Lattice(field)
    lattice.sample(128, 0.0)
    before = lattice.evaluations
    lattice.sample(128, level_of(0.55))
    assert lattice.evaluations - before < 0.03 * before
    seen = lattice.evaluations
    lattice.sample(128, 0.0)
    assert lattice.evaluations == seen


def test_a_finer_grid_keeps_all_answers() -> None:
    field = AnalyticField(torus(0.3, 0.12))
    lattice, fresh = Lattice(field), Lattice(field)
    lattice.sample(64, 0.0)
    before = lattice.evaluations
    lattice.sample(128, 0.0)
    fresh.sample(128, 0.0)
    assert lattice.evaluations <= fresh.evaluations
    assert lattice.evaluations - before < 0.6 * fresh.evaluations


def test_low_precision_decides_only_what_is_far_from_the_surface() -> None:
    shape = AnalyticField(union(torus(0.3, 0.1), box((0.2, 0.7, 0.1))))
    rough = CountingField(shape, error=0.05)
    values = Lattice(rough).sample(96, 0.0)
    assert rough.roughly > 30_000
    dense = ValueGrid.of_array(Grid(shape.box, 96), dense_values(shape, 96))
    assert_same_triangles(values, dense, 0.0)


def test_cancelling_leaves_a_lattice_that_can_go_on() -> None:
    field = CountingField(AnalyticField(torus(0.3, 0.12)), batch=2_000)
    lattice = Lattice(field)
    with pytest.raises(Cancelled):
        lattice.sample(128, 0.0, Patience(30))
    asked = field.exact + field.roughly
    assert asked <= 31 * 2_000
    again = lattice.sample(128, 0.0)
    assert_same_triangles(again, Lattice(field).sample(128, 0.0), 0.0)


def test_progress_grows_from_nothing_to_one() -> None:
    watch = Patience()
    Lattice(NoiseField(2)).sample(128, 0.0, watch)
    fractions = [fraction for stage, fraction in watch.told if stage == "decode"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) > 5


def test_a_field_of_nan_is_a_sentence() -> None:
    field = AnalyticField(lambda points: np.full(len(points), np.nan, np.float32))
    with pytest.raises(ModelError, match="undefined values"):
        Lattice(field).sample(32, 0.0)


def test_infinite_logits_are_a_surface_all_the_same() -> None:
    ball = sphere(0.3)
    field = AnalyticField(lambda points: np.where(ball(points) < 0, -np.inf, np.inf))
    found = contour(Lattice(field).sample(64, 0.0), 0.0)
    assert np.isfinite(found.vertices).all()
    assert len(found.faces) > 1000
