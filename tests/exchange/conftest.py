"""One small file of every format that is read, written byte by byte: no writer of ours."""

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Writer = Callable[[Path], None]


def _octahedron() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices and outward faces of an octahedron, each face once subdivided: 18 and 32."""
    vertices = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    places = [np.array(v, float) for v in vertices]
    middles: dict[tuple[int, int], int] = {}

    def middle(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in middles:
            middles[key] = len(places)
            places.append((places[a] + places[b]) / np.linalg.norm(places[a] + places[b]))
        return middles[key]

    fine = []
    for a, b, c in faces:
        ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
        fine += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.array(places) * [0.5, 0.3, 0.2], np.array(fine)


VERTICES, FACES = _octahedron()
_SCAN = np.random.default_rng(7)
POINTS = _SCAN.normal(size=(60, 3))
POINTS = (POINTS / np.linalg.norm(POINTS, axis=1, keepdims=True) * [3, 2, 1]).round(4)
NORMALS = POINTS / np.linalg.norm(POINTS, axis=1, keepdims=True)
COLORS = _SCAN.integers(0, 256, (60, 3)).astype(np.uint8)


def _lines(rows: NDArray[np.generic], separator: str = " ") -> str:
    return "".join(separator.join(f"{v:.9g}" for v in row) + "\n" for row in rows.tolist())


def _ply_header(form: str, count: int, faces: int = 0, extra: str = "") -> str:
    text = f"ply\nformat {form} 1.0\ncomment a test\nelement vertex {count}\n"
    text += "property float x\nproperty float y\nproperty float z\n" + extra
    if faces:
        text += f"element face {faces}\nproperty list uchar int vertex_indices\n"
    return text + "end_header\n"


_NORMAL_HEADER = "".join(f"property float n{a}\n" for a in "xyz")
_COLOR_HEADER = "".join(f"property uchar {c}\n" for c in ("red", "green", "blue"))


def _ply_ascii(path: Path) -> None:
    body = _lines(np.hstack([POINTS, NORMALS, COLORS]))
    path.write_text(_ply_header("ascii", 60, extra=_NORMAL_HEADER + _COLOR_HEADER) + body)


def _ply_binary(order: str) -> Writer:
    def write(path: Path) -> None:
        form = {"<": "binary_little_endian", ">": "binary_big_endian"}[order]
        row = [("p", order + "f4", 3), ("n", order + "f4", 3), ("c", "u1", 3)]
        table = np.zeros(60, row)
        table["p"], table["n"], table["c"] = POINTS, NORMALS, COLORS
        head = _ply_header(form, 60, extra=_NORMAL_HEADER + _COLOR_HEADER)
        path.write_bytes(head.encode() + table.tobytes())

    return write


def _ply_mesh(path: Path) -> None:
    rows = np.zeros(len(FACES), [("n", "u1"), ("i", "<i4", 3)])
    rows["n"], rows["i"] = 3, FACES
    head = _ply_header("binary_little_endian", len(VERTICES), len(FACES)).encode()
    path.write_bytes(head + VERTICES.astype("<f4").tobytes() + rows.tobytes())


def _ply_mesh_ascii(path: Path) -> None:
    faces = np.hstack([np.full((len(FACES), 1), 3), FACES])
    head = _ply_header("ascii", len(VERTICES), len(FACES))
    path.write_text(head + _lines(VERTICES) + _lines(faces))


def _pcd_header(data: str) -> str:
    return (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z rgb\n"
        "SIZE 4 4 4 4\nTYPE F F F U\nCOUNT 1 1 1 1\nWIDTH 60\nHEIGHT 1\n"
        f"VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 60\nDATA {data}\n"
    )


def _packed_colors() -> NDArray[np.uint32]:
    wide = COLORS.astype(np.uint32)
    return (wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2]


def _pcd_ascii(path: Path) -> None:
    rows = [f"{x:.9g} {y:.9g} {z:.9g} {c}\n" for (x, y, z), c in zip(POINTS, _packed_colors(),
                                                                    strict=True)]  # fmt: skip
    path.write_text(_pcd_header("ascii") + "".join(rows))


def _pcd_binary(path: Path) -> None:
    table = np.zeros(60, [("p", "<f4", 3), ("c", "<u4")])
    table["p"], table["c"] = POINTS, _packed_colors()
    path.write_bytes(_pcd_header("binary").encode() + table.tobytes())


def _pcd_compressed(path: Path) -> None:
    columns = POINTS.astype("<f4").T.tobytes() + _packed_colors().astype("<u4").tobytes()
    # runs of literals are valid LZF
    runs = [columns[k : k + 32] for k in range(0, len(columns), 32)]
    packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
    sizes = struct.pack("<II", len(packed), len(columns))
    path.write_bytes(_pcd_header("binary_compressed").encode() + sizes + packed)


def _obj(path: Path) -> None:
    faces = "".join(f"f {a}/1/1 {b}/1/1 {c}/1/1\n" for a, b, c in (FACES + 1).tolist())
    vertices = "".join(f"v {line}\n" for line in _lines(VERTICES).splitlines())
    path.write_text(f"# a test\no thing\n{vertices}vt 0 0\nvn 0 1 0\n{faces}")


def _obj_points(path: Path) -> None:
    path.write_text("".join(f"v {line}\n" for line in _lines(POINTS).splitlines()))


def _off(path: Path) -> None:
    faces = "".join(f"3 {a} {b} {c}\n" for a, b, c in FACES.tolist())
    path.write_text(f"OFF\n{len(VERTICES)} {len(FACES)} 0\n{_lines(VERTICES)}{faces}")


def _stl(path: Path) -> None:
    table = np.zeros(len(FACES), [("n", "<f4", 3), ("v", "<f4", (3, 3)), ("t", "<u2")])
    table["v"] = VERTICES[FACES]
    path.write_bytes(b"test".ljust(80) + struct.pack("<I", len(FACES)) + table.tobytes())


def _stl_ascii(path: Path) -> None:
    text = "solid test\n"
    for corners in VERTICES[FACES]:
        places = "".join(f"      vertex {x:.9g} {y:.9g} {z:.9g}\n" for x, y, z in corners)
        text += f"  facet normal 0 0 0\n    outer loop\n{places}    endloop\n  endfacet\n"
    path.write_text(text + "endsolid test\n")


def gltf_parts(uri: str | None) -> tuple[dict[str, object], bytes]:
    """The JSON and the data of a glTF of the octahedron, as plain as it gets."""
    indices, places = FACES.astype("<u2").tobytes(), VERTICES.astype("<f4").tobytes()
    data = indices + places
    buffer: dict[str, object] = {"byteLength": len(data)}
    if uri is not None:
        buffer["uri"] = uri
    tree: dict[str, object] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 1}, "indices": 0}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5123, "count": FACES.size, "type": "SCALAR"},
            {"bufferView": 1, "componentType": 5126, "count": len(VERTICES), "type": "VEC3"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(indices)},
            {"buffer": 0, "byteOffset": len(indices), "byteLength": len(places)},
        ],
        "buffers": [buffer],
    }
    return tree, data


def glb_bytes(tree: dict[str, object], data: bytes) -> bytes:
    """A GLB of these two chunks."""
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _glb(path: Path) -> None:
    path.write_bytes(glb_bytes(*gltf_parts(None)))


def _gltf(path: Path) -> None:
    data = gltf_parts(None)[1]
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    path.write_text(json.dumps(gltf_parts(uri)[0]))


def _xyz(path: Path) -> None:
    path.write_text(_lines(np.hstack([POINTS, NORMALS])))


def _csv(path: Path) -> None:
    path.write_text("X,Y,Z,R,G,B\n" + _lines(np.hstack([POINTS, COLORS]), ","))


def _pts(path: Path) -> None:
    intensity = np.arange(60)[:, None] - 2000
    path.write_text("60\n" + _lines(np.hstack([POINTS, intensity, COLORS])))


CLOUDS: dict[str, Writer] = {
    "ascii.ply": _ply_ascii,
    "little.ply": _ply_binary("<"),
    "big.ply": _ply_binary(">"),
    "plain.xyz": _xyz,
    "header.csv": _csv,
    "scanner.pts": _pts,
    "ascii.pcd": _pcd_ascii,
    "binary.pcd": _pcd_binary,
    "compressed.pcd": _pcd_compressed,
    "array.npy": lambda path: np.save(path, POINTS),
    "archive.npz": lambda path: np.savez_compressed(path, points=POINTS, normals=NORMALS,
                                                    colors=COLORS),
    "points.obj": _obj_points,
}  # fmt: skip
"""Files of `POINTS`, some with `NORMALS` and `COLORS`."""

MESHES: dict[str, Writer] = {
    "mesh.ply": _ply_mesh,
    "mesh-ascii.ply": _ply_mesh_ascii,
    "mesh.obj": _obj,
    "mesh.off": _off,
    "mesh.stl": _stl,
    "mesh-ascii.stl": _stl_ascii,
    "mesh.glb": _glb,
    "mesh.gltf": _gltf,
}
"""Files of the octahedron `VERTICES`, `FACES`."""


@pytest.fixture(params=[*CLOUDS])
def cloud_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of `POINTS`, once in each format."""
    path = tmp_path / request.param
    CLOUDS[request.param](path)
    return path


@pytest.fixture(params=[*MESHES])
def mesh_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of the octahedron, once in each format."""
    path = tmp_path / request.param
    MESHES[request.param](path)
    return path


@pytest.fixture(params=[*CLOUDS, *MESHES])
def any_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A small file of each format."""
    path = tmp_path / request.param
    (CLOUDS | MESHES)[request.param](path)
    return path


@pytest.fixture
def write_sample(tmp_path: Path) -> Callable[[str], Path]:
    """Write the sample of this name and tell where."""

    def write(name: str) -> Path:
        (CLOUDS | MESHES)[name](tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def scan() -> NDArray[np.float64]:
    """The 60 points that the sample clouds hold."""
    return POINTS


@pytest.fixture
def octahedron() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices and faces that the sample meshes hold."""
    return VERTICES, FACES


@pytest.fixture
def make_glb() -> Callable[[Callable[[dict], None]], bytes]:
    """A GLB of the octahedron whose JSON was changed first."""

    def make(change: Callable[[dict], None]) -> bytes:
        tree, data = gltf_parts(None)
        change(tree)
        return glb_bytes(tree, data)

    return make
