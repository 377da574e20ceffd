"""What is done to a scan before it is encoded."""

import numpy as np
import pytest

from occstudio.errors import OccStudioError
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio.input_edit import AS_IS, InputEdit, edited


@pytest.fixture
def cloud() -> PointCloud:
    """A unit sphere at (5, 0, 0), with normals."""
    points = np.random.default_rng(0).normal(size=(3000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    made = PointCloud.of(points + np.array([5.0, 0, 0]), unit="m")
    return PointCloud(made.points, made.frame, normals=points.astype(np.float32))


def test_nothing_is_done_by_default(cloud: PointCloud) -> None:
    assert edited(cloud, cloud.frame, AS_IS).points is cloud.points


def test_a_crop_keeps_what_is_inside_and_fills_the_cube_with_it(cloud: PointCloud) -> None:
    half = edited(cloud, cloud.frame, InputEdit(crop=((5.0, -2, -2), (7, 2, 2))))
    assert (half.points[:, 0] >= 5).all()
    assert len(half) == (cloud.points[:, 0] >= 5).sum()
    assert half.normals is not None
    np.testing.assert_allclose(half.normals, (half.points - [5, 0, 0]), atol=1e-6)
    assert half.frame.center[0] == pytest.approx(5.5, abs=0.02)
    assert np.ptp(half.model_points, axis=0).max() == pytest.approx(1, rel=1e-5)
    assert half.frame.unit == "m"


def test_a_crop_that_does_not_refit_leaves_the_frame(cloud: PointCloud) -> None:
    half = edited(cloud, cloud.frame, InputEdit(crop=((5.0, -2, -2), (7, 2, 2)), refits=False))
    assert half.frame == cloud.frame


def test_far_points_are_dropped_and_near_ones_stay(cloud: PointCloud) -> None:
    far = np.random.default_rng(1).uniform(20, 40, (15, 3))
    dirty = PointCloud.of(np.concatenate([cloud.points, far]))
    clean = edited(dirty, dirty.frame, InputEdit(outliers=2.0))
    assert clean.points.max() < 10
    assert len(clean) > 0.95 * len(cloud)


def test_a_draw_has_the_wanted_count_and_is_repeatable(cloud: PointCloud) -> None:
    edit = InputEdit(count=100, noise=0.01, seed=3)
    first, again = (edited(cloud, cloud.frame, edit) for _ in range(2))
    assert len(first) == 100
    np.testing.assert_array_equal(first.points, again.points)


def test_noise_is_a_part_of_the_longest_side(cloud: PointCloud) -> None:
    noisy = edited(cloud, cloud.frame, InputEdit(noise=0.05))
    assert (noisy.points - cloud.points).std() == pytest.approx(0.05 * 2, rel=0.05)


def test_a_crop_that_leaves_nothing_says_so(cloud: PointCloud) -> None:
    with pytest.raises(OccStudioError, match="make it larger"):
        edited(cloud, cloud.frame, InputEdit(crop=((90, 90, 90), (91, 91, 91))))
