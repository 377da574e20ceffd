"""From a scan to one global code: a pyramid of 3-D convolutions over what the scan looks like.

The points' moments are summed into a lattice (`local_moments`) and described node by node: how
many points, where their mean is, which way they spread. That keeps positions far below the width
of a cell, so that a coarse lattice is enough, and costs nothing to learn. Strided convolutions
bring it down to a few cells, whose features, side by side, a last layer turns into the code.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.local_moments import DESCRIPTORS, describe, map_name, sum_moments

_FINEST = 32


class CodeEncoder(nn.Module):
    """Points (B, T, 3) -> mean and logarithm of the deviation of z, (B, code_length) each.

    Parameters
    ----------
    code_length : int
    widths : sequence of int
        Channels at 16, 8 and 4 cells along an axis.
    padding : float
        The lattice spans the cube of side ``1 + padding``.
    """

    def __init__(
        self, code_length: int, widths: Sequence[int] = (32, 64, 128), padding: float = 0.1
    ) -> None:
        super().__init__()
        self.padding = padding
        self.conv_in = nn.Conv3d(DESCRIPTORS, widths[0], 3, stride=2, padding=1)
        self.downs = nn.ModuleList(
            nn.Conv3d(a, b, 3, stride=2, padding=1) for a, b in itertools.pairwise(widths)
        )
        self.blocks = nn.ModuleList(nn.Conv3d(width, width, 3, padding=1) for width in widths)
        cells = (_FINEST >> len(widths)) ** 3
        self.fc_0 = nn.Linear(cells * widths[-1], 2 * code_length)
        self.fc_mean = nn.Linear(2 * code_length, code_length)
        self.fc_logstd = nn.Linear(2 * code_length, code_length)

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor]:
        net = self.conv_in(self._described(points))  # (B, C, 16, 16, 16)
        for level, block in enumerate(self.blocks):
            if level:
                net = self.downs[level - 1](functional.relu(net))
            net = net + block(functional.relu(net))
        net = functional.relu(self.fc_0(functional.relu(net.flatten(1))))
        return self.fc_mean(net), self.fc_logstd(net)

    @torch.no_grad()
    def _described(self, points: Tensor) -> Tensor:  # (B, T, 3) -> (B, 20, R, R, R)
        batch, side = points.shape[0], 1 + self.padding
        lattice = sum_moments(points, (_FINEST,), self.padding)[map_name(_FINEST)]
        moments = lattice.movedim(1, 0).reshape(lattice.shape[1], -1)
        seen = moments[0].nonzero().squeeze(1)  # most nodes are far from the surface
        axis = torch.linspace(-side / 2, side / 2, _FINEST, device=points.device)
        z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
        nodes = torch.stack((x, y, z)).flatten(1)[:, seen % _FINEST**3]
        width = points.new_full((1, 1), side / (_FINEST - 1))
        described = points.new_zeros(DESCRIPTORS, batch * _FINEST**3)
        described[:, seen] = describe(moments[:, seen].unsqueeze(1), nodes, width).squeeze(1)
        return described.view(-1, batch, *lattice.shape[2:]).movedim(0, 1)
