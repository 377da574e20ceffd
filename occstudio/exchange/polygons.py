"""Polygons of a file as fans of triangles: many at once if they are alike, one by one if not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.exchange.text_table import parse_lines

Triangles = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PolygonRows:
    """Where polygons of differing sizes lie in a block of bytes.

    Parameters
    ----------
    offsets : (F,) int64
        Byte of each polygon's first index.
    lengths : (F,) int64
        Corners of each.
    """

    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]


def fan_of_rows(polygons: NDArray[np.int64]) -> Triangles:
    """Polygons ``(F, k)`` of k corners as ``(F * (k - 2), 3)`` triangles, in order."""
    corners = polygons.shape[1]
    if corners < 3:
        return np.zeros((0, 3), np.int64)
    if corners == 3:
        return polygons
    middle = np.arange(1, corners - 1)
    fan = np.stack([np.zeros_like(middle), middle, middle + 1], axis=1)
    return polygons[:, fan].reshape(-1, 3)


def fan_of_mixed(data: bytes, rows: PolygonRows, index: np.dtype[np.generic]) -> Triangles:
    """Polygons that lie at byte offsets, as triangles: one vectorised step for each size."""
    raw = np.frombuffer(data, np.uint8)
    found: list[Triangles] = []
    for corners in np.unique(rows.lengths):
        if corners < 3:
            continue
        starts = rows.offsets[rows.lengths == corners]
        windows = np.lib.stride_tricks.sliding_window_view(raw, int(corners) * index.itemsize)
        block = np.ascontiguousarray(windows[starts])
        found.append(fan_of_rows(block.view(index).astype(np.int64)))
    return np.concatenate(found) if found else np.zeros((0, 3), np.int64)


def polygons_of_lines(lines: Sequence[str]) -> Triangles:
    """Lines ``k i_1 ... i_k [anything]`` as triangles, as PLY and OFF have them.

    Raises
    ------
    ValueError
        If a line is short or an index no whole number.
    """
    try:
        table = parse_lines(lines, (0, 1, 2, 3))
        if (table[:, 0] == 3).all():
            return _whole(table[:, 1:])
    except ValueError:
        pass
    polygons: list[list[str]] = []
    for line in lines:
        words = line.split()
        corners = int(words[0]) if words else 0
        if corners < 0 or (len(words) <= corners and words):
            raise ValueError("a face has fewer corners than it says")
        polygons.append(words[1 : corners + 1])
    return _fan_by_size(polygons)


def polygons_of_corners(lines: Sequence[str]) -> Triangles:
    """Lines ``i_1 ... i_k`` as triangles, as OBJ has them.

    Raises
    ------
    ValueError
        If an index is no whole number.
    """
    try:
        table = np.loadtxt(lines, np.float64, comments=None, ndmin=2)
        return fan_of_rows(_whole(table))
    except ValueError:
        return _fan_by_size([line.split() for line in lines])


def _fan_by_size(polygons: Sequence[Sequence[str]]) -> Triangles:
    by_size: dict[int, list[list[int]]] = {}
    for words in polygons:
        if len(words) >= 3:
            by_size.setdefault(len(words), []).append([int(word) for word in words])
    found = [fan_of_rows(np.array(same, np.int64)) for same in by_size.values()]
    return np.concatenate(found) if found else np.zeros((0, 3), np.int64)


def _whole(table: NDArray[np.float64]) -> NDArray[np.int64]:
    # a comparison with NaN is false
    if not (np.abs(table) < 2**53).all() or not (table == np.rint(table)).all():
        raise ValueError("an index is no whole number")
    return table.astype(np.int64)
