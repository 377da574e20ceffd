"""Any file that can be reconstructed: a scan, a mesh, a photo or voxels.

Its bytes say which it is. An array of three dimensions may be either: rows of points, as depth
cameras give them (the last axis is 3, 4 or 6 long), or else voxels.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError, UnreadableFileError
from occstudio.exchange.binvox_file import read_binvox
from occstudio.exchange.formats import READABLE_IMAGES, format_of, refusal
from occstudio.exchange.geometry_gate import named
from occstudio.exchange.image_reader import read_image
from occstudio.exchange.numpy_file import read_voxel_array
from occstudio.exchange.point_cloud_reader import read_point_cloud_with_notes
from occstudio.shapes.frame import Frame
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.voxel_grid import VoxelGrid

READABLE_KINDS = ("points", "mesh", "image", "voxels")
"""Kinds of files (`formats.kind_of`) that may be observations."""


@dataclass(frozen=True, slots=True, eq=False)
class ObservationFile:
    """An observation as read from a file.

    Parameters
    ----------
    observation : Observation
        With its frame.
    notes : tuple of str
        What was dropped or guessed, one phrase each.
    """

    observation: Observation
    notes: tuple[str, ...] = ()


def read_observation(path: str | os.PathLike[str], *, up: str | None = None) -> ObservationFile:
    """What a file shows.

    Parameters
    ----------
    path : path
        A scan or a mesh (see `read_point_cloud`), a photo (see `read_image`), or voxels: binvox,
        or a 3-D array in NPY or NPZ.
    up : str, optional
        World axis that is up; by default that of the format.

    Raises
    ------
    UnreadableFileError, InvalidGeometryError, MissingExtraError
        If it is damaged, nothing that can be reconstructed, or its format needs a package.
    """
    where = Path(path)
    entry = format_of(where)
    if entry is not None and entry.key in READABLE_IMAGES:
        return ObservationFile(read_image(where))
    if entry is not None and entry.key in ("npy", "npz"):
        array = read_voxel_array(where)
        if array is not None:
            return _voxels(where, array, up)
    if entry is not None and entry.kind == "voxels":
        return ObservationFile(_upright(read_binvox(where), up))
    if entry is None or entry.kind not in READABLE_KINDS:
        raise UnreadableFileError(path, refusal(entry, "a scan, a mesh, a photo or voxels"))
    found = read_point_cloud_with_notes(where, up=up)
    return ObservationFile(found.cloud, found.notes)


def _voxels(path: Path, array: NDArray[Any], up: str | None) -> ObservationFile:
    notes: tuple[str, ...] = ()
    full = array
    if array.dtype != np.bool_:
        if not np.isfinite(array).all():
            raise UnreadableFileError(path, "its voxels are not finite; save it again")
        low, high = array.min(), array.max()
        level = (low + high) / 2
        full = array > level
        if len(np.unique(array[:: max(len(array) // 32, 1)])) > 2:
            notes = (f"voxels above {level:g} are taken as full",)
    try:
        grid = VoxelGrid.of(full, name=path.stem or "voxels")
    except InvalidGeometryError as error:
        raise named(error, path) from error
    return ObservationFile(_upright(grid, up), notes)


def _upright(grid: VoxelGrid, up: str | None) -> VoxelGrid:
    if up is None:
        return grid
    frame = grid.frame
    return grid.with_frame(Frame(frame.center, frame.scale, up, frame.unit))
