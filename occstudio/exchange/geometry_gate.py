"""The one gate between files and everything else.

No reader is trusted, ours included: what it parsed is a `RawPoints` or a pair of arrays, and only
what passes here becomes a `PointCloud` or a `Mesh`. A face index of 2**31 - 1 goes through every
parser and kills VTK; a NaN makes a mesh look watertight; a coordinate of 1e300 overflows the
distance to its neighbour. Rows that cannot be used are dropped and counted, never silently.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import Colors, Normals, WorldPoints
from occstudio.shapes.mesh import Mesh

MAX_POINTS = 100_000_000
"""More points than this are refused: thin the scan first."""

MAX_FACES = 50_000_000
"""More triangles than this are refused: simplify the mesh first."""

LEAST_POINTS = 4
"""Fewer different points than this have no shape."""

FARTHEST = 1e15
"""A coordinate beyond this is damage, not a place (squares of it must stay finite)."""


@dataclass(frozen=True, slots=True, eq=False)
class RawPoints:
    """What a reader found in a file, before anyone has judged it.

    Parameters
    ----------
    points : (n, 3) array of numbers
        In the file's own coordinates.
    normals : (n, 3) array of numbers, optional
        Directions of any length.
    colors : (n, 3) array of numbers, optional
        In 0..1, 0..255 or 0..65535; `color_bytes` tells which.
    notes : tuple of str
        What the reader left out.
    unit : str
        Name of the unit if the file tells, else empty.
    """

    points: NDArray[np.generic]
    normals: NDArray[np.generic] | None = None
    colors: NDArray[np.generic] | None = None
    notes: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AdmittedPoints:
    """Points that every later stage survives.

    Parameters
    ----------
    points : (n, 3) float64
        Finite and all different.
    normals : (n, 3) float32 or None
        Unit.
    colors : (n, 3) uint8 or None
        sRGB.
    notes : tuple of str
        What was dropped, one phrase each.
    """

    points: WorldPoints
    normals: Normals | None
    colors: Colors | None
    notes: tuple[str, ...]


def admit_points(raw: RawPoints) -> AdmittedPoints:
    """Points that pass: finite, different, with an extent; the rest dropped and counted.

    Raises
    ------
    InvalidGeometryError
        If the shape is wrong, there are too many or too few, or they have no extent.
    """
    points = _numbers(raw.points, "points")
    if len(points) == 0:
        raise InvalidGeometryError("there are no points in it; check how it was exported")
    if len(points) > MAX_POINTS:
        raise InvalidGeometryError(
            f"it has {len(points):,} points, more than {MAX_POINTS:,}; thin the scan first"
        )
    notes = list(raw.notes)
    normals, colors = raw.normals, raw.colors
    if normals is not None and np.shape(normals) != points.shape:
        normals = None
        notes.append("normals ignored (not one for each point)")
    if colors is not None and np.shape(colors) != points.shape:
        colors = None
        notes.append("colours ignored (not one for each point)")

    usable = usable_rows(points)
    if not usable.all():
        lost = int(len(points) - usable.sum())
        if lost == len(points):
            raise InvalidGeometryError(
                f"none of its {lost:,} points has finite coordinates; check how it was exported"
            )
        notes.append(f"{_rows(lost)} with NaN, infinite or absurd coordinates dropped")
        points, normals, colors = (_kept(a, usable) for a in (points, normals, colors))
    first = first_of_equal_rows(points)
    if first is not None:
        notes.append(_counted(int(len(points) - first.sum()), "duplicate", "removed"))
        points, normals, colors = (_kept(a, first) for a in (points, normals, colors))
    check_extent(points)
    if len(points) < LEAST_POINTS:
        raise InvalidGeometryError(
            f"it has {len(points)} different points, and a shape needs at least {LEAST_POINTS}"
        )
    unit_normals = None if normals is None else _unit(normals)
    if normals is not None and unit_normals is None:
        notes.append("normals ignored (some are zero or not finite)")
    byte_colors = None if colors is None else color_bytes(colors)
    return AdmittedPoints(points, unit_normals, byte_colors, tuple(notes))


def admit_mesh(
    vertices: NDArray[np.generic],
    faces: NDArray[np.generic],
    *,
    normals: NDArray[np.generic] | None = None,
    colors: NDArray[np.generic] | None = None,
) -> Mesh:
    """A mesh (float64 vertices) that passes: finite where used, indices in range, some area.

    Triangles that name one vertex twice or a vertex that is not finite are dropped.

    Raises
    ------
    InvalidGeometryError
        If there are no usable triangles, an index is out of range, or it is too large.
    """
    places = _numbers(vertices, "vertices")
    triangles: NDArray[Any] = np.asarray(faces)
    if triangles.ndim != 2 or triangles.shape[1] != 3 or len(triangles) == 0:
        raise InvalidGeometryError("it has no triangles; give a mesh with faces")
    if triangles.dtype.kind not in "iu":
        raise InvalidGeometryError("its faces are not whole numbers; export it again")
    if len(triangles) > MAX_FACES or len(places) > MAX_POINTS:
        raise InvalidGeometryError(
            f"it has {len(triangles):,} triangles, more than {MAX_FACES:,}; simplify it first"
        )
    low, high = int(triangles.min()), int(triangles.max())
    if low < 0 or high >= len(places):
        raise InvalidGeometryError(
            f"a face names vertex {low if low < 0 else high}, but there are {len(places):,}; "
            "the file is damaged, export it again"
        )
    a, b, c = triangles.T
    good = (a != b) & (b != c) & (c != a)
    usable = usable_rows(places)
    if not usable.all():
        good &= usable[triangles].all(axis=1)
        places = np.where(usable[:, None], places, 0.0)
    if not good.all():
        triangles = triangles[good]
    if len(triangles) == 0:
        raise InvalidGeometryError("all its triangles are degenerate; export it again")
    check_extent(places[triangles.ravel()])
    fitting = None
    if normals is not None and np.shape(normals) == places.shape:
        fitting = _unit(normals)
    painted = None
    if colors is not None and np.shape(colors) == places.shape:
        painted = color_bytes(colors)
    if places is not vertices:
        # read-only, so that Mesh need not copy it once more
        places.flags.writeable = False
    return Mesh(places, triangles.astype(np.int32), fitting, painted)


def usable_rows(points: WorldPoints) -> NDArray[np.bool_]:
    """Mask (n,) of the points whose coordinates are finite and not absurdly large."""
    with np.errstate(invalid="ignore"):
        # a NaN compares false, so one comparison finds both
        inside = np.abs(points) <= FARTHEST
    return inside[:, 0] & inside[:, 1] & inside[:, 2]


def check_extent(points: WorldPoints) -> None:
    """Raise unless the points differ by more than the rounding of their own coordinates.

    Raises
    ------
    InvalidGeometryError
        If they all lie at one place.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    largest = max(float(np.abs(low).max()), float(np.abs(high).max()))
    if float((high - low).max()) <= max(largest * 1e-14, 1e-100):
        raise InvalidGeometryError(
            "all its points lie at one place, so there is no shape; check how it was exported"
        )


def first_of_equal_rows(points: WorldPoints) -> NDArray[np.bool_] | None:
    """Mask (n,) of the first of each set of equal points; None if all differ.

    Hashes are sorted, ten times faster than rows; rows of equal hashes are compared before
    anything is dropped.
    """
    mixed = row_hashes(points)
    ordered = np.sort(mixed)
    if not (ordered[1:] == ordered[:-1]).any():
        return None
    order = np.argsort(mixed, kind="stable")
    later, earlier = order[1:], order[:-1]
    suspects = np.flatnonzero(mixed[later] == mixed[earlier])
    same = (points[later[suspects]] == points[earlier[suspects]]).all(axis=1)
    first = np.ones(len(points), np.bool_)
    first[later[suspects[same]]] = False
    return None if first.all() else first


def row_hashes(points: WorldPoints) -> NDArray[np.uint64]:
    """A 64-bit hash (n,) of each row: equal rows, equal hashes (0.0 equals -0.0)."""
    # adding zero makes -0.0 the 0.0 that it equals
    bits = np.ascontiguousarray(points + 0.0, np.float64).view(np.uint64)
    with np.errstate(over="ignore"):
        mixed = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)
        for column, factor in ((1, 0xC2B2AE3D27D4EB4F), (2, 0x165667B19E3779F9)):
            mixed ^= mixed >> np.uint64(29)
            mixed = (mixed + bits[:, column]) * np.uint64(factor)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def color_bytes(colors: NDArray[np.generic]) -> Colors | None:
    """Colours ``(n, 3)`` in 0..1, 0..255 or 0..65535 as bytes; None if they are no colours."""
    values: NDArray[Any] = np.asarray(colors)
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind not in "iuf" or len(values) == 0:
        return None
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 65535):
        return None
    if values.dtype.kind == "f" and high <= 1:
        return np.rint(values * 255).astype(np.uint8)
    if high > 255:
        return (values / 257).astype(np.uint8)
    return np.rint(values).astype(np.uint8)


def named(error: InvalidGeometryError, path: object) -> InvalidGeometryError:
    """The same error with the file's name before it."""
    return InvalidGeometryError(f"could not use '{path}': {error}")


def with_notes(raw: RawPoints, *notes: str) -> RawPoints:
    """The same points with more notes."""
    return replace(raw, notes=(*raw.notes, *notes))


def _numbers(array: NDArray[np.generic], what: str) -> WorldPoints:
    values = np.asarray(array)
    if values.ndim != 2 or values.shape[1] != 3:
        raise InvalidGeometryError(
            f"its {what} must have the shape (n, 3), but came as {values.shape}"
        )
    if values.dtype.kind not in "iufb":
        raise InvalidGeometryError(f"its {what} are no numbers (type {values.dtype})")
    with np.errstate(invalid="ignore"):
        # a signalling NaN, which only damage makes, would warn when it is widened
        return np.ascontiguousarray(values, np.float64)


def _unit(normals: NDArray[np.generic]) -> Normals | None:
    with np.errstate(all="ignore"):
        values = np.asarray(normals, np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", values, values))
    if not (np.isfinite(length).all() and (length > 1e-12).all()):
        return None
    return values / length[:, None]


def _kept(array: NDArray[np.generic] | None, mask: NDArray[np.bool_]) -> NDArray[np.generic] | None:
    return None if array is None else np.asarray(array)[mask]


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _counted(count: int, noun: str, verb: str) -> str:
    return f"{count:,} {noun} {verb}" if count == 1 else f"{count:,} {noun}s {verb}"
