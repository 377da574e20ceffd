"""From a scan to one code: a pyramid of 3-D convolutions over what the scan looks like.

The points' moments are summed into a lattice (`local_moments`) and described node by node: how
many points, where their mean is, which way they spread. That keeps positions far below the width
of a cell, so that a coarse lattice is enough, and costs nothing to learn. Strided convolutions
bring it down to four cells along an axis, and the few numbers that are kept of each cell, side by
side, are the code. A fully connected layer in their place was tried: it needs three times the
shapes to get as far, for it has to learn each place in the cube anew.
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
        A multiple of the number of cells that are left, 64 with three widths.
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
        across = _FINEST >> len(widths)
        if code_length % across**3:
            raise ValueError(f"a code of {code_length} numbers can't be shared by {across}^3 cells")
        self.out_mean = nn.Conv3d(widths[-1], code_length // across**3, 1)
        self.out_logstd = nn.Conv3d(widths[-1], code_length // across**3, 1)

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor]:
        net = self.conv_in(self._described(points))  # (B, C, 16, 16, 16)
        for level, block in enumerate(self.blocks):
            if level:
                net = self.downs[level - 1](functional.relu(net))
            net = net + block(functional.relu(net))
        net = functional.relu(net)
        return self.out_mean(net).flatten(1), self.out_logstd(net).flatten(1)

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
