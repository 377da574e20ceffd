"""What a file is, and what is said to a person who gives the wrong one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import kind_of, open_input, readable_suffixes
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.exchange.point_cloud_reader import read_point_cloud, read_point_cloud_with_notes

_PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
_JPG = b"\xff\xd8\xff\xe0" + b"\0" * 100
_MP4 = b"\0\0\0\x20ftypisom" + b"\0" * 100


def test_a_name_alone_is_judged_by_its_suffix() -> None:
    assert kind_of("nowhere/scan.XYZ") == "points"
    assert kind_of("nowhere/chair.glb") == "mesh"
    assert kind_of("nowhere/photo.jpeg") == "image"
    assert kind_of("nowhere/what.ever") == "unknown"


def test_a_ply_is_a_mesh_only_if_it_has_faces(write_sample: Callable[[str], Path]) -> None:
    assert kind_of(write_sample("little.ply")) == "points"
    assert kind_of(write_sample("mesh.ply")) == "mesh"


def test_every_sample_is_recognised_by_its_bytes_under_a_foreign_name(any_file: Path) -> None:
    if any_file.suffix in (".csv", ".xyz", ".pts", ".obj"):
        pytest.skip("plain text has no first bytes of its own")
    foreign = any_file.rename(any_file.with_suffix(".xyz"))
    found = read_point_cloud_with_notes(foreign)
    assert len(found.cloud) > 10
    assert "in spite of its suffix" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("photo.png", _PNG, "PNG picture"),
        ("photo.ply", _PNG, "PNG picture"),
        ("scan.xyz", _JPG, "JPEG picture"),
        ("film.mp4", _MP4, "MP4 film"),
        ("scan.ply.gz", b"\x1f\x8b\x08" + b"\0" * 50, "unpack it"),
        ("scene.blend", b"BLENDER-v400" + b"\0" * 50, "export it as"),
        ("page.ply", b"<!DOCTYPE html><html></html>", "web page"),
        ("scan.unknown", b"\1\2\3\4" * 20, "format is not known"),
        ("empty.ply", b"", "empty"),
        ("noise.ply", bytes(range(256)), "not a PLY"),
        ("noise.xyz", bytes(range(256)), "binary"),
        ("prose.txt", b"In the beginning was the word.\n" * 9, "three numbers"),
        ("long.txt", b"a" * 100_000, "no lines"),
    ],
)
def test_a_file_that_is_no_scan_is_refused_with_what_it_is(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=words) as refused:
        read_point_cloud(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_missing_files_folders_and_pipes_are_refused_without_blocking(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ply")
    for name, words in (("missing.ply", "no such file"), ("", "folder"), ("pipe.ply", "pipe")):
        with pytest.raises(UnreadableFileError, match=words):
            read_point_cloud(tmp_path / name)
    with pytest.raises(UnreadableFileError, match="device"):
        open_input("/dev/zero")
    with pytest.raises(UnreadableFileError):
        read_point_cloud("name\0with zero")


def test_a_point_cloud_is_no_mesh(write_sample: Callable[[str], Path]) -> None:
    with pytest.raises(UnreadableFileError, match="reconstruct it first"):
        read_mesh(write_sample("plain.xyz"))


def test_dialogs_are_offered_all_suffixes_that_are_read() -> None:
    assert {".ply", ".xyz", ".pcd", ".npz", ".las", ".e57", ".glb"} <= set(readable_suffixes())
    assert {".png", ".jpg", ".binvox"} <= set(readable_suffixes())
    assert ".exr" not in readable_suffixes()
    assert ".obj" not in readable_suffixes("points")
