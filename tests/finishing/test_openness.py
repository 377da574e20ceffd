"""Crevices are darker than planes, and nothing else is."""

import numpy as np
import pytest

from occstudio.finishing.openness import DARKEST, _solid, openness
from occstudio.shapes.mesh import Mesh


def box(low: tuple[float, ...], high: tuple[float, ...], cuts: int) -> Mesh:
    """A closed box, its sides in squares of two triangles, each side with its own normals."""
    ends = np.array([low, high], np.float64)
    vertices, faces, normals = [], [], []
    for axis in range(3):
        for side in (0, 1):
            u, v = np.meshgrid(*[np.linspace(0, 1, cuts + 1)] * 2, indexing="ij")
            place = np.empty((cuts + 1, cuts + 1, 3))
            place[..., axis] = ends[side, axis]
            for part, k in ((u, (axis + 1) % 3), (v, (axis + 2) % 3)):
                place[..., k] = ends[0, k] + part * (ends[1, k] - ends[0, k])
            number = np.arange((cuts + 1) ** 2).reshape(cuts + 1, cuts + 1)
            a, b = number[:-1, :-1].ravel(), number[1:, :-1].ravel()
            c, d = number[1:, 1:].ravel(), number[:-1, 1:].ravel()
            quads = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
            faces.append((quads if side else quads[:, ::-1]) + sum(map(len, vertices)))
            vertices.append(place.reshape(-1, 3))
            normal = np.zeros(3)
            normal[axis] = 1 if side else -1
            normals.append(np.tile(normal, (len(vertices[-1]), 1)))
    return Mesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(normals).astype(np.float32),
    )


def joined(*meshes: Mesh) -> Mesh:
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate(
            [mesh.faces + start for mesh, start in zip(meshes, starts, strict=False)]
        ).astype(np.int32),
        np.concatenate([mesh.normals for mesh in meshes if mesh.normals is not None]),
    )


def room() -> Mesh:
    """A floor with a wall on its left, that leaves the rest of it open."""
    return joined(
        box((-1.0, -0.2, -1.0), (1.0, 0.0, 1.0), 40), box((-1.0, 0.0, -1.0), (-0.8, 1.0, 1.0), 40)
    )


def of_floor(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the wall, and openness, along the middle of the floor."""
    assert mesh.normals is not None
    is_floor = (mesh.vertices[:, 1] == 0) & (mesh.normals[:, 1] == 1)
    is_floor &= (np.abs(mesh.vertices[:, 2]) < 0.3) & (mesh.vertices[:, 0] > -0.79)
    return mesh.vertices[is_floor, 0] + 0.8, openness(mesh)[is_floor]


def test_what_bulges_is_open() -> None:
    mesh = box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5), 30)
    assert openness(mesh) == pytest.approx(1.0, abs=0.02)


def test_a_floor_is_darker_the_nearer_the_wall() -> None:
    away, light = of_floor(room())
    near, middle, far = (
        light[(away >= low) & (away < high)].mean()
        for low, high in ((0, 0.1), (0.3, 0.5), (1.2, 2))
    )
    assert near < 0.65
    assert near < middle - 0.1
    assert middle < far
    assert far > 0.95
    assert light.min() >= DARKEST


def test_the_outside_of_the_wall_is_open() -> None:
    mesh = room()
    assert mesh.normals is not None
    outside = (mesh.vertices[:, 0] == -1) & (mesh.normals[:, 0] == -1)
    assert openness(mesh)[outside].min() > 0.9


def test_it_does_not_depend_on_the_axes() -> None:
    mesh = room()
    assert mesh.normals is not None
    turned = Mesh(mesh.vertices[:, [1, 2, 0]], mesh.faces, mesh.normals[:, [1, 2, 0]])
    # The grid lies a little otherwise about it.
    assert np.abs(openness(turned) - openness(mesh)).mean() < 0.02


def test_it_does_not_depend_on_size_and_place() -> None:
    mesh = room()
    moved = Mesh(30 * mesh.vertices + np.float32(7), mesh.faces, mesh.normals)
    assert np.abs(openness(moved) - openness(mesh)).max() < 0.02


def test_few_large_triangles_hide_as_much_as_many_small_ones() -> None:
    fine = room()
    coarse = joined(
        box((-1.0, -0.2, -1.0), (1.0, 0.0, 1.0), 40), box((-1.0, 0.0, -1.0), (-0.8, 1.0, 1.0), 1)
    )
    assert np.abs(of_floor(coarse)[1] - of_floor(fine)[1]).max() < 0.02


@pytest.mark.parametrize("cuts", [1, 7, 40])
def test_the_solid_on_the_grid_has_the_cells_whose_middles_are_inside(cuts: int) -> None:
    mesh = box((3.2, 4.1, 5.3), (23.7, 30.6, 18.8), cuts)
    solid = _solid(mesh.vertices.astype(np.float64), mesh.faces)
    expected = np.zeros_like(solid)
    expected[3:24, 4:31, 5:19] = 1
    np.testing.assert_array_equal(solid, expected)


def test_a_mesh_without_triangles_or_extent_is_open() -> None:
    empty = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    assert len(openness(empty)) == 0
    point = Mesh(
        np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32), np.zeros((3, 3), np.float32)
    )
    assert openness(point).tolist() == [1.0, 1.0, 1.0]
