"""Tables of numbers in text: XYZ, CSV, PTS, and the ASCII bodies of PLY, PCD, OFF and OBJ.

Lines are taken in blocks and given to numpy's tokenizer, which is written in C; only a block that
it refuses is looked at line by line. So ten million rows take seconds, and one bad row costs its
block and not the file. What separates the numbers, whether there is a header and which columns
are normals or colours is guessed from the first lines, once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import open_input
from occstudio.exchange.geometry_gate import MAX_POINTS, RawPoints

Table = NDArray[np.float64]

LINES = 100_000
"""Lines that are parsed at once."""

_COMMENT = ("#", "//", "%", "!", ";")
_PEEK = 65536
_LONGEST_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Layout:
    """How a row of a text file is read.

    Parameters
    ----------
    delimiter : str or None
        What separates the numbers; None for blanks.
    decimal_comma : bool
        True if ``1,5`` means one and a half.
    xyz, normals, colors : tuple of int or None
        Columns of each.
    skip : int
        Lines before the first row of numbers.
    """

    delimiter: str | None
    decimal_comma: bool
    xyz: tuple[int, ...]
    normals: tuple[int, ...] | None
    colors: tuple[int, ...] | None
    skip: int


def read_text_points(path: Path, *, leading_count: bool = False) -> RawPoints:
    """Points of a text file with or without a header, of any usual separator.

    Parameters
    ----------
    path : Path
        The file.
    leading_count : bool
        True for PTS, where lines with a single count are no damage.

    Raises
    ------
    UnreadableFileError
        If it is binary, or has no rows of at least three numbers.
    """
    encoding = _encoding_of(path)
    with path.open(encoding=encoding, errors="replace") as file:
        layout = _layout_of(path, list(islice(file, 64)))
        file.seek(0)
        list(islice(file, layout.skip))
        return _read_rows(path, file, layout, leading_count)


def blocks(file: TextIO, count: int | None = None) -> Iterator[list[str]]:
    """Lines of a text file in lists of `LINES`, `count` in all or to its end."""
    left = count
    while left is None or left > 0:
        lines = list(islice(file, LINES if left is None else min(LINES, left)))
        if not lines:
            return
        if left is not None:
            left -= len(lines)
        yield lines


def parse_lines(
    lines: Sequence[str], columns: Sequence[int], delimiter: str | None = None
) -> Table:
    """Some columns of lines of numbers as ``(n, columns)``.

    Raises
    ------
    ValueError
        If a line is short or holds something that is no number.
    """
    if not any(lines) or (not any(map(str.strip, islice(lines, 16))) and not _has_text(lines)):
        return np.zeros((0, len(columns)))
    table = np.loadtxt(
        lines, np.float64, comments=None, delimiter=delimiter, usecols=columns, ndmin=2
    )
    return table.reshape(-1, len(columns))


def _read_rows(path: Path, file: TextIO, layout: Layout, leading_count: bool) -> RawPoints:
    columns = (*layout.xyz, *(layout.normals or ()), *(layout.colors or ()))
    places: list[NDArray[np.float64]] = []
    extras: list[NDArray[np.float32]] = []
    found = bad = 0
    for lines in blocks(file):
        table, refused = _parse_block(lines, columns, layout, leading_count)
        places.append(np.ascontiguousarray(table[:, :3]))
        extras.append(table[:, 3:].astype(np.float32))
        found += len(table)
        bad += refused
        if found > MAX_POINTS:
            raise UnreadableFileError(
                path, f"it has more than {MAX_POINTS:,} points; thin the scan first"
            )
        if bad > found + 1000:
            break
    if bad > found or found == 0:
        raise UnreadableFileError(
            path,
            f"most of its lines are no points ({bad:,} bad, {found:,} good); "
            "each needs at least three numbers: x y z",
        )
    points, extra = np.concatenate(places), np.concatenate(extras)
    normals = extra[:, :3] if layout.normals else None
    colors = extra[:, -3:] if layout.colors else None
    notes = (f"{bad:,} lines that are no points skipped",) if bad else ()
    return RawPoints(points, normals, colors, notes)


def _parse_block(
    lines: list[str], columns: tuple[int, ...], layout: Layout, leading_count: bool
) -> tuple[Table, int]:
    """Rows of a block, and how many of its lines were no rows."""
    if layout.decimal_comma:
        lines = [line.replace(",", ".") for line in lines]
    try:
        return parse_lines(lines, columns, layout.delimiter), 0
    except ValueError:
        pass
    clean = [line.replace('"', "") for line in lines if _is_data(line)]
    try:
        return parse_lines(clean, columns, layout.delimiter), 0
    except ValueError:
        rows = [_row(line, columns, layout.delimiter) for line in clean]
    good = [row for row in rows if row is not None]
    counts = sum(line.strip().isdigit() for line in clean) if leading_count else 0
    return np.array(good, np.float64).reshape(-1, len(columns)), len(clean) - len(good) - counts


def _row(line: str, columns: tuple[int, ...], delimiter: str | None) -> list[float] | None:
    fields = line.split(delimiter)
    try:
        return [float(fields[column]) for column in columns]
    except (ValueError, IndexError):
        return None


def _layout_of(path: Path, lines: list[str]) -> Layout:
    names: list[str] | None = None
    for number, line in enumerate(lines):
        fields, delimiter, decimal_comma = _split(line)
        numeric = [column for column, field in enumerate(fields) if _is_number(field)]
        if not _is_data(line) or len(numeric) < 3:
            # a header may be dressed as a comment ("//X Y Z R G B", "# x y z")
            listed = _split(line.strip().lstrip("#/%!; "))[0]
            names = _header_names(listed) or names
            continue
        if names is not None and len(names) > len(fields):
            names = None
        following = [
            row
            for other in lines[number:]
            if (
                row := _row(
                    other.replace(",", ".") if decimal_comma else other, tuple(numeric), delimiter
                )
            )
        ]
        sample = np.array(following, np.float64).reshape(-1, len(numeric))
        xyz, normals, colors = _roles(names, numeric, sample)
        return Layout(delimiter, decimal_comma, xyz, normals, colors, number)
    raise UnreadableFileError(
        path, "its first lines hold no points; each line needs at least three numbers: x y z"
    )


def _split(line: str) -> tuple[list[str], str | None, bool]:
    text = line.strip().replace('"', "")
    if ";" in text:
        return [field.strip() for field in text.split(";")], ";", "," in text
    if "," in text:
        return [field.strip() for field in text.split(",")], ",", False
    return text.split(), None, False


def _roles(
    names: list[str] | None, numeric: list[int], sample: Table
) -> tuple[tuple[int, ...], tuple[int, ...] | None, tuple[int, ...] | None]:
    """Columns of the places, normals and colours: by name, else by what the values look like."""
    if names is not None:
        at = {name: column for column, name in enumerate(names) if column in numeric}

        def named(*wanted: str) -> tuple[int, ...] | None:
            return tuple(at[w] for w in wanted) if all(w in at for w in wanted) else None

        xyz = named("x", "y", "z")
        if xyz is not None:
            return xyz, named("nx", "ny", "nz"), named("r", "g", "b")
    normals = colors = None
    first = 3
    while first + 3 <= len(numeric):
        triple = sample[:, first : first + 3]
        columns = tuple(numeric[first : first + 3])
        if colors is None and _looks_like_colors(triple):
            colors = columns
        elif normals is None and _looks_like_normals(triple):
            normals = columns
        elif colors is None and len(numeric) == 6 and triple.min() >= 0 and triple.max() <= 1:
            colors = columns
        else:
            # an intensity or a label in between
            first += 1
            continue
        first += 3
    return tuple(numeric[:3]), normals, colors


def _looks_like_normals(triple: Table) -> bool:
    length = np.linalg.norm(triple, axis=1)
    return bool((np.abs(length - 1) < 0.02).mean() > 0.9)


def _looks_like_colors(triple: Table) -> bool:
    whole = bool((triple == np.rint(triple)).all())
    return whole and triple.min() >= 0 and 1 < triple.max() <= 65535


_ALIASES = {
    "red": "r", "green": "g", "blue": "b",
    "normal_x": "nx", "normal_y": "ny", "normal_z": "nz",
    "normalx": "nx", "normaly": "ny", "normalz": "nz",
    "diffuse_red": "r", "diffuse_green": "g", "diffuse_blue": "b",
}  # fmt: skip


def _header_names(fields: list[str]) -> list[str] | None:
    names = [re.sub(r"[\[(].*", "", field.lower()).strip("'\" ") for field in fields]
    names = [_ALIASES.get(name, name) for name in names]
    return names if {"x", "y", "z"} <= set(names) else None


def _is_number(field: str) -> bool:
    try:
        float(field.replace(",", "."))
    except ValueError:
        return False
    return True


def _is_data(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith(_COMMENT)


def _has_text(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _encoding_of(path: Path) -> str:
    with open_input(path) as file:
        head = file.read(_PEEK)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        raise UnreadableFileError(path, "it holds binary data, not text; its suffix may be wrong")
    if max(map(len, re.split(rb"[\r\n]", head))) > _LONGEST_LINE:
        raise UnreadableFileError(path, "it has no lines of numbers; its suffix may be wrong")
    return "utf-8-sig" if head.startswith(b"\xef\xbb\xbf") else "latin-1"
