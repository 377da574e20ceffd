"""Chairs, stools, tables and shelves of boxes, with exact occupancy and depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Points, Values

KINDS = ("chair", "stool", "table", "shelf")


@dataclass(frozen=True)
class BoxFurniture:
    """Boxes by lower and upper corners (B, 3), centred, longest side one, +Y up."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    @property
    def radius(self) -> float:
        """Of the sphere about the origin that just holds it."""
        corner = np.maximum(np.abs(self.lower), np.abs(self.upper))
        return float(np.linalg.norm(corner, axis=1).max())

    def depth(self, points: Points) -> Values:
        """Distance from the surface, positive inside (a lower bound of it there)."""
        middle, half = (self.lower + self.upper) / 2, (self.upper - self.lower) / 2
        past = np.abs(points[:, None] - middle) - half  # (n, B, 3)
        outside = np.linalg.norm(np.maximum(past, 0), axis=2)
        return -(outside + np.minimum(past.max(axis=2), 0)).min(axis=1).astype(np.float32)

    def surface(self, count: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points on the surface, by area, and their normals."""
        size = self.upper - self.lower
        area = np.stack([size[:, (a + 1) % 3] * size[:, (a + 2) % 3] for a in range(3)], 1)
        share = np.repeat(area, 2, axis=1).ravel()  # each face twice: lower, upper
        face = rng.choice(len(share), 2 * count, p=share / share.sum())
        box, axis, is_upper = face // 6, face % 6 // 2, face % 2
        points = rng.uniform(self.lower[box], self.upper[box])
        rows = np.arange(len(points))
        points[rows, axis] = np.where(is_upper, self.upper[box, axis], self.lower[box, axis])
        normals = np.zeros_like(points)
        normals[rows, axis] = 2 * is_upper - 1
        on_surface = self.depth(points.astype(np.float32)) < 1e-5  # not within another box
        return (
            points[on_surface][:count].astype(np.float32),
            normals[on_surface][:count].astype(np.float32),
        )


def furniture(kind: str, seed: int) -> BoxFurniture:
    """A piece with random proportions."""
    rng = np.random.default_rng(seed)
    width, deep, height = rng.uniform(0.5, 1.0), rng.uniform(0.45, 0.8), rng.uniform(0.4, 0.7)
    leg, board = rng.uniform(0.06, 0.12), rng.uniform(0.06, 0.12)
    if kind == "table":
        width, deep = 1.6 * width, 1.3 * deep
    boxes = [(0, height, 0, width, height + board, deep)]
    for x in (0, width - leg):
        boxes += [(x, 0, z, x + leg, height, z + leg) for z in (0, deep - leg)]
    if kind == "chair":
        boxes.append((0, height, 0, width, height + rng.uniform(0.5, 0.9), board))
    if kind == "shelf":
        boxes += [(0, h * height, 0, width, h * height + board, deep) for h in (0.1, 0.55)]
        boxes.append((0, 0, 0, width, height, board / 2))
    corners = np.array(boxes, np.float64).reshape(-1, 2, 3)
    low, high = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
    corners = (corners - (low + high) / 2) / (high - low).max()
    return BoxFurniture(corners[:, 0], corners[:, 1])
