"""Voxels become feature maps: one 3-D convolution, then the voxels are scattered like points.

The voxel i of n sits at linspace(-0.5, 0.5, n)[i], on the faces of the cube at both ends, as the
papers' code has it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.feature_maps import build_maps
from occstudio.networks.local_pooling import locate
from occstudio.networks.plane_coordinates import MAP_ORDER


class LocalVoxelEncoder(nn.Module):
    """Encoder of voxels (B, X, Y, Z) into feature maps.

    Parameters
    ----------
    c_dim : int
        Channels of the maps.
    maps : sequence of str
        Any of 'grid', 'xz', 'xy', 'yz'; with 'grid' the planes are left out, as published.
    plane_resolution, grid_resolution : int
    padding : float
    kernel_size : int
        Of the first convolution, 1 or 3.
    unet, unet3d : nn.Module or None
    """

    def __init__(
        self,
        c_dim: int = 32,
        maps: Sequence[str] = ("xz", "xy", "yz"),
        plane_resolution: int = 64,
        grid_resolution: int = 32,
        padding: float = 0.1,
        kernel_size: int = 3,
        unet: nn.Module | None = None,
        unet3d: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.maps = ("grid",) if "grid" in maps else tuple(m for m in MAP_ORDER if m in maps)
        self.plane_resolution = plane_resolution
        self.grid_resolution = grid_resolution
        self.padding = padding
        self.conv_in = nn.Conv3d(1, c_dim, kernel_size, padding=0 if kernel_size == 1 else 1)
        self.unet = unet
        self.unet3d = unet3d

    def forward(self, voxels: Tensor) -> dict[str, Tensor]:
        features = functional.relu(self.conv_in(voxels.float().unsqueeze(1)))  # (B, C, X, Y, Z)
        features = features.flatten(2).transpose(1, 2)  # (B, X*Y*Z, C)
        axes = [torch.linspace(-0.5, 0.5, n, device=voxels.device) for n in voxels.shape[1:]]
        centres = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(1, -1, 3)
        centres = centres.expand(voxels.shape[0], -1, -1)
        cells = {
            name: locate(
                centres,
                name,
                self.grid_resolution if name == "grid" else self.plane_resolution,
                self.padding,
            )
            for name in self.maps
        }
        return build_maps(features, cells, self.unet, self.unet3d)
