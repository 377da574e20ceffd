"""The bytes of a mesh in each format that is written.

Text is made by one huge format string per block, which is Python's fastest way to write numbers;
binary formats are structured arrays. Places keep nine digits of the shape's own size, wherever in
the world it lies: text has no limit, PLY turns to double, glTF carries the place in a node.
"""

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.mesh import Mesh

_BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class MeshFormat:
    """A format that meshes are written in.

    Parameters
    ----------
    suffix : str
        With the dot.
    title : str
        For menus.
    normals, colors : bool
        Whether it keeps them.
    encode : callable
        ``mesh -> blocks of bytes``, mesh in the coordinates that the file is to have.
    doubles : bool
        False if places are rounded to 32 bits, so that far places cannot be kept.
    y_up : bool
        True if the format prescribes +Y up.
    """

    suffix: str
    title: str
    normals: bool
    colors: bool
    encode: Callable[[Mesh], Iterator[bytes]]
    doubles: bool = True
    y_up: bool = False


def encode_obj(mesh: Mesh) -> Iterator[bytes]:
    """Wavefront OBJ; colours behind the coordinates, as MeshLab and Blender read them."""
    yield b"# OccStudio\n"
    place = place_format(mesh.vertices)
    for start in range(0, len(mesh.vertices), _BLOCK):
        part = mesh.vertices[start : start + _BLOCK].astype(np.float64)
        line = f"v {place} {place} {place}"
        if mesh.colors is not None:
            part = np.hstack([part, mesh.colors[start : start + _BLOCK] / 255])
            line += " %.4f %.4f %.4f"
        yield _rows(line, part)
    if mesh.normals is not None:
        for start in range(0, len(mesh.normals), _BLOCK):
            yield _rows("vn %.5f %.5f %.5f", mesh.normals[start : start + _BLOCK])
    for start in range(0, len(mesh.faces), _BLOCK):
        part = mesh.faces[start : start + _BLOCK] + 1
        if mesh.normals is None:
            yield _rows("f %d %d %d", part)
        else:
            yield _rows("f %d//%d %d//%d %d//%d", part.repeat(2, axis=1))


def encode_off(mesh: Mesh) -> Iterator[bytes]:
    """OFF, or COFF with colours."""
    word = "OFF" if mesh.colors is None else "COFF"
    yield f"{word}\n{len(mesh.vertices)} {len(mesh.faces)} 0\n".encode()
    place = place_format(mesh.vertices)
    for start in range(0, len(mesh.vertices), _BLOCK):
        part = mesh.vertices[start : start + _BLOCK].astype(np.float64)
        line = f"{place} {place} {place}"
        if mesh.colors is not None:
            part = np.hstack([part, mesh.colors[start : start + _BLOCK]])
            line += " %d %d %d 255"
        yield _rows(line, part)
    for start in range(0, len(mesh.faces), _BLOCK):
        yield _rows("3 %d %d %d", mesh.faces[start : start + _BLOCK])


def encode_ply(mesh: Mesh) -> Iterator[bytes]:
    """Binary little-endian PLY; doubles where the place needs them."""
    real = "f4" if fits_float32(mesh.vertices) else "f8"
    word = {"f4": "float", "f8": "double"}[real]
    fields: list[tuple[str, str, str, NDArray[np.generic]]] = [
        (name, real, word, mesh.vertices[:, k]) for k, name in enumerate("xyz")
    ]
    if mesh.normals is not None:
        fields += [(f"n{n}", "f4", "float", mesh.normals[:, k]) for k, n in enumerate("xyz")]
    if mesh.colors is not None:
        names = ("red", "green", "blue")
        fields += [(n, "u1", "uchar", mesh.colors[:, k]) for k, n in enumerate(names)]
    header = ["ply", "format binary_little_endian 1.0", "comment OccStudio"]
    header += [f"element vertex {len(mesh.vertices)}"]
    header += [f"property {kind} {name}" for name, _, kind, _ in fields]
    header += [f"element face {len(mesh.faces)}", "property list uchar int vertex_indices"]
    yield ("\n".join([*header, "end_header"]) + "\n").encode()
    table = np.empty(len(mesh.vertices), [(name, f"<{kind}") for name, kind, _, _ in fields])
    for name, _, _, values in fields:
        table[name] = values
    yield table.tobytes()
    rows = np.empty(len(mesh.faces), [("count", "u1"), ("index", "<i4", (3,))])
    rows["count"], rows["index"] = 3, mesh.faces
    yield rows.tobytes()


def encode_stl(mesh: Mesh) -> Iterator[bytes]:
    """Binary STL: triangles with their flat normals, 32-bit coordinates."""
    corners = mesh.vertices[mesh.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(cross, axis=1, keepdims=True)
    row = [("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("tag", "<u2")]
    table = np.zeros(len(mesh.faces), row)
    table["normal"] = cross / np.where(length > 0, length, 1)
    table["corners"] = corners
    yield b"OccStudio binary STL".ljust(80) + struct.pack("<I", len(mesh.faces))
    yield table.tobytes()


def encode_glb(mesh: Mesh) -> Iterator[bytes]:
    """Binary glTF of a mesh that is +Y up already.

    The place is in the node, and there is a material, without which Blender shows no colours.
    """
    low = mesh.vertices.min(axis=0).astype(np.float64)
    high = mesh.vertices.max(axis=0).astype(np.float64)
    middle = (low + high) / 2
    if fits_float32(mesh.vertices):
        middle = np.zeros(3)
    places = (mesh.vertices - middle).astype("<f4")
    views: list[tuple[bytes, int | None]] = [(mesh.faces.astype("<u4").tobytes(), 34963)]
    accessors: list[dict[str, object]] = [
        {"bufferView": 0, "componentType": 5125, "count": mesh.faces.size, "type": "SCALAR"}
    ]
    attributes: dict[str, int] = {}

    def attribute(name: str, data: NDArray[np.generic], **entry: object) -> None:
        attributes[name] = len(accessors)
        accessors.append({"bufferView": len(views), "count": len(data), **entry})
        views.append((data.tobytes(), 34962))

    bounds = {"min": places.min(axis=0).tolist(), "max": places.max(axis=0).tolist()}
    attribute("POSITION", places, componentType=5126, type="VEC3", **bounds)
    if mesh.normals is not None:
        turned = mesh.normals
        # the standard wants unit length; a vertex without a direction gets any
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        turned = np.where(length > 1e-6, turned / np.maximum(length, 1e-6), [0, 1, 0])
        attribute("NORMAL", turned.astype("<f4"), componentType=5126, type="VEC3")
    if mesh.colors is not None:
        # linear, as the standard wants, and 16 bits, or dark colours would fall together
        linear = np.full((len(mesh.colors), 4), 65535, "<u2")
        linear[:, :3] = _LINEAR[mesh.colors]
        attribute("COLOR_0", linear, componentType=5123, type="VEC4", normalized=True)
    node: dict[str, object] = {"mesh": 0, "name": "shape"}
    if middle.any():
        node["translation"] = middle.tolist()
    part = {"attributes": attributes, "indices": 0, "material": 0, "mode": 4}
    tree: dict[str, object] = {
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "meshes": [{"primitives": [part]}],
        "materials": [surface_material(has_colors=mesh.colors is not None)],
        "accessors": accessors,
    }
    yield from glb_blocks(tree, views)


MESH_FORMATS: dict[str, MeshFormat] = {
    entry.suffix: entry
    for entry in (
        MeshFormat(".obj", "Wavefront OBJ", True, True, encode_obj),
        MeshFormat(".ply", "PLY (binary)", True, True, encode_ply),
        MeshFormat(".stl", "STL (binary)", False, False, encode_stl, doubles=False),
        MeshFormat(".glb", "glTF (binary)", True, True, encode_glb, y_up=True),
        MeshFormat(".off", "OFF", False, True, encode_off),
    )
}
"""The formats that meshes are written in, by suffix."""


def fits_float32(vertices: NDArray[np.floating], share: float = 1e-6) -> bool:
    """True if 32-bit coordinates keep the vertices to this share of the shape's size."""
    if len(vertices) == 0 or vertices.dtype == np.float32:
        return True
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    largest = max(float(np.abs(low).max()), float(np.abs(high).max()))
    return largest * 2.0**-24 <= share * float((high - low).max())


def place_format(vertices: NDArray[np.floating]) -> str:
    """A format for one coordinate that keeps nine digits of the shape's size, or all it has."""
    if vertices.dtype == np.float32:
        return "%.9g"
    extent = float((vertices.max(axis=0) - vertices.min(axis=0)).max())
    digits = 9 - int(np.floor(np.log10(extent))) if extent > 0 else 17
    return f"%.{digits}f" if 0 <= digits <= 16 else "%.17g"


def _rows(line: str, rows: NDArray[np.generic]) -> bytes:
    return ((line + "\n") * len(rows) % tuple(rows.ravel().tolist())).encode("ascii")


def glb_blocks(tree: dict[str, object], views: list[tuple[bytes, int | None]]) -> Iterator[bytes]:
    """The bytes of a GLB file.

    Parameters
    ----------
    tree : dict
        The glTF but for its asset, buffers and buffer views.
    views : list of (bytes, int or None)
        Content and target of each buffer view, at multiples of four.
    """
    entries: list[dict[str, int]] = []
    at = 0
    for data, target in views:
        entry = {"buffer": 0, "byteOffset": at, "byteLength": len(data)}
        entries.append(entry if target is None else {**entry, "target": target})
        at += len(data)
    whole = {
        "asset": {"version": "2.0", "generator": "OccStudio"},
        **tree,
        "bufferViews": entries,
        "buffers": [{"byteLength": at}],
    }
    text = json.dumps(whole, separators=(",", ":")).encode()
    # both chunks end at a multiple of four
    text += b" " * (-len(text) % 4)
    pad = b"\0" * (-at % 4)
    total = 12 + 8 + len(text) + 8 + at + len(pad)
    yield struct.pack("<4sII", b"glTF", 2, total) + struct.pack("<I4s", len(text), b"JSON") + text
    yield struct.pack("<I4s", at + len(pad), b"BIN\0")
    yield from (data for data, _ in views)
    yield pad


def surface_material(*, has_colors: bool) -> dict[str, object]:
    """The glTF material of surfaces, which is white below colours of vertices."""
    grey = 1.0 if has_colors else 0.8
    surface = {"baseColorFactor": [grey, grey, grey, 1], "metallicFactor": 0,
               "roughnessFactor": 0.7}  # fmt: skip
    return {"name": "surface", "doubleSided": True, "pbrMetallicRoughness": surface}


def _srgb_to_linear() -> NDArray[np.uint16]:
    share = np.arange(256) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.rint(linear * 65535).astype(np.uint16)


_LINEAR = _srgb_to_linear()
