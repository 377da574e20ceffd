"""Models one after the other from a folder, a zip or a furniture library, ready to be labelled.

A source lists its models without reading their geometry; each `SourceModel` is a small frozen
value that another process can load. Everything comes out in one frame: +Y up, +Z front,
furniture in centimetres. Damage is a matter of one model, never of the whole source: whatever
cannot be listed is in `skipped` with a reason, and whatever cannot be loaded raises an
`OccStudioError` that the caller collects.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.furniture_catalogue import (
    CATALOGUE_NAME,
    CatalogueEntry,
    classify,
    is_solid_behind_holes,
    read_catalogue,
    reason_to_leave_out,
)
from occstudio.errors import InvalidGeometryError, UnreadableFileError

MESH_SUFFIXES = (".obj", ".ply", ".stl", ".glb", ".off")
ARCHIVE_SUFFIXES = (".zip", ".sh3f")
LARGEST_FILE = 512 * 2**20  # bytes of one mesh, unpacked: a zip may claim anything
MOST_FACES = 10_000_000

Triangles = tuple[NDArray[np.float64], NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class SourceModel:
    """One model of a source, not loaded yet.

    Attributes
    ----------
    id : str
        ``LIBRARY/MODEL``; stable, decides the part of the split.
    shape_class : str
        One of `furniture_catalogue.CLASSES`.
    container : Path
        The mesh file, or the archive that it is a member of.
    member : str or None
        Path inside the archive.
    rotation, size_cm : tuple or None
        Applied in this order by `load` (see `CatalogueEntry`).
    fill_holes : bool
        Whether it stands for a solid although it is a shell with holes.
    """

    id: str
    name: str
    category: str
    shape_class: str
    creator: str
    licence: str
    library: str
    container: Path
    member: str | None = None
    rotation: tuple[float, ...] | None = None
    size_cm: tuple[float, float, float] | None = None
    fill_holes: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """The class and the library's own category, for filters that accept either."""
        return (self.shape_class, self.category) if self.category else (self.shape_class,)

    def load(self) -> Triangles:
        """Read the triangles.

        Returns
        -------
        vertices : (V, 3) float64
            +Y up, +Z front; only vertices that a face uses.
        faces : (F, 3) int32

        Raises
        ------
        UnreadableFileError, InvalidGeometryError
            If there is nothing usable in the file.
        """
        name = self.member or self.container.name
        data = _member(self.container, self.member) if self.member else _file(self.container)
        return placed(*read_triangles(data, name), self.rotation, self.size_cm)


class MeshSource:
    """The models of a folder tree, a zip or a Sweet Home 3D library.

    Parameters
    ----------
    path : Path
        A folder (searched to its leaves, archives in it included), an archive or a mesh file.
    up : {"y", "z"}
        Which axis is up in meshes that come without a catalogue.

    Attributes
    ----------
    models : tuple of SourceModel
        Sorted by id.
    skipped : tuple of (str, str)
        What was left out and why, sorted.
    """

    def __init__(self, path: Path, *, up: Literal["y", "z"] = "y") -> None:
        self.path = path
        self._rotation = _Z_UP if up == "z" else None
        models: list[SourceModel] = []
        skipped: list[tuple[str, str]] = []
        if not path.exists():
            raise UnreadableFileError(path, "there is no such file or folder")
        found = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        loose = [p for p in found if p.suffix.lower() in MESH_SUFFIXES]
        root = path if path.is_dir() else path.parent
        library = root.resolve().name or "meshes"
        names = [p.relative_to(root).as_posix() for p in loose]
        models += [
            self._plain_model(library, key, name, loose[i], None)
            for i, (name, key) in enumerate(zip(names, _keys(names), strict=True))
        ]
        for archive in (p for p in found if p.suffix.lower() in ARCHIVE_SUFFIXES):
            self._list_archive(archive, models, skipped)
        self.models = tuple(_unique(models, skipped))
        self.skipped = tuple(sorted(skipped))
        if not self.models and not self.skipped:
            raise UnreadableFileError(
                path, "no meshes in it (expected .obj, .ply, .stl, .glb, .off, .zip or .sh3f)"
            )

    def __iter__(self) -> Iterator[SourceModel]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def _list_archive(
        self, archive: Path, models: list[SourceModel], skipped: list[tuple[str, str]]
    ) -> None:
        library = archive.stem
        try:
            with zipfile.ZipFile(archive) as members:
                names = sorted(members.namelist())
                listing = _read_member(members, CATALOGUE_NAME) if CATALOGUE_NAME in names else b""
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            skipped.append((library, f"not a readable archive: {error}"))
            return
        if listing:
            _list_catalogue(archive, read_catalogue(listing), set(names), models, skipped)
            return
        meshes = [n for n in names if PurePosixPath(n).suffix.lower() in MESH_SUFFIXES]
        models += [
            self._plain_model(library, key, name, archive, name)
            for name, key in zip(meshes, _keys(meshes), strict=True)
        ]

    def _plain_model(
        self, library: str, key: str, name: str, container: Path, member: str | None
    ) -> SourceModel:
        place = PurePosixPath(name)
        category = place.parent.name
        words = f"{place.stem} {category}".replace("_", " ").replace("-", " ")
        return SourceModel(
            id=f"{library}/{key}",
            name=place.stem,
            category=category,
            shape_class=classify(words, category),
            creator="",
            licence="",
            library=library,
            container=container,
            member=member,
            rotation=self._rotation,
        )


def read_triangles(data: bytes, name: str) -> Triangles:
    """Read triangles from the bytes of a mesh file; the suffix of `name` says which kind.

    Raises
    ------
    UnreadableFileError, InvalidGeometryError
        If it is damaged, empty, too large or not finite.
    """
    suffix = PurePosixPath(name).suffix.lower()
    vertices, faces = _read_obj(data) if suffix == ".obj" else _read_other(data, name, suffix)
    if len(faces) == 0 or len(vertices) == 0:
        raise UnreadableFileError(name, "no faces (expected a mesh, not points)")
    if len(faces) > MOST_FACES:
        raise InvalidGeometryError(
            f"'{name}' has {len(faces)} faces: simplify it to {MOST_FACES} or fewer"
        )
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise InvalidGeometryError(f"a face of '{name}' names a vertex that is not there")
    used, inverse = np.unique(faces, return_inverse=True)
    vertices, faces = vertices[used], inverse.reshape(-1, 3).astype(np.int32)
    if not np.isfinite(vertices).all():
        raise InvalidGeometryError(f"'{name}' has vertices that are not finite numbers")
    if np.ptp(vertices, axis=0).max() <= 0:
        raise InvalidGeometryError(f"'{name}' has no extent: all vertices are one point")
    return vertices, faces


def placed(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    rotation: tuple[float, ...] | None,
    size_cm: tuple[float, float, float] | None,
) -> Triangles:
    """Turn a mesh into the canonical frame and scale its box to the catalogue's size."""
    if rotation is not None:
        turn = np.array(rotation, np.float64).reshape(3, 3)
        vertices = vertices @ turn.T
        if np.linalg.det(turn) < 0:
            faces = faces[:, ::-1]
    if size_cm is not None:
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        extent = high - low
        scale = np.where(extent > 0, np.array(size_cm) / np.where(extent > 0, extent, 1), 1.0)
        vertices = (vertices - (low + high) / 2) * scale
    return vertices, faces


_Z_UP = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0)


def _keys(names: list[str]) -> list[str]:
    # The path without suffix, unless that is ambiguous (a.obj beside a.ply).
    stems = [PurePosixPath(name).with_suffix("").as_posix() for name in names]
    count = Counter(stems)
    return [stem if count[stem] == 1 else name for stem, name in zip(stems, names, strict=True)]


def _unique(models: list[SourceModel], skipped: list[tuple[str, str]]) -> Iterator[SourceModel]:
    seen: set[str] = set()
    for model in sorted(models, key=lambda m: m.id):
        if model.id in seen:
            skipped.append((model.id, "a second model with this id"))
        else:
            seen.add(model.id)
            yield model


def _list_catalogue(
    archive: Path,
    entries: list[CatalogueEntry],
    members: set[str],
    models: list[SourceModel],
    skipped: list[tuple[str, str]],
) -> None:
    folders = Counter(PurePosixPath(p).parent for p in {e.model for e in entries})
    for entry in entries:
        place = PurePosixPath(entry.model)
        own_folder = place.parent.name and folders[place.parent] == 1
        model_id = f"{archive.stem}/{place.parent.name if own_folder else place.stem}"
        reason = reason_to_leave_out(entry.name, entry.tags, entry.size_cm)
        if entry.model not in members:
            reason = f"its file '{entry.model}' is not in the library"
        elif place.suffix.lower() not in MESH_SUFFIXES:
            reason = f"'{place.suffix}' files are not read"
        if reason:
            skipped.append((model_id, reason))
            continue
        shape_class = classify(entry.name, entry.category, entry.tags)
        models.append(
            SourceModel(
                id=model_id,
                name=entry.name,
                category=entry.category,
                shape_class=shape_class,
                creator=entry.creator,
                licence=entry.licence,
                library=archive.stem,
                container=archive,
                member=entry.model,
                rotation=entry.rotation,
                size_cm=entry.size_cm,
                fill_holes=is_solid_behind_holes(model_id, shape_class),
            )
        )


def _file(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableFileError(path, f"larger than {LARGEST_FILE >> 20} MB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(path, error.strerror or str(error)) from error


def _member(archive: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as members:
            return _read_member(members, name)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UnreadableFileError(f"{archive}/{name}", str(error)) from error


def _read_member(members: zipfile.ZipFile, name: str) -> bytes:
    # Not the header's word is taken for the size: reading stops at the cap.
    with members.open(name) as stream:
        data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UnreadableFileError(name, f"unpacks to more than {LARGEST_FILE >> 20} MB")
    return data


def _read_obj(data: bytes) -> Triangles:
    # VTK's reader aborts on faces of two vertices and drops groups that mix `v//n` and `v/t/n`.
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for line in data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines():
        words = line.split()
        if not words:
            continue
        try:
            if words[0] == b"v":
                vertices.append([float(word) for word in words[1:4]])
            elif words[0] == b"f" and len(words) > 3:
                corners = [int(word.split(b"/", 1)[0]) for word in words[1:]]
                # One-based; a negative index counts back from the vertices read so far.
                corners = [c - 1 if c > 0 else len(vertices) + c for c in corners]
                faces.extend(
                    (corners[0], corners[i], corners[i + 1]) for i in range(1, len(corners) - 1)
                )
        except ValueError as error:
            line_text = line[:40].decode("ascii", "replace")
            raise InvalidGeometryError(f"'{line_text}' is not a line of an OBJ file") from error
    if any(len(vertex) != 3 for vertex in vertices):
        raise InvalidGeometryError("a vertex of the OBJ file has fewer than three coordinates")
    corners_array = np.array(faces, np.int64).reshape(-1, 3)
    if len(corners_array) and abs(corners_array).max() > 2**31 - 2:
        raise InvalidGeometryError("a face of the OBJ file names a vertex that is not there")
    return np.array(vertices, np.float64).reshape(-1, 3), corners_array.astype(np.int32)


def _read_other(data: bytes, name: str, suffix: str) -> Triangles:
    import trimesh

    try:
        mesh: Any = trimesh.load(
            io.BytesIO(data), file_type=suffix[1:], force="mesh", process=False, skip_materials=True
        )
        vertices = np.asarray(mesh.vertices, np.float64).reshape(-1, 3)
        faces = np.asarray(mesh.faces, np.int64).reshape(-1, 3)
    except Exception as error:  # its parsers raise anything on damaged files
        reason = f"not a readable {suffix[1:]} mesh ({type(error).__name__}: {error})"
        raise UnreadableFileError(name, reason) from error
    if len(faces) and abs(faces).max() > 2**31 - 2:
        raise InvalidGeometryError(f"a face of '{name}' names a vertex that is not there")
    return vertices, faces.astype(np.int32)
