"""Layers of the decoders that one global code conditions: batch norm whose scale the code decides.

Dumoulin et al. 2017: after batch norm without weights of its own, each channel is scaled and
shifted by values that linear layers make of the code. Once running statistics and code are known,
that is one scale and one shift a channel (`AffineNorm`), which `folded_field` puts into the weights
of the neighbouring layers.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class AffineNorm:
    """A normalisation of one shape, as it is in evaluation: x -> x * scale + shift, (H,) each."""

    scale: Tensor
    shift: Tensor

    @classmethod
    def identity(cls, like: Tensor) -> AffineNorm:
        """Nothing is normalised: `like` is (H,)."""
        return cls(torch.ones_like(like), torch.zeros_like(like))

    @classmethod
    def of_batch_norm(cls, norm: nn.BatchNorm1d) -> AffineNorm:
        """Running statistics, and the weights where there are some."""
        mean, variance = norm.running_mean, norm.running_var
        assert mean is not None
        assert variance is not None
        scale = (variance.double() + norm.eps).rsqrt()
        shift = -mean.double() * scale
        if norm.affine:
            scale, shift = scale * norm.weight, shift * norm.weight + norm.bias
        return cls(scale, shift)


class ConditionalBatchNorm(nn.Module):
    """Batch norm of (B, H, T) scaled and shifted by a code (B, C).

    Parameters
    ----------
    c_dim, features : int
        Length of the code and channels.
    legacy : bool
        Under the keys ``fc_gamma`` and ``fc_beta`` of the first release, whose weights lack the
        axis of a convolution; the function is the same.
    """

    def __init__(self, c_dim: int, features: int, legacy: bool = False) -> None:
        super().__init__()
        self.legacy = legacy
        if legacy:
            self.fc_gamma, self.fc_beta = nn.Linear(c_dim, features), nn.Linear(c_dim, features)
        else:
            self.conv_gamma = nn.Conv1d(c_dim, features, 1)
            self.conv_beta = nn.Conv1d(c_dim, features, 1)
        self.bn = nn.BatchNorm1d(features, affine=False)
        for layer, bias in zip(self._layers(), (1.0, 0.0), strict=True):
            nn.init.zeros_(layer.weight)
            assert layer.bias is not None
            nn.init.constant_(layer.bias, bias)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        gamma, beta = self.modulation(code)
        return gamma.unsqueeze(2) * self.bn(x) + beta.unsqueeze(2)

    def modulation(self, code: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and shift (B, H) that a code (B, C) asks for."""
        gamma, beta = (
            functional.linear(code, layer.weight.flatten(1), layer.bias) for layer in self._layers()
        )
        return gamma, beta

    def affine(self, code: Tensor) -> AffineNorm:
        """The whole normalisation for the code (1, C) of one shape, in float64."""
        norm = AffineNorm.of_batch_norm(self.bn)
        gamma, beta = (part[0].double() for part in self.modulation(code))
        return AffineNorm(gamma * norm.scale, gamma * norm.shift + beta)

    def _layers(self) -> tuple[nn.Linear, nn.Linear] | tuple[nn.Conv1d, nn.Conv1d]:
        if self.legacy:
            return self.fc_gamma, self.fc_beta
        return self.conv_gamma, self.conv_beta


class ConditionalResnetBlock(nn.Module):
    """Residual block of (B, H, T) with conditional batch norm before each activation."""

    def __init__(self, c_dim: int, features: int, legacy: bool = False) -> None:
        super().__init__()
        self.bn_0 = ConditionalBatchNorm(c_dim, features, legacy)
        self.bn_1 = ConditionalBatchNorm(c_dim, features, legacy)
        self.fc_0 = nn.Conv1d(features, features, 1)
        self.fc_1 = nn.Conv1d(features, features, 1)
        nn.init.zeros_(self.fc_1.weight)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        hidden = self.fc_0(functional.relu(self.bn_0(x, code)))
        return x + self.fc_1(functional.relu(self.bn_1(hidden, code)))


class NormedResnetBlock(nn.Module):
    """Residual block of (B, H, T) with ordinary batch norm before each activation."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.bn_0 = nn.BatchNorm1d(features)
        self.bn_1 = nn.BatchNorm1d(features)
        self.fc_0 = nn.Conv1d(features, features, 1)
        self.fc_1 = nn.Conv1d(features, features, 1)
        nn.init.zeros_(self.fc_1.weight)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.fc_0(functional.relu(self.bn_0(x)))
        return x + self.fc_1(functional.relu(self.bn_1(hidden)))


def pointwise_float32(layer: nn.Conv1d, x: Tensor) -> Tensor:
    """Apply a convolution of width one in float32, whatever autocast says: (B, C, T)."""
    with torch.autocast(x.device.type, enabled=False):
        return layer(x.float())
