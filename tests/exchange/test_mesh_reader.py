"""Meshes come out of every format with the right shape, and damage stops at the gate."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError, OccStudioError, UnreadableFileError
from occstudio.exchange.geometry_gate import admit_mesh
from occstudio.exchange.mesh_reader import read_mesh

Solid = tuple[NDArray[np.float64], NDArray[np.int64]]
Sample = Callable[[str], Path]


def test_every_format_gives_a_closed_solid_of_the_right_volume(
    mesh_file: Path, octahedron: Solid
) -> None:
    mesh = read_mesh(mesh_file)
    reference = trimesh.Trimesh(*octahedron, process=False)
    assert mesh.vertices.dtype == np.float64
    assert (len(mesh.vertices), len(mesh.faces)) == (18, 32)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(reference.volume, rel=1e-6)
    assert mesh.euler_characteristic == 2


@pytest.mark.parametrize("suffix", ["ply", "obj", "stl", "glb", "off"])
def test_files_that_another_program_wrote_are_read_alike(tmp_path: Path, suffix: str) -> None:
    torus = trimesh.creation.torus(1.0, 0.3)
    torus.visual.vertex_colors = np.full((len(torus.vertices), 4), [10, 100, 200, 255], np.uint8)
    path = tmp_path / f"torus.{suffix}"
    torus.export(path)
    mesh = read_mesh(path)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(torus.volume, rel=1e-5)
    assert mesh.euler_characteristic == 0
    assert len(mesh.faces) == len(torus.faces)


def test_polygons_of_all_sizes_become_triangles(tmp_path: Path) -> None:
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (1, 5, 7, 3)]
    faces: list[tuple[int, ...]] = [*quads, (0, 2, 6), (0, 6, 4)]
    places = "".join(f"{x} {y} {z}\n" for x, y, z in corners)
    rows = "".join(f"{len(f)} {' '.join(map(str, f))}\n" for f in faces)
    head = (
        "ply\nformat {} 1.0\nelement vertex 8\nproperty float x\nproperty float y\n"
        "property float z\nelement face 7\nproperty list uchar int vertex_indices\nend_header\n"
    )
    obj = "".join(f"v {line}\n" for line in places.splitlines())
    # mixed references, an index from the end, a face of two corners, a broken line
    obj += "f 1 2//1 4/1 3/1/1\nf 5 7 \\\n8 6\nf -8 -4 -3 -7\nf 1 2\n"
    obj += "".join("f " + " ".join(str(i + 1) for i in f) + "\n" for f in faces[3:])
    files = {
        "ascii.ply": (head.format("ascii") + places + rows).encode(),
        "cube.off": f"OFF8 7 0\n# ModelNet glues\n{places}{rows}".encode(),
        "cube.obj": obj.encode(),
    }
    for order, form in (("<", "binary_little_endian"), (">", "binary_big_endian")):
        body = np.array(corners, order + "f4").tobytes()
        body += b"".join(bytes([len(f)]) + np.array(f, order + "i4").tobytes() for f in faces)
        files[f"{form}.ply"] = head.format(form).encode() + body
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        mesh = read_mesh(tmp_path / name)
        assert len(mesh.faces) == 12, name
        assert mesh.is_watertight, name
        assert mesh.volume == pytest.approx(1), name


def test_nodes_of_a_gltf_place_turn_and_mirror_their_meshes(
    tmp_path: Path, make_glb: Callable[[Callable[[dict], None]], bytes], octahedron: Solid
) -> None:
    def change(tree: dict) -> None:
        turn = [0, np.sin(np.pi / 4), 0, np.cos(np.pi / 4)]
        tree["scenes"] = [{"nodes": [0]}]
        tree["nodes"] = [
            {"translation": [10, 0, 0], "children": [1, 2]},
            {"mesh": 0, "rotation": turn, "scale": [2, 2, 2]},
            {"mesh": 0, "matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 5, 1]},
        ]

    (tmp_path / "a.glb").write_bytes(make_glb(change))
    mesh = read_mesh(tmp_path / "a.glb")
    single = trimesh.Trimesh(*octahedron, process=False).volume
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(9 * single, rel=1e-5)
    # a quarter turn about y takes the long x axis to -z and the short z axis to x
    first, second = mesh.vertices[:18] - [10, 0, 0], mesh.vertices[18:] - [10, 0, 5]
    np.testing.assert_allclose(np.ptp(first, axis=0), [0.8, 1.2, 2.0], atol=1e-5)
    np.testing.assert_allclose(np.ptp(second, axis=0), [1.0, 0.6, 0.4], atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree["accessors"][1].update(count=2_000_000_000),
        lambda tree: tree["accessors"][0].update(count=-3),
        lambda tree: tree["accessors"][1].pop("bufferView"),
        lambda tree: tree["bufferViews"][1].update(byteOffset=10_000),
        lambda tree: tree["nodes"][0].update(children=[0]),
        lambda tree: tree.update(nodes=[{"children": [1]}, {"children": [0], "mesh": 0}]),
        lambda tree: tree["nodes"][0].update(matrix=[float("nan")] * 16),
        lambda tree: tree["nodes"][0].update(mesh=7),
        lambda tree: tree.update(extensionsRequired=["KHR_draco_mesh_compression"]),
        lambda tree: tree.update(meshes=[]),
        lambda tree: tree.update(nodes={}),
    ],
)
def test_a_gltf_that_lies_is_refused(
    tmp_path: Path, make_glb: Callable[[Callable[[dict], None]], bytes],
    change: Callable[[dict], None],
) -> None:  # fmt: skip
    (tmp_path / "a.glb").write_bytes(make_glb(change))
    with pytest.raises(OccStudioError):
        read_mesh(tmp_path / "a.glb")


@pytest.mark.parametrize("uri", ["/dev/zero", "../outside.bin", "http://example.org/a.bin"])
def test_a_gltf_may_not_send_us_elsewhere(tmp_path: Path, write_sample: Sample, uri: str) -> None:
    path = write_sample("mesh.gltf")
    text = path.read_text()
    start = text.index('"uri": "') + 8
    path.write_text(text[:start] + uri + text[text.index('"', start) :])
    (tmp_path.parent / "outside.bin").write_bytes(b"\0" * 1000)
    with pytest.raises(UnreadableFileError, match="elsewhere"):
        read_mesh(path)


def test_an_index_that_would_kill_vtk_stops_at_the_gate(octahedron: Solid) -> None:
    vertices, faces = octahedron
    for wrong in (2**31 - 1, 18, -1):
        damaged = faces.copy()
        damaged[3, 1] = wrong
        with pytest.raises(InvalidGeometryError, match=f"names vertex {wrong}"):
            admit_mesh(vertices, damaged)


def test_triangles_at_vertices_that_are_no_numbers_are_dropped(octahedron: Solid) -> None:
    vertices, faces = octahedron
    vertices = vertices.copy()
    vertices[0] = np.nan
    mesh = admit_mesh(vertices, faces)
    assert len(mesh.faces) == len(faces) - 4
    assert np.isfinite(mesh.vertices).all()
    with pytest.raises(InvalidGeometryError, match="degenerate"):
        admit_mesh(np.full((18, 3), np.nan), faces)


@pytest.mark.parametrize("name", ["points.obj", "little.ply"])
def test_a_mesh_file_without_faces_is_no_mesh_but_a_cloud(write_sample: Sample, name: str) -> None:
    with pytest.raises(InvalidGeometryError, match="no triangles"):
        read_mesh(write_sample(name))
