"""Triangles with what they look like: normals, texture coordinates, colours and pictures.

`mesh_source` reads bare triangles, which is all that labels need. Here the same OBJ files are
read with their materials, triangle for triangle alike, so that a picture and the labels of a
model agree. Every corner of a face stands for itself: nothing is shared, nothing is split.
Materials are worth no failure: whatever is missing or damaged leaves a grey surface.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.mesh_source import SourceModel, placed
from occstudio.datasets.occupancy_labels import normalised
from occstudio.errors import UnreadableFileError

LARGEST_TEXTURE = 512  # pixels a side: views are small
_GREY = (0.7, 0.7, 0.7)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """How a surface looks.

    Attributes
    ----------
    color : (float, float, float)
        From 0 to 1, as displayed; white under a texture.
    shine : float
        Strength of the highlight, 0 to 1.
    texture : (H, W, 3) uint8 or None
        Its first row is at the top (v = 1).
    """

    color: tuple[float, float, float] = _GREY
    shine: float = 0.1
    texture: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TexturedMesh:
    """Triangles by their corners.

    Attributes
    ----------
    corners, normals : (F, 3, 3) float32
        Face, corner, axis.
    texture_points : (F, 3, 2) float32
    material_of : (F,) int64
        Index into `materials`.
    materials : tuple of Material
    """

    corners: Floats
    normals: Floats
    texture_points: Floats
    material_of: NDArray[np.int64]
    materials: tuple[Material, ...]


def load_textured(model: SourceModel) -> TexturedMesh:
    """Read a model with its materials, in the frame and the scale of its labels.

    Raises
    ------
    OccStudioError
        If there is nothing usable in the file.
    """
    name = model.member or model.container.name
    if PurePosixPath(name).suffix.lower() != ".obj":
        vertices, faces = model.load()
        corners = normalised(vertices)[faces].astype(np.float32)
        return _plain(corners)
    if model.member is None:
        folder = model.container.parent
        return _assembled(model, model.container.read_bytes(), lambda p: (folder / p).read_bytes())
    try:
        with zipfile.ZipFile(model.container) as archive:
            inside = {n.lower(): n for n in archive.namelist()}
            folder = PurePosixPath(model.member).parent

            def read(path: str) -> bytes:
                return archive.read(inside[(folder / path).as_posix().lower()])

            return _assembled(model, archive.read(model.member), read)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(f"{model.container}/{model.member}", str(error)) from error


def _plain(corners: Floats) -> TexturedMesh:
    count = len(corners)
    return TexturedMesh(
        corners,
        np.repeat(face_normals(corners)[:, None], 3, axis=1),
        np.zeros((count, 3, 2), np.float32),
        np.zeros(count, np.int64),
        (Material(),),
    )


def face_normals(corners: Floats) -> Floats:
    """Unit normals (F, 3) of triangles (F, 3, 3)."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


class _ObjLines:
    # The corners of all faces: indices of vertex, texture point and normal, -1 where there is none.
    def __init__(self, data: bytes) -> None:
        self.rows: dict[bytes, list[list[float]]] = {b"v": [], b"vt": [], b"vn": []}
        self.faces: list[list[tuple[int, int, int]]] = []
        self.material_of: list[int] = []
        self.names: list[str] = [""]
        self.libraries: list[str] = []
        current = 0
        for line in data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines():
            words = line.split()
            if not words:
                continue
            key = words[0]
            if key in self.rows:
                row = [float(word) for word in words[1 : 3 if key == b"vt" else 4]]
                self.rows[key].append(row + [0.0] * (2 - len(row)) if key == b"vt" else row)
            elif key == b"f" and len(words) > 3:
                corners = [self._corner(word) for word in words[1:]]
                for i in range(1, len(corners) - 1):
                    self.faces.append([corners[0], corners[i], corners[i + 1]])
                    self.material_of.append(current)
            elif key in (b"usemtl", b"mtllib"):
                rest = line.split(None, 1)[1].decode("latin-1").strip() if len(words) > 1 else ""
                if key == b"mtllib":
                    self.libraries.append(rest)
                else:
                    if rest not in self.names:
                        self.names.append(rest)
                    current = self.names.index(rest)

    def _corner(self, word: bytes) -> tuple[int, int, int]:
        parts = [*word.split(b"/"), b"", b""][:3]
        counts = (len(self.rows[b"v"]), len(self.rows[b"vt"]), len(self.rows[b"vn"]))
        found: list[int] = []
        for part, count in zip(parts, counts, strict=True):
            number = int(part) if part else 0
            found.append(number - 1 if number > 0 else count + number if number < 0 else -1)
        return found[0], found[1], found[2]


def _assembled(model: SourceModel, data: bytes, read: Callable[[str], bytes]) -> TexturedMesh:
    vertices, faces = model.load()  # all checks are made there
    lines = _ObjLines(data)
    index = np.array(lines.faces, np.int64).reshape(-1, 3, 3)
    corners = normalised(vertices)[faces].astype(np.float32)
    if len(index) != len(faces):
        return _plain(corners)
    materials = _materials(lines, read)
    texture_points = np.array(lines.rows[b"vt"] or [[0.0, 0.0]], np.float32)
    at = index[..., 1]
    known = (at >= 0) & (at < len(texture_points))
    uv = np.where(known[..., None], texture_points[np.where(known, at, 0)], 0)
    return TexturedMesh(
        corners,
        _normals(model, corners, lines, index[..., 2]),
        uv.astype(np.float32),
        np.array(lines.material_of, np.int64),
        materials,
    )


def _normals(
    model: SourceModel, corners: Floats, lines: _ObjLines, at: NDArray[np.int64]
) -> Floats:
    flat = np.repeat(face_normals(corners)[:, None], 3, axis=1)
    given = [row for row in lines.rows[b"vn"] if len(row) == 3]
    if not given or len(given) != len(lines.rows[b"vn"]):
        return flat
    turned = np.array(given, np.float64)
    if model.rotation is not None:
        turned, _ = placed(turned, np.zeros((0, 3), np.int32), model.rotation, None)
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    known = (at >= 0) & (at < len(turned))
    mixed = np.where(known[..., None], turned[np.where(known, at, 0)], flat)
    # Files err: a normal that has nothing to do with its face would shade it black.
    wrong = np.abs(np.einsum("fca,fca->fc", mixed, flat)) < 0.2
    return np.where(wrong[..., None], flat, mixed).astype(np.float32)


def _materials(lines: _ObjLines, read: Callable[[str], bytes]) -> tuple[Material, ...]:
    found: dict[str, dict[str, str]] = {}
    for library in lines.libraries:
        try:
            text = read(library).decode("latin-1")
        except (OSError, KeyError):
            continue
        current: dict[str, str] = {}
        for line in text.splitlines():
            key, _, rest = line.strip().partition(" ")
            if key.startswith("newmtl"):
                current = found.setdefault(line.strip()[6:].strip(), {})
            elif key:
                current[key.lower()] = rest.strip()
    pictures: dict[str, NDArray[np.uint8] | None] = {}
    return tuple(_material(found.get(name, {}), read, pictures) for name in lines.names)


def _material(
    entry: dict[str, str],
    read: Callable[[str], bytes],
    pictures: dict[str, NDArray[np.uint8] | None],
) -> Material:
    color = _three(entry.get("kd", ""), _GREY)
    shine = min(max(_three(entry.get("ks", ""), (0.1, 0.1, 0.1))), 0.6)
    words = entry.get("map_kd", "").split()
    name = entry.get("map_kd", "") if not entry.get("map_kd", "").startswith("-") else words[-1]
    if name and name not in pictures:
        pictures[name] = _picture(name, read)
    texture = pictures.get(name)
    if texture is not None:
        return Material((1.0, 1.0, 1.0), shine, texture)
    opacity = min(max(_three(entry.get("d", "1"), (1.0, 1.0, 1.0))[0], 0.0), 1.0)
    if opacity < 1:  # glass is solid in the labels: pale, shining, and not seen through
        color = tuple(0.5 * c + 0.5 * g for c, g in zip(color, (0.75, 0.82, 0.85), strict=True))
        shine = 0.6
    return Material((color[0], color[1], color[2]), shine)


def _three(text: str, otherwise: tuple[float, float, float]) -> tuple[float, float, float]:
    try:
        numbers = [float(word) for word in text.split()][:3]
    except ValueError:
        return otherwise
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        return otherwise
    return numbers[0], numbers[1], numbers[2]


def _picture(name: str, read: Callable[[str], bytes]) -> NDArray[np.uint8] | None:
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(read(name.replace("\\", "/")))) as picture:
            picture.thumbnail((LARGEST_TEXTURE, LARGEST_TEXTURE))
            opaque = picture.convert("RGBA")
            ground = Pillow.new("RGBA", opaque.size, (255, 255, 255, 255))
            return np.asarray(Pillow.alpha_composite(ground, opaque).convert("RGB"))
    except (OSError, KeyError, ValueError, SyntaxError, Pillow.DecompressionBombError):
        return None
