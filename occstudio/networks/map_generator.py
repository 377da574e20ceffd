"""From one code to feature maps: three planes and a coarse grid.

A fully connected decoder runs its whole network for every point. Here the code is expanded once
into maps, and a point costs no more than with a convolutional occupancy network, which is what
makes a live loop of it (as the triplane generator of EG3D, Chan et al. 2022, for radiance).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.plane_coordinates import PLANE_AXES

_COARSEST = 4


class MapGenerator(nn.Module):
    """Codes (B, L) -> feature maps 'grid', 'xz', 'xy', 'yz', as `sample_maps` reads them.

    Parameters
    ----------
    code_length, c_dim : int
        Length of a code, a multiple of 64; channels of the maps.
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
        grid_widths: Sequence[int] = (128, 64, 32),
    ) -> None:
        super().__init__()
        self.conv_in = nn.Conv3d(code_length // _COARSEST**3, grid_widths[0], 3, padding=1)
        self.block = nn.Conv3d(grid_widths[0], grid_widths[0], 3, padding=1)
        self.stacks = nn.ModuleDict(
            {name: nn.Conv2d(_COARSEST * grid_widths[0], plane_widths[0], 1) for name in PLANE_AXES}
        )
        self.planes = nn.ModuleList(
            _Rise(nn.Conv2d, a, b) for a, b in itertools.pairwise(plane_widths)
        )
        self.grid = nn.ModuleList(
            _Rise(nn.Conv3d, a, b) for a, b in itertools.pairwise(grid_widths)
        )
        # All planes share their filters; what differs between them comes from the stacks.
        self.out_planes = nn.Conv2d(plane_widths[-1], c_dim, 1)
        self.out_grid = nn.Conv3d(grid_widths[-1], c_dim, 1)

    def forward(self, code: Tensor) -> dict[str, Tensor]:
        batch = code.shape[0]
        grid = self.conv_in(code.view(batch, -1, _COARSEST, _COARSEST, _COARSEST))
        grid = grid + self.block(functional.relu(grid))
        planes = self._seen_along_axes(functional.relu(grid))
        for rise in self.planes:
            planes = rise(planes)
        planes = self.out_planes(functional.relu(planes))
        for rise in self.grid:
            grid = rise(grid)
        maps = planes.view(batch, 3, *planes.shape[1:]).unbind(1)
        return {"grid": self.out_grid(functional.relu(grid))} | dict(
            zip(PLANE_AXES, maps, strict=True)
        )

    def _seen_along_axes(self, grid: Tensor) -> Tensor:  # (B, C, Z, Y, X) -> (3 B, P, R, R)
        """What three planes see of the coarsest grid: the slices behind each cell side by side."""
        seen: list[Tensor] = []
        for name, stack in self.stacks.items():
            (dropped,) = {0, 1, 2} - set(PLANE_AXES[name])
            seen.append(stack(grid.movedim(4 - dropped, 2).flatten(1, 2)))
        return torch.stack(seen, 1).flatten(0, 1)


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
