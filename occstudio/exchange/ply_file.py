"""PLY, read without trust: ASCII and binary of both byte orders, points or polygons.

The header is a claim about the rest of the file. Before anything is allocated, the bytes that it
promises are compared with the bytes that are there. Rows of fixed length are one structured
array; only faces of mixed sizes are walked one by one.
"""

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import UnreadableFileError
from occstudio.exchange.formats import open_input
from occstudio.exchange.polygons import PolygonRows, fan_of_mixed, fan_of_rows, polygons_of_lines
from occstudio.exchange.text_table import blocks, parse_lines

_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4",
    "float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8",
}  # fmt: skip
_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
_LONGEST_HEADER = 1 << 20


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an element; `count_type` is set if it is a list."""

    name: str
    type: str
    count_type: str | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A kind of row, such as ``vertex``, and how many there are said to be."""

    name: str
    count: int
    properties: tuple[Property, ...]

    @property
    def has_lists(self) -> bool:
        """True if rows differ in length."""
        return any(p.count_type for p in self.properties)

    @property
    def least_bytes(self) -> int:
        """Least bytes of a row in a binary file."""
        return sum(np.dtype(p.count_type or p.type).itemsize for p in self.properties)


@dataclass(frozen=True, slots=True, eq=False)
class PlyContent:
    """What a PLY holds.

    Parameters
    ----------
    points : (n, 3) array of numbers
        Vertices.
    normals, colors : (n, 3) array or None
        As stored.
    faces : (F, 3) int64 or None
        Polygons as fans of triangles; None if the file has none.
    """

    points: NDArray[np.generic]
    normals: NDArray[np.generic] | None
    colors: NDArray[np.generic] | None
    faces: NDArray[np.int64] | None


def read_ply(path: Path, *, want_faces: bool = True) -> PlyContent:
    """Vertices, normals, colours and triangles of a PLY file.

    Raises
    ------
    UnreadableFileError
        If the header is damaged or promises more than the file holds.
    """
    with open_input(path) as file:
        order, elements = _read_header(path, file)
        _check_promises(path, file, order, elements)
        if order:
            tables = _read_binary(path, file, order, elements, want_faces)
        else:
            tables = _read_ascii(path, file, elements, want_faces)
    return _content(path, tables)


Tables = dict[str, dict[str, NDArray[np.generic]]]


def _content(path: Path, tables: Tables) -> PlyContent:
    vertex = tables.get("vertex", {})
    points = _triple(vertex, ("x", "y", "z"))
    if points is None:
        raise UnreadableFileError(path, "its vertices have no x, y and z; export it again")
    normals = _triple(vertex, ("nx", "ny", "nz"))
    colors = None
    for names in (("red", "green", "blue"), ("r", "g", "b"),
                  ("diffuse_red", "diffuse_green", "diffuse_blue")):  # fmt: skip
        colors = _triple(vertex, names) if colors is None else colors
    triangles = tables.get("face", {}).get("triangles")
    faces = None if triangles is None else triangles.astype(np.int64, copy=False)
    return PlyContent(points, normals, colors, faces)


def _triple(
    table: dict[str, NDArray[np.generic]], names: tuple[str, ...]
) -> NDArray[np.generic] | None:
    if not all(name in table for name in names):
        return None
    return np.stack([table[name] for name in names], axis=1)


def _read_header(path: Path, file: BinaryIO) -> tuple[str, list[Element]]:
    if file.readline(16).strip() != b"ply":
        raise UnreadableFileError(path, "it is not a PLY file; its suffix may be wrong")
    order: str | None = None
    elements: list[tuple[str, int, list[Property]]] = []
    while True:
        line = file.readline(4096)
        if not line or file.tell() > _LONGEST_HEADER:
            raise UnreadableFileError(path, "its PLY header has no end; export it again")
        words = line.decode("latin-1").split()
        if not words or words[0] in ("comment", "obj_info"):
            continue
        if words[0] == "end_header":
            break
        try:
            if words[0] == "format":
                order = _ORDERS[words[1]]
            else:
                _take_header_line(words, elements)
        except (KeyError, IndexError, ValueError) as error:
            shown = " ".join(words)[:40]
            raise UnreadableFileError(
                path, f"its PLY header has a damaged line ('{shown}'); export it again"
            ) from error
    if order is None or any(count < 0 for _, count, _ in elements):
        raise UnreadableFileError(path, "its PLY header is damaged; export it again")
    return order, [Element(name, count, tuple(props)) for name, count, props in elements]


def _take_header_line(words: list[str], elements: list[tuple[str, int, list[Property]]]) -> None:
    """Add what one line declares; anything raised here means that it is damaged."""
    if words[0] == "element":
        elements.append((words[1], int(words[2]), []))
    elif words[0] != "property":
        raise ValueError("neither element nor property")
    elif words[1] == "list":
        elements[-1][2].append(Property(words[4], _TYPES[words[3]], _TYPES[words[2]]))
    else:
        elements[-1][2].append(Property(words[2], _TYPES[words[1]]))


def _check_promises(path: Path, file: BinaryIO, order: str, elements: list[Element]) -> None:
    here = file.tell()
    left = file.seek(0, io.SEEK_END) - here
    file.seek(here)
    # a row of text takes a digit and a separator for each number at least
    promised = sum(e.count * (e.least_bytes if order else 2 * len(e.properties)) for e in elements)
    # the last line of a text may lack its line end
    if promised > left + (0 if order else 1):
        raise UnreadableFileError(
            path,
            f"its header promises {sum(e.count for e in elements):,} rows, but only {left:,} "
            "bytes follow; it is cut off or damaged, export or download it again",
        )


def _read_binary(
    path: Path, file: BinaryIO, order: str, elements: list[Element], want_faces: bool
) -> Tables:
    tables: Tables = {}
    wanted = {"vertex", "face"} if want_faces else {"vertex"}
    for element in elements:
        if wanted <= tables.keys():
            break
        if not element.has_lists:
            row = np.dtype([(p.name, order + p.type) for p in _unique(path, element)])
            data = np.fromfile(file, row, element.count)
            if len(data) < element.count:
                raise UnreadableFileError(path, "it is cut off; export or download it again")
            tables[element.name] = {p.name: data[p.name] for p in element.properties}
            continue
        tables[element.name] = _read_binary_lists(path, file, order, element)
    return tables


def _unique(path: Path, element: Element) -> tuple[Property, ...]:
    if len({p.name for p in element.properties}) < len(element.properties):
        raise UnreadableFileError(path, "its header names a property twice; export it again")
    return element.properties


def _read_binary_lists(
    path: Path, file: BinaryIO, order: str, element: Element
) -> dict[str, NDArray[np.generic]]:
    """Rows with a list: one structured array if all are as long as the first, else a walk."""
    if element.count == 0:
        return {}
    start = file.tell()
    rest = file.seek(0, io.SEEK_END) - start
    file.seek(start)
    head = file.read(min(rest, 1 << 16))
    file.seek(start)
    fields: list[tuple[str, str] | tuple[str, str, tuple[int, ...]]] = []
    at = 0
    for p in _unique(path, element):
        if p.count_type is None:
            fields.append((p.name, order + p.type))
            at += np.dtype(p.type).itemsize
            continue
        size = np.dtype(p.count_type).itemsize
        if len(head) < at + size:
            raise UnreadableFileError(path, "it is cut off; export or download it again")
        length = int(np.frombuffer(head, order + p.count_type, 1, at)[0])
        if not 0 <= length * np.dtype(p.type).itemsize <= rest:
            raise UnreadableFileError(path, "a face is damaged; export or download it again")
        fields.append((f"{p.name}#", order + p.count_type))
        fields.append((p.name, order + p.type, (length,)))
        at += size + length * np.dtype(p.type).itemsize
    row = np.dtype(fields)
    if row.itemsize * element.count <= rest:
        data = np.fromfile(file, row, element.count)
        lists = [p for p in element.properties if p.count_type]
        if all((data[f"{p.name}#"] == data[f"{p.name}#"][0]).all() for p in lists):
            indices = _indices_of(element)
            found = {p.name: data[p.name] for p in element.properties if not p.count_type}
            if indices is not None:
                found["triangles"] = fan_of_rows(data[indices.name].astype(np.int64))
            return found
        file.seek(start)
    return _walk_lists(path, file, order, element)


def _walk_lists(
    path: Path, file: BinaryIO, order: str, element: Element
) -> dict[str, NDArray[np.generic]]:
    """Rows of differing lengths, one after the other."""
    start = file.tell()
    data = file.read()
    readers = [
        (
            struct.Struct((order or "<") + _LETTERS[p.count_type]) if p.count_type else None,
            np.dtype(p.type).itemsize,
            p,
        )
        for p in element.properties
    ]
    indices = _indices_of(element)
    offsets: list[int] = []
    lengths: list[int] = []
    at = 0
    try:
        for _ in range(element.count):
            for reader, size, p in readers:
                length = 1
                if reader is not None:
                    length = int(reader.unpack_from(data, at)[0])
                    at += reader.size
                if p is indices:
                    offsets.append(at)
                    lengths.append(length)
                if length < 0:
                    raise UnreadableFileError(path, "a face is damaged; export it again")
                at += length * size
    except struct.error as error:
        raise UnreadableFileError(path, "it is cut off; export or download it again") from error
    if at > len(data):
        raise UnreadableFileError(path, "it is cut off; export or download it again")
    file.seek(start + at)
    if indices is None:
        return {}
    row = PolygonRows(np.array(offsets, np.int64), np.array(lengths, np.int64))
    return {"triangles": fan_of_mixed(data, row, np.dtype(order + indices.type))}


_LETTERS = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}


def _indices_of(element: Element) -> Property | None:
    if element.name != "face":
        return None
    for p in element.properties:
        if p.count_type and p.name in ("vertex_indices", "vertex_index"):
            return p
    return None


def _read_ascii(path: Path, file: BinaryIO, elements: list[Element], want_faces: bool) -> Tables:
    tables: Tables = {}
    text = io.TextIOWrapper(file, "latin-1")
    try:
        for element in elements:
            if element.name == "face" and not want_faces:
                break
            if element.has_lists:
                tables[element.name] = _ascii_lists(path, text, element)
            else:
                tables[element.name] = _ascii_rows(path, text, element)
    except ValueError as error:
        raise UnreadableFileError(
            path, f"a row is damaged ({str(error)[:80]}); export or download it again"
        ) from error
    finally:
        text.detach()
    return tables


def _ascii_rows(
    path: Path, text: io.TextIOWrapper, element: Element
) -> dict[str, NDArray[np.generic]]:
    columns = range(len(_unique(path, element)))
    parts = [parse_lines(lines, columns) for lines in blocks(text, element.count)]
    table = np.concatenate(parts) if parts else np.zeros((0, len(columns)))
    if len(table) < element.count:
        raise UnreadableFileError(
            path,
            f"it ends after {len(table):,} of {element.count:,} rows; export or download it again",
        )
    # in its declared type, so that colours and float32 places are what they would be in binary
    with np.errstate(all="ignore"):
        return {p.name: table[:, k].astype(p.type) for k, p in enumerate(element.properties)}


def _ascii_lists(
    path: Path, text: io.TextIOWrapper, element: Element
) -> dict[str, NDArray[np.generic]]:
    indices = _indices_of(element)
    first_is_indices = bool(element.properties) and element.properties[0] is indices
    parts: list[NDArray[np.int64]] = []
    rows = 0
    for lines in blocks(text, element.count):
        rows += len(lines)
        if first_is_indices:
            parts.append(polygons_of_lines(lines))
    if rows < element.count:
        raise UnreadableFileError(path, "it is cut off; export or download it again")
    if not parts:
        return {}
    return {"triangles": np.concatenate(parts)}
