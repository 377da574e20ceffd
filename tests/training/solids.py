"""Shapes with exact labels and surfaces, for tests of the training code."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.training_samples import Source
from occstudio.shapes.arrays import Points


@dataclass(frozen=True)
class Ellipsoid:
    """Half axes; the longest is 0.5."""

    radii: tuple[float, float, float]

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points on the surface (not by area) and their normals."""
        direction = rng.normal(size=(n, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        normals = direction / np.asarray(self.radii)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        points = direction * self.radii
        return points.astype(np.float32), normals.astype(np.float32)

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Exact."""
        return np.linalg.norm(points / np.asarray(self.radii), axis=1) <= 1


@dataclass(frozen=True)
class Block:
    """Half sides."""

    half: tuple[float, float, float]

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points on the faces (not by area) and their normals."""
        points = rng.uniform(-1, 1, (n, 3))
        axis, side = rng.integers(3, size=n), rng.choice([-1.0, 1.0], n)
        points[np.arange(n), axis] = side
        normals = np.zeros((n, 3))
        normals[np.arange(n), axis] = side
        return (points * self.half).astype(np.float32), normals.astype(np.float32)

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Exact."""
        return (np.abs(points) <= np.asarray(self.half)).all(axis=1)


def ellipsoids(count: int, seed: int = 0) -> list[Ellipsoid]:
    """Ellipsoids in the unit cube."""
    rng = np.random.default_rng(seed)
    radii = rng.uniform(0.2, 0.5, (count, 3))
    radii[np.arange(count), rng.integers(3, size=count)] = 0.5
    return [Ellipsoid(tuple(row)) for row in radii]


def open_ellipsoids() -> tuple[list[Source], list[Ellipsoid]]:
    """Training source and validation shapes."""
    return [Source(ellipsoids(40))], ellipsoids(4, seed=1)
