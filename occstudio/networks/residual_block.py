"""The fully connected residual block from which every point-wise network here is made.

Pre-activation: the sum x + fc_1(relu(fc_0(relu(x)))) is never rectified, so that a stack of
blocks can move a feature in both directions. `fc_1` starts at zero: a fresh block is the identity
(or its shortcut).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class ResnetBlockFC(nn.Module):
    """x -> shortcut(x) + fc_1(relu(fc_0(relu(x)))), on the last axis.

    Parameters
    ----------
    size_in, size_out, size_h : int
        Widths of input, output and the layer between; output defaults to input, the layer between
        to the smaller of the two.
    """

    def __init__(
        self, size_in: int, size_out: int | None = None, size_h: int | None = None
    ) -> None:
        super().__init__()
        size_out = size_in if size_out is None else size_out
        size_h = min(size_in, size_out) if size_h is None else size_h
        self.fc_0 = nn.Linear(size_in, size_h)
        self.fc_1 = nn.Linear(size_h, size_out)
        self.shortcut = None if size_in == size_out else nn.Linear(size_in, size_out, bias=False)
        nn.init.zeros_(self.fc_1.weight)

    def forward(self, x: Tensor) -> Tensor:  # (..., size_in) -> (..., size_out)
        hidden = self.fc_0(functional.relu(x))
        change = self.fc_1(functional.relu(hidden))
        return (x if self.shortcut is None else self.shortcut(x)) + change


def linear_float32(layer: nn.Linear, x: Tensor) -> Tensor:
    """Apply a linear layer to coordinates in float32, whatever autocast says.

    In bfloat16 a coordinate near 0.5 moves in steps of 1/512: an eighth of a cell of a plane of 64.
    """
    with torch.autocast(x.device.type, enabled=False):
        return layer(x.float())
