"""Distances to spheres and boxes, whose truth is known, and to meshes with a sharp inside."""

import numpy as np
import pytest
import trimesh

from occstudio.errors import Cancelled, EmptyShapeError, InvalidGeometryError
from occstudio.metrics import SurfaceDistance, contains_points
from occstudio.shapes.analytic import box
from occstudio.shapes.mesh import EMPTY_MESH, Mesh


def mesh_of(solid: trimesh.Trimesh) -> Mesh:
    return Mesh(np.asarray(solid.vertices, np.float32), np.asarray(solid.faces, np.int32))


def ball(radius: float) -> Mesh:
    return mesh_of(trimesh.creation.icosphere(subdivisions=5, radius=radius))


def swept_l() -> Mesh:
    """An L, swept: sharp edges and one concave one."""
    outline = [(-0.5, -0.3), (0.5, -0.3), (0.5, 0.0), (-0.2, 0.0), (-0.2, 1.0), (-0.5, 1.0)]
    faces = [(0, 1, 3), (1, 2, 3), (0, 3, 5), (3, 4, 5)]
    front = [(x, y, 0.4) for x, y in outline]
    back = [(x, y, -0.4) for x, y in outline]
    walls = [(k, (k + 1) % 6) for k in range(6)]
    triangles = [
        *faces,
        *((a + 6, c + 6, b + 6) for a, b, c in faces),
        *((b, a, a + 6) for a, b in walls),
        *((b, a + 6, b + 6) for a, b in walls),
    ]
    return Mesh(np.array(front + back, np.float32), np.array(triangles, np.int32))


@pytest.mark.parametrize("radius", [0.2, 0.3, 0.45])
def test_a_sphere_is_as_far_from_another_as_their_radii_differ(radius: float) -> None:
    found = SurfaceDistance(ball(0.3))(ball(radius).vertices)
    # A chord's sagitta: triangles lie inside the sphere by up to edge**2 / (8 r).
    assert found == pytest.approx(np.full(len(found), radius - 0.3), abs=3e-4)


def test_a_box_of_twelve_triangles_gives_its_exact_signed_distance(
    rng: np.random.Generator,
) -> None:
    size = (0.8, 0.3, 0.5)
    points = rng.uniform(-0.7, 0.7, (5000, 3)).astype(np.float32)
    found = SurfaceDistance(mesh_of(trimesh.creation.box(size)))(points)
    assert found == pytest.approx(box(size)(points), abs=1e-6)


def test_the_sign_agrees_with_containment_near_sharp_edges_and_concave_corners(
    rng: np.random.Generator,
) -> None:
    solid = swept_l()
    points = rng.uniform((-0.7, -0.4, -0.7), (0.7, 1.2, 0.7), (8000, 3)).astype(np.float32)
    assert solid.is_watertight
    assert solid.volume > 0
    distance = SurfaceDistance(solid)(points)
    assert ((distance < 0) == contains_points(solid, points)).all()


def test_every_vertex_of_a_mesh_is_on_it() -> None:
    mesh = mesh_of(trimesh.creation.torus(0.3, 0.1))
    assert np.abs(SurfaceDistance(mesh)(mesh.vertices)).max() < 1e-7


def test_a_far_point_is_measured_too() -> None:
    found = SurfaceDistance(ball(0.3))(np.array([[100.0, 0, 0]]))
    assert found[0] == pytest.approx(99.7, abs=1e-3)


def test_no_points_give_no_distances() -> None:
    assert len(SurfaceDistance(ball(0.3))(np.zeros((0, 3)))) == 0


def test_it_can_be_cancelled() -> None:
    class Impatient:
        def check(self) -> None:
            raise Cancelled

        def report(self, stage: str, fraction: float) -> None: ...

    with pytest.raises(Cancelled):
        SurfaceDistance(ball(0.3))(np.zeros((10, 3)), Impatient())


def test_surfaces_without_area_are_refused() -> None:
    flat = Mesh(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32))
    for nothing in (EMPTY_MESH, flat):
        with pytest.raises(EmptyShapeError, match="no area"):
            SurfaceDistance(nothing)


def test_points_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidGeometryError, match=r"\(n, 3\)"):
        SurfaceDistance(ball(0.3))(np.zeros((4, 2)))
