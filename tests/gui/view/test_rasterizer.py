"""Pictures without OpenGL: where a ball is, what is before what."""

import numpy as np
import pytest

from occstudio.errors import Cancelled
from occstudio.extraction.surface import extract_surface
from occstudio.gui.view.matcaps import picture
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.rasterizer import Solid, draw
from occstudio.shapes.analytic import AnalyticField, sphere

SIZE = (160, 120)


def ball(
    radius: float, x: float = 0.0, z: float = 0.0, tint: tuple[float, ...] = (1, 1, 1)
) -> Solid:
    mesh = extract_surface(AnalyticField(sphere(radius)), resolution=32).mesh
    points = mesh.vertices + np.array([x, 0, z], np.float32)
    return Solid(points, mesh.faces, mesh.normals, tint)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_parallel", [False, True])
def test_a_ball_covers_what_its_projection_covers(is_parallel: bool) -> None:
    camera = OrbitCamera(distance=2.0, is_parallel=is_parallel)
    found = draw([ball(0.4)], camera, SIZE)
    seen = 0.4 if is_parallel else 0.4 / np.sqrt(1 - 0.2**2)
    true = np.pi * (seen / camera.height * SIZE[1]) ** 2
    assert found[..., 3].sum() / 255 == pytest.approx(true, rel=0.01)
    assert found[0, 0, 3] == 0


def test_what_faces_the_eye_has_the_matcaps_middle_colour() -> None:
    found = draw([ball(0.4)], OrbitCamera(distance=2.0), SIZE, "jade")
    assert found[60, 80, :3] == pytest.approx(picture("jade")[128, 128], abs=4)


def test_the_nearer_ball_hides_the_farther_one_whatever_the_order() -> None:
    near, far = ball(0.3, z=0.5, tint=(1, 0, 0)), ball(0.3, z=-0.5, tint=(0, 0, 1))
    camera = OrbitCamera(distance=3.0, azimuth=0, elevation=0)
    for solids in ((near, far), (far, near)):
        middle = draw(solids, camera, SIZE)[60, 80]
        assert middle[0] > 80
        assert middle[2] == 0


def test_points_alone_are_dots() -> None:
    cloud = Solid(np.array([[0.0, 0.0, 0.0]], np.float32), tint=(0, 1, 0))
    found = draw([cloud], OrbitCamera(distance=2.0), SIZE)
    rows, columns = np.nonzero(found[..., 3])
    assert abs(rows.mean() - 60) < 1.5
    assert abs(columns.mean() - 80) < 1.5
    assert found[60, 80, :3].tolist() == [0, 255, 0]


def test_what_is_behind_the_eye_or_has_no_area_is_not_drawn() -> None:
    flat = Solid(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32))
    behind = ball(0.2, z=5.0)
    camera = OrbitCamera(distance=2.0, azimuth=0, elevation=0)
    assert not draw([flat, behind], camera, SIZE)[..., 3].any()
    assert not draw([], camera, SIZE)[..., 3].any()


def test_drawing_can_be_cancelled() -> None:
    class Impatient:
        def check(self) -> None:
            raise Cancelled

        def report(self, stage: str, fraction: float) -> None: ...

    with pytest.raises(Cancelled):
        draw([ball(0.4)], OrbitCamera(), SIZE, watch=Impatient())
