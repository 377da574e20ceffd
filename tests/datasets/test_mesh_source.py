"""Models out of folders, zips and furniture libraries, the damaged ones with a reason."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh

from occstudio.datasets import mesh_source
from occstudio.datasets.furniture_catalogue import (
    classify,
    is_solid_behind_holes,
    read_catalogue,
    reason_to_leave_out,
)
from occstudio.datasets.mesh_source import MeshSource, placed, read_triangles
from occstudio.errors import InvalidGeometryError, OccStudioError, UnreadableFileError

CATALOGUE = """\
# a comment
id=Some#Library
license=Creative Commons\\u0020BY

id#1=Some#stool
name#1=Caf\\u00e9 stool
tags#1=Seat, Chair
category#1=Living room
model#1=/models/stool/stool.obj
width#1=40
depth#1=30
height#1=80
modelRotation#1=1 0 0 0 0 1 0 -1 0
creator#1=Jos\xe9

name#2=Wall switch
category#2=Miscellaneous
model#2=/models/switch/switch.obj
width#2=8
depth#2=1
height#2=8

name#3=Rug
model#3=/models/rug/rug.obj
width#3=200
depth#3=300
height#3=1

name#4=Desk
model#4=/models/lost/lost.obj
"""

# Up is +Z in this file: one unit wide (x), two deep (y), four high (z).
SLAB = """\
v 0 0 0
v 1 0 0
v 1 2 0
v 0 2 0
v 0 0 4
vn 0 0 1
vt 0 0
g one
f 1//1 2//1 3//1 4//1
g two
f -5/1/1 -4/1/1 -1/1/1
f 1 2
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "Shop.sh3f"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PluginFurnitureCatalog.properties", CATALOGUE.encode("latin-1"))
        for name in ("stool", "switch", "rug"):
            archive.writestr(f"models/{name}/{name}.obj", SLAB)
    return path


def test_a_furniture_library_gives_names_classes_makers_and_reasons(library: Path) -> None:
    source = MeshSource(library)
    (stool,) = source.models
    assert (stool.id, stool.name, stool.shape_class) == ("Shop/stool", "Café stool", "stool")
    assert (stool.creator, stool.licence, stool.library) == (
        "José",
        "Creative Commons BY",
        "Shop",
    )
    reasons = dict(source.skipped)
    assert "wall plate" in reasons["Shop/switch"]
    assert "flat" in reasons["Shop/rug"]
    assert "not in the library" in reasons["Shop/lost"]


def test_the_catalogues_rotation_comes_before_its_size(library: Path) -> None:
    vertices, faces = MeshSource(library).models[0].load()
    assert np.allclose(np.ptp(vertices, axis=0), [40, 80, 30])
    assert len(faces) == 3
    # The file's z axis is up now: its one vertex at z = 4 is the top.
    assert np.isclose(vertices[:, 1], vertices[:, 1].max()).sum() == 1


def test_obj_mixes_of_indices_groups_polygons_and_edges_are_read() -> None:
    vertices, faces = read_triangles(SLAB.encode(), "slab.obj")
    assert vertices.shape == (5, 3)
    assert faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 4]]


def test_vertices_without_a_face_do_not_count() -> None:
    vertices, _ = read_triangles(b"v 9 9 9\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 2 3 4\n", "a.obj")
    assert vertices.max() == 1


@pytest.mark.parametrize("suffix", ["ply", "stl", "glb", "off", "obj"])
def test_a_box_is_the_same_from_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"box.{suffix}"
    trimesh.creation.box((1, 2, 3)).export(path)
    vertices, faces = MeshSource(tmp_path).models[0].load()
    assert np.allclose(np.ptp(vertices, axis=0), [1, 2, 3])
    assert len(faces) == 12


def test_a_folder_is_searched_with_its_archives_and_ambiguous_names_keep_their_suffix(
    tmp_path: Path, library: Path
) -> None:
    box = trimesh.creation.box()
    (tmp_path / "chairs").mkdir()
    box.export(tmp_path / "chairs" / "a.obj", header=None)
    box.export(tmp_path / "chairs" / "a.ply")
    box.export(tmp_path / "sofa.stl")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not really")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("deep/table.off", box.export(file_type="off"))
        archive.writestr("readme.txt", "no mesh")
    source = MeshSource(tmp_path)
    name = tmp_path.name
    own = (f"{name}/chairs/a.obj", f"{name}/chairs/a.ply", f"{name}/sofa")
    assert [m.id for m in source] == sorted([*own, "Shop/stool", "more/deep/table"])
    assert {m.id: m.shape_class for m in source}["more/deep/table"] == "table"
    assert "not a readable archive" in dict(source.skipped)["broken"]


def test_up_can_be_z_for_meshes_without_a_catalogue(tmp_path: Path) -> None:
    trimesh.creation.cone(0.5, 4).export(tmp_path / "cone.ply")
    vertices, _ = MeshSource(tmp_path, up="z").models[0].load()
    top = vertices[vertices[:, 1].argmax()]
    assert np.allclose(top, [0, 4, 0])


def test_a_mirroring_rotation_turns_the_faces_round() -> None:
    box = trimesh.creation.box()
    vertices, faces = placed(
        np.asarray(box.vertices), np.asarray(box.faces), (-1, 0, 0, 0, 1, 0, 0, 0, 1), None
    )
    assert trimesh.Trimesh(vertices, faces).volume == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.obj", b""),
        ("points.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"),
        ("far.obj", b"v 0 0 0\nv 1 0 0\nf 1 2 2147483647\n"),
        ("negative.obj", b"v 0 0 0\nv 1 0 0\nf -1 -2 -9\n"),
        ("words.obj", b"v a b c\nf 1 1 1\n"),
        ("short.obj", b"v 0 0\nf 1 1 1\n"),
        ("nan.obj", b"v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
        ("dot.obj", b"v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n"),
        ("garbage.ply", b"ply\nformat binary_little_endian 1.0\nelement vertex 99999999\n"),
        ("garbage.stl", bytes(range(256))),
        ("garbage.glb", b"glTF\x02\x00\x00\x00"),
        ("garbage.off", b"OFF\n3 1 0\n0 0 0"),
    ],
)
def test_damaged_meshes_are_refused_in_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises((UnreadableFileError, InvalidGeometryError)) as caught:
        read_triangles(data, name)
    assert "\n" not in str(caught.value)


def test_a_member_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mesh_source, "LARGEST_FILE", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.obj", b"v 0 0 0\n" * 10_000)
    (model,) = MeshSource(tmp_path / "bomb.zip").models
    with pytest.raises(OccStudioError, match="unpacks to more"):
        model.load()


def test_a_source_that_is_not_there_or_has_no_meshes_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no such"):
        MeshSource(tmp_path / "nowhere")
    with pytest.raises(UnreadableFileError, match="no meshes"):
        MeshSource(tmp_path)


@pytest.mark.parametrize(
    ("name", "category", "tags", "expected"),
    [
        ("Armchair ottoman", "Living room", "Seat", "stool"),
        ("Piano bench", "Living room", "Music", "bench"),
        ("Seat Leon", "Vehicles", "Car", "vehicle"),
        ("Bedside table", "Bedroom", "", "cabinet"),
        ("Desk lamp", "Lights", "", "lamp"),
        ("Glass door", "Doors and windows", "", "door"),
        ("Glass door cabinet", "Kitchen", "Cupboard", "cabinet"),
        ("Sitting girl", "Characters", "Human, People", "person"),
        ("Copper beech", "Exterior", "Tree, Outdoor", "plant"),
        ("Something else", "Exterior", "", "other"),
    ],
)
def test_names_decide_the_class(name: str, category: str, tags: str, expected: str) -> None:
    assert classify(name, category, tags) == expected


def test_a_sock_that_is_called_socket_is_no_wall_plate() -> None:
    assert reason_to_leave_out("Socket", "Clothes", (21.9, 0.7, 30.6)) is None
    assert reason_to_leave_out("Wall socket", "Outlet", (8, 8, 1)) is not None


def test_figures_are_solid_behind_their_holes_and_lamps_are_not() -> None:
    assert is_solid_behind_holes("Any/one", "person")
    assert not is_solid_behind_holes("Any/one", "lamp")


def test_a_catalogue_continues_lines_and_bears_missing_keys() -> None:
    (entry,) = read_catalogue(b"name#7=Long \\\n   name\nmodel#7=a/b.obj\nwidth#7=wide\n")
    assert (entry.name, entry.model, entry.size_cm) == ("Long name", "a/b.obj", None)
