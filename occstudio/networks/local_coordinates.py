"""Where a point lies within its voxel, for networks that must not know where the voxel is.

The networks for scenes of any size see coordinates modulo the voxel's size, plain or as sines and
cosines (Mildenhall et al. 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import torch
from torch import Tensor

PositionalEncoding = Literal["linear", "sin_cos"]
OCTAVES: Final = 10


@dataclass(frozen=True, slots=True)
class LocalCoordinates:
    """Points (..., 3) -> what the network sees of them (..., width).

    Parameters
    ----------
    unit_size : float or None
        Side of a voxel in the scene's units; None gives the points as they are.
    encoding : {'linear', 'sin_cos'}
        The position in the voxel itself, or sines and cosines of it.
    """

    unit_size: float | None
    encoding: PositionalEncoding = "linear"

    def __post_init__(self) -> None:
        if self.encoding not in ("linear", "sin_cos"):
            raise ValueError(f"pos_encoding is {self.encoding!r}, expected 'linear' or 'sin_cos'")
        if self.encoding == "sin_cos" and self.unit_size is None:
            raise ValueError("pos_encoding 'sin_cos' needs local_coord")
        if self.unit_size is not None and not self.unit_size > 0:
            raise ValueError(f"unit_size is {self.unit_size}, expected a positive length")

    @property
    def width(self) -> int:
        """Numbers for each point."""
        return 6 * OCTAVES if self.encoding == "sin_cos" else 3

    def __call__(self, points: Tensor) -> Tensor:
        points = points.float()
        if self.unit_size is None:
            return points
        within = torch.remainder(points, self.unit_size) / self.unit_size  # in [0, 1]
        if self.encoding == "linear":
            return within
        centred = 2.0 * within - 1.0
        waves = list[Tensor]()
        for octave in range(OCTAVES):
            angle = 2.0**octave * math.pi * centred
            waves += [torch.sin(angle), torch.cos(angle)]
        return torch.cat(waves, -1)
