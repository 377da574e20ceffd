"""Smoothing that keeps the volume.

Taubin's (A signal processing approach to fair surface design, SIGGRAPH 1995): a step that shrinks
is followed by a slightly larger one that grows, so that noise goes and the shape stays. What
little volume it still costs is given back by one common step along the normals.
"""

from dataclasses import replace

import numpy as np

from occstudio.finishing.edges import Edges
from occstudio.finishing.normals import triangle_normals
from occstudio.shapes.arrays import Points
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

SHRINK, GROW = 0.5, -0.53
"""Taubin's two factors: features longer than about seven edges are kept."""


def smoothed(mesh: Mesh, iterations: int, watch: Watch = UNWATCHED) -> Mesh:
    """The mesh after rounds of smoothing, with normals of its triangles.

    Parameters
    ----------
    mesh : Mesh
        Any; an open one keeps its rim where it is.
    iterations : int
        Rounds; the same object comes back for none.
    watch : Watch
        Told the stage ``smooth``; asked before each round.
    """
    if iterations <= 0 or mesh.is_empty:
        return mesh
    edges = Edges.of(mesh)
    around = edges.adjacency()
    degree = np.maximum(np.diff(around.indptr), 1).astype(np.float32)
    around.data /= np.repeat(degree, np.diff(around.indptr))
    rim = np.unique(edges.ends[edges.is_boundary])
    points = np.asarray(mesh.vertices, np.float32).copy()
    held = points[rim]
    for step in range(iterations):
        watch.check()
        for factor in (SHRINK, GROW):
            points += np.float32(factor) * (around @ points - points)
            points[rim] = held
        watch.report("smooth", (step + 1) / iterations)
    made = replace(mesh, vertices=points, normals=None)
    normals = triangle_normals(made)
    if edges.is_closed:
        made = replace(made, vertices=_inflated(made, normals, mesh.volume))
    return replace(made, normals=normals)


def _inflated(mesh: Mesh, normals: Points, volume: float) -> Points:
    """Vertices moved along their normals until the volume is right, to second order."""
    points: Points = np.asarray(mesh.vertices, np.float32)
    for _ in range(2):
        area = mesh.area
        if area <= 0:
            break
        points = (points + normals * np.float32((volume - mesh.volume) / area)).astype(np.float32)
        mesh = replace(mesh, vertices=points)
    return points
