"""Vertices put exactly onto the level set, and normals from the field itself.

A vertex of marching cubes lies where a straight line through two samples crosses the level; the
field is not straight. Each vertex moves along its own normal, a line on which the secant method
finds the level in two or three steps. It is never moved farther than half a voxel, and it stays
where it was unless the field there is nearer to the level.
"""

import numpy as np
from numpy.typing import NDArray

from occstudio.extraction.contour import Contour
from occstudio.shapes.arrays import Faces, Normals, Points, Values, normalized
from occstudio.shapes.field import Field
from occstudio.shapes.watch import UNWATCHED, Watch


def refined(
    field: Field,
    found: Contour,
    level: float,
    steps: int,
    reach: float,
    watch: Watch = UNWATCHED,
) -> tuple[Points, Points]:
    """Vertices (V, 3) moved along the field's gradient towards the level set, and that gradient.

    Parameters
    ----------
    field : Field
        Whose level set it is.
    found : Contour
        Its vertices; those that cap the shape at the box stay.
    level : float
        Logit of the surface.
    steps : int
        Evaluations per vertex, besides one with the gradient.
    reach : float
        No vertex moves farther, in model units; half a voxel is right.

    Returns
    -------
    vertices, gradients : (V, 3) float32
        The gradients are those where the vertices came from, which is near enough for normals and
        saves asking again; 0 on caps.
    """
    result, gradients = found.vertices.copy(), np.zeros_like(found.vertices)
    movable = np.flatnonzero(~found.cap.any(axis=1))
    batch = max(field.batch, 1)
    for first in range(0, len(movable), batch):
        watch.check()
        part = movable[first : first + batch]
        start = found.vertices[part]
        values, slopes = field.sloped(start)
        gradients[part] = np.nan_to_num(np.asarray(slopes, np.float32))
        miss = _missed(values, level)
        result[part] = _secant(field, start, miss, gradients[part], level, steps, reach, watch)
        watch.report("refine", min((first + batch) / len(movable), 1.0))
    return result, gradients


def outward_normals(
    field: Field,
    vertices: Points,
    faces: Faces,
    cap: NDArray[np.int8],
    watch: Watch = UNWATCHED,
    gradients: Points | None = None,
) -> Normals:
    """Unit normals (V, 3): against the gradient; of the box's faces where they cap the shape.

    Where the gradient vanishes the triangles around a vertex decide. Gradients (V, 3) that are
    known need not be asked for.
    """
    if gradients is None:
        gradients = _gradients(field, vertices, watch)
    watch.check()
    watch.report("normals", 1.0)
    directions = -gradients
    capped = cap.any(axis=1)
    directions[capped] = cap[capped]
    length = np.linalg.norm(directions, axis=1)
    flat = ~(np.isfinite(length) & (length > 0))
    if flat.any():
        directions[flat] = _face_normals(vertices, faces)[flat]
    return normalized(directions).astype(np.float32)


def _gradients(field: Field, points: Points, watch: Watch) -> Points:
    batch = max(field.batch, 1)
    parts = [np.zeros((0, 3), np.float32)]
    for first in range(0, len(points), batch):
        watch.check()
        parts.append(np.asarray(field.gradient(points[first : first + batch]), np.float32))
        watch.report("normals", min((first + batch) / len(points), 1.0))
    return np.concatenate(parts)


def _secant(
    field: Field,
    start: Points,
    miss: Values,
    gradient: Points,
    level: float,
    steps: int,
    reach: float,
    watch: Watch,
) -> Points:
    """Points on the lines through `start` along the gradient, as near the level as was found."""
    gradient = gradient.copy()
    lower, upper = np.asarray(field.box.lower), np.asarray(field.box.upper)
    margin = 1e-5 * (upper - lower)
    # A vertex at the rim of a cap slides in the box's face, or the cap would bulge.
    gradient[(start <= lower + margin) | (start >= upper - margin)] = 0
    slope = np.linalg.norm(gradient, axis=1)
    direction = normalized(gradient).astype(np.float32)
    moved, best = np.zeros(len(start), np.float32), np.zeros(len(start), np.float32)
    least, before, miss_before = np.abs(miss), moved, miss
    slope = np.where(slope > 0, slope, np.inf)
    for _ in range(steps):
        watch.check()
        step = np.clip(moved - miss / slope, -reach, reach).astype(np.float32)
        before, moved, miss_before = moved, step, miss
        miss = _missed(field(_along(start, direction, moved)), level)
        better = np.abs(miss) < least
        best, least = np.where(better, moved, best), np.where(better, np.abs(miss), least)
        run, rise = moved - before, miss - miss_before
        useful = (np.abs(run) > 1e-9) & (rise * run > 0)
        slope = np.where(useful, rise / np.where(useful, run, 1), slope)
    return _along(start, direction, best)


def _along(start: Points, direction: Points, distance: Values) -> Points:
    return (start + distance[:, None] * direction).astype(np.float32)


def _missed(values: Values, level: float) -> Values:
    return np.nan_to_num(np.asarray(values, np.float32)) - np.float32(level)


def _face_normals(vertices: Points, faces: Faces) -> NDArray[np.float32]:
    """Sum of the area vectors of the triangles at each vertex, (V, 3)."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    total = np.zeros(vertices.shape, np.float32)
    for k in range(3):
        np.add.at(total, faces[:, k], area)
    return total
