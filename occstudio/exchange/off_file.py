"""OFF and COFF: counts, then vertices, then polygons, a line each, with comments anywhere."""

from pathlib import Path

import numpy as np

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import read_whole
from occstudio.exchange.polygons import polygons_of_lines
from occstudio.exchange.raw_mesh import RawMesh
from occstudio.exchange.text_table import LINES, parse_lines


def read_off(path: Path) -> RawMesh:
    """Vertices, their colours and all faces as triangles.

    Raises
    ------
    UnreadableFileError
        If it is no OFF in text, or promises more lines than it has.
    ValueError
        If a line is damaged.
    """
    lines = [
        text
        for line in read_whole(path).decode("latin-1").splitlines()
        if (text := line.split("#", 1)[0].strip())
    ]
    kind, _, behind = (lines[0] if lines else "").partition(" ")
    upper = kind.upper()
    if not upper.endswith("OFF") and "OFF" in upper:
        # ModelNet's files glue the counts to the keyword: OFF490 518 0
        behind = f"{kind[upper.index('OFF') + 3 :]} {behind}"
        upper = upper[: upper.index("OFF") + 3]
    if upper not in ("OFF", "COFF", "NOFF", "CNOFF", "STOFF"):
        raise UnreadableFileError(path, "it is no OFF file in text; export it again")
    counts = behind.split() or lines[1].split()
    first = 1 if behind.strip() else 2
    vertex_count, face_count = int(counts[0]), int(counts[1])
    if min(vertex_count, face_count) < 0 or first + vertex_count + face_count > len(lines):
        raise UnreadableFileError(
            path,
            f"its header promises {vertex_count:,} vertices and {face_count:,} faces, but only "
            f"{len(lines) - first:,} lines follow; it is cut off or damaged, export it again",
        )
    vertex_lines = lines[first : first + vertex_count]
    face_lines = lines[first + vertex_count : first + vertex_count + face_count]
    after = 6 if "N" in upper else 3
    colored = upper.startswith("C") and len(vertex_lines[0].split()) >= after + 3
    columns = (0, 1, 2, after, after + 1, after + 2) if colored else (0, 1, 2)
    table = parse_lines(vertex_lines, columns)
    parts = [
        polygons_of_lines(face_lines[start : start + LINES])
        for start in range(0, face_count, LINES)
    ]
    faces = np.concatenate(parts) if parts else np.zeros((0, 3), np.int64)
    return RawMesh(table[:, :3], faces, None, table[:, 3:] if colored else None)
