"""PCD, the Point Cloud Library's format: ASCII, binary and LZF-compressed binary."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import open_input
from occstudio.exchange.geometry_gate import RawPoints
from occstudio.exchange.text_table import blocks, parse_lines

_DAMAGED = "its PCD header is damaged; export it again"
_CUT = "it is cut off or damaged; export or download it again"
_LONGEST_HEADER = 1 << 16
# three bytes of LZF make 264 at most
_LZF_BEST = 88


@dataclass(frozen=True, slots=True)
class _Header:
    fields: tuple[str, ...]
    types: tuple[str, ...]
    counts: tuple[int, ...]
    points: int
    data: str

    @property
    def row(self) -> np.dtype[np.void]:
        # padding fields may share the name "_", which a structured type does not allow
        names = [f"{name}@{k}" if self.fields.count(name) > 1 else name
                 for k, name in enumerate(self.fields)]  # fmt: skip
        parts = zip(names, self.types, self.counts, strict=True)
        return np.dtype([(n, "<" + t) if c == 1 else (n, "<" + t, (c,)) for n, t, c in parts])


def read_pcd(path: Path) -> RawPoints:
    """Points, normals and packed colours of a PCD file.

    Raises
    ------
    UnreadableFileError
        If the header is damaged or promises more than the file holds.
    """
    with open_input(path) as file:
        try:
            header = _read_header(path, file)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise UnreadableFileError(path, _DAMAGED) from error
        if not {"x", "y", "z"} <= set(header.fields):
            raise UnreadableFileError(path, "it has no fields x, y and z; export it again")
        here = file.tell()
        left = file.seek(0, io.SEEK_END) - here
        file.seek(here)
        if header.data == "ascii":
            table = _read_ascii(path, file, header, left)
        elif header.data == "binary":
            table = _read_binary(path, file, header, left)
        else:
            table = _read_compressed(path, file, header, left)
    points = np.stack([table[name] for name in "xyz"], axis=1)
    normals = colors = None
    if {"normal_x", "normal_y", "normal_z"} <= table.keys():
        normals = np.stack([table[f"normal_{name}"] for name in "xyz"], axis=1)
    packed = table.get("rgb", table.get("rgba"))
    if packed is not None and packed.ndim == 1 and packed.dtype.itemsize == 4:
        # four bytes B, G, R, A, whatever type the field claims
        quads = np.ascontiguousarray(packed).view(np.uint8).reshape(-1, 4)
        colors = np.ascontiguousarray(quads[:, 2::-1])
    return RawPoints(points, normals, colors)


def _read_header(path: Path, file: BinaryIO) -> _Header:
    words: dict[str, list[str]] = {}
    while "DATA" not in words:
        line = file.readline(4096)
        if not line or file.tell() > _LONGEST_HEADER:
            raise UnreadableFileError(path, _DAMAGED)
        parts = line.decode("latin-1").split()
        if parts and not parts[0].startswith("#"):
            words[parts[0].upper()] = parts[1:]
    fields = tuple(words["FIELDS"])
    types = tuple(
        {"F": "f", "I": "i", "U": "u"}[kind] + str(int(size))
        for kind, size in zip(words["TYPE"], words["SIZE"], strict=True)
    )
    counts = tuple(map(int, words.get("COUNT", ["1"] * len(fields))))
    points = (
        int(words["POINTS"][0])
        if "POINTS" in words
        else (int(words["WIDTH"][0]) * int(words["HEIGHT"][0]))
    )
    data = words["DATA"][0].lower()
    sound = (
        points >= 0
        and all(0 < c < 100_000 for c in counts)
        and len(fields) == len(types) == len(counts)
        and data in ("ascii", "binary", "binary_compressed")
        and all(counts[fields.index(n)] == 1 for n in fields if n in ("x", "y", "z"))
    )
    header = _Header(fields, types, counts, points, data)
    if not sound or header.row.itemsize == 0:
        raise UnreadableFileError(path, _DAMAGED)
    return header


def _promise(path: Path, needed: int, left: int) -> None:
    if needed > left:
        raise UnreadableFileError(
            path,
            f"its header promises {needed:,} bytes, but only {left:,} follow; "
            "it is cut off or damaged, export or download it again",
        )


def _read_ascii(
    path: Path, file: BinaryIO, header: _Header, left: int
) -> dict[str, NDArray[np.generic]]:
    columns = sum(header.counts)
    _promise(path, 2 * header.points * columns, left + 1)
    starts = np.cumsum([0, *header.counts[:-1]])
    text = io.TextIOWrapper(file, "latin-1")
    try:
        parts = [parse_lines(lines, range(columns)) for lines in blocks(text, header.points)]
    except ValueError as error:
        raise UnreadableFileError(path, _CUT) from error
    finally:
        text.detach()
    table = np.concatenate(parts) if parts else np.zeros((0, columns))
    if len(table) < header.points:
        raise UnreadableFileError(path, _CUT)
    with np.errstate(all="ignore"):
        return {
            name: table[:, start].astype(kind)
            for name, kind, start in zip(header.fields, header.types, starts, strict=True)
        }


def _read_binary(
    path: Path, file: BinaryIO, header: _Header, left: int
) -> dict[str, NDArray[np.generic]]:
    _promise(path, header.points * header.row.itemsize, left)
    data = np.fromfile(file, header.row, header.points)
    return {name: data[name] for name in header.row.names or ()}


def _read_compressed(
    path: Path, file: BinaryIO, header: _Header, left: int
) -> dict[str, NDArray[np.generic]]:
    sizes = np.frombuffer(file.read(8), "<u4")
    if len(sizes) < 2:
        raise UnreadableFileError(path, _CUT)
    packed, unpacked = int(sizes[0]), int(sizes[1])
    _promise(path, packed, left - 8)
    row = header.row
    if unpacked != header.points * row.itemsize or unpacked > _LZF_BEST * packed:
        raise UnreadableFileError(path, _CUT)
    try:
        data = _lzf(file.read(packed), unpacked)
    except (IndexError, ValueError) as error:
        raise UnreadableFileError(path, _CUT) from error
    # stored field after field, not row after row
    table: dict[str, NDArray[np.generic]] = {}
    at = 0
    for name in row.names or ():
        kind = row[name]
        values = np.frombuffer(data, kind.base, header.points * int(np.prod(kind.shape)), at)
        table[name] = values.reshape(header.points, *kind.shape)
        at += header.points * kind.itemsize
    return table


def _lzf(data: bytes, size: int) -> bytes:
    """Unpack LibLZF: literal runs of up to 32 bytes, and copies from up to 8 kB back."""
    out = bytearray()
    at, end = 0, len(data)
    while at < end:
        control = data[at]
        at += 1
        if control < 32:
            out += data[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if length == 7:
            length += data[at]
            at += 1
        start = len(out) - ((control & 31) << 8) - data[at] - 1
        at += 1
        length += 2
        if start < 0:
            raise ValueError("a copy begins before the data")
        piece = out[start : start + length]
        while len(piece) < length:
            # source and target overlap: the copy repeats itself
            piece += piece[: length - len(piece)]
        out += piece
        if len(out) > size:
            break
    if len(out) != size:
        raise ValueError(f"unpacked to {len(out)} bytes instead of {size}")
    return bytes(out)
