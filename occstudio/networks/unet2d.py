"""The U-Net that refines feature planes.

Ronneberger et al. 2015, in the variant with 'same' padding, so that a plane keeps its size, which
must divide by 2^(depth-1).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

UpMode = Literal["transpose", "upsample"]
MergeMode = Literal["concat", "add"]


class UNet(nn.Module):
    """2-D U-Net: (B, in_channels, H, W) -> (B, num_classes, H, W).

    Parameters
    ----------
    num_classes, in_channels : int
        Output and input channels.
    depth : int
        Number of resolutions.
    start_filts : int
        Channels at the finest resolution; they double at each coarser one.
    up_mode : {'transpose', 'upsample'}
        Transposed convolution, or bilinear interpolation and a 1x1 convolution.
    merge_mode : {'concat', 'add'}
        How the skip connection joins.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        depth: int = 5,
        start_filts: int = 64,
        up_mode: UpMode = "transpose",
        merge_mode: MergeMode = "concat",
    ) -> None:
        super().__init__()
        widths = [start_filts * 2**level for level in range(depth)]
        before = [in_channels, *widths[:-1]]
        self.down_convs = nn.ModuleList(
            _DownConv(a, b) for a, b in zip(before, widths, strict=True)
        )
        self.up_convs = nn.ModuleList(
            _UpConv(widths[level + 1], widths[level], up_mode, merge_mode)
            for level in range(depth - 2, -1, -1)
        )
        self.conv_final = nn.Conv2d(widths[0], num_classes, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.xavier_normal_(module.weight)
                assert module.bias is not None
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        skips: list[Tensor] = []
        for level, down in enumerate(self.down_convs):
            x = down(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for up in self.up_convs:
            x = up(skips.pop(), x)
        return self.conv_final(x)


class _DownConv(nn.Module):
    """Two rectified 3x3 convolutions."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.conv1(x), inplace=True)
        return functional.relu(self.conv2(x), inplace=True)


class _UpConv(nn.Module):
    """Doubles the resolution, joins the skip connection, then two rectified convolutions."""

    def __init__(
        self, in_channels: int, out_channels: int, up_mode: UpMode, merge_mode: MergeMode
    ) -> None:
        super().__init__()
        self.merge_mode = merge_mode
        self.upconv: nn.Module
        if up_mode == "transpose":
            self.upconv = nn.ConvTranspose2d(in_channels, out_channels, 2, stride=2)
        else:
            self.upconv = nn.Sequential(
                nn.Upsample(mode="bilinear", scale_factor=2),
                nn.Conv2d(in_channels, out_channels, 1),
            )
        merged = 2 * out_channels if merge_mode == "concat" else out_channels
        self.conv1 = nn.Conv2d(merged, out_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)

    def forward(self, skip: Tensor, x: Tensor) -> Tensor:
        x = self._raise(x)
        x = torch.cat((x, skip), 1) if self.merge_mode == "concat" else x + skip
        x = functional.relu(self.conv1(x), inplace=True)
        return functional.relu(self.conv2(x), inplace=True)

    def _raise(self, x: Tensor) -> Tensor:
        """Double the resolution.

        A transposed convolution whose stride is its kernel writes every output once: it is one
        matrix product and a rearrangement, on which a CPU is faster.
        """
        if not isinstance(self.upconv, nn.ConvTranspose2d):
            return self.upconv(x)
        batch, _, height, width = x.shape
        weight = self.upconv.weight.permute(2, 3, 1, 0).flatten(0, 2)  # (2 * 2 * out, in)
        assert self.upconv.bias is not None
        tiles = functional.linear(x.permute(0, 2, 3, 1), weight, self.upconv.bias.repeat(4))
        tiles = tiles.view(batch, height, width, 2, 2, -1).transpose(2, 3)
        return tiles.reshape(batch, 2 * height, 2 * width, -1).permute(0, 3, 1, 2)
