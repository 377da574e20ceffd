"""Meshes whose volume, pieces and handles are known."""

import numpy as np

from occstudio.extraction.surface import extract_surface
from occstudio.shapes.analytic import AnalyticField, DistanceFunction, sphere, torus, union
from occstudio.shapes.mesh import Mesh


def mesh_of(distance: DistanceFunction, resolution: int = 48) -> Mesh:
    return extract_surface(AnalyticField(distance), resolution=resolution).mesh


def ball(resolution: int = 48) -> Mesh:
    return mesh_of(sphere(0.4), resolution)


def ring(resolution: int = 48) -> Mesh:
    return mesh_of(torus(0.3, 0.12), resolution)


def two_balls(resolution: int = 48) -> Mesh:
    """A large one and a small one, apart."""
    return mesh_of(union(sphere(0.25, (-0.25, 0, 0)), sphere(0.1, (0.35, 0, 0))), resolution)


def noisy(mesh: Mesh, amount: float, seed: int = 0) -> Mesh:
    """The mesh with its vertices pushed about."""
    noise = np.random.default_rng(seed).normal(scale=amount, size=mesh.vertices.shape)
    return Mesh((mesh.vertices + noise).astype(np.float32), mesh.faces)


def without_faces(mesh: Mesh, near: tuple[float, float, float], radius: float) -> Mesh:
    """The mesh with a hole where triangles were near a point."""
    middle = mesh.vertices[mesh.faces].mean(axis=1)
    keep = np.linalg.norm(middle - np.asarray(near, np.float32), axis=1) > radius
    return Mesh(mesh.vertices, mesh.faces[keep])
