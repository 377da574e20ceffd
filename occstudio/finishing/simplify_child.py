"""What a process that simplifies does: ``python simplify_child.py FOLDER TARGET``.

It is run by its path and imports nothing of ours, so that it is up in a tenth of a second.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def reduced(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], target: int
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    """Vertices and faces of a simpler mesh. Not for two threads at once."""
    from fast_simplification import simplify

    points, triangles = simplify(vertices, faces, target_count=target)[:2]
    return points, triangles


def main(folder: Path, target: int) -> None:
    """Read ``vertices.npy`` and ``faces.npy``, write both with ``made-`` before them."""
    points, triangles = reduced(
        np.load(folder / "vertices.npy"), np.load(folder / "faces.npy"), target
    )
    np.save(folder / "made-vertices.npy", points)
    np.save(folder / "made-faces.npy", triangles)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
