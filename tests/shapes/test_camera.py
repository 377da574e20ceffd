"""What a camera sees where."""

import numpy as np
import pytest

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.camera import Camera


def camera() -> Camera:
    # Stands on +Z at distance 2, upright, looks at the origin.
    return Camera(
        100.0, np.array([50.0, 40.0]), np.diag([1.0, -1, -1]), np.array([0.0, 0, 2]), (100, 80)
    )


def test_up_is_up_and_right_is_right_in_the_picture() -> None:
    pixels, depth = camera().project(np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 1.0]]))
    assert np.allclose(pixels, [[50, 40], [55, 40], [50, 35], [50, 40]])
    assert np.allclose(depth, [2, 2, 2, 1])
    assert np.allclose(camera().position, [0, 0, 2])


def test_unproject_undoes_project_also_after_a_crop() -> None:
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 3))
    for seen_by in (camera(), camera().cropped(10.5, -3, 37, 128)):
        assert np.allclose(seen_by.unproject(*seen_by.project(points)), points)


def test_a_crop_shows_the_same_things_at_its_own_pixels() -> None:
    points = np.array([[0.1, 0.2, 0.1]])
    before = camera().project(points)[0]
    after = camera().cropped(20, 10, 50, 200).project(points)[0]
    assert np.allclose(after, (before - [20, 10]) * 4)


@pytest.mark.parametrize(
    ("focal", "rotation"), [(0.0, np.eye(3)), (np.nan, np.eye(3)), (1.0, 2 * np.eye(3))]
)
def test_what_is_no_camera_is_refused(focal: float, rotation: np.ndarray) -> None:
    with pytest.raises(InvalidGeometryError, match="camera"):
        Camera(focal, np.zeros(2), rotation, np.zeros(3), (10, 10))
