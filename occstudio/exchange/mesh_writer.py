"""Meshes into files: all or nothing, in the person's world, and read back before they count.

A mesh in the model's cube goes through its `Frame` first, so it lies where the scan's points
were. After writing, the temporary file is read again with the reader that everyone uses and
compared (counts, bounds, winding); only then does it take its name.
"""

import os
from pathlib import Path

import numpy as np

from occstudio.errors import (
    EmptyShapeError,
    OccStudioError,
    UnknownNameError,
    UnwritableFileError,
)
from occstudio.exchange.atomic_file import atomic_file
from occstudio.exchange.formats import FORMATS
from occstudio.exchange.geometry_gate import admit_mesh
from occstudio.exchange.mesh_encoders import MESH_FORMATS, MeshFormat, fits_float32
from occstudio.exchange.mesh_reader import read_raw_mesh
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh

_COARSE = 5e-4
"""Rounding of more than this share of the shape's size would be seen."""


def write_mesh(
    mesh: Mesh,
    path: str | os.PathLike[str],
    *,
    frame: Frame | None = None,
    format: str | None = None,  # noqa: A002 - the word that the shell's option has too
) -> None:
    """Write a mesh as OBJ, PLY, STL, GLB or OFF.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube if a frame is given, else in world coordinates with +y up.
    path : path
        Its suffix chooses the format unless `format` does. An existing file is replaced.
    frame : Frame, optional
        Takes the mesh to where its scan was. In GLB, which is +Y up by its standard, the world
        is turned so that the frame's up axis is +Y; all others have the scan's own axes.
    format : str, optional
        A suffix of `MESH_FORMATS`, with or without the dot.

    Raises
    ------
    EmptyShapeError
        If the mesh has no triangles.
    UnknownNameError
        If no format has such a suffix.
    UnwritableFileError
        With the cause; nothing half-written is left, an older file is untouched.
    """
    chosen = mesh_format(path, format)
    if mesh.is_empty:
        raise EmptyShapeError(
            f"the mesh has no triangles, so '{path}' was not written; choose another threshold"
        )
    placed = mesh if frame is None else mesh.placed(frame)
    if not chosen.doubles and not fits_float32(placed.vertices, _COARSE):
        raise UnwritableFileError(
            path,
            f"{chosen.title} keeps 32 bits for a coordinate, too few so far from the origin; "
            "write PLY, OBJ or GLB instead",
        )
    if chosen.y_up and frame is not None:
        placed = _turned(placed, frame.up)
    with atomic_file(path) as (file, temporary):
        for block in chosen.encode(placed):
            file.write(block)
        file.flush()
        _check(path, temporary, chosen, placed)


def mesh_format(
    path: str | os.PathLike[str],
    format: str | None = None,  # noqa: A002 - as above
) -> MeshFormat:
    """The format that a file name or an explicit word asks for.

    Raises
    ------
    UnknownNameError
        If none has such a suffix.
    """
    suffix = (format if format is not None else Path(path).suffix).lower().lstrip(".")
    if f".{suffix}" not in MESH_FORMATS:
        raise UnknownNameError("mesh format", suffix, [key.lstrip(".") for key in MESH_FORMATS])
    return MESH_FORMATS[f".{suffix}"]


def _turned(mesh: Mesh, up: str) -> Mesh:
    """A world mesh turned so that its up axis is +Y."""
    # a frame of scale one at the origin: its rows of unit vectors are the model's axes
    axes = Frame(up=up).to_world(np.eye(3))
    normals = None if mesh.normals is None else (mesh.normals @ axes.T).astype(np.float32)
    return Mesh(mesh.vertices @ axes.T, mesh.faces, normals, mesh.colors)


def _check(path: str | os.PathLike[str], temporary: Path, chosen: MeshFormat, mesh: Mesh) -> None:
    """Raise unless what lies on the disk is the mesh that was to be written."""
    try:
        raw = read_raw_mesh(temporary, FORMATS[chosen.suffix.lstrip(".")])
        found = admit_mesh(raw.vertices, raw.faces)
    except OccStudioError as error:
        raise UnwritableFileError(
            path, f"it could not be read back ({error}); try again or choose another disk"
        ) from error
    vertices = mesh.vertices.astype(np.float64)
    used = vertices[mesh.faces.ravel()]
    low, high = used.min(axis=0), used.max(axis=0)
    back = found.vertices[found.faces.ravel()]
    size = float((high - low).max())
    tolerance = size * 1e-5 + float(np.abs(used).max()) * (0 if chosen.doubles else 2.0**-23)
    off = max(
        float(np.abs(back.min(axis=0) - low).max()), float(np.abs(back.max(axis=0) - high).max())
    )
    if len(raw.faces) != len(mesh.faces) or off > tolerance:
        raise UnwritableFileError(
            path,
            f"what was read back differs ({len(raw.faces):,} of {len(mesh.faces):,} triangles, "
            f"bounds off by {off:.3g}); try again or choose another disk",
        )
    # about the middle of the box, where rounding of far places cannot turn the sign
    middle = (low + high) / 2
    meant = Mesh(vertices - middle, mesh.faces).volume
    volume = Mesh(found.vertices - middle, found.faces).volume
    if abs(volume - meant) > 1e-3 * abs(meant) + 8 * tolerance * size**2:
        raise UnwritableFileError(
            path, "what was read back is wound otherwise; try again or choose another format"
        )
