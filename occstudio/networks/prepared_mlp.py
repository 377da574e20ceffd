"""A fully connected network of one shape, made ready to be asked at many points.

What the code contributes is in the biases already, weights lie as multiplication wants them, and
points go through in batches whose activations stay in the cache. `rough` does the same in
bfloat16 where that is faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from occstudio.networks.low_precision import low_precision_pays

_ROWS_PER_THREAD: Final = 1024  # activations of so many stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class PreparedLayer:
    """x, p -> bias + x weight + p point_weight, then a layer norm.

    Parameters
    ----------
    bias : (out,)
    weight : (in, out) or None
        For the layer before; None in the first layer.
    point_weight : (3, out) or None
        For the point.
    norm : pair of (out,) or None
        Scale and shift of the layer norm.
    """

    bias: Tensor
    weight: Tensor | None
    point_weight: Tensor | None
    norm: tuple[Tensor, Tensor] | None = None

    def __call__(self, x: Tensor | None, points: Tensor) -> Tensor:
        """What the layer makes of x (n, in) and of points (n, 3): (n, out), not rectified."""
        net = self.bias
        if self.point_weight is not None:
            net = torch.addmm(net, points, self.point_weight)
        if self.weight is not None:
            assert x is not None
            kind = self.weight.dtype
            net = torch.addmm(net.to(kind), x.to(kind), self.weight)
        if self.norm is not None:
            net = functional.layer_norm(net.float(), net.shape[-1:], *self.norm)
        return net

    def halved(self) -> PreparedLayer:
        """The same in bfloat16, but for what multiplies the point."""
        return replace(self, weight=None if self.weight is None else self.weight.bfloat16())


class PreparedMlp:
    """Points (n, 3) -> values (n,).

    Parameters
    ----------
    layers : sequence of PreparedLayer
        With ReLUs between them; the last one has one output.
    last : callable
        What is done to the last layer's output.
    """

    def __init__(self, layers: Sequence[PreparedLayer], last: Callable[[Tensor], Tensor]) -> None:
        self._layers, self._last = list(layers), last
        self._width = max(len(layer.bias) for layer in layers)
        self._rough_layers: list[PreparedLayer] | None = None

    @torch.inference_mode()
    def __call__(self, points: Tensor) -> Tensor:
        """Values (n,) at points (n, 3), on the device of the weights."""
        return self._in_batches(points, self._layers)

    @torch.inference_mode()
    def rough(self, points: Tensor) -> Tensor:
        """The same in low precision, if that is faster."""
        if not low_precision_pays(points.device, self._width):
            return self._in_batches(points, self._layers)
        if self._rough_layers is None:
            *hidden, last = self._layers
            self._rough_layers = [*(layer.halved() for layer in hidden), last]
        return self._in_batches(points, self._rough_layers)

    def gradient(self, points: Tensor) -> Tensor:
        """Gradient (n, 3) of the values at points (n, 3)."""
        slopes = list[Tensor]()
        for part in points.split(_ROWS_PER_THREAD * torch.get_num_threads()):
            asked = part.detach().clone().requires_grad_(True)
            values = self._values(asked, self._layers)
            slopes.append(torch.autograd.grad(values.sum(), asked)[0])
        return torch.cat(slopes) if slopes else points.new_zeros(0, 3)

    def _in_batches(self, points: Tensor, layers: Sequence[PreparedLayer]) -> Tensor:
        if not len(points):
            return points.new_zeros(0)
        rows = _ROWS_PER_THREAD * torch.get_num_threads()
        parts = points.split(rows if points.device.type == "cpu" else len(points))
        return torch.cat([self._values(part, layers) for part in parts])

    def _values(self, points: Tensor, layers: Sequence[PreparedLayer]) -> Tensor:
        x: Tensor | None = None
        for number, layer in enumerate(layers):
            x = layer(x.relu() if number and x is not None else None, points)
        assert x is not None
        return self._last(x.squeeze(-1).float())
