"""Wavefront OBJ, tolerant as its authors are careless.

Real files mix ``v//n`` with ``v/t/n`` in one group, have faces of two corners, count from the
end with negative indices and break lines with a backslash. Only places, colours behind them and
faces are read; materials are left alone.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import read_whole
from occstudio.exchange.polygons import polygons_of_corners
from occstudio.exchange.raw_mesh import RawMesh
from occstudio.exchange.text_table import LINES, Table, parse_lines

_BEHIND_SLASH = re.compile(r"/\S*")


def read_obj(path: Path) -> RawMesh:
    """Vertices, their colours and all faces as triangles; no faces if it has points only.

    Raises
    ------
    UnreadableFileError
        If it is binary, has no vertices, or a line is damaged.
    """
    data = read_whole(path)
    if b"\0" in data:
        raise UnreadableFileError(path, "it holds binary data, not text; export it again")
    text = data.decode("latin-1")
    if "\\" in text:
        text = re.sub(r"\\\r?\n", " ", text)
    vertex_lines: list[str] = []
    face_lines: list[str] = []
    known: list[int] = []
    for line in text.splitlines():
        word = line[:2]
        if word in ("v ", "v\t"):
            vertex_lines.append(line)
        elif word in ("f ", "f\t"):
            face_lines.append(line[2:])
            known.append(len(vertex_lines))
        elif line[:1].isspace() and line.strip()[:2] in ("v ", "f "):
            raise UnreadableFileError(path, "its lines are indented; export it again")
    if not vertex_lines:
        raise UnreadableFileError(path, "there are no vertices in it; export it again")
    try:
        places, colors = _vertices(vertex_lines)
        faces = _faces(face_lines, known)
    except (ValueError, OverflowError) as error:
        raise UnreadableFileError(
            path, f"a line is damaged ({str(error)[:80]}); export or download it again"
        ) from error
    return RawMesh(places, faces, None, colors)


def _vertices(lines: list[str]) -> tuple[Table, Table | None]:
    """Places, and the colours that some programs write behind them."""
    if len(lines[0].split()) >= 7:
        try:
            table = _in_blocks(lines, (1, 2, 3, 4, 5, 6))
            return table[:, :3], table[:, 3:]
        except ValueError:
            # not on every line: not for us
            pass
    return _in_blocks(lines, (1, 2, 3)), None


def _in_blocks(lines: list[str], columns: tuple[int, ...]) -> Table:
    return np.concatenate(
        [parse_lines(lines[k : k + LINES], columns) for k in range(0, len(lines), LINES)]
    )


def _faces(lines: list[str], known: list[int]) -> NDArray[np.int64]:
    parts: list[NDArray[np.int64]] = []
    for start in range(0, len(lines), LINES):
        block = _BEHIND_SLASH.sub("", "\n".join(lines[start : start + LINES])).split("\n")
        if any("-" in line for line in block):
            # relative to the vertices that were known at that line
            block = [
                " ".join(str(_absolute(int(w), count)) for w in line.split())
                for line, count in zip(block, known[start : start + LINES], strict=True)
            ]
        parts.append(polygons_of_corners(block) - 1)
    return np.concatenate(parts) if parts else np.zeros((0, 3), np.int64)


def _absolute(index: int, known: int) -> int:
    return index if index >= 0 else known + index + 1
