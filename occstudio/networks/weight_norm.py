"""A linear layer whose weights are known by length and direction (Salimans and Kingma 2016).

The names are those that torch's first weight normalisation gave, and published checkpoints have.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class WeightNormLinear(nn.Module):
    """x -> W x + bias, where row i of W is `weight_g[i]` long and points along `weight_v[i]`.

    Parameters
    ----------
    size_in, size_out : int
    """

    def __init__(self, size_in: int, size_out: int) -> None:
        super().__init__()
        fresh = nn.Linear(size_in, size_out)
        direction = fresh.weight.detach()
        self.bias = nn.Parameter(fresh.bias.detach())
        self.weight_g = nn.Parameter(direction.norm(dim=1, keepdim=True))
        self.weight_v = nn.Parameter(direction)

    @property
    def weight(self) -> Tensor:
        """W, (size_out, size_in)."""
        return self.weight_v * (self.weight_g / self.weight_v.norm(dim=1, keepdim=True))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias)
