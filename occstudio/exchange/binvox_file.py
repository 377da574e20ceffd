"""Binvox: run-length coded voxels, as ShapeNet and the papers' data sets have them.

A short text header, then pairs of (value, count) bytes. The file runs through x slowest, z next
and y fastest; the arrays here are indexed x, y, z.
"""

from pathlib import Path

import numpy as np

from occstudio.errors import InvalidGeometryError, UnreadableFileError
from occstudio.exchange.formats import read_whole
from occstudio.shapes.voxel_grid import MOST_CELLS, VoxelGrid

_DAMAGED = "it is damaged or cut off; save or download it again"


def read_binvox(path: Path) -> VoxelGrid:
    """The voxels of a binvox file; `translate` and `scale` of its header place them in the world.

    Raises
    ------
    UnreadableFileError
        If it is damaged.
    InvalidGeometryError
        If it is empty or too large.
    """
    content = read_whole(path)
    head, mark, body = content.partition(b"\ndata\n")
    lines = head.decode("ascii", "replace").splitlines()
    if not mark or not lines or not lines[0].startswith("#binvox"):
        raise UnreadableFileError(path, _DAMAGED)
    entries = {line.split()[0]: line.split()[1:] for line in lines[1:] if line.strip()}
    try:
        depth, height, width = (int(text) for text in entries["dim"])
        x, y, z = (float(text) for text in entries.get("translate", ["-0.5"] * 3))
        scale = float(entries.get("scale", ["1"])[0])
    except (KeyError, ValueError, IndexError) as error:
        raise UnreadableFileError(path, _DAMAGED) from error
    cells = depth * height * width
    if min(depth, height, width) < 1:
        raise UnreadableFileError(path, _DAMAGED)
    if cells > MOST_CELLS:
        raise InvalidGeometryError(
            f"'{path}' has {depth} x {height} x {width} voxels, which is too many: "
            "give at most 1024 along each axis"
        )
    pairs = np.frombuffer(body, np.uint8)
    values, counts = pairs[: len(pairs) // 2 * 2 : 2], pairs[1::2]
    if int(counts.sum(dtype=np.int64)) != cells:
        raise UnreadableFileError(path, _DAMAGED)
    flat = np.repeat(values != 0, counts)
    occupancy = flat.reshape(depth, width, height).transpose(0, 2, 1)
    return VoxelGrid.of(
        np.ascontiguousarray(occupancy),
        origin=(x, y, z),
        cell=scale / max(depth, height, width),
        name=path.stem or "voxels",
    )
