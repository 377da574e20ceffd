"""Colours of a photo land where the photo shows the surface, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from occstudio.datasets.textured_mesh import Material, TexturedMesh, face_normals
from occstudio.datasets.view_renderer import ViewRenderer
from occstudio.datasets.view_sampling import Light, orbit_camera
from occstudio.errors import EmptyShapeError
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.exchange.mesh_writer import write_mesh
from occstudio.finishing.photo_colors import color_by_photo
from occstudio.shapes.camera import Camera
from occstudio.shapes.image import Image
from occstudio.shapes.mesh import Mesh

RED, GREEN, BLUE = 0, 1, 2
CAMERA = orbit_camera(azimuth=35, elevation=25, distance=2.5, focal=260, size=192)


def shape() -> Mesh:
    """A box with a smaller one before it, which hides some of it."""
    box = trimesh.creation.box((0.8, 0.9, 0.3)).subdivide_to_size(0.03)
    front = trimesh.creation.box((0.2, 0.3, 0.2)).subdivide_to_size(0.03)
    front.apply_translation((0, -0.2, 0.35))
    both = trimesh.util.concatenate([box, front])
    return Mesh(np.asarray(both.vertices, np.float32), np.asarray(both.faces, np.int32))


def truth(points: np.ndarray) -> np.ndarray:
    """The box is green, its upper half blue; what stands before it is red."""
    return np.where(points[:, 2] > 0.17, RED, np.where(points[:, 1] > 0.1, BLUE, GREEN))


def photo(mesh: Mesh) -> Image:
    corners = mesh.vertices[mesh.faces].astype(np.float32)
    normals = np.repeat(face_normals(corners)[:, None], 3, axis=1)
    materials = tuple(Material(tuple(row), 0.0) for row in (0.05 + 0.9 * np.eye(3)).tolist())
    group = truth(corners.mean(axis=1))
    flat = TexturedMesh(
        corners, normals, np.zeros((*corners.shape[:2], 2), np.float32), group, materials
    )
    renderer = ViewRenderer(192)
    renderer.show(flat, materials, flat.texture_points)
    view = renderer.render(CAMERA, (Light((0.2, -0.5, -1.0), (0.8, 0.8, 0.8)),))
    renderer.close()
    return Image(view.pixels)


@pytest.fixture(scope="module")
def photographed() -> Image:
    return photo(shape())


def clear(points: np.ndarray) -> np.ndarray:
    """Away from where colours meet."""
    return (np.abs(points[:, 1] - 0.1) > 0.03) & (np.abs(points[:, 2] - 0.17) > 0.02)


def test_what_the_photo_shows_has_its_colour(photographed: Image) -> None:
    mesh = shape()
    painted = color_by_photo(mesh, photographed, CAMERA, mirror=None)
    assert painted.mesh.colors is not None
    assert 0.2 < painted.seen < 0.7
    assert painted.mirrored == 0
    towards = (mesh.vertices[:, 2] > 0.14) & (np.abs(mesh.vertices[:, 0]) < 0.38)
    towards &= clear(mesh.vertices)
    right = painted.mesh.colors.argmax(axis=1) == truth(mesh.vertices)
    assert right[towards].mean() > 0.97


def test_what_is_hidden_does_not_take_the_colour_of_what_hides_it(photographed: Image) -> None:
    mesh = shape()
    painted = color_by_photo(mesh, photographed, CAMERA)
    assert painted.mesh.colors is not None
    behind = (mesh.vertices[:, 2] < 0.14) & clear(mesh.vertices)
    assert (painted.mesh.colors[behind].argmax(axis=1) == RED).mean() < 0.01


def test_the_far_side_is_the_mirror_image_of_the_near_one(photographed: Image) -> None:
    mesh = shape()
    painted = color_by_photo(mesh, photographed, CAMERA, mirror=0)
    assert painted.mesh.colors is not None
    assert painted.mirrored > 0.05
    far = (mesh.vertices[:, 0] < -0.39) & clear(mesh.vertices)
    right = painted.mesh.colors.argmax(axis=1) == truth(mesh.vertices)
    assert right[far].mean() > 0.95
    assert right[clear(mesh.vertices)].mean() > 0.9


@pytest.mark.parametrize("suffix", [".glb", ".obj"])
def test_the_colours_are_in_the_exported_file(
    photographed: Image, tmp_path: Path, suffix: str
) -> None:
    painted = color_by_photo(shape(), photographed, CAMERA).mesh
    write_mesh(painted, tmp_path / f"chair{suffix}")
    again = read_mesh(tmp_path / f"chair{suffix}")
    assert again.colors is not None
    assert painted.colors is not None
    assert np.abs(again.colors.astype(float).mean(axis=0) - painted.colors.mean(axis=0)).max() < 4


def test_a_camera_that_looks_away_and_an_empty_mesh_are_one_sentence(photographed: Image) -> None:
    away = Camera(
        CAMERA.focal, CAMERA.centre + 5000, CAMERA.rotation, CAMERA.translation, CAMERA.size
    )
    with pytest.raises(EmptyShapeError, match="shows nothing"):
        color_by_photo(shape(), photographed, away)
    empty = Mesh(np.zeros((3, 3), np.float32), np.zeros((0, 3), np.int32))
    with pytest.raises(EmptyShapeError, match="no surface"):
        color_by_photo(empty, photographed, CAMERA)
