"""Where a point of a moving shape goes: its velocity at a place and a time.

A residual network of the point and the time, to whose features a code of the motion (and a latent)
is added before each block.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.conditional_norm import AffineNorm
from occstudio.networks.folded_field import FoldedBlock, FoldedResnet
from occstudio.networks.residual_block import ResnetBlockFC, linear_float32


class VelocityField(nn.Module):
    """(points (B, T, D), times (B,), z, c) -> velocities (B, T, D).

    Parameters
    ----------
    dim, z_dim, c_dim, hidden_size, n_blocks : int
    leaky : bool
        Leaky ReLU before the last layer; the blocks always use ReLU.
    """

    def __init__(
        self,
        dim: int = 3,
        z_dim: int = 0,
        c_dim: int = 512,
        hidden_size: int = 512,
        n_blocks: int = 4,
        leaky: bool = False,
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.fc_p = nn.Linear(dim + 1, hidden_size)
        self.fc_z = _layers(z_dim, hidden_size, n_blocks)
        self.fc_c = _layers(c_dim, hidden_size, n_blocks)
        self.blocks = nn.ModuleList(ResnetBlockFC(hidden_size) for _ in range(n_blocks))
        self.fc_out = nn.Linear(hidden_size, dim)

    def forward(self, points: Tensor, times: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        places = torch.cat((points, times.view(-1, 1, 1).expand_as(points[..., :1])), 2)
        net = linear_float32(self.fc_p, places)  # (B, T, H)
        for number, block in enumerate(self.blocks):
            for added in self._added(number, z, c):
                net = net + added.unsqueeze(1)
            net = block(net)
        active = functional.leaky_relu(net, 0.2) if self.leaky else functional.relu(net)
        return linear_float32(self.fc_out, active)

    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedResnet:
        """The velocities of one shape: places and times (n, D + 1) -> (n, D), by `values`."""
        weight, bias = self.fc_p.weight.double(), self.fc_p.bias.double()
        none = AffineNorm.identity(bias)
        blocks, folded = [cast("ResnetBlockFC", block) for block in self.blocks], []
        for number, block in enumerate(blocks):
            constant = sum((one[0].double() for one in self._added(number, z, c)), 0 * bias)
            if not folded:
                bias = bias + constant
            else:  # it enters behind the block before
                folded[-1] = folded[-1].shifted(constant)
            before, after = (
                (layer.weight.double(), layer.bias.double()) for layer in (block.fc_0, block.fc_1)
            )
            folded.append(FoldedBlock.of(none, before, none, after))
        last = self.fc_out.weight.double(), self.fc_out.bias.double()
        return FoldedResnet((weight, bias), folded, none, last, leaky=self.leaky)

    def _added(self, number: int, z: Tensor | None, c: Tensor | None) -> list[Tensor]:
        added = list[Tensor]()
        for layers, code in ((self.fc_z, z), (self.fc_c, c)):
            if layers is not None:
                assert code is not None
                added.append(layers[number](code))
        return added


def _layers(length: int, hidden_size: int, count: int) -> nn.ModuleList | None:
    if not length:
        return None
    return nn.ModuleList(nn.Linear(length, hidden_size) for _ in range(count))
