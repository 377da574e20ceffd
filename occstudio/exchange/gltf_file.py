"""glTF and GLB: triangles and points of the scene, placed by its nodes.

Materials, skins and animations are left alone. Colours are linear in glTF and sRGB here. trimesh
is not asked because it wraps 16-bit colours around.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError, UnreadableFileError
from occstudio.exchange.geometry_gate import MAX_FACES, MAX_POINTS
from occstudio.exchange.gltf_gate import GltfTree, open_glb, open_gltf

_DAMAGED = "it is damaged or cut off; export or download it again"
_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_POINTS, _TRIANGLES, _STRIP, _FAN = 0, 4, 5, 6


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """One part of a glTF mesh, in the mesh's own coordinates; no faces if it is points."""

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    normals: NDArray[np.float32] | None
    colors: NDArray[np.uint8] | None


def read_gltf(path: Path, *, binary: bool) -> Primitive:
    """All triangles of a glTF's scene as one; if it has none, all its points.

    Raises
    ------
    UnreadableFileError
        If it is damaged, or has neither triangles nor points.
    """
    content = open_glb(path) if binary else open_gltf(path)
    meshes = content.tree.get("meshes", [])
    cache: dict[int, list[Primitive]] = {}
    placed: list[Primitive] = []
    faces = points = 0
    for matrix, index in _instances(path, content.tree):
        if index not in cache:
            cache[index] = [
                part
                for entry in meshes[index].get("primitives", [])
                if (part := _primitive(path, content, entry)) is not None
            ]
        for part in cache[index]:
            faces += len(part.faces)
            points += len(part.vertices)
            if faces > MAX_FACES or points > MAX_POINTS:
                raise InvalidGeometryError(
                    f"could not use '{path}': it has more than {MAX_FACES:,} triangles; "
                    "simplify it first"
                )
            placed.append(_moved(part, matrix))
    solid = [part for part in placed if len(part.faces)]
    chosen = solid or placed
    if not chosen:
        raise UnreadableFileError(path, "its scene has neither triangles nor points in it")
    return _joined(chosen)


def _instances(path: Path, tree: dict[str, Any]) -> list[tuple[NDArray[np.float64], int]]:
    """Each node with a mesh: its transform in the scene, and the mesh's index."""
    nodes = tree.get("nodes", [])
    inner = {child for node in nodes for child in node.get("children", [])}
    scenes = tree.get("scenes", [])
    roots = [k for k in range(len(nodes)) if k not in inner]
    if scenes:
        chosen = scenes[tree.get("scene", 0)].get("nodes", [])
        roots = [k for k in dict.fromkeys(chosen) if k in set(roots)] or roots
    found: list[tuple[NDArray[np.float64], int]] = []
    waiting = [(k, np.eye(4)) for k in reversed(roots)]
    while waiting:
        k, above = waiting.pop()
        matrix = above @ _local(path, nodes[k])
        if "mesh" in nodes[k]:
            found.append((matrix, int(nodes[k]["mesh"])))
        waiting.extend((child, matrix) for child in reversed(nodes[k].get("children", [])))
    return found


def _local(path: Path, node: dict[str, Any]) -> NDArray[np.float64]:
    if "matrix" in node:
        matrix = np.array(node["matrix"], np.float64).reshape(4, 4).T
    else:
        x, y, z, w = np.array(node.get("rotation", [0, 0, 0, 1]), np.float64)
        turn = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        matrix = np.eye(4)
        matrix[:3, :3] = turn * np.array(node.get("scale", [1, 1, 1]), np.float64)
        matrix[:3, 3] = node.get("translation", [0, 0, 0])
    if not np.isfinite(matrix).all():
        raise UnreadableFileError(path, _DAMAGED)
    return matrix


def _primitive(path: Path, content: GltfTree, entry: dict[str, Any]) -> Primitive | None:
    mode = entry.get("mode", _TRIANGLES)
    attributes = entry.get("attributes", {})
    if mode not in (_POINTS, _TRIANGLES, _STRIP, _FAN) or "POSITION" not in attributes:
        return None
    vertices = _accessor(path, content, attributes["POSITION"]).astype(np.float64)
    normals = colors = None
    if "NORMAL" in attributes:
        normals = _accessor(path, content, attributes["NORMAL"]).astype(np.float32)
    if "COLOR_0" in attributes:
        colors = _srgb(_accessor(path, content, attributes["COLOR_0"]))
    order = np.arange(len(vertices))
    if mode != _POINTS and "indices" in entry:
        order = _accessor(path, content, entry["indices"]).astype(np.int64).ravel()
    if len(order) and (order.min() < 0 or order.max() >= len(vertices)):
        # once joined with others the index might be in range there
        raise UnreadableFileError(path, "a face names a vertex that does not exist; " + _DAMAGED)
    return Primitive(vertices, _faces(mode, order), normals, colors)


def _faces(mode: int, order: NDArray[np.int64]) -> NDArray[np.int64]:
    if mode == _POINTS or len(order) < 3:
        return np.zeros((0, 3), np.int64)
    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if mode == _FAN:
        return np.stack([np.full(len(order) - 2, order[0]), order[1:-1], order[2:]], axis=1)
    faces = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
    faces[1::2, :2] = faces[1::2, 1::-1]
    return faces


def _accessor(path: Path, content: GltfTree, index: int) -> NDArray[np.generic]:
    """Values ``(count, parts)`` of an accessor, normalised integers as they are stored."""
    entry = content.tree["accessors"][index]
    if "sparse" in entry or "bufferView" not in entry:
        raise UnreadableFileError(path, "it has sparse data, which is not read; export it again")
    kind = np.dtype(_TYPES[entry["componentType"]])
    parts, count = _PARTS[entry["type"]], entry["count"]
    view = content.tree["bufferViews"][entry["bufferView"]]
    data = content.buffers[view["buffer"]]
    start = view.get("byteOffset", 0) + entry.get("byteOffset", 0)
    step = view.get("byteStride", 0) or kind.itemsize * parts
    end = start + step * (count - 1) + kind.itemsize * parts
    if count == 0:
        return np.zeros((0, parts), kind)
    if start < 0 or step < kind.itemsize * parts or end > len(data):
        raise UnreadableFileError(path, _DAMAGED)
    return np.ndarray((count, parts), kind, data, start, (step, kind.itemsize))


def _srgb(linear: NDArray[Any]) -> NDArray[np.uint8] | None:
    """Linear colours ``(n, 3 or 4)``, floats or normalised integers, as sRGB bytes."""
    if linear.shape[1] < 3:
        return None
    share = linear[:, :3].astype(np.float32)
    if linear.dtype.kind == "u":
        share /= np.iinfo(linear.dtype).max
    # comparisons with NaN are false, so it becomes black
    share = np.where(share > 0, np.minimum(share, 1), 0)
    bent = np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055)
    return np.rint(bent * 255).astype(np.uint8)


def _moved(part: Primitive, matrix: NDArray[np.float64]) -> Primitive:
    if np.array_equal(matrix, np.eye(4)):
        return part
    linear = matrix[:3, :3]
    mirrored = np.linalg.det(linear) < 0
    with np.errstate(all="ignore"):
        vertices = part.vertices @ linear.T + matrix[:3, 3]
    normals = None
    if part.normals is not None:
        # normals go with the cofactors, which exist for flat scales too
        cofactors = np.stack(
            [np.cross(linear[1], linear[2]), np.cross(linear[2], linear[0]),
             np.cross(linear[0], linear[1])]
        )  # fmt: skip
        with np.errstate(all="ignore"):
            turned = part.normals @ cofactors.T
            length = np.linalg.norm(turned, axis=1, keepdims=True)
            normals = (turned / np.where(length > 0, length, 1)).astype(np.float32)
        normals = -normals if mirrored else normals
    faces = part.faces[:, ::-1] if mirrored else part.faces
    return Primitive(vertices, faces, normals, part.colors)


def _joined(parts: list[Primitive]) -> Primitive:
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    normals = [part.normals for part in parts if part.normals is not None]
    colors = [part.colors for part in parts if part.colors is not None]
    return Primitive(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate(normals) if len(normals) == len(parts) else None,
        np.concatenate(colors) if len(colors) == len(parts) else None,
    )
