"""Meshes are written where the scan was, right way up, and nothing is left half-written."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from occstudio.errors import EmptyShapeError, UnknownNameError, UnwritableFileError
from occstudio.exchange import mesh_writer
from occstudio.exchange.mesh_encoders import MESH_FORMATS
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.exchange.mesh_writer import write_mesh
from occstudio.exchange.point_cloud_reader import read_point_cloud
from occstudio.shapes.frame import UP_AXES, Frame
from occstudio.shapes.mesh import EMPTY_MESH, Mesh
from occstudio.shapes.point_cloud import PointCloud


@pytest.fixture
def shape() -> Mesh:
    """An L of three boxes' worth, no two axes alike, with normals and colours."""
    a = trimesh.creation.box(bounds=[[-0.5, -0.4, -0.3], [0.5, -0.2, 0.1]])
    b = trimesh.creation.box(bounds=[[-0.5, -0.1, -0.3], [-0.3, 0.4, 0.3]])
    both = trimesh.util.concatenate([a, b])
    generator = np.random.default_rng(0)
    return Mesh(
        both.vertices.astype(np.float32),
        both.faces.astype(np.int32),
        both.vertex_normals.astype(np.float32),
        generator.integers(0, 256, both.vertices.shape).astype(np.uint8),
    )


@pytest.mark.parametrize("suffix", [*MESH_FORMATS])
def test_what_is_written_is_what_is_read(tmp_path: Path, shape: Mesh, suffix: str) -> None:
    write_mesh(shape, tmp_path / f"a{suffix}")
    back = read_mesh(tmp_path / f"a{suffix}")
    assert back.is_watertight
    assert back.volume == pytest.approx(shape.volume, rel=1e-6)
    assert len(back.faces) == len(shape.faces)
    if suffix != ".stl":
        np.testing.assert_allclose(back.vertices, shape.vertices, atol=1e-7)
        np.testing.assert_array_equal(back.faces, shape.faces)
    assert (back.colors is not None) == MESH_FORMATS[suffix].colors
    if back.colors is not None:
        np.testing.assert_array_equal(back.colors, shape.colors)
    assert [p.name for p in tmp_path.iterdir()] == [f"a{suffix}"]


@pytest.mark.parametrize("suffix", [*MESH_FORMATS])
def test_another_program_reads_the_same_solid(tmp_path: Path, shape: Mesh, suffix: str) -> None:
    write_mesh(shape, tmp_path / f"a{suffix}")
    other = trimesh.load_mesh(tmp_path / f"a{suffix}")
    assert other.is_watertight
    assert other.volume == pytest.approx(shape.volume, rel=1e-5)
    np.testing.assert_allclose(other.bounds[0], shape.vertices.min(axis=0), atol=1e-6)


@pytest.mark.parametrize("up", UP_AXES)
@pytest.mark.parametrize("suffix", [*MESH_FORMATS])
def test_a_reconstruction_lies_on_its_scan_in_any_unit_and_axis(
    tmp_path: Path, shape: Mesh, suffix: str, up: str
) -> None:
    frame = Frame((120.0, -40.0, 900.0), 1 / 800, up, "mm")
    write_mesh(shape, tmp_path / f"a{suffix}", frame=frame)
    back = read_mesh(tmp_path / f"a{suffix}")
    world = frame.to_world(shape.vertices)
    if suffix == ".glb":
        # the standard's world has +Y up: the model's axes, at the scan's size
        world = world @ Frame(up=up).to_world(np.eye(3)).T
    for found, truth in ((back.vertices.min(axis=0), world.min(axis=0)),
                         (back.vertices.max(axis=0), world.max(axis=0))):  # fmt: skip
        np.testing.assert_allclose(found, truth, atol=1e-3, rtol=0)
    assert back.volume == pytest.approx(shape.volume * 800**3, rel=1e-5)
    assert back.is_watertight


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".off", ".glb"])
def test_a_cloud_in_a_map_grid_comes_back_through_the_cube_to_the_millimetre(
    tmp_path: Path, shape: Mesh, suffix: str
) -> None:
    scan = Frame((500000.0, 4500000.0, 120.0), 0.9, "+z").to_world(shape.vertices)
    np.save(tmp_path / "scan.npy", scan)
    cloud = read_point_cloud(tmp_path / "scan.npy")
    assert cloud.frame.up == "+z"
    assert np.abs(cloud.model_points).max() <= 0.5 + 1e-6
    made = Mesh(cloud.model_points, shape.faces)
    write_mesh(made, tmp_path / f"out{suffix}", frame=cloud.frame)
    back = read_mesh(tmp_path / f"out{suffix}").vertices
    if suffix == ".glb":
        back = back @ Frame(up="+z").to_world(np.eye(3))
    np.testing.assert_allclose(back, scan, atol=1e-5, rtol=0)


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".stl", ".off", ".glb"])
@pytest.mark.parametrize("up", ["+y", "+z"])
def test_what_stands_in_the_scan_stands_in_every_file(
    tmp_path: Path, shape: Mesh, suffix: str, up: str
) -> None:
    # read again by the format's custom or the scan's axis, the same cloud is in the cube
    frame = Frame((1.0, 2.0, 3.0), 0.01, up)
    write_mesh(shape, tmp_path / f"a{suffix}", frame=frame)
    again = read_mesh(tmp_path / f"a{suffix}")
    world = PointCloud.of(again.vertices, up="+y" if suffix == ".glb" else up)
    order = np.lexsort(np.round(world.model_points, 4).T)
    truth = shape.vertices[np.lexsort(np.round(shape.vertices, 4).T)]
    middle = (truth.min(axis=0) + truth.max(axis=0)) / 2
    np.testing.assert_allclose(world.model_points[order], truth - middle, atol=1e-4)


def test_stl_refuses_a_place_that_it_would_round(tmp_path: Path, shape: Mesh) -> None:
    frame = Frame((500000.0, 4500000.0, 120.0), 1.0, "+z")
    with pytest.raises(UnwritableFileError, match="PLY, OBJ or GLB"):
        write_mesh(shape, tmp_path / "a.stl", frame=frame)
    assert list(tmp_path.iterdir()) == []


def test_glb_has_what_blender_needs_to_show_colours(tmp_path: Path, shape: Mesh) -> None:
    write_mesh(shape, tmp_path / "a.glb")
    scene = trimesh.load_scene(tmp_path / "a.glb")
    text = (tmp_path / "a.glb").read_bytes()
    assert len(scene.geometry) == 1
    for word in (b'"COLOR_0"', b'"doubleSided":true', b'"pbrMetallicRoughness"', b'"min"'):
        assert word in text
    assert len(text) % 4 == 0


def test_a_mesh_without_triangles_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(EmptyShapeError, match="no triangles"):
        write_mesh(EMPTY_MESH, tmp_path / "a.obj")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_is_answered_with_those_that_exist(tmp_path: Path, shape: Mesh) -> None:
    with pytest.raises(UnknownNameError, match="ply"):
        write_mesh(shape, tmp_path / "a.pyl")
    write_mesh(shape, tmp_path / "a.pyl", format="ply")
    assert (tmp_path / "a.pyl").read_bytes().startswith(b"ply\n")


def test_a_file_that_reads_back_otherwise_never_takes_its_name(
    tmp_path: Path, shape: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.ply").write_bytes(b"old")
    right = MESH_FORMATS[".ply"]
    inside_out = Mesh(shape.vertices, shape.faces[:, ::-1])
    fewer = Mesh(shape.vertices, shape.faces[:-1])
    moved = Mesh(shape.vertices + np.float32(0.01), shape.faces)
    for wrong in (inside_out, fewer, moved):
        wrongly = mesh_writer.MeshFormat(
            ".ply", "PLY", True, True, lambda _, wrong=wrong: right.encode(wrong)
        )
        monkeypatch.setitem(mesh_writer.MESH_FORMATS, ".ply", wrongly)
        with pytest.raises(UnwritableFileError, match="read back"):
            write_mesh(shape, tmp_path / "a.ply")
    assert (tmp_path / "a.ply").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.ply"]
