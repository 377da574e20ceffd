"""Looking features up at a point and at six others a little way along the axes.

Coordinates are those of `grid_sample`: the cube is [-1, 1], its first and last samples lie on its
faces, and x runs along the last axis of a volume.
"""

from __future__ import annotations

from typing import Final, Literal

import torch
from torch import Tensor
from torch.nn import functional

PaddingMode = Literal["border", "zeros"]

PLACES: Final = 7


def displacements(distance: float) -> Tensor:
    """The seven places around a point (7, 3): itself, then -x, +x, -y, +y, -z, +z."""
    steps = torch.zeros(PLACES, 3)
    for axis in range(3):
        steps[1 + 2 * axis, axis], steps[2 + 2 * axis, axis] = -distance, distance
    return steps


def displaced(coordinates: Tensor, distance: float) -> Tensor:
    """Coordinates (B, T, 3) at all seven places: (B, 7, T, 3)."""
    steps = displacements(distance).to(coordinates)
    return coordinates.unsqueeze(1) + steps[:, None]


def sample_level(level: Tensor, places: Tensor, padding_mode: PaddingMode) -> Tensor:
    """Features of a volume (B, C, X, Y, Z) at places (B, P, T, 3): (B, C, P, T)."""
    return functional.grid_sample(
        level, places.unsqueeze(1), padding_mode=padding_mode, align_corners=True
    ).squeeze(2)
