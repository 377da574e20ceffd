"""Fields: thresholds, levels, gradients and the analytic truth."""

import numpy as np
import pytest

from occstudio.errors import OccStudioError
from occstudio.shapes.analytic import AnalyticField, AnalyticModel, box, sphere, torus, union
from occstudio.shapes.field import Box, level_of, threshold_of
from occstudio.shapes.grid import Grid
from occstudio.shapes.point_cloud import PointCloud


@pytest.mark.parametrize("threshold", [1e-9, 0.2, 0.5, 0.999])
def test_level_and_threshold_are_inverse(threshold: float) -> None:
    assert threshold_of(level_of(threshold)) == pytest.approx(threshold)


def test_extreme_levels_do_not_overflow() -> None:
    assert threshold_of(1000.0) == 1.0
    assert threshold_of(-1000.0) == 0.0


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(threshold: float) -> None:
    with pytest.raises(OccStudioError, match="between 0 and 1"):
        level_of(threshold)


def test_distances_are_zero_on_the_surface_and_negative_inside() -> None:
    on = np.array([[0.3, 0, 0]], np.float32)
    center = np.zeros((1, 3), np.float32)
    assert sphere(0.3)(on) == pytest.approx(0)
    assert box((0.6, 1, 1))(on) == pytest.approx(0)
    assert torus(0.2, 0.1)(on) == pytest.approx(0, abs=1e-6)
    assert union(sphere(0.1), sphere(0.3))(center) == pytest.approx(-0.3)
    assert box((0.6, 1, 1))(center) == pytest.approx(-0.3)


def test_the_gradient_points_inward_since_positive_is_inside() -> None:
    field = AnalyticField(sphere(0.3))
    slope = field.gradient(np.array([[0.3, 0, 0]], np.float32))
    assert slope[0, 0] == pytest.approx(-40, rel=1e-2)
    assert abs(slope[0, 1:]).max() < 0.1


def test_grid_positions_and_indices_are_inverse_and_nested() -> None:
    fine, coarse = Grid(Box.cube(1.1), 64), Grid(Box.cube(1.1), 32)
    indices = np.array([[0, 0, 0], [5, 17, 32], [32, 32, 32]])
    assert np.array_equal(fine.positions(2 * indices), coarse.positions(indices))
    assert np.allclose(coarse.indices(coarse.positions(indices)), indices, atol=1e-5)
    assert np.allclose(coarse.positions(indices)[[0, 2]], [[-0.55] * 3, [0.55] * 3])


def test_the_analytic_model_knows_the_half_extents_of_the_cloud() -> None:
    cloud = PointCloud.of(np.array([[0.0, 0, 0], [4, 2, 1]]))
    latent = AnalyticModel().encode(cloud)
    assert np.allclose(latent.arrays["radii"], [0.5, 0.25, 0.125])
