"""Meshes: what they know of themselves, and what they refuse."""

import numpy as np
import pytest

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import EMPTY_MESH, Mesh

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
# fmt: off
CUBE = np.array([
    [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
    [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
], np.int32)
# fmt: on


def test_a_cube_has_volume_one_area_six_and_euler_characteristic_two() -> None:
    cube = Mesh(CORNERS, CUBE)
    assert cube.volume == pytest.approx(1)
    assert cube.area == pytest.approx(6)
    assert cube.euler_characteristic == 2
    assert cube.is_watertight


def test_a_missing_or_a_flipped_triangle_is_not_watertight() -> None:
    assert not Mesh(CORNERS, CUBE[1:]).is_watertight
    flipped = CUBE.copy()
    flipped[0] = flipped[0, ::-1]
    assert not Mesh(CORNERS, flipped).is_watertight
    assert not EMPTY_MESH.is_watertight


def test_placing_scales_the_volume_and_keeps_the_orientation() -> None:
    placed = Mesh(CORNERS, CUBE).placed(Frame((10.0, -3.0, 5.0), scale=0.5, up="+z"))
    assert placed.vertices.dtype == np.float64
    assert placed.volume == pytest.approx(8)


def test_arrays_are_read_only_and_not_shared_with_the_caller() -> None:
    vertices = CORNERS.copy()
    mesh = Mesh(vertices, CUBE)
    vertices[:] = 7
    assert mesh.vertices.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        mesh.vertices[0, 0] = 3


@pytest.mark.parametrize("index", [-1, 8, 2**31 - 1])
def test_an_index_out_of_range_is_refused(index: int) -> None:
    with pytest.raises(InvalidGeometryError):
        Mesh(CORNERS, [[0, 1, index]])


def test_a_vertex_that_is_not_finite_is_refused() -> None:
    with pytest.raises(InvalidGeometryError, match="finite"):
        Mesh(np.full((3, 3), np.nan, np.float32), [[0, 1, 2]])
