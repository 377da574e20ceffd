"""From one global code to feature maps: three planes and a coarse grid.

A fully connected decoder runs its whole network for every point. Here the code is expanded once
into maps, and a point costs no more than with a convolutional occupancy network, which is what
makes a live loop of it (the generators of EG3D, Chan et al. 2022, and of 3DShapeGen's triplanes
do the same for other fields).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.plane_coordinates import PLANE_AXES

_COARSEST = 4


class MapGenerator(nn.Module):
    """Codes (B, L) -> feature maps 'grid', 'xz', 'xy', 'yz', as `sample_maps` reads them.

    Parameters
    ----------
    code_length, c_dim : int
        Length of a code, channels of the maps.
    plane_widths : sequence of int
        Channels at 4, 8, 16, ... cells along an axis of a plane.
    grid_widths : sequence of int
        The same for the grid.
    """

    def __init__(
        self,
        code_length: int,
        c_dim: int,
        plane_widths: Sequence[int] = (192, 128, 96, 64, 32),
        grid_widths: Sequence[int] = (128, 96, 48),
    ) -> None:
        super().__init__()
        self.fc_planes = nn.Linear(code_length, 3 * plane_widths[0] * _COARSEST**2)
        self.fc_grid = nn.Linear(code_length, grid_widths[0] * _COARSEST**3)
        self.planes = nn.ModuleList(
            _Rise(nn.Conv2d, a, b) for a, b in itertools.pairwise(plane_widths)
        )
        self.grid = nn.ModuleList(
            _Rise(nn.Conv3d, a, b) for a, b in itertools.pairwise(grid_widths)
        )
        # Each plane sees the same filters; what differs between them comes from the code.
        self.out_planes = nn.Conv2d(plane_widths[-1], c_dim, 1)
        self.out_grid = nn.Conv3d(grid_widths[-1], c_dim, 1)

    def forward(self, code: Tensor) -> dict[str, Tensor]:
        batch = code.shape[0]
        planes = self.fc_planes(code).view(3 * batch, -1, _COARSEST, _COARSEST)
        for rise in self.planes:
            planes = rise(planes)
        planes = self.out_planes(functional.relu(planes))
        grid = self.fc_grid(code).view(batch, -1, _COARSEST, _COARSEST, _COARSEST)
        for rise in self.grid:
            grid = rise(grid)
        maps = planes.view(batch, 3, *planes.shape[1:]).unbind(1)
        return {"grid": self.out_grid(functional.relu(grid))} | dict(
            zip(PLANE_AXES, maps, strict=True)
        )


class _Rise(nn.Module):
    """Twice as many cells: a residual block, then a transposed convolution, then another block."""

    def __init__(self, kind: type[nn.Conv2d | nn.Conv3d], before: int, after: int) -> None:
        super().__init__()
        turned = nn.ConvTranspose2d if kind is nn.Conv2d else nn.ConvTranspose3d
        self.norm_0 = nn.GroupNorm(8, before)
        self.conv_0 = kind(before, before, 3, padding=1)
        self.up = turned(before, after, 2, stride=2)
        self.norm_1 = nn.GroupNorm(8, after)
        self.conv_1 = kind(after, after, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.conv_0(functional.relu(self.norm_0(x)))
        x = self.up(x)
        return x + self.conv_1(functional.relu(self.norm_1(x)))
