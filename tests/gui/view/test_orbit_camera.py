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


@pytest.mark.parametrize("is_parallel", [False, True])
def test_what_a_line_of_sight_meets_is_seen_where_it_began(is_parallel: bool) -> None:
    camera = OrbitCamera((0.2, 0.1, -0.3), 2.0, 70, 15, is_parallel)
    for right, up in ((0.0, 0.0), (0.3, -0.2), (-0.4, 0.1)):
        start, along = camera.ray(right, up)
        for distance in (0.5, 3.0):
            seen = camera.seen((start + distance * along)[None])[0]
            assert seen[:2] == pytest.approx([right, up], abs=1e-9)


def test_the_target_keeps_its_size_when_perspective_goes() -> None:
    camera = OrbitCamera(distance=2.5)
    beside = camera.target + 0.1 * camera.right
    flat = OrbitCamera(distance=2.5, is_parallel=True)
    assert camera.seen(beside[None])[0] == pytest.approx(flat.seen(beside[None])[0])


def test_the_view_from_above_has_the_front_below() -> None:
    camera = OrbitCamera().looking(0, 90)
    assert camera.up == pytest.approx([0, 0, -1], abs=1e-9)


def test_a_tight_frame_leaves_little_room() -> None:
    low, high = np.array([-2.0, 0.0, -0.3]), np.array([2.0, 1.0, 0.3])
    camera = OrbitCamera(azimuth=0, elevation=0).framing(low, high, aspect=1.5)
    seen = camera.seen(np.stack(np.meshgrid(*zip(low, high, strict=True)), -1).reshape(-1, 3))
    assert 0.8 < np.abs(seen[:, 0]).max() / 0.75 <= 0.9
