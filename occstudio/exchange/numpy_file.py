"""NPY and NPZ: arrays as research code writes them, never unpickled.

The header of an array is a claim too: shape and type are compared with the bytes that are there
before anything is allocated, in an archive with the size that the member would unpack to.
"""

import io
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import open_input
from occstudio.exchange.geometry_gate import MAX_POINTS, RawPoints

_POINT_KEYS = ("points", "xyz", "pcl", "pointcloud", "point_cloud", "pos", "vertices", "coords",
               "pc", "data", "arr_0")  # fmt: skip
_VOXEL_KEYS = ("voxels", "voxel", "vox", "occupancy", "occ", "grid", "volume")
_NORMAL_KEYS = ("normals", "normal")
_COLOR_KEYS = ("colors", "colours", "color", "rgb")
_LARGEST = MAX_POINTS * 3 * 8
_BOMB_RATIO = 200
_BOMB_BYTES = 64 << 20
_DAMAGED = "it is damaged or cut off; save or download it again"


def read_npy(path: Path) -> RawPoints:
    """Points of an ``(n, 3...)`` array; further columns may be normals and colours.

    Raises
    ------
    UnreadableFileError
        If it is damaged, holds objects, or no array of points.
    """
    with open_input(path) as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        return _points_of(path, _read_array(path, file, size))


def read_npz(path: Path) -> RawPoints:
    """Points of an archive, under one of the usual names, with normals and colours if any.

    Raises
    ------
    UnreadableFileError
        If it is damaged, holds objects, would unpack to absurd size, or has no points.
    """
    with open_input(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return _read_archive(path, archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
                OSError) as error:  # fmt: skip
            raise UnreadableFileError(path, _DAMAGED) from error


def read_voxel_array(path: Path) -> NDArray[Any] | None:
    """The ``(X, Y, Z)`` array of voxels in an NPY or NPZ file; None if it holds no such thing.

    In an archive it has one of the usual names or is the only array. Three numbers for each
    pixel, as depth cameras give them, are no voxels.

    Raises
    ------
    UnreadableFileError
        If it is damaged or holds objects.
    """
    arrays = read_arrays(path, only=_VOXEL_KEYS)
    return _voxels_of(next(iter(arrays.values()))) if arrays else None


def read_arrays(path: Path, only: tuple[str, ...] = ()) -> dict[str, NDArray[Any]]:
    """The arrays of an NPZ file by name, or the one of an NPY file under an empty name.

    Parameters
    ----------
    only : tuple of str
        Of an archive with several arrays, those that have one of these names (in lower case);
        all if there are none.

    Raises
    ------
    UnreadableFileError
        If it is damaged, holds objects, or would unpack to absurd size.
    """
    with open_input(path) as file:
        if file.read(2) != b"PK":
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            return {"": _read_array(path, file, size)}
        try:
            with zipfile.ZipFile(file) as archive:
                members = {
                    info.filename[:-4]: info
                    for info in archive.infolist()
                    if info.filename.endswith(".npy")
                }
                if only and len(members) > 1:
                    members = {k: info for k, info in members.items() if k.lower() in only}
                return {name: _read_member(path, archive, info) for name, info in members.items()}
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
                OSError) as error:  # fmt: skip
            raise UnreadableFileError(path, _DAMAGED) from error


def _voxels_of(array: NDArray[Any]) -> NDArray[Any] | None:
    while array.ndim > 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 3 or min(array.shape) < 2:
        return None
    is_rows_of_points = array.shape[2] in (3, 4, 6) and array.dtype.kind != "b"
    return array if array.dtype.kind in "biuf" and not is_rows_of_points else None


def _read_archive(path: Path, archive: zipfile.ZipFile) -> RawPoints:
    members = {
        info.filename[:-4].lower(): info
        for info in archive.infolist()
        if info.filename.endswith(".npy")
    }
    key = next((k for k in _POINT_KEYS if k in members), None)
    if key is None and len(members) == 1:
        key = next(iter(members))
    if key is None:
        raise UnreadableFileError(
            path,
            f"none of its arrays ({', '.join(sorted(members)[:8]) or 'there are none'}) is called "
            "'points' or 'xyz'; save the points under such a name",
        )
    if "occupancies" in members:
        raise UnreadableFileError(
            path,
            "it holds query points with occupancies, not points on a surface; "
            "give the file with the surface points ('pointcloud.npz')",
        )

    def array(names: tuple[str, ...]) -> NDArray[np.generic] | None:
        name = next((n for n in names if n in members), None)
        return None if name is None else _read_member(path, archive, members[name])

    points = _points_of(path, _read_member(path, archive, members[key]))
    normals, colors = array(_NORMAL_KEYS), array(_COLOR_KEYS)
    return RawPoints(
        points.points,
        points.normals if normals is None else _first_three(normals),
        points.colors if colors is None else _first_three(colors),
        points.notes,
    )


def _read_member(
    path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo
) -> NDArray[np.generic]:
    packed = max(info.compress_size, 1)
    if info.file_size > _BOMB_BYTES and info.file_size > _BOMB_RATIO * packed:
        raise UnreadableFileError(
            path,
            f"'{info.filename}' would unpack from {packed:,} to {info.file_size:,} bytes, which no "
            "scan does; save it again",
        )
    with archive.open(info) as member:
        return _read_array(path, member, info.file_size)


def _read_array(path: Path, file: IO[bytes], size: int) -> NDArray[np.generic]:
    """The array of one NPY stream of `size` bytes."""
    try:
        version = np.lib.format.read_magic(file)
        reader = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, by_columns, dtype = reader(file)
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError,
            UnicodeDecodeError, tokenize.TokenError, AttributeError) as error:  # fmt: skip
        raise UnreadableFileError(path, _DAMAGED) from error
    if dtype.hasobject:
        raise UnreadableFileError(
            path, "it holds Python objects, which could run code; save a plain array of numbers"
        )
    count = 1
    for extent in shape:
        count *= int(extent)
    needed = count * dtype.itemsize
    if count < 0 or needed > size or needed > _LARGEST * 4:
        raise UnreadableFileError(
            path,
            f"its header promises {needed:,} bytes, but it has {size:,}; "
            "it is damaged or cut off, save or download it again",
        )
    data = file.read(needed)
    if len(data) < needed:
        raise UnreadableFileError(path, _DAMAGED)
    flat = np.frombuffer(data, dtype, count)
    return flat.reshape(shape, order="F" if by_columns else "C")


def _points_of(path: Path, array: NDArray[Any]) -> RawPoints:
    names = {name.lower(): name for name in array.dtype.names or ()}
    if {"x", "y", "z"} <= names.keys():
        flat = array.ravel()
        triples = [
            np.stack([flat[names[n]] for n in wanted], axis=1)
            if set(wanted) <= names.keys()
            else None
            for wanted in (("x", "y", "z"), ("nx", "ny", "nz"), ("red", "green", "blue"))
        ]
        if triples[0] is not None:
            return RawPoints(triples[0], triples[1], triples[2])
    if array.dtype.kind not in "iuf":
        raise UnreadableFileError(path, f"its array holds no numbers ({array.dtype})")
    if array.ndim == 3 and array.shape[2] in (3, 4, 6):
        array = array.reshape(-1, array.shape[2])
    if array.ndim == 2 and array.shape[0] in (3, 4, 6) and array.shape[1] > 9:
        array = array.T
    if array.ndim != 2 or array.shape[1] < 3:
        raise UnreadableFileError(
            path, f"its array has the shape {array.shape}; points are wanted as (n, 3)"
        )
    normals = colors = None
    for first in (3, 6):
        triple = array[:, first : first + 3]
        if triple.shape[1] < 3 or len(triple) == 0:
            break
        with np.errstate(all="ignore"):
            length = np.linalg.norm(triple[:1000].astype(np.float64), axis=1)
        if normals is None and (np.abs(length - 1) < 0.02).mean() > 0.9:
            normals = triple
        elif colors is None:
            colors = triple
    return RawPoints(array[:, :3], normals, colors)


def _first_three(array: NDArray[np.generic]) -> NDArray[np.generic]:
    return array[:, :3] if array.ndim == 2 else array
