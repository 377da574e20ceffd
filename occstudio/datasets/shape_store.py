"""Labelled shapes in two files: an index one can read, and the numbers packed behind it.

A shape is a signed distance on a 128-point lattice in eight bits, and points on its surface
with normals. Distances are smooth, so what a point adds to its seven predecessors (the third
mixed difference) is mostly zero; points are sorted along a Morton curve, so that their
codes differ little from one to the next. What remains is left to LZMA. The same shapes give
the same bytes.
"""

from __future__ import annotations

import json
import lzma
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import UnknownNameError, UnreadableFileError, UnwritableFileError

LATTICE_POINTS = 128  # along each axis, the corners of the cube included
LATTICE_SIDE = 1.1  # of the cube about the origin; a shape's longest side is 1
CELL = LATTICE_SIDE / (LATTICE_POINTS - 1)
STEPS_PER_CELL = 32  # so that eight bits reach four cells either way
STEP = CELL / STEPS_PER_CELL
POINT_BITS = 11  # of a surface point's coordinate: a step is 1/1862 of the longest side

_FORMAT = 1
_HEADER = struct.Struct("<4sIIII")
_MAGIC = b"OCCS"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 0, "pb": 0, "dict_size": 1 << 22}]


@dataclass(frozen=True, slots=True)
class ShapeRecord:
    """What the index says about a shape.

    Attributes
    ----------
    id : str
        ``LIBRARY/MODEL``.
    split : str
        ``train``, ``validation`` or ``test``.
    group : str
        Id of the first of its near-twins, its own if it has none.
    size_cm : (float, float, float)
        Sides of its box along x, y and z before it was normalised, in the source's unit.
    half_extent : (float, float, float)
        Half the sides of its box in model units: the largest is 0.5.
    hollow, thin, kept : float
        How far the labels can be trusted, each from 0 to 1: volume that was reached through
        holes; solid that had to be thickened; surface samples that lie on the labels' surface.
    key : str
        Identifies the input and the settings the labels were made with.
    """

    id: str
    name: str
    shape_class: str
    creator: str = ""
    licence: str = ""
    library: str = ""
    split: str = "train"
    group: str = ""
    size_cm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    half_extent: tuple[float, float, float] = (0.5, 0.5, 0.5)
    volume: float = 0.0
    hollow: float = 0.0
    thin: float = 0.0
    kept: float = 1.0
    key: str = ""

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> ShapeRecord:
        """Read a record from its JSON form; other keys are ignored."""
        known = {f.name: entry[f.name] for f in fields(cls)}
        for name in ("size_cm", "half_extent"):
            known[name] = tuple(float(side) for side in known[name])
        return cls(**known)


@dataclass(frozen=True, slots=True, eq=False)
class StoredShape:
    """One shape, unpacked, in the cube of side 1.1 about the origin.

    Attributes
    ----------
    sdf : (128, 128, 128) int8
        Read-only, indexed [x, y, z], negative inside; times `step` in model units, clamped.
    points : (n, 3) float32
        On the surface, in an order without meaning to whoever draws a random subset.
    normals : (n, 3) float32
        Unit, outward.
    """

    record: ShapeRecord
    sdf: NDArray[np.int8]
    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    step: float = STEP

    @property
    def half_extent(self) -> NDArray[np.float32]:
        """Half the sides of the shape's box, (3,)."""
        return np.array(self.record.half_extent, np.float32)

    def occupancy(self, points: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether each of (n, 3) points is inside; beyond the lattice nothing is."""
        reading, inside = read_lattice(self.sdf, points)
        return (reading < 0) & inside

    def distance(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Signed distance at (n, 3) points in model units, negative inside.

        Clamped at four cells (0.035); beyond the lattice that much and the way to the lattice.
        """
        reading, _ = read_lattice(self.sdf, points)
        beyond = np.maximum(np.abs(points) - np.float32(LATTICE_SIDE / 2), 0)
        return reading * np.float32(self.step) + np.sqrt(np.einsum("ij,ij->i", beyond, beyond))


@dataclass(frozen=True, slots=True, eq=False)
class ShapeStore:
    """A folder of labelled shapes, opened for reading.

    Attributes
    ----------
    path : Path
    records : tuple of ShapeRecord
        In the order of the ids.
    """

    path: Path
    records: tuple[ShapeRecord, ...]
    _places: tuple[tuple[int, int], ...] = field(repr=False)

    @classmethod
    def open(cls, path: Path | str) -> ShapeStore:
        """Open a store.

        Raises
        ------
        UnreadableFileError
            If this is no store, or one of another version.
        """
        index = Path(path) / _INDEX
        try:
            content = cast("dict[str, Any]", json.loads(index.read_text(encoding="utf-8")))
            if content["format"] != _FORMAT:
                raise UnreadableFileError(index, "made by another version: build it again")
            records = tuple(ShapeRecord.from_json(entry) for entry in content["shapes"])
            places = tuple((int(e["offset"]), int(e["length"])) for e in content["shapes"])
        except OSError as error:
            reason = "no data set there; make one with 'occstudio dataset build'"
            raise UnreadableFileError(path, reason) from error
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableFileError(index, f"damaged ({error}): build it again") from error
        return cls(Path(path), records, places)

    @staticmethod
    def write(path: Path | str, shapes: Iterable[tuple[ShapeRecord, bytes]]) -> ShapeStore:
        """Write a store from records and the blobs that `pack` made; in the order of the ids.

        The index is replaced last: an interrupted write leaves no index that lies.
        """
        folder = Path(path)
        entries: list[dict[str, Any]] = []
        offset = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / (_BLOBS + ".new")).open("wb") as stream:
                for record, blob in sorted(shapes, key=lambda pair: pair[0].id):
                    stream.write(blob)
                    entries.append(asdict(record) | {"offset": offset, "length": len(blob)})
                    offset += len(blob)
            content = {"format": _FORMAT, "lattice": LATTICE_POINTS, "side": LATTICE_SIDE}
            text = json.dumps(content | {"step": STEP, "shapes": entries}, indent=1)
            (folder / (_INDEX + ".new")).write_text(text + "\n", encoding="utf-8")
            (folder / (_BLOBS + ".new")).replace(folder / _BLOBS)
            (folder / (_INDEX + ".new")).replace(folder / _INDEX)
        except OSError as error:
            raise UnwritableFileError(folder, error.strerror or str(error)) from error
        return ShapeStore.open(folder)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int) -> StoredShape:
        return unpack(self.records[index], self.blob(index))

    def __iter__(self) -> Iterator[StoredShape]:
        return (self[i] for i in range(len(self)))

    def blob(self, index: int) -> bytes:
        """The packed bytes of one shape."""
        offset, length = self._places[index]
        try:
            with (self.path / _BLOBS).open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)
        except OSError as error:
            raise UnreadableFileError(self.path / _BLOBS, str(error)) from error

    def index_of(self, shape_id: str) -> int:
        """Where the shape with this id is."""
        ids = [record.id for record in self.records]
        if shape_id not in ids:
            raise UnknownNameError("shape", shape_id, ids)
        return ids.index(shape_id)

    def where(
        self,
        *,
        split: str | None = None,
        classes: Iterable[str] | None = None,
        keep: Callable[[ShapeRecord], bool] | None = None,
    ) -> list[int]:
        """Indices of the shapes of one part, of some classes, or that `keep` accepts."""
        wanted = None if classes is None else set(classes)
        return [
            index
            for index, record in enumerate(self.records)
            if (split is None or record.split == split)
            and (wanted is None or record.shape_class in wanted)
            and (keep is None or keep(record))
        ]


def read_lattice(
    sdf: NDArray[np.int8], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Read a stored lattice between its points.

    Parameters
    ----------
    sdf : (128, 128, 128) int8
    points : (n, 3) float32
        In model units.

    Returns
    -------
    steps : (n,) float32
        Trilinear, in units of `STEP`, at the nearest point of the lattice's cube.
    inside : (n,) bool
        Whether the point itself lies in that cube.
    """
    # Few, large numpy calls: training waits for this.
    n = LATTICE_POINTS
    where = points * np.float32(1 / CELL)
    where += np.float32((n - 1) / 2)
    held = np.clip(where, 0, n - 1)
    inside = (held == where).all(axis=1)
    corner = np.minimum(held.astype(np.int32), n - 2)
    x, y, z = np.ascontiguousarray((held - corner).T)
    first = (corner[:, 0] * n + corner[:, 1]) * n + corner[:, 2]
    value = sdf.reshape(-1)[first[None, :] + _CORNERS].astype(np.float32)  # (8, n points)
    value = value[0::2] + (value[1::2] - value[0::2]) * z
    value = value[0::2] + (value[1::2] - value[0::2]) * y
    return value[0] + (value[1] - value[0]) * x, inside


def pack(sdf: NDArray[np.int8], points: NDArray[np.float32], normals: NDArray[np.float32]) -> bytes:
    """Pack a (128, 128, 128) signed distance and (n, 3) surface points with unit normals."""
    codes = _morton(_quantised(points))
    order = np.argsort(codes, kind="stable")
    deltas = np.diff(codes[order], prepend=np.uint64(0))
    residual = sdf.view(np.uint8)
    for axis in range(3):
        residual = np.diff(residual, axis=axis, prepend=np.uint8(0))
    parts = [
        _compressed(np.ascontiguousarray(residual).tobytes()),
        _compressed(_planes(deltas, _CODE_BYTES)),
        _compressed(np.ascontiguousarray(_octahedral(normals[order]).T).tobytes()),
    ]
    return _HEADER.pack(_MAGIC, len(points), *(len(part) for part in parts)) + b"".join(parts)


def unpack(record: ShapeRecord, blob: bytes) -> StoredShape:
    """Undo `pack`; the arrays are read-only.

    Raises
    ------
    UnreadableFileError
        If the bytes are damaged.
    """
    try:
        magic, count, *lengths = _HEADER.unpack_from(blob)
        if magic != _MAGIC:
            raise UnreadableFileError(record.id, "its labels are damaged: build the set again")
        parts: list[bytes] = []
        start = _HEADER.size
        for length in lengths:
            parts.append(_decompressed(blob[start : start + length]))
            start += length
        residual = np.frombuffer(parts[0], np.uint8).reshape((LATTICE_POINTS,) * 3)
        for axis in (2, 1, 0):
            residual = np.cumsum(residual, axis=axis, dtype=np.uint8)
        planes = np.zeros((count, 8), np.uint8)
        planes[:, :_CODE_BYTES] = np.frombuffer(parts[1], np.uint8).reshape(_CODE_BYTES, count).T
        points = _dequantised(_unmorton(np.cumsum(planes.view("<u8")[:, 0], dtype=np.uint64)))
        normals = _unoctahedral(np.frombuffer(parts[2], np.int8).reshape(2, count).T)
    except (struct.error, lzma.LZMAError, ValueError) as error:
        raise UnreadableFileError(record.id, "its labels are damaged: build it again") from error
    sdf = residual.view(np.int8)
    for array in (sdf, points, normals):
        array.flags.writeable = False
    return StoredShape(record, sdf, points, normals)


_INDEX = "index.json"
_BLOBS = "shapes.bin"
_CODE_BYTES = (3 * POINT_BITS + 7) // 8


_CORNERS = np.array(
    [(i * LATTICE_POINTS + j) * LATTICE_POINTS + k for i in (0, 1) for j in (0, 1) for k in (0, 1)],
    np.int32,
)[:, None]


def _compressed(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_RAW, filters=_FILTERS)


def _decompressed(data: bytes) -> bytes:
    return lzma.decompress(data, format=lzma.FORMAT_RAW, filters=_FILTERS)


def _planes(codes: NDArray[np.uint64], count: int) -> bytes:
    # All lowest bytes, then all second ones, and so on: like with like compresses.
    return codes.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :count].T.tobytes()


def _quantised(points: NDArray[np.float32]) -> NDArray[np.uint64]:
    top = 2**POINT_BITS - 1
    scaled = (points.astype(np.float64) / LATTICE_SIDE + 0.5) * top
    return np.clip(np.rint(scaled), 0, top).astype(np.uint64)


def _dequantised(steps: NDArray[np.uint64]) -> NDArray[np.float32]:
    top = 2**POINT_BITS - 1
    return ((steps.astype(np.float64) / top - 0.5) * LATTICE_SIDE).astype(np.float32)


def _morton(steps: NDArray[np.uint64]) -> NDArray[np.uint64]:
    codes = np.zeros(len(steps), np.uint64)
    for bit in range(POINT_BITS):
        for axis in range(3):
            one = (steps[:, axis] >> np.uint64(bit)) & np.uint64(1)
            codes |= one << np.uint64(3 * bit + axis)
    return codes


def _unmorton(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    steps = np.zeros((len(codes), 3), np.uint64)
    for bit in range(POINT_BITS):
        for axis in range(3):
            one = (codes >> np.uint64(3 * bit + axis)) & np.uint64(1)
            steps[:, axis] |= one << np.uint64(bit)
    return steps


def _octahedral(normals: NDArray[np.float32]) -> NDArray[np.int8]:
    # Cigolle et al., A Survey of Efficient Representations for Independent Unit Vectors, 2014.
    flat = normals / np.maximum(np.abs(normals).sum(axis=1, keepdims=True), 1e-12)
    x, y = flat[:, 0], flat[:, 1]
    folded = np.stack(
        [(1 - abs(y)) * np.where(x < 0, -1, 1), (1 - abs(x)) * np.where(y < 0, -1, 1)], 1
    )
    return np.rint(np.where(flat[:, 2:] < 0, folded, flat[:, :2]) * 127).astype(np.int8)


def _unoctahedral(codes: NDArray[np.int8]) -> NDArray[np.float32]:
    x, y = codes.T.astype(np.float32) / np.float32(127)
    z = 1 - abs(x) - abs(y)
    below = np.maximum(-z, 0)
    vectors = np.stack([x - np.copysign(below, x), y - np.copysign(below, y), z], axis=1)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)
