"""Holes: rims of a mesh, each closed by a fan around its middle."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from occstudio.finishing.edges import Edges
from occstudio.finishing.normals import triangle_normals
from occstudio.shapes.mesh import Mesh

MOST_EDGES = 500
"""Longer rims are left open: they are where a surface ends, not holes in it."""


def filled(mesh: Mesh, most_edges: int = MOST_EDGES) -> Mesh:
    """The mesh with its holes closed; the same object if there are none.

    Rims that cross themselves are left open.

    Parameters
    ----------
    mesh : Mesh
        Any. Normals are made anew and colours are dropped where something was filled.
    most_edges : int
        Rims with more edges stay.
    """
    loops = [loop for loop in rims(mesh) if len(loop) <= most_edges]
    if not loops:
        return mesh
    vertices, faces = [np.asarray(mesh.vertices, np.float32)], [mesh.faces]
    count = len(mesh.vertices)
    for loop in loops:
        # The new triangles run each edge of the rim against the triangle that is there.
        back, ahead = np.roll(loop, -1), loop
        if len(loop) == 3:
            faces.append(loop[None, ::-1].astype(np.int32))
            continue
        vertices.append(mesh.vertices[loop].mean(axis=0, keepdims=True).astype(np.float32))
        faces.append(np.stack([back, ahead, np.full(len(loop), count)], axis=1).astype(np.int32))
        count += 1
    made = Mesh(np.concatenate(vertices), np.concatenate(faces))
    return replace(made, normals=triangle_normals(made))


def rims(mesh: Mesh) -> list[NDArray[np.int64]]:
    """Simple loops of vertices around holes, in the direction of the triangles at them."""
    edges = Edges.of(mesh)
    open_ends = edges.ends[edges.is_boundary].astype(np.int64)
    turned = edges.forward[edges.is_boundary] == 0
    open_ends[turned] = open_ends[turned][:, ::-1]
    leaving = np.bincount(open_ends[:, 0], minlength=len(mesh.vertices))
    after = {int(a): int(b) for a, b in open_ends if leaving[a] == 1}
    loops: list[NDArray[np.int64]] = []
    while after:
        start, at = after.popitem()
        loop = [start]
        while at != start and at in after:
            loop.append(at)
            at = after.pop(at)
        if at == start and len(loop) >= 3:
            loops.append(np.asarray(loop))
    return sorted(loops, key=lambda loop: int(loop.min()))
