"""Meshes from files, by readers of our own, behind the gate.

User files never meet VTK's readers, which kill the process on damaged ones. trimesh survives
them, but refuses mixed polygons in PLY, wraps 16-bit colours of glTF around, logs tracebacks and
takes long for OFF; so each format has a small vectorised reader here, and trimesh is the
reference in the tests.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from occstudio.errors import InvalidGeometryError, OccStudioError, UnreadableFileError
from occstudio.exchange.formats import FileFormat, format_of, refusal
from occstudio.exchange.geometry_gate import admit_mesh, named
from occstudio.exchange.gltf_file import read_gltf
from occstudio.exchange.obj_file import read_obj
from occstudio.exchange.off_file import read_off
from occstudio.exchange.ply_file import read_ply
from occstudio.exchange.raw_mesh import RawMesh
from occstudio.exchange.stl_file import read_stl
from occstudio.shapes.mesh import Mesh

_DAMAGED = "it is damaged or cut off; export or download it again"


def read_mesh(path: str | os.PathLike[str]) -> Mesh:
    """A mesh from a PLY, OBJ, OFF, STL, GLB or glTF file, in world coordinates.

    Parameters
    ----------
    path : path
        The file; its bytes, not its suffix, decide how it is read.

    Returns
    -------
    Mesh
        float64 vertices as the file has them, polygons as triangles, colours if any.

    Raises
    ------
    UnreadableFileError
        If the file is missing, damaged, no mesh, or of an unknown format.
    InvalidGeometryError
        If what it holds cannot be used: no faces, indices out of range, no extent.
    """
    where = Path(path)
    entry = format_of(where)
    if entry is None or entry.kind != "mesh":
        raise UnreadableFileError(path, refusal(entry, "a mesh"))
    raw = read_raw_mesh(where, entry)
    try:
        return admit_mesh(raw.vertices, raw.faces, normals=raw.normals, colors=raw.colors)
    except InvalidGeometryError as error:
        raise named(error, path) from error


def read_raw_mesh(path: Path, entry: FileFormat) -> RawMesh:
    """Vertices and triangles of a mesh file, as they are; no faces if it has points only.

    Raises
    ------
    UnreadableFileError
        If the file is damaged.
    """
    try:
        return _READERS[entry.key](path)
    except OccStudioError:
        raise
    except MemoryError as error:
        raise UnreadableFileError(
            path, "it does not fit into memory; simplify it or free some memory"
        ) from error
    except Exception as error:
        raise UnreadableFileError(path, _DAMAGED) from error


def _read_ply(path: Path) -> RawMesh:
    content = read_ply(path)
    faces = np.zeros((0, 3), np.int64) if content.faces is None else content.faces
    return RawMesh(content.points, faces, content.normals, content.colors)


def _read_gltf(path: Path, *, binary: bool) -> RawMesh:
    part = read_gltf(path, binary=binary)
    return RawMesh(part.vertices, part.faces, part.normals, part.colors).merged()


_READERS: dict[str, Callable[[Path], RawMesh]] = {
    "ply": _read_ply,
    "obj": lambda path: read_obj(path).merged(),
    "off": read_off,
    "stl": read_stl,
    "glb": lambda path: _read_gltf(path, binary=True),
    "gltf": lambda path: _read_gltf(path, binary=False),
}
