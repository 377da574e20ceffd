"""Steps of an animated GLB: one is seen at a time, and all are what was given."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from occstudio.errors import EmptyShapeError
from occstudio.exchange.gltf_animation import write_steps
from occstudio.shapes.mesh import Mesh

NOTHING = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))


def tetrahedron(size: float) -> Mesh:
    corners = size * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    return Mesh(corners, faces, np.tile(np.array([[0, 1, 0]], np.float32), (4, 1)))


def read(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    magic, version, total = struct.unpack_from("<4sII", data)
    assert (magic, version, total) == (b"glTF", 2, len(data))
    length, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    return json.loads(data[20 : 20 + length]), data[20 + length + 8 :]


def values(tree: dict[str, Any], binary: bytes, index: int) -> np.ndarray:
    accessor = tree["accessors"][index]
    view = tree["bufferViews"][accessor["bufferView"]]
    parts = {"SCALAR": 1, "VEC3": 3}[accessor["type"]]
    kind = {5126: "<f4", 5125: "<u4"}[accessor["componentType"]]
    found = np.frombuffer(binary, kind, accessor["count"] * parts, view["byteOffset"])
    return found.reshape(-1, parts)


def shown(tree: dict[str, Any], binary: bytes, at: float) -> list[str]:
    """Names of the nodes that are seen at a time."""
    (animation,) = tree["animations"]
    names: list[str] = []
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        assert sampler["interpolation"] == "STEP"
        times = values(tree, binary, sampler["input"])[:, 0]
        assert (np.diff(times) > 0).all()
        row = max(int(np.searchsorted(times, at, side="right")) - 1, 0)
        if values(tree, binary, sampler["output"])[row].all():
            names.append(tree["nodes"][channel["target"]["node"]]["name"])
    return names


@pytest.mark.parametrize("count", [1, 2, 5])
def test_one_step_is_seen_at_a_time_and_the_last_stays(tmp_path: Path, count: int) -> None:
    path = tmp_path / "steps.glb"
    write_steps([tetrahedron(1.0 + k) for k in range(count)], path, steps_per_second=10)
    tree, binary = read(path)
    for step in range(count):
        assert shown(tree, binary, 0.1 * step + 0.05) == [f"step {step + 1}"]
    assert shown(tree, binary, 0.1 * count) == [f"step {count}"]


def test_each_step_holds_its_mesh(tmp_path: Path) -> None:
    path = tmp_path / "steps.glb"
    meshes = [tetrahedron(1.0), tetrahedron(2.0)]
    write_steps(meshes, path)
    tree, binary = read(path)
    for mesh, entry in zip(meshes, tree["meshes"], strict=True):
        (part,) = entry["primitives"]
        places = values(tree, binary, part["attributes"]["POSITION"])
        np.testing.assert_array_equal(places, mesh.vertices)
        faces = values(tree, binary, part["indices"]).reshape(-1, 3)
        np.testing.assert_array_equal(faces, mesh.faces)


def test_an_empty_step_shows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "steps.glb"
    write_steps([tetrahedron(1.0), NOTHING, tetrahedron(2.0)], path, steps_per_second=10)
    tree, binary = read(path)
    assert shown(tree, binary, 0.15) == []
    assert shown(tree, binary, 0.25) == ["step 3"]


def test_steps_without_any_triangle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyShapeError, match="none of the shapes"):
        write_steps([NOTHING], tmp_path / "steps.glb")
    assert not list(tmp_path.iterdir())
