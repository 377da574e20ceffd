"""STL, binary and in text: triangles that share no vertices until equal places are made one."""

import os
from pathlib import Path

import numpy as np

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import open_input, read_whole
from occstudio.exchange.raw_mesh import RawMesh
from occstudio.exchange.text_table import LINES, parse_lines


def read_stl(path: Path) -> RawMesh:
    """Triangles, their equal corners merged.

    A file is binary if its size fits the count in its header, whatever its first word is: many
    binary files begin with ``solid`` too.

    Raises
    ------
    UnreadableFileError
        If it is neither, or cut off.
    ValueError
        If a line is damaged.
    """
    with open_input(path) as file:
        head = file.read(84)
        size = os.fstat(file.fileno()).st_size
        count = int.from_bytes(head[80:84], "little")
        if len(head) == 84 and size == 84 + 50 * count:
            row = np.dtype([("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("tag", "<u2")])
            corners = np.fromfile(file, row, count)["corners"].reshape(-1, 3)
            return RawMesh(corners, np.arange(3 * count).reshape(-1, 3)).merged()
    if not head.lstrip().lower().startswith(b"solid"):
        raise UnreadableFileError(
            path,
            f"its header promises {count:,} triangles, but its size of {size:,} bytes does not "
            "fit that; it is cut off or damaged, export or download it again",
        )
    return _read_text(path)


def _read_text(path: Path) -> RawMesh:
    text = read_whole(path).decode("latin-1").lower()
    lines = [line for line in text.splitlines() if "vertex" in line]
    if not lines or len(lines) % 3:
        raise UnreadableFileError(path, f"it has {len(lines):,} corners, not three for each facet; "
                                  + "it is damaged or cut off; export it again")  # fmt: skip
    parts = [parse_lines(lines[k : k + LINES], (1, 2, 3)) for k in range(0, len(lines), LINES)]
    corners = np.concatenate(parts)
    return RawMesh(corners, np.arange(len(corners)).reshape(-1, 3)).merged()
