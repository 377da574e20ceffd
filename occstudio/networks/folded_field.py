"""The field of one shape whose code is global: its decoder with all norms put into the weights.

For one shape a normalisation is a scale s and a shift t a channel. Behind a linear layer both go
into its weights. Before the activation of the residual stream, which other layers read as well,
they cannot, but there

    relu(s x + t) = s (clamp(x) + t / s),    with x clamped at -t / s: from below where s > 0, from
                                             above where s < 0,

so that the scale goes into the next layer's weights, the shift into its bias, and one clamp between
two bounds per channel is all that is left. Constant terms of the stream go the same way. A block is
two matrix products, a clamp and a ReLU, on batches that stay in the cache: as fast as the products
alone, within a few per cent.

`FoldedField.rough` is the same in bfloat16 where the processor gains by it. It decides what is far
from the surface; float32 places vertices.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from occstudio.networks.conditional_norm import AffineNorm
from occstudio.networks.low_precision import low_precision_pays

_ROWS_PER_THREAD = 1024
"""On the CPU: a batch of 256 channels fits into the second level of the cache."""
_Layer = tuple[Tensor, Tensor]


class FoldedField(ABC):
    """Points (n, 3) -> logits (n,), positive inside, without gradients."""

    def __init__(self, first: _Layer, last: _Layer) -> None:
        weight, bias = first
        self._first = weight.t().float().contiguous(), bias.float()
        weight, bias = last
        self._last = weight.t().float().contiguous(), bias.float()
        pays = low_precision_pays(weight.device, weight.shape[1])
        self._precisions = (torch.float32, torch.bfloat16) if pays else (torch.float32,)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._last[0].device

    @torch.inference_mode()
    def __call__(self, points: Tensor) -> Tensor:
        """Logits (n,) at points (n, 3), in float32."""
        return self.values(points)[:, 0]

    @torch.inference_mode()
    def rough(self, points: Tensor) -> Tensor:
        """The same in bfloat16 where that is faster."""
        return self.values(points, rough=True)[:, 0]

    @torch.inference_mode()
    def values(self, points: Tensor, *, rough: bool = False) -> Tensor:
        """What the last layer says, (n, K)."""
        dtype = self._precisions[-1] if rough else torch.float32
        rows = _ROWS_PER_THREAD * torch.get_num_threads()
        if points.device.type != "cpu" or len(points) <= rows:
            return self._values(points, dtype)
        return torch.cat([self._values(part, dtype) for part in points.split(rows)])

    @torch.inference_mode()
    def gradient(self, points: Tensor) -> Tensor:
        """Gradient (n, 3) of the logits at points (n, 3), in float32."""
        rows = _ROWS_PER_THREAD * torch.get_num_threads()
        return torch.cat([self._slopes(part) for part in points.split(rows)])

    @abstractmethod
    def _values(self, points: Tensor, dtype: torch.dtype) -> Tensor: ...

    @abstractmethod
    def _slopes(self, points: Tensor) -> Tensor: ...


@dataclass(frozen=True, slots=True)
class FoldedBlock:
    """x -> x + after . relu(before . clamp(x, low, high) + bias), then a constant; float64.

    `low`, `high`, `bias` and `constant` are (H,), the weights (H, H).
    """

    low: Tensor
    high: Tensor
    before: Tensor
    bias: Tensor
    after: Tensor
    constant: Tensor

    @classmethod
    def of(cls, outer: AffineNorm, before: _Layer, inner: AffineNorm, after: _Layer) -> FoldedBlock:
        """A residual block with norms before its two activations.

        Parameters
        ----------
        outer, inner : AffineNorm
            Of the stream and of the hidden layer.
        before, after : (weight, bias)
            Into the hidden layer and out of it.
        """
        scale, shift = inner.scale, inner.shift
        weight, bias = before[0] * scale[:, None], before[1] * scale + shift
        low, high, weight, offset = _clamped(outer, weight)
        return cls(low, high, weight, bias + offset, *after)

    def shifted(self, constant: Tensor) -> FoldedBlock:
        """The block with one more constant (H,) behind it."""
        return replace(self, constant=self.constant + constant)


class FoldedResnet(FoldedField):
    """A first layer, residual blocks, an activation and a last layer.

    Parameters
    ----------
    first, last : (weight, bias)
        float64.
    blocks : sequence of FoldedBlock
    norm : AffineNorm
        Before the last activation.
    leaky : bool
        Whether the last activation is leaky.
    """

    def __init__(
        self,
        first: _Layer,
        blocks: Sequence[FoldedBlock],
        norm: AffineNorm,
        last: _Layer,
        *,
        leaky: bool,
    ) -> None:
        super().__init__(first, last)
        self._leaky = leaky
        constant = torch.zeros_like(first[1])  # of the stream, kept out of it
        bounds, matrices = list[_Layer](), list[tuple[Tensor, Tensor, Tensor]]()
        for block in blocks:
            bounds.append(((block.low - constant).float(), (block.high - constant).float()))
            bias = block.bias + block.before @ constant
            matrices.append((block.before.t(), bias, block.after.t()))
            constant = constant + block.constant
        self._bounds = bounds
        self._matrices = {
            dtype: [
                (a.to(dtype).contiguous(), b.to(dtype), c.to(dtype).contiguous())
                for a, b, c in matrices
            ]
            for dtype in self._precisions
        }
        self._norm = norm.scale.float(), (norm.shift + norm.scale * constant).float()

    def _values(self, points: Tensor, dtype: torch.dtype) -> Tensor:
        weight, bias = self._first
        stream = torch.addmm(bias, points, weight)  # (n, H)
        clamped = torch.empty_like(stream)
        for (low, high), (before, shift, after) in zip(
            self._bounds, self._matrices[dtype], strict=True
        ):
            torch.clamp(stream, low, high, out=clamped)
            hidden = torch.addmm(shift, clamped.to(dtype), before).relu_()
            if dtype is torch.float32:
                stream.addmm_(hidden, after)
            else:
                stream.add_(hidden @ after)
        scale, shift = self._norm
        active = torch.addcmul(shift, stream, scale)
        active = functional.leaky_relu_(active, 0.2) if self._leaky else active.relu_()
        weight, bias = self._last
        return torch.addmm(bias, active, weight)

    def _slopes(self, points: Tensor) -> Tensor:
        weight, bias = self._first
        stream = torch.addmm(bias, points, weight)  # (n, H)
        open_gates = list[tuple[Tensor, Tensor]]()
        layers = list(zip(self._bounds, self._matrices[torch.float32], strict=True))
        for (low, high), (before, shift, after) in layers:
            clamped = torch.clamp(stream, low, high)
            hidden = torch.addmm(shift, clamped, before).relu_()
            open_gates.append((clamped == stream, hidden > 0))
            stream.addmm_(hidden, after)
        scale, shift = self._norm
        slope = _activation_slope(torch.addcmul(shift, stream, scale), self._leaky)
        slope *= scale * self._last[0][:, 0]
        for (outer, inner), (_, (before, _, after)) in zip(
            reversed(open_gates), reversed(layers), strict=True
        ):
            slope += ((slope @ after.t()).mul_(inner) @ before.t()).mul_(outer)
        return slope @ weight.t()


class FoldedChain(FoldedField):
    """Layers one after the other, each followed by a norm and an activation.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        float64, the points' first.
    norms : sequence of AffineNorm
        One behind each layer.
    last : (weight, bias)
    leaky : bool
        Whether the activations are leaky.
    """

    def __init__(
        self, layers: Sequence[_Layer], norms: Sequence[AffineNorm], last: _Layer, *, leaky: bool
    ) -> None:
        folded = [
            (weight * norm.scale[:, None], bias * norm.scale + norm.shift)
            for (weight, bias), norm in zip(layers, norms, strict=True)
        ]
        super().__init__(folded[0], last)
        self._leaky = leaky
        self._matrices = {
            dtype: [(a.t().to(dtype).contiguous(), b.to(dtype)) for a, b in folded[1:]]
            for dtype in self._precisions
        }

    def _values(self, points: Tensor, dtype: torch.dtype) -> Tensor:
        weight, bias = self._first
        net = self._activated(torch.addmm(bias, points, weight)).to(dtype)
        for matrix, shift in self._matrices[dtype]:
            net = self._activated(torch.addmm(shift, net, matrix))
        weight, bias = self._last
        return torch.addmm(bias, net.float(), weight)

    def _slopes(self, points: Tensor) -> Tensor:
        layers = [
            self._first[::-1],
            *((shift, matrix) for matrix, shift in self._matrices[torch.float32]),
        ]
        slopes, net = list[Tensor](), points
        for shift, matrix in layers:
            net = torch.addmm(shift, net, matrix)
            slopes.append(_activation_slope(net, self._leaky))
            net = self._activated(net)
        slope = self._last[0][:, 0].expand_as(net)
        for gate, (_, matrix) in zip(reversed(slopes), reversed(layers), strict=True):
            slope = (slope * gate) @ matrix.t()
        return slope

    def _activated(self, x: Tensor) -> Tensor:
        return functional.leaky_relu_(x, 0.2) if self._leaky else x.relu_()


def _activation_slope(x: Tensor, leaky: bool) -> Tensor:
    return torch.where(x > 0, 1.0, 0.2 if leaky else 0.0)


def _clamped(norm: AffineNorm, weight: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Bounds, weight and offset with weight . relu(s x + t) = weight' . clamp(x) + offset."""
    scale, shift = norm.scale, norm.shift
    infinite = torch.full_like(scale, torch.inf)
    edge = -shift / torch.where(scale == 0, torch.ones_like(scale), scale)
    low = torch.where(scale > 0, edge, -infinite)
    high = torch.where(scale < 0, edge, infinite)
    # A channel that the norm wipes out is relu(t), whatever comes.
    low, high = (torch.where(scale == 0, torch.zeros_like(scale), side) for side in (low, high))
    constant = torch.where(scale == 0, shift.relu(), shift)
    return low, high, weight * scale, weight @ constant
