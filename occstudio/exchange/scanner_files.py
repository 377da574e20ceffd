"""LAS, LAZ and E57 through their optional packages, behind checks of our own."""

import logging
import struct
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import MissingExtraError, UnreadableFileError
from occstudio.exchange.formats import open_input
from occstudio.exchange.geometry_gate import MAX_POINTS, RawPoints

Array = NDArray[np.generic]

_DAMAGED = "it is damaged or cut off; export or download it again"


def read_las(path: Path) -> RawPoints:
    """Points and colours of a LAS or LAZ file, in its own coordinates.

    Raises
    ------
    MissingExtraError
        If ``laspy`` is not installed.
    UnreadableFileError
        If it is damaged.
    """
    try:
        laspy: Any = import_module("laspy")
    except ImportError as error:
        raise MissingExtraError("reading LAS and LAZ files", "laspy[lazrs]", "clouds") from error
    # it logs as errors what it raises anyway, and what we say in a sentence
    logging.getLogger("laspy").setLevel(logging.CRITICAL)
    _check_las_header(path)
    try:
        data = laspy.read(path)
        points = np.stack([np.asarray(data[name], np.float64) for name in "xyz"], axis=1)
        names = set(data.point_format.dimension_names)
        colors = None
        if {"red", "green", "blue"} <= names:
            colors = np.stack([np.asarray(data[n]) for n in ("red", "green", "blue")], axis=1)
            # the format has 16 bits, but many programs write bytes; all black is no colour
            colors = colors if colors.any() else None
    except Exception as error:
        reason = "LAZ needs 'lazrs' too; pip install 'laspy[lazrs]'"
        missing = "backend" in str(error).lower()
        raise UnreadableFileError(path, reason if missing else _DAMAGED) from error
    return RawPoints(points, None, colors)


def read_e57(path: Path) -> RawPoints:
    """Points and colours of all scans of an E57 file, in its common coordinates, in metres.

    Raises
    ------
    MissingExtraError
        If ``pye57`` is not installed.
    UnreadableFileError
        If it is damaged or has no scans.
    """
    try:
        pye57: Any = import_module("pye57")
    except ImportError as error:
        raise MissingExtraError("reading E57 files", "pye57", "clouds") from error
    with open_input(path) as file:
        head = file.read(48)
    length = struct.unpack_from("<Q", head, 16)[0] if len(head) == 48 else 0
    if length != path.stat().st_size:
        raise UnreadableFileError(path, _DAMAGED)
    try:
        with pye57.E57(str(path)) as data:
            scans = _read_scans(path, data)
    except UnreadableFileError:
        raise
    except Exception as error:
        raise UnreadableFileError(path, _DAMAGED) from error
    if not scans:
        raise UnreadableFileError(path, "it has no scans in it; export it again")
    colors = [c for _, c in scans if c is not None]
    return RawPoints(
        np.concatenate([points for points, _ in scans]),
        None,
        np.concatenate(colors) if len(colors) == len(scans) else None,
        unit="m",
    )


class _Scans(Protocol):
    """What is used of `pye57.E57`."""

    scan_count: int

    def get_header(self, index: int) -> Any: ...  # noqa: ANN401 - the package has no types
    def read_scan(self, index: int, **options: bool) -> dict[str, Array]: ...


def _read_scans(path: Path, data: _Scans) -> list[tuple[Array, Array | None]]:
    """Places and colours of each scan of an open `pye57.E57`."""
    if sum(data.get_header(k).point_count for k in range(data.scan_count)) > MAX_POINTS:
        raise UnreadableFileError(
            path, f"it has more than {MAX_POINTS:,} points; thin the scan first"
        )
    found: list[tuple[Array, Array | None]] = []
    for k in range(data.scan_count):
        scan = data.read_scan(k, colors=True, ignore_missing_fields=True)
        points = np.stack([scan[f"cartesian{axis}"] for axis in "XYZ"], axis=1)
        parts = [scan[f"color{c}"] for c in ("Red", "Green", "Blue") if f"color{c}" in scan]
        found.append((points, np.stack(parts, axis=1) if len(parts) == 3 else None))
    return found


def _check_las_header(path: Path) -> None:
    with open_input(path) as file:
        head = file.read(375)
    if len(head) < 227:
        raise UnreadableFileError(path, _DAMAGED)
    minor = head[25]
    offset, form, row = (
        struct.unpack_from("<I", head, 96)[0], head[104], struct.unpack_from("<H", head, 105)[0]
    )  # fmt: skip
    count = struct.unpack_from("<I", head, 107)[0]
    if minor >= 4 and len(head) >= 255:
        count = max(count, struct.unpack_from("<Q", head, 247)[0])
    size = path.stat().st_size
    # bits 6 and 7 of the point format mean LAZ, whose points take at least a byte or so each
    packed = bool(form & 0xC0)
    needed = offset + (count // 50 if packed else count * row)
    if head[24] != 1 or needed > size or count > MAX_POINTS or (row == 0 and count > 0):
        raise UnreadableFileError(
            path, f"its header promises {count:,} points, more than it can hold; " + _DAMAGED
        )
