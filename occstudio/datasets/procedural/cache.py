"""Procedural solids written down: thousands in one file, read back in seconds.

The idea: a primitive is a class, a dozen pose numbers and a few shape numbers, so all solids of a
file fit in a handful of flat arrays with offsets. Surface samples, the dear part, are stored with
them (16 bits a coordinate, 8 a normal's component): a reader draws from those and computes only
occupancy, which stays exact.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha1
from multiprocessing import get_context
from pathlib import Path
from typing import overload
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.procedural.kinds import draw
from occstudio.datasets.procedural.primitives import (
    Box,
    Cone,
    Cushion,
    Primitive,
    Superellipsoid,
    Torus,
)
from occstudio.datasets.procedural.solid import Part, ProceduralSolid
from occstudio.datasets.procedural.swept import Extrusion, Lathe, Sheet, Tube
from occstudio.errors import UnreadableFileError

# The order is part of the file format: append only.
_CLASSES: tuple[type[Primitive], ...] = (
    Box, Cone, Torus, Superellipsoid, Cushion, Tube, Extrusion, Lathe, Sheet,
)  # fmt: skip
_VERSION = 1
_BASE, _CUT, _KEEP = 0, 1, 2

Arrays = dict[str, NDArray[np.generic]]


def write_cache(
    path: str | Path, count: int, seed: int, surface_points: int = 10_000, workers: int = 2
) -> None:
    """Draw `count` solids and write them with surface samples into one uncompressed npz file.

    Solid number i depends on (seed, i) alone, not on the number of workers. About
    `9 * surface_points + 2000` bytes a solid.

    Parameters
    ----------
    path : path
        Written under a temporary name and renamed when whole.
    count : int
        Number of solids.
    seed : int
        Seed of the whole file.
    surface_points : int
        Samples stored for each solid.
    workers : int
        Processes that draw; 1 draws in this one.
    """
    jobs = [(seed, first, min(first + 50, count), surface_points) for first in range(0, count, 50)]
    if workers <= 1:
        chunks = [_drawn(job) for job in jobs]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            chunks = list(pool.map(_drawn, jobs))
    merged: Arrays = {name: np.concatenate([c[name] for c in chunks]) for name in chunks[0]}
    for name in ("primitive_starts", "value_starts"):
        counts = merged.pop(name.replace("starts", "counts"))
        merged[name] = np.concatenate([[0], np.cumsum(counts)])
    merged["version"] = np.array(_VERSION)
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **merged)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read_cache(path: str | Path) -> SolidCache:
    """The solids of a file by `write_cache`, rebuilt one by one as they are asked for.

    Raises
    ------
    UnreadableFileError
        If the file is missing, damaged or not such a cache.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: Arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise UnreadableFileError(path, "no whole cache of solids; write it again") from error
    if int(arrays.get("version", np.array(0))) != _VERSION:  # type: ignore[arg-type]
        raise UnreadableFileError(path, "a cache of another version; write it again")
    return SolidCache(arrays)


@dataclass(frozen=True, slots=True, eq=False)
class SolidCache(Sequence[ProceduralSolid]):
    """Solids in flat arrays; indexing rebuilds one in well under a millisecond a part."""

    arrays: Arrays

    @property
    def kinds(self) -> NDArray[np.str_]:
        """What each solid is, (n,)."""
        return self.arrays["kinds"].astype(np.str_)

    def digest(self, index: int) -> str:
        """What the shape of a solid is known by, without rebuilding it."""
        first, last = (int(at) for at in self.arrays["primitive_starts"][index : index + 2])
        start, end = (int(self.arrays["value_starts"][row]) for row in (first, last))
        content = [self.arrays[name][first:last] for name in ("roles", "classes", "poses")]
        state = b"".join(rows.tobytes() for rows in (*content, self.arrays["values"][start:end]))
        return sha1(state).hexdigest()

    def __len__(self) -> int:
        return len(self.arrays["kinds"])

    def __iter__(self) -> Iterator[ProceduralSolid]:
        return (self[index] for index in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> ProceduralSolid: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ProceduralSolid]: ...
    def __getitem__(self, index: int | slice) -> ProceduralSolid | Sequence[ProceduralSolid]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        first, last = self.arrays["primitive_starts"][index : index + 2]
        parts: list[tuple[Primitive, list[Primitive], list[Primitive]]] = []
        shapes = self.arrays["value_starts"]
        for row in range(int(first), int(last)):
            primitive = _CLASSES[
                int(self.arrays["classes"][row])
            ].unpacked(
                self.arrays["values"][shapes[row] : shapes[row + 1]],  # type: ignore[arg-type]
                self.arrays["poses"][row, :3],  # type: ignore[arg-type]
                self.arrays["poses"][row, 3],  # type: ignore[arg-type]
            )
            role = int(self.arrays["roles"][row])
            if role == _BASE:
                parts.append((primitive, [], []))
            else:
                (parts[-1][1] if role == _CUT else parts[-1][2]).append(primitive)
        return ProceduralSolid(
            tuple(Part(base, tuple(cuts), tuple(keeps)) for base, cuts, keeps in parts),
            str(self.arrays["kinds"][index]),
            (self.arrays["points"][index], self.arrays["normals"][index]),  # type: ignore[arg-type]
        )


def _drawn(job: tuple[int, int, int, int]) -> Arrays:
    """Solids number first to last of a file, as flat arrays."""
    seed, first, last, surface_points = job
    kinds: list[str] = []
    clouds: list[tuple[NDArray[np.uint16], NDArray[np.int8]]] = []
    rows: list[tuple[int, int, Primitive]] = []
    primitive_counts: list[int] = []
    for number in range(first, last):
        rng = np.random.default_rng((seed, number))
        solid = draw(rng)
        kinds.append(solid.kind)
        clouds.append(_quantised(solid, surface_points, rng))
        added = [row for part in solid.parts for row in _rows(part)]
        rows.extend(added)
        primitive_counts.append(len(added))
    values = [primitive.packed() for _, _, primitive in rows]
    poses = [np.vstack([p.linear, p.offset]) for _, _, p in rows]
    return {
        "kinds": np.array(kinds, dtype="U24"),
        "points": np.stack([points for points, _ in clouds]),
        "normals": np.stack([normals for _, normals in clouds]),
        "roles": np.array([role for role, _, _ in rows], np.uint8),
        "classes": np.array([code for _, code, _ in rows], np.uint8),
        "poses": np.stack(poses),
        "values": np.concatenate(values),
        "primitive_counts": np.array(primitive_counts, np.int64),
        "value_counts": np.array([len(v) for v in values], np.int64),
    }


def _rows(part: Part) -> Iterator[tuple[int, int, Primitive]]:
    """Role, class code and primitive, base first."""
    roles = [_BASE, *[_CUT] * len(part.cuts), *[_KEEP] * len(part.keeps)]
    for role, primitive in zip(roles, part.primitives(), strict=True):
        yield role, _CLASSES.index(type(primitive)), primitive


def _quantised(
    solid: ProceduralSolid, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint16], NDArray[np.int8]]:
    points, normals = solid.sample_surface(count, rng)
    steps = np.clip(np.rint((points + 0.5) * 65535), 0, 65535)
    return steps.astype(np.uint16), np.rint(normals * 127).astype(np.int8)
