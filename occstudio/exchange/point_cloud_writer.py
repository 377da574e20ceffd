"""Point clouds out, as binary PLY: what the synthetic scanner writes."""

from pathlib import Path

import numpy as np

from occstudio.exchange.atomic_file import atomic_file
from occstudio.shapes.point_cloud import PointCloud

_COORDINATES = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4")])


def write_point_cloud(cloud: PointCloud, path: Path) -> None:
    """Write a cloud's points in its world coordinates; normals and colours stay behind.

    Parameters
    ----------
    cloud : PointCloud
        Any.
    path : Path
        Ends in ``.ply``.

    Raises
    ------
    UnwritableFileError
        If the file could not be written; nothing half-written is left.
    """
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(cloud)}"]
    header += [f"property float {axis}" for axis in "xyz"] + ["end_header\n"]
    points = np.ascontiguousarray(cloud.points, "<f4").view(_COORDINATES)
    with atomic_file(path) as (file, _):
        file.write("\n".join(header).encode("ascii") + points.tobytes())
