"""Point clouds from any file that holds points or a surface.

One function reads them all: the bytes say what the file is, a reader of that format finds the
points, the gate drops what no later stage could survive, and a frame is fitted that takes them,
whatever their unit and place, into the model's cube. What was left out is told in notes.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from occstudio.errors import (
    EmptyShapeError,
    InvalidGeometryError,
    OccStudioError,
    UnreadableFileError,
)
from occstudio.exchange.formats import FileFormat, format_of, refusal
from occstudio.exchange.frame_fitting import fit_frame
from occstudio.exchange.geometry_gate import (
    AdmittedPoints,
    RawPoints,
    admit_mesh,
    admit_points,
    named,
    with_notes,
)
from occstudio.exchange.mesh_reader import read_raw_mesh
from occstudio.exchange.numpy_file import read_npy, read_npz
from occstudio.exchange.pcd_file import read_pcd
from occstudio.exchange.scanner_files import read_e57, read_las
from occstudio.exchange.surface_sampling import sample_surface
from occstudio.exchange.text_table import read_text_points
from occstudio.shapes.point_cloud import PointCloud

SURFACE_SAMPLES = 30_000
"""Points that are taken from a mesh."""

_DAMAGED = "it is damaged or cut off; export or download it again"


@dataclass(frozen=True, slots=True, eq=False)
class PointCloudFile:
    """A cloud as read from a file.

    Parameters
    ----------
    cloud : PointCloud
        The points, with their frame.
    notes : tuple of str
        What was dropped or guessed, one phrase each, for the status line.
    outliers : int
        Far points that the frame's box leaves out (they stay in the cloud).
    """

    cloud: PointCloud
    notes: tuple[str, ...]
    outliers: int = 0


def read_point_cloud(
    path: str | os.PathLike[str],
    *,
    up: str | None = None,
    unit: str = "",
    samples: int = SURFACE_SAMPLES,
    seed: int = 0,
) -> PointCloud:
    """Points of a scan or mesh file, with a frame fitted to them.

    Parameters
    ----------
    path : path
        PLY, XYZ/TXT/CSV, PTS, PCD, NPY, NPZ, OBJ, OFF, STL, GLB or glTF; LAS, LAZ and E57 with
        the extra ``clouds``. Its bytes, not its suffix, decide how it is read.
    up : str, optional
        World axis that is up. By default that of the format: +z for LAS, E57, PCD, PTS and STL
        (scanners, printing), +y for the rest, but +z wherever coordinates are so far from the
        origin that they must be a survey's.
    unit : str
        Name of the world's unit, for labels; by default what the format prescribes, if anything.
    samples : int
        Points to take, evenly by area, from a file that has faces.
    seed : int
        For those samples.

    Raises
    ------
    UnreadableFileError
        If the file is missing, damaged, or holds neither points nor a mesh.
    InvalidGeometryError
        If its points cannot be used: none finite, too few, all at one place.
    MissingExtraError
        If the format needs a package that is not installed.
    """
    return read_point_cloud_with_notes(path, up=up, unit=unit, samples=samples, seed=seed).cloud


def read_point_cloud_with_notes(
    path: str | os.PathLike[str],
    *,
    up: str | None = None,
    unit: str = "",
    samples: int = SURFACE_SAMPLES,
    seed: int = 0,
) -> PointCloudFile:
    """The same as `read_point_cloud`, with notes on what was dropped or guessed."""
    where = Path(path)
    entry = format_of(where)
    if entry is None or entry.kind not in ("points", "mesh"):
        raise UnreadableFileError(path, refusal(entry, "a point cloud"))
    notes: list[str] = []
    if where.suffix.lower() not in entry.suffixes:
        notes.append(f"read as {entry.title}, which it is in spite of its suffix")
    try:
        raw = _read(where, entry, samples, seed)
        admitted = admit_points(raw)
        _seal(admitted)
        fitted = fit_frame(
            admitted.points,
            up=up or default_up(entry, admitted),
            unit=unit or raw.unit or entry.unit,
        )
        cloud = PointCloud(
            admitted.points,
            fitted.frame,
            admitted.normals,
            admitted.colors,
            where.stem or "scan",
        )
    except InvalidGeometryError as error:
        raise error if str(where) in str(error) else named(error, path) from error
    notes.extend(admitted.notes)
    if fitted.outliers:
        plural = "s" if fitted.outliers > 1 else ""
        notes.append(f"{fitted.outliers:,} far outlier{plural} left out of the box")
    return PointCloudFile(cloud, tuple(notes), fitted.outliers)


def default_up(entry: FileFormat, admitted: AdmittedPoints) -> str:
    """The axis that is up by the format's custom, or +z if the places are a survey's."""
    low, high = admitted.points.min(axis=0), admitted.points.max(axis=0)
    # metres in a map grid: hundreds of kilometres east and north, and a small thing there
    far = float(np.abs((low + high) / 2)[:2].min()) > 1000 * float((high - low).max())
    return "+z" if far else entry.up


def _read(path: Path, entry: FileFormat, samples: int, seed: int) -> RawPoints:
    try:
        if entry.kind == "mesh":
            return _points_of_mesh(path, entry, samples, seed)
        readers = {"pcd": read_pcd, "npy": read_npy, "npz": read_npz, "las": read_las,
                   "e57": read_e57}  # fmt: skip
        if entry.key in readers:
            return readers[entry.key](path)
        return read_text_points(path, leading_count=entry.key == "pts")
    except OccStudioError:
        raise
    except MemoryError as error:
        raise UnreadableFileError(
            path, "it does not fit into memory; thin it or free some memory"
        ) from error
    except Exception as error:
        raise UnreadableFileError(path, _DAMAGED) from error


def _points_of_mesh(path: Path, entry: FileFormat, samples: int, seed: int) -> RawPoints:
    raw = read_raw_mesh(path, entry)
    if len(raw.faces) == 0:
        return RawPoints(raw.vertices, raw.normals, raw.colors)
    mesh = admit_mesh(raw.vertices, raw.faces, normals=raw.normals, colors=raw.colors)
    try:
        points = sample_surface(mesh, samples, seed=seed)
    except EmptyShapeError as error:
        raise InvalidGeometryError(str(error)) from error
    return with_notes(points, f"{samples:,} points taken from its {len(mesh.faces):,} triangles")


def _seal(admitted: AdmittedPoints) -> None:
    """Make the arrays read-only, so that `PointCloud` need not copy them once more."""
    for array in (admitted.points, admitted.normals, admitted.colors):
        if array is not None:
            array.flags.writeable = False
