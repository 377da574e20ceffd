"""Points and voxels become one code for the whole shape.

The PointNets (Qi et al. 2017) let every point see the largest features among all points between
their layers; the voxel encoder halves the grid four times.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.residual_block import ResnetBlockFC, linear_float32


class ResnetPointnet(nn.Module):
    """Points (B, T, dim) -> codes (B, c_dim), through five residual blocks.

    Parameters
    ----------
    c_dim, dim, hidden_dim : int
        Lengths of the code, of a point, and of a point's feature.
    """

    def __init__(self, c_dim: int = 128, dim: int = 3, hidden_dim: int = 128) -> None:
        super().__init__()
        self.fc_pos = nn.Linear(dim, 2 * hidden_dim)
        self.block_0 = ResnetBlockFC(2 * hidden_dim, hidden_dim)
        self.block_1 = ResnetBlockFC(2 * hidden_dim, hidden_dim)
        self.block_2 = ResnetBlockFC(2 * hidden_dim, hidden_dim)
        self.block_3 = ResnetBlockFC(2 * hidden_dim, hidden_dim)
        self.block_4 = ResnetBlockFC(2 * hidden_dim, hidden_dim)
        self.fc_c = nn.Linear(hidden_dim, c_dim)

    def forward(self, points: Tensor) -> Tensor:
        net = self.block_0(linear_float32(self.fc_pos, points))  # (B, T, hidden)
        for block in (self.block_1, self.block_2, self.block_3, self.block_4):
            net = block(_beside_largest(net))
        return self.fc_c(functional.relu(net.amax(1)))


class SimplePointnet(nn.Module):
    """Points (B, T, dim) -> codes (B, c_dim), through four linear layers.

    Parameters
    ----------
    c_dim, dim, hidden_dim : int
        Lengths of the code, of a point, and of a point's feature.
    """

    def __init__(self, c_dim: int = 128, dim: int = 3, hidden_dim: int = 128) -> None:
        super().__init__()
        self.fc_pos = nn.Linear(dim, 2 * hidden_dim)
        self.fc_0 = nn.Linear(2 * hidden_dim, hidden_dim)
        self.fc_1 = nn.Linear(2 * hidden_dim, hidden_dim)
        self.fc_2 = nn.Linear(2 * hidden_dim, hidden_dim)
        self.fc_3 = nn.Linear(2 * hidden_dim, hidden_dim)
        self.fc_c = nn.Linear(hidden_dim, c_dim)

    def forward(self, points: Tensor) -> Tensor:
        net = self.fc_0(functional.relu(linear_float32(self.fc_pos, points)))  # (B, T, hidden)
        for layer in (self.fc_1, self.fc_2, self.fc_3):
            net = layer(functional.relu(_beside_largest(net)))
        return self.fc_c(functional.relu(net.amax(1)))


class VoxelEncoder(nn.Module):
    """Voxels (B, 32, 32, 32) of 0 and 1, indexed x, y, z -> codes (B, c_dim)."""

    resolution = 32

    def __init__(self, c_dim: int = 128) -> None:
        super().__init__()
        self.conv_in = nn.Conv3d(1, 32, 3, padding=1)
        self.conv_0 = nn.Conv3d(32, 64, 3, padding=1, stride=2)
        self.conv_1 = nn.Conv3d(64, 128, 3, padding=1, stride=2)
        self.conv_2 = nn.Conv3d(128, 256, 3, padding=1, stride=2)
        self.conv_3 = nn.Conv3d(256, 512, 3, padding=1, stride=2)
        self.fc = nn.Linear(512 * 2**3, c_dim)

    def forward(self, voxels: Tensor) -> Tensor:
        net = self.conv_in(voxels.float().unsqueeze(1))
        for layer in (self.conv_0, self.conv_1, self.conv_2, self.conv_3):
            net = layer(functional.relu(net))
        return self.fc(functional.relu(net.flatten(1)))


def _beside_largest(net: Tensor) -> Tensor:  # (B, T, H) -> (B, T, 2H)
    return torch.cat((net, net.amax(1, keepdim=True).expand_as(net)), 2)
