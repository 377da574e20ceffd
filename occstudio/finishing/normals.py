"""Normals at the vertices of a mesh, from its triangles."""

import numpy as np

from occstudio.shapes.arrays import Normals
from occstudio.shapes.mesh import Mesh


def triangle_normals(mesh: Mesh) -> Normals:
    """Unit normals (V, 3) at the vertices: the mean of their triangles', weighted by area."""
    corners = mesh.vertices[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.empty((len(mesh.vertices), 3), np.float32)
    around = mesh.faces.ravel()
    for axis in range(3):
        weight = np.repeat(across[:, axis], 3)
        total[:, axis] = np.bincount(around, weight, len(mesh.vertices))
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.where(length > 0, length, 1)).astype(np.float32)
