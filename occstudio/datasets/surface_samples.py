"""Points on the surface that the labels see, with outward normals.

A soup has faces nobody can see (buried in overlapping parts) and sheets that are seen from both
sides. So each point drawn on a face is tried on both sides: it counts where, going along the
face's normal, the labels turn from solid to outside near by. On a sheet, which the labels
thicken, both sides count and the points are moved out to the thickened surface; on a solid the
inner side never does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.shape_store import CELL, STEP, read_lattice
from occstudio.errors import EmptyShapeError

_CLOSE = 0.3 * CELL  # labels this near agree with the face: the face is the truth
_LONGEST = 1.1 * CELL  # thickening moves a surface by 0.75 cells at most


def sample_surface(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    sdf: NDArray[np.int8],
    count: int,
    *,
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Draw points by area from the part of a soup that bounds the labelled solid.

    Parameters
    ----------
    vertices, faces : (V, 3) float64, (F, 3) int32
        Normalised as for `label_occupancy`.
    sdf : (128, 128, 128) int8
        The labels of this soup.
    count : int
        How many points.

    Returns
    -------
    points, normals : (count, 3) float32
        Model units; outward unit normals.
    kept : float
        Share of the drawn points, those deep inside aside, that bound the solid.

    Raises
    ------
    EmptyShapeError
        If no face bounds anything.
    """
    rng = np.random.default_rng(seed)
    found: list[NDArray[np.float32]] = []
    total, drawn, bounding = 0, 0, 0
    for _ in range(8):
        points, normals = _draw(vertices, faces, 2 * count, rng)
        shallow = _reading(sdf, points) > -1.25 * CELL
        points, normals = points[shallow], normals[shallow]
        sides: list[NDArray[np.bool_]] = []
        for side in (1, -1):
            moved, bounds = _moved_out(sdf, points, normals * np.float32(side))
            found.append(np.hstack([moved, normals * np.float32(side)])[bounds])
            sides.append(bounds)
        drawn += len(points)
        bounding += int((sides[0] | sides[1]).sum())
        total += int(sides[0].sum()) + int(sides[1].sum())
        if total >= count:
            break
    if total == 0:
        raise EmptyShapeError("no face of the mesh bounds a solid: check its size and its faces")
    pool = np.concatenate(found)
    chosen = pool[rng.choice(total, count, replace=total < count)]
    return chosen[:, :3], chosen[:, 3:], bounding / max(drawn, 1)


def _draw(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    count: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    corners = vertices[faces]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    crosses = np.cross(u, v)
    areas = np.linalg.norm(crosses, axis=1)
    if not areas.sum() > 0:
        raise EmptyShapeError("the mesh has no area")
    chosen = rng.choice(len(faces), count, p=areas / areas.sum())
    s, t = rng.random((2, count, 1))
    s, t = np.where(s + t > 1, 1 - s, s), np.where(s + t > 1, 1 - t, t)
    points = corners[chosen, 0] + s * u[chosen] + t * v[chosen]
    normals = crosses[chosen] / areas[chosen, None]
    return points.astype(np.float32), normals.astype(np.float32)


def _reading(sdf: NDArray[np.int8], points: NDArray[np.floating]) -> NDArray[np.float32]:
    return read_lattice(sdf, points.astype(np.float32, copy=False))[0] * np.float32(STEP)


def _moved_out(
    sdf: NDArray[np.int8], points: NDArray[np.float32], outward: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    ahead = np.float32(0.75 * CELL) * outward
    reading = _reading(sdf, points)
    settled = (np.abs(reading) < _CLOSE) & (_reading(sdf, points + ahead) - reading > 0.5 * CELL)
    # Distances grow by one per unit of way along the outward normal, hence the step; less within
    # a sheet, whose two sides meet between two lattice points, hence the many steps.
    way, moved = np.zeros(len(points), np.float32), points
    for _ in range(8):
        way = np.where(settled, way, way - reading)
        moved = (points + way[:, None] * outward).astype(np.float32, copy=False)
        reading = np.where(settled, reading, _reading(sdf, moved))
    rises = _reading(sdf, moved + ahead) - reading > 0.3 * CELL
    return moved, rises & (settled | ((np.abs(reading) < 0.1 * CELL) & (np.abs(way) < _LONGEST)))
