"""PointNet with local pooling: a point cloud becomes feature maps.

Each residual block sees, beside a point's own feature, the pooled features of the points that
share its cell on every plane; so information travels as far as the cells reach, and the U-Nets
carry it across the map. Peng et al. 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from occstudio.networks.feature_maps import build_maps
from occstudio.networks.local_pooling import Cells, locate, pool_local
from occstudio.networks.plane_coordinates import MAP_ORDER
from occstudio.networks.residual_block import ResnetBlockFC, linear_float32


class LocalPoolPointnet(nn.Module):
    """Encoder of points (B, T, 3) into feature maps.

    Parameters
    ----------
    c_dim, hidden_dim : int
        Channels of the maps and of the point features.
    maps : sequence of str
        Any of 'grid', 'xz', 'xy', 'yz'.
    plane_resolution, grid_resolution : int
        Cells along an axis of the planes and of the grid.
    padding : float
        How much larger than the unit cube the maps are.
    n_blocks : int
    scatter_type : {'max', 'mean'}
        How features are pooled within a cell between the blocks.
    unet, unet3d : nn.Module or None
        Over the planes, which share it, and over the grid.
    """

    def __init__(
        self,
        c_dim: int = 32,
        hidden_dim: int = 32,
        maps: Sequence[str] = ("xz", "xy", "yz"),
        plane_resolution: int = 64,
        grid_resolution: int = 32,
        padding: float = 0.1,
        n_blocks: int = 5,
        scatter_type: Literal["max", "mean"] = "max",
        unet: nn.Module | None = None,
        unet3d: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.maps = tuple(name for name in MAP_ORDER if name in maps)
        self.plane_resolution = plane_resolution
        self.grid_resolution = grid_resolution
        self.padding = padding
        self.scatter_type: Literal["max", "mean"] = scatter_type
        self.fc_pos = nn.Linear(3, 2 * hidden_dim)
        self.blocks = nn.ModuleList(
            ResnetBlockFC(2 * hidden_dim, hidden_dim) for _ in range(n_blocks)
        )
        self.fc_c = nn.Linear(hidden_dim, c_dim)
        self.unet = unet
        self.unet3d = unet3d

    def forward(self, points: Tensor) -> dict[str, Tensor]:
        cells = self._locate(points)
        net = linear_float32(self.fc_pos, points)  # (B, T, 2 * hidden)
        for number, block in enumerate(self.blocks):
            if number:
                pooled = pool_local(net, tuple(cells.values()), self.scatter_type)
                net = torch.cat((net, pooled), -1)
            net = block(net)  # (B, T, hidden)
        return build_maps(self.fc_c(net), cells, self.unet, self.unet3d)

    def _locate(self, points: Tensor) -> dict[str, Cells]:
        return {
            name: locate(
                points,
                name,
                self.grid_resolution if name == "grid" else self.plane_resolution,
                self.padding,
            )
            for name in self.maps
        }
