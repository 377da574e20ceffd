"""A turntable: it never rolls, keeps what is under the cursor, and frames what it is given."""

import numpy as np
import pytest

from occstudio.gui.view.orbit_camera import OrbitCamera


@pytest.mark.parametrize(("azimuth", "axis"), [(0, (0, 0, 1)), (90, (1, 0, 0))])
def test_front_and_right_look_along_the_axes(azimuth: float, axis: tuple[int, ...]) -> None:
    camera = OrbitCamera(distance=2).looking(azimuth, 0)
    assert camera.eye == pytest.approx(2 * np.asarray(axis), abs=1e-9)
    assert camera.up == pytest.approx([0, 1, 0], abs=1e-9)


def test_it_never_rolls_and_never_crosses_a_pole() -> None:
    rng = np.random.default_rng(0)
    camera = OrbitCamera()
    for right, up in rng.uniform(-90, 90, (200, 2)):
        camera = camera.orbited(float(right), float(up))
        assert camera.up[1] > 0
        assert np.linalg.norm(camera.eye - camera.target) == pytest.approx(camera.distance)


def test_zooming_in_and_out_at_one_place_returns() -> None:
    start = OrbitCamera()
    end = start.zoomed(1.3, 0.2, -0.1).zoomed(1 / 1.3, 0.2, -0.1)
    assert end.distance == pytest.approx(start.distance)
    assert end.target == pytest.approx(start.target, abs=1e-9)


def test_framing_holds_all_corners_in_the_picture() -> None:
    low, high = np.array([-1.0, 0.0, -0.3]), np.array([2.0, 1.0, 0.5])
    camera = OrbitCamera().framing(low, high, aspect=0.8)
    backward = (camera.eye - camera.target) / camera.distance
    right = np.cross(camera.up, backward)
    for corner in np.stack(np.meshgrid(*zip(low, high, strict=True)), -1).reshape(-1, 3):
        seen = corner - camera.eye
        depth = -seen @ backward
        assert abs(seen @ camera.up) / depth <= np.tan(np.radians(15))
        assert abs(seen @ right) / depth <= 0.8 * np.tan(np.radians(15))
