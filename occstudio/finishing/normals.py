"""Normals at the vertices of a mesh, from its triangles."""

import numpy as np

from occstudio.shapes.arrays import Normals
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

_PIECE = 250_000  # triangles between two looks at the watch: some 30 ms


def triangle_normals(mesh: Mesh, watch: Watch = UNWATCHED) -> Normals:
    """Unit normals (V, 3) at the vertices: the mean of their triangles', weighted by area."""
    across = np.empty((len(mesh.faces), 3), np.float64)
    for first in range(0, len(mesh.faces), _PIECE):
        watch.check()
        corners = mesh.vertices[mesh.faces[first : first + _PIECE]]
        across[first : first + _PIECE] = np.cross(
            corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        )
    total = np.empty((len(mesh.vertices), 3), np.float32)
    around = mesh.faces.ravel()
    for axis in range(3):
        watch.check()
        weight = np.repeat(across[:, axis], 3)
        total[:, axis] = np.bincount(around, weight, len(mesh.vertices))
    watch.check()
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.where(length > 0, length, 1)).astype(np.float32)
