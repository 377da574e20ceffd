"""The approximate posterior of the variational networks: what points and occupancy say of z.

Kingma & Welling 2014. Needed to train, and to find the latent of a shape whose inside is known.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.residual_block import ResnetBlockFC, linear_float32


class LatentEncoder(nn.Module):
    """Points (B, T, dim), their occupancy (B, T) and codes -> mean and log deviation of z.

    Parameters
    ----------
    z_dim, c_dim, dim : int
        Lengths of the latent, of the code (0 for none) and of a point.
    leaky : bool
        Leaky ReLU, and the *mean* over the points instead of the largest, as published.
    """

    def __init__(
        self, z_dim: int = 128, c_dim: int = 128, dim: int = 3, leaky: bool = False
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.fc_pos = nn.Linear(dim, 128)
        self.fc_c = nn.Linear(c_dim, 128) if c_dim else None
        self.fc_0 = nn.Linear(1, 128)
        self.fc_1 = nn.Linear(128, 128)
        self.fc_2 = nn.Linear(256, 128)
        self.fc_3 = nn.Linear(256, 128)
        self.fc_mean = nn.Linear(128, z_dim)
        self.fc_logstd = nn.Linear(128, z_dim)

    def forward(
        self, points: Tensor, occupancy: Tensor, code: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the standard deviation, (B, z_dim) each."""
        net = self.fc_0(occupancy.unsqueeze(-1)) + linear_float32(self.fc_pos, points)
        if self.fc_c is not None:
            if code is None:
                raise ValueError("this latent encoder needs the code of the observation as well")
            net = net + self.fc_c(code).unsqueeze(1)
        net = self.fc_1(self._activated(net))
        for layer in (self.fc_2, self.fc_3):
            pooled = self._pooled(net).unsqueeze(1).expand_as(net)
            net = layer(self._activated(torch.cat((net, pooled), 2)))
        net = self._pooled(net)
        return self.fc_mean(net), self.fc_logstd(net)

    def _activated(self, x: Tensor) -> Tensor:
        return functional.leaky_relu(x, 0.2) if self.leaky else functional.relu(x)

    def _pooled(self, x: Tensor) -> Tensor:  # (B, T, H) -> (B, H)
        return x.mean(1) if self.leaky else x.amax(1)


class LatentPointnet(nn.Module):
    """Sequences of clouds (B, frames, N, 3) and codes -> mean and log deviation of a latent.

    Occupancy Flow's: with ``dim`` 3 it looks at the first cloud alone, otherwise at all of them
    side by side.

    Parameters
    ----------
    z_dim, c_dim, dim, hidden_dim, n_blocks : int
        Lengths of the latent, of the code (0 for none), of a point, of its feature.
    """

    def __init__(
        self,
        z_dim: int = 128,
        c_dim: int = 128,
        dim: int = 51,
        hidden_dim: int = 128,
        n_blocks: int = 3,
    ) -> None:
        super().__init__()
        self.dim = dim
        self.fc_pos = nn.Linear(dim, 2 * hidden_dim)
        self.blocks = nn.ModuleList(
            ResnetBlockFC(2 * hidden_dim, hidden_dim) for _ in range(n_blocks)
        )
        layers = (nn.Linear(c_dim, 2 * hidden_dim) for _ in range(n_blocks))
        self.c_layers = nn.ModuleList(layers) if c_dim else None
        self.fc_mean = nn.Linear(hidden_dim, z_dim)
        self.fc_logstd = nn.Linear(hidden_dim, z_dim)

    def forward(self, inputs: Tensor, code: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the standard deviation, (B, z_dim) each."""
        points = inputs[:, 0] if self.dim == 3 else inputs.transpose(1, 2).flatten(2)
        net = linear_float32(self.fc_pos, points)  # (B, N, 2 * hidden)
        for number, block in enumerate(self.blocks):
            if number:
                net = torch.cat((net, net.amax(1, keepdim=True).expand_as(net)), 2)
            if self.c_layers is not None:
                if code is None:
                    raise ValueError("this latent encoder needs the code of the observation too")
                net = net + self.c_layers[number](code).unsqueeze(1)
            net = block(net)
        net = net.amax(1)
        return self.fc_mean(net), self.fc_logstd(net)
