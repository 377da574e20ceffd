"""What a glTF file promises, checked before anyone allocates for it.

A few bytes of JSON can ask for gigabytes: an accessor without data, a node that is its own
grandchild, a buffer that is a device. This looks at all of it and parses no geometry.
"""

import base64
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import read_whole

_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_DAMAGED = "it is damaged or cut off; export or download it again"
_MOST_PARTS = 200_000
_PACKED = {"KHR_draco_mesh_compression", "EXT_meshopt_compression"}


@dataclass(frozen=True, slots=True, eq=False)
class GltfTree:
    """A glTF whose tables agree with its buffers.

    Parameters
    ----------
    tree : dict
        The JSON, its scene a strict tree, its accessors no larger than the data.
    buffers : tuple of bytes
        One for each entry of ``buffers``.
    """

    tree: dict[str, Any]
    buffers: tuple[bytes, ...]


def open_glb(path: Path) -> GltfTree:
    """Tables and data of a binary glTF.

    Raises
    ------
    UnreadableFileError
        With what does not fit.
    """
    data = read_whole(path)
    if len(data) < 20:
        raise UnreadableFileError(path, _DAMAGED)
    _, version, length, json_length, kind = struct.unpack_from("<4sIII4s", data)
    if version != 2:
        raise UnreadableFileError(path, f"it is glTF version {version}; export it as version 2")
    if kind != b"JSON" or length > len(data) or 20 + json_length > len(data):
        raise UnreadableFileError(path, _DAMAGED)
    tree = _parsed(path, data[20 : 20 + json_length])
    body = data[20 + json_length + 8 : length]
    _check_tree(path, tree, len(data))
    return GltfTree(tree, _buffers(path, tree, body))


def open_gltf(path: Path) -> GltfTree:
    """Tables and data of a glTF in text, its buffers inside it or plain files beside it.

    Raises
    ------
    UnreadableFileError
        With what does not fit.
    """
    text = read_whole(path)
    tree = _parsed(path, text)
    buffers = _buffers(path, tree, None)
    _check_tree(path, tree, sum(map(len, buffers)))
    return GltfTree(tree, buffers)


def _buffers(path: Path, tree: dict[str, Any], body: bytes | None) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for buffer in _table(path, tree, "buffers"):
        uri = buffer.get("uri")
        if uri is None and body is not None and not found:
            found.append(body)
        elif not isinstance(uri, str):
            raise UnreadableFileError(path, _DAMAGED)
        elif uri.startswith("data:"):
            try:
                found.append(base64.b64decode(uri.partition(",")[2]))
            except ValueError as error:
                raise UnreadableFileError(path, _DAMAGED) from error
        else:
            found.append(_file_beside(path, uri))
    return tuple(found)


def _file_beside(path: Path, uri: str) -> bytes:
    beside = path.parent / unquote(uri)
    if ":" in uri or not beside.resolve().is_relative_to(path.parent.resolve()):
        raise UnreadableFileError(
            path, f"its data '{uri[:60]}' lies elsewhere; export it as one file (.glb)"
        )
    if not beside.is_file():
        raise UnreadableFileError(
            path, f"its data '{uri[:60]}' is missing beside it; put it there or export a .glb"
        )
    return read_whole(beside)


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(path, _DAMAGED) from error
    if not isinstance(tree, dict):
        raise UnreadableFileError(path, _DAMAGED)
    packed = _PACKED & set(map(str, _list(tree.get("extensionsRequired", []))))
    if packed:
        raise UnreadableFileError(
            path, f"it is compressed ({', '.join(sorted(packed))}); export it without compression"
        )
    return tree


def _check_tree(path: Path, tree: dict[str, Any], size: int) -> None:
    views = _table(path, tree, "bufferViews")
    for accessor in _table(path, tree, "accessors"):
        count, kind = accessor.get("count"), accessor.get("componentType")
        parts = _PARTS.get(str(accessor.get("type")), 0)
        if not isinstance(count, int) or not isinstance(kind, int) or parts == 0:
            raise UnreadableFileError(path, _DAMAGED)
        view = accessor.get("bufferView")
        if view is not None and not (isinstance(view, int) and 0 <= view < len(views)):
            raise UnreadableFileError(path, _DAMAGED)
        if not 0 <= count * parts * _BYTES.get(kind, 4) <= size:
            raise UnreadableFileError(
                path,
                f"it promises {count:,} values, but has only {size:,} bytes; {_DAMAGED}",
            )
    nodes = _table(path, tree, "nodes")
    _table(path, tree, "meshes")
    children: set[int] = set()
    for node in nodes:
        for child in _list(node.get("children", [])):
            # the standard wants a strict tree; a shared child could double at every level
            if not isinstance(child, int) or not 0 <= child < len(nodes) or child in children:
                raise UnreadableFileError(path, "its scene is no tree; " + _DAMAGED)
            children.add(child)
    # with one parent each, a ring is a part that no root reaches: a walk from roots ends


def _table(path: Path, tree: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = tree.get(name, [])
    if not isinstance(entries, list) or len(entries) > _MOST_PARTS:
        raise UnreadableFileError(path, _DAMAGED)
    if not all(isinstance(entry, dict) for entry in entries):
        raise UnreadableFileError(path, _DAMAGED)
    return entries


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
