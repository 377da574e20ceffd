"""The 3-D U-Net that refines feature grids.

Çiçek et al. 2016 with group normalisation. What one convolution step does, and in which order, is
spelled by `layer_order`: g group norm, b batch norm, c convolution, r ReLU, l leaky ReLU, e ELU;
'gcr' in all published models.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class UNet3D(nn.Module):
    """3-D U-Net: (B, in_channels, D, H, W) -> (B, out_channels, D, H, W).

    Parameters
    ----------
    in_channels, out_channels : int
    f_maps : int
        Channels at the finest resolution; they double at each coarser one.
    num_levels : int
        Number of resolutions.
    layer_order : str
        Letters as in the module's docstring.
    num_groups : int
        Groups of the group norm; one group where there are fewer channels.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        f_maps: int = 64,
        num_levels: int = 4,
        layer_order: str = "gcr",
        num_groups: int = 8,
    ) -> None:
        super().__init__()
        widths = [f_maps * 2**level for level in range(num_levels)]
        before = [in_channels, *widths[:-1]]
        self.encoders = nn.ModuleList(
            _Stage(a, max(b // 2, a), b, layer_order, num_groups)
            for a, b in zip(before, widths, strict=True)
        )
        self.decoders = nn.ModuleList(
            _Stage(
                widths[level] + widths[level + 1],
                widths[level],
                widths[level],
                layer_order,
                num_groups,
            )
            for level in range(num_levels - 2, -1, -1)
        )
        self.final_conv = nn.Conv3d(widths[0], out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        # torch's GroupNorm sums channels-last tensors naively: 1e-3 wrong on a grid of 32³.
        x = x.contiguous()
        skips: list[Tensor] = []
        for level, encoder in enumerate(self.encoders):
            x = encoder(functional.max_pool3d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for decoder in self.decoders:
            skip = skips.pop()
            x = functional.interpolate(x, size=skip.shape[2:], mode="nearest")
            x = decoder(torch.cat((skip, x), 1))
        return self.final_conv(x)


class _Stage(nn.Module):
    """Two convolution steps; the nesting is that of the published keys."""

    def __init__(self, before: int, between: int, after: int, order: str, num_groups: int) -> None:
        super().__init__()
        self.basic_module = nn.Sequential()
        self.basic_module.add_module("SingleConv1", _conv_step(before, between, order, num_groups))
        self.basic_module.add_module("SingleConv2", _conv_step(between, after, order, num_groups))

    def forward(self, x: Tensor) -> Tensor:
        return self.basic_module(x)


def _conv_step(before: int, after: int, order: str, num_groups: int) -> nn.Sequential:
    step = nn.Sequential()
    for position, letter in enumerate(order):
        width = before if position < order.index("c") else after
        match letter:
            case "c":
                has_bias = not ("g" in order or "b" in order)
                step.add_module("conv", nn.Conv3d(before, after, 3, padding=1, bias=has_bias))
            case "g":
                groups = num_groups if width >= num_groups else 1
                step.add_module("groupnorm", nn.GroupNorm(groups, width))
            case "b":
                step.add_module("batchnorm", nn.BatchNorm3d(width))
            case "r":
                step.add_module("ReLU", nn.ReLU(inplace=True))
            case "l":
                step.add_module("LeakyReLU", nn.LeakyReLU(0.1, inplace=True))
            case "e":
                step.add_module("ELU", nn.ELU(inplace=True))
            case _:
                raise ValueError(
                    f"unknown letter {letter!r} in layer_order {order!r}: use g b c r l e"
                )
    return step
