"""From query points and one code for the whole shape to occupancy logits.

Five decoders were published. They differ in how the code comes in: by conditional batch norm in
residual blocks (`CbnDecoder`, `BlockListDecoder`) or without blocks (`CbnChainDecoder`), or once,
added to the features of the points (`NormedDecoder`, `PlainDecoder`). A latent z joins the features
of the points, except in `BlockListDecoder`, where it joins the code.

All of them become a `folded_field` for one shape.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final, cast

from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.conditional_norm import (
    AffineNorm,
    ConditionalBatchNorm,
    ConditionalResnetBlock,
    NormedResnetBlock,
    pointwise_float32,
)
from occstudio.networks.folded_field import FoldedBlock, FoldedChain, FoldedField, FoldedResnet
from occstudio.networks.residual_block import ResnetBlockFC, linear_float32

_BLOCKS: Final = ("block0", "block1", "block2", "block3", "block4")


class GlobalDecoder(nn.Module, ABC):
    """What the decoders have in common; `z` and `c` may be None where they are unused."""

    @abstractmethod
    def forward(self, points: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        """Logits (B, T) of points (B, T, dim)."""

    @abstractmethod
    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedField:
        """The field of one shape."""


class CbnDecoder(GlobalDecoder):
    """'cbatchnorm': residual blocks with conditional batch norm.

    Parameters
    ----------
    dim, z_dim, c_dim, hidden_size : int
    leaky : bool
        Leaky ReLU before the last layer; the blocks always use ReLU.
    legacy : bool
        The keys of the first release, see `ConditionalBatchNorm`.
    """

    def __init__(
        self,
        dim: int = 3,
        z_dim: int = 128,
        c_dim: int = 128,
        hidden_size: int = 256,
        leaky: bool = False,
        legacy: bool = False,
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.fc_z = nn.Linear(z_dim, hidden_size) if z_dim else None
        self.fc_p = nn.Conv1d(dim, hidden_size, 1)
        self.block0 = ConditionalResnetBlock(c_dim, hidden_size, legacy)
        self.block1 = ConditionalResnetBlock(c_dim, hidden_size, legacy)
        self.block2 = ConditionalResnetBlock(c_dim, hidden_size, legacy)
        self.block3 = ConditionalResnetBlock(c_dim, hidden_size, legacy)
        self.block4 = ConditionalResnetBlock(c_dim, hidden_size, legacy)
        self.bn = ConditionalBatchNorm(c_dim, hidden_size, legacy)
        self.fc_out = nn.Conv1d(hidden_size, 1, 1)

    def forward(self, points: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        code = _given(c)
        net = pointwise_float32(self.fc_p, points.transpose(1, 2))  # (B, H, T)
        if self.fc_z is not None:
            net = net + self.fc_z(_given(z)).unsqueeze(2)
        for name in _BLOCKS:
            net = self.get_submodule(name)(net, code)
        active = _activated(self.bn(net, code), self.leaky)
        return pointwise_float32(self.fc_out, active).squeeze(1)

    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedField:
        code = _given(c)
        blocks = [cast("ConditionalResnetBlock", self.get_submodule(name)) for name in _BLOCKS]
        return FoldedResnet(
            _first(self.fc_p, (self.fc_z, z)),
            [_folded_cbn(block, code) for block in blocks],
            self.bn.affine(code),
            _pair(self.fc_out),
            leaky=self.leaky,
        )


class BlockListDecoder(GlobalDecoder):
    """'cbatchnorm2': as many residual blocks as wanted; z is added to the code.

    Parameters
    ----------
    dim, z_dim, c_dim, hidden_size, n_blocks : int
    """

    def __init__(
        self,
        dim: int = 3,
        z_dim: int = 0,
        c_dim: int = 128,
        hidden_size: int = 256,
        n_blocks: int = 5,
    ) -> None:
        super().__init__()
        self.fc_z = nn.Linear(z_dim, c_dim) if z_dim else None
        self.conv_p = nn.Conv1d(dim, hidden_size, 1)
        self.blocks = nn.ModuleList(
            ConditionalResnetBlock(c_dim, hidden_size) for _ in range(n_blocks)
        )
        self.bn = ConditionalBatchNorm(c_dim, hidden_size)
        self.conv_out = nn.Conv1d(hidden_size, 1, 1)

    def forward(self, points: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        code = self._code(z, c)
        net = pointwise_float32(self.conv_p, points.transpose(1, 2))  # (B, H, T)
        for block in self.blocks:
            net = block(net, code)
        active = functional.relu(self.bn(net, code))
        return pointwise_float32(self.conv_out, active).squeeze(1)

    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedField:
        code = self._code(z, c)
        blocks = [cast("ConditionalResnetBlock", block) for block in self.blocks]
        return FoldedResnet(
            _first(self.conv_p),
            [_folded_cbn(block, code) for block in blocks],
            self.bn.affine(code),
            _pair(self.conv_out),
            leaky=False,
        )

    def _code(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        return _given(c) if self.fc_z is None else _given(c) + self.fc_z(_given(z))


class CbnChainDecoder(GlobalDecoder):
    """'cbatchnorm_noresnet': five layers with conditional batch norm, one after the other.

    Parameters
    ----------
    dim, z_dim, c_dim, hidden_size : int
    leaky : bool
        Leaky ReLU everywhere.
    """

    def __init__(
        self,
        dim: int = 3,
        z_dim: int = 128,
        c_dim: int = 128,
        hidden_size: int = 256,
        leaky: bool = False,
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.fc_z = nn.Linear(z_dim, hidden_size) if z_dim else None
        self.fc_p = nn.Conv1d(dim, hidden_size, 1)
        self.fc_0 = nn.Conv1d(hidden_size, hidden_size, 1)
        self.fc_1 = nn.Conv1d(hidden_size, hidden_size, 1)
        self.fc_2 = nn.Conv1d(hidden_size, hidden_size, 1)
        self.fc_3 = nn.Conv1d(hidden_size, hidden_size, 1)
        self.fc_4 = nn.Conv1d(hidden_size, hidden_size, 1)
        self.bn_0 = ConditionalBatchNorm(c_dim, hidden_size)
        self.bn_1 = ConditionalBatchNorm(c_dim, hidden_size)
        self.bn_2 = ConditionalBatchNorm(c_dim, hidden_size)
        self.bn_3 = ConditionalBatchNorm(c_dim, hidden_size)
        self.bn_4 = ConditionalBatchNorm(c_dim, hidden_size)
        self.bn_5 = ConditionalBatchNorm(c_dim, hidden_size)
        self.fc_out = nn.Conv1d(hidden_size, 1, 1)

    def forward(self, points: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        code = _given(c)
        net = pointwise_float32(self.fc_p, points.transpose(1, 2))  # (B, H, T)
        if self.fc_z is not None:
            net = net + self.fc_z(_given(z)).unsqueeze(2)
        layers = (self.fc_0, self.fc_1, self.fc_2, self.fc_3, self.fc_4)
        for norm, layer in zip(self._norms()[:-1], layers, strict=True):
            net = layer(_activated(norm(net, code), self.leaky))
        active = _activated(self.bn_5(net, code), self.leaky)
        return pointwise_float32(self.fc_out, active).squeeze(1)

    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedField:
        code = _given(c)
        hidden = (self.fc_0, self.fc_1, self.fc_2, self.fc_3, self.fc_4)
        layers = [_first(self.fc_p, (self.fc_z, z)), *(_pair(layer) for layer in hidden)]
        norms = [norm.affine(code) for norm in self._norms()]
        return FoldedChain(layers, norms, _pair(self.fc_out), leaky=self.leaky)

    def _norms(self) -> tuple[ConditionalBatchNorm, ...]:
        return self.bn_0, self.bn_1, self.bn_2, self.bn_3, self.bn_4, self.bn_5


class NormedDecoder(GlobalDecoder):
    """'batchnorm': residual blocks with ordinary batch norm; code and z are added at the start.

    Parameters
    ----------
    dim, z_dim, c_dim, hidden_size : int
    leaky : bool
        Leaky ReLU before the last layer.
    """

    def __init__(
        self,
        dim: int = 3,
        z_dim: int = 128,
        c_dim: int = 128,
        hidden_size: int = 256,
        leaky: bool = False,
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.fc_z = nn.Linear(z_dim, hidden_size) if z_dim else None
        self.fc_c = nn.Linear(c_dim, hidden_size) if c_dim else None
        self.fc_p = nn.Conv1d(dim, hidden_size, 1)
        self.block0 = NormedResnetBlock(hidden_size)
        self.block1 = NormedResnetBlock(hidden_size)
        self.block2 = NormedResnetBlock(hidden_size)
        self.block3 = NormedResnetBlock(hidden_size)
        self.block4 = NormedResnetBlock(hidden_size)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.fc_out = nn.Conv1d(hidden_size, 1, 1)

    def forward(self, points: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        net = pointwise_float32(self.fc_p, points.transpose(1, 2))  # (B, H, T)
        if self.fc_z is not None:
            net = net + self.fc_z(_given(z)).unsqueeze(2)
        if self.fc_c is not None:
            net = net + self.fc_c(_given(c)).unsqueeze(2)
        for name in _BLOCKS:
            net = self.get_submodule(name)(net)
        active = _activated(self.bn(net), self.leaky)
        return pointwise_float32(self.fc_out, active).squeeze(1)

    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedField:
        blocks = [cast("NormedResnetBlock", self.get_submodule(name)) for name in _BLOCKS]
        return FoldedResnet(
            _first(self.fc_p, (self.fc_z, z), (self.fc_c, c)),
            [
                FoldedBlock.of(
                    AffineNorm.of_batch_norm(block.bn_0),
                    _pair(block.fc_0),
                    AffineNorm.of_batch_norm(block.bn_1),
                    _pair(block.fc_1),
                )
                for block in blocks
            ],
            AffineNorm.of_batch_norm(self.bn),
            _pair(self.fc_out),
            leaky=self.leaky,
        )


class PlainDecoder(GlobalDecoder):
    """'simple': residual blocks without norms; code and z are added at the start.

    Parameters
    ----------
    dim, z_dim, c_dim, hidden_size : int
        Half as wide as the others unless told.
    leaky : bool
        Leaky ReLU before the last layer.
    """

    def __init__(
        self,
        dim: int = 3,
        z_dim: int = 128,
        c_dim: int = 128,
        hidden_size: int = 128,
        leaky: bool = False,
    ) -> None:
        super().__init__()
        self.leaky = leaky
        self.fc_p = nn.Linear(dim, hidden_size)
        self.fc_z = nn.Linear(z_dim, hidden_size) if z_dim else None
        self.fc_c = nn.Linear(c_dim, hidden_size) if c_dim else None
        self.block0 = ResnetBlockFC(hidden_size)
        self.block1 = ResnetBlockFC(hidden_size)
        self.block2 = ResnetBlockFC(hidden_size)
        self.block3 = ResnetBlockFC(hidden_size)
        self.block4 = ResnetBlockFC(hidden_size)
        self.fc_out = nn.Linear(hidden_size, 1)

    def forward(self, points: Tensor, z: Tensor | None, c: Tensor | None) -> Tensor:
        net = linear_float32(self.fc_p, points)  # (B, T, H)
        if self.fc_z is not None:
            net = net + self.fc_z(_given(z)).unsqueeze(1)
        if self.fc_c is not None:
            net = net + self.fc_c(_given(c)).unsqueeze(1)
        for name in _BLOCKS:
            net = self.get_submodule(name)(net)
        return linear_float32(self.fc_out, _activated(net, self.leaky)).squeeze(-1)

    def prepare(self, z: Tensor | None, c: Tensor | None) -> FoldedField:
        blocks = [cast("ResnetBlockFC", self.get_submodule(name)) for name in _BLOCKS]
        none = AffineNorm.identity(self.fc_p.bias.double())
        return FoldedResnet(
            _first(self.fc_p, (self.fc_z, z), (self.fc_c, c)),
            [FoldedBlock.of(none, _pair(b.fc_0), none, _pair(b.fc_1)) for b in blocks],
            none,
            _pair(self.fc_out),
            leaky=self.leaky,
        )


DECODERS: Final[Mapping[str, type[GlobalDecoder]]] = {
    "cbatchnorm": CbnDecoder,
    "cbatchnorm2": BlockListDecoder,
    "cbatchnorm_noresnet": CbnChainDecoder,
    "batchnorm": NormedDecoder,
    "simple": PlainDecoder,
}
"""By the names in the papers' configurations."""


def _given(code: Tensor | None) -> Tensor:
    if code is None:
        raise ValueError("the decoder needs a part of the code that is missing: give both z and c")
    return code


def _activated(x: Tensor, leaky: bool) -> Tensor:
    return functional.leaky_relu(x, 0.2) if leaky else functional.relu(x)


def _pair(layer: nn.Linear | nn.Conv1d) -> tuple[Tensor, Tensor]:
    """Weight (out, in) and bias (out,) in float64."""
    assert layer.bias is not None
    return layer.weight.flatten(1).double(), layer.bias.double()


def _first(
    layer: nn.Linear | nn.Conv1d, *added: tuple[nn.Linear | None, Tensor | None]
) -> tuple[Tensor, Tensor]:
    """The layer of the points, with what one shape's z and code add to it in its bias."""
    weight, bias = _pair(layer)
    for extra, code in added:
        if extra is not None:
            bias = bias + extra(_given(code))[0].double()
    return weight, bias


def _folded_cbn(block: ConditionalResnetBlock, code: Tensor) -> FoldedBlock:
    return FoldedBlock.of(
        block.bn_0.affine(code), _pair(block.fc_0), block.bn_1.affine(code), _pair(block.fc_1)
    )
