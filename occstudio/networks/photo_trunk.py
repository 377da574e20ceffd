"""Feature maps of a cut-out photo, at ever coarser scales: a small residual network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional


class PhotoTrunk(nn.Module):
    """Photos (B, 4, H, W) -> feature maps (B, C, H/2, W/2), (B, C', H/4, W/4), ...

    Parameters
    ----------
    widths : sequence of int
        Channels at a quarter, an eighth, ... of the photo's side; half as many as the first at a
        half.
    blocks : int
        Residual blocks at each of them.
    """

    def __init__(self, widths: Sequence[int] = (48, 96, 192, 256), blocks: int = 2) -> None:
        super().__init__()
        self.widths = (widths[0] // 2, *widths)
        self.conv_in = nn.Conv2d(4, self.widths[0], 5, stride=2, padding=2, bias=False)
        self.norm_in = nn.BatchNorm2d(self.widths[0])
        layers: list[nn.Module] = []
        for before, after in pairwise(self.widths):
            layers.append(_Block(before, after, stride=2))
            layers += [_Block(after, after) for _ in range(blocks - 1)]
        self.blocks = nn.Sequential(*layers)
        self._scale_ends = [blocks * (n + 1) - 1 for n in range(len(widths))]

    def maps(self, photos: Tensor) -> list[Tensor]:
        """Feature maps of all scales, from half the photos' side on."""
        # Colours over white from 0 to 1, and opacity, both about 0.
        net = functional.relu(self.norm_in(self.conv_in(2 * photos - 1)))
        found = [net]
        for number, block in enumerate(self.blocks):
            net = block(net)
            if number in self._scale_ends:
                found.append(net)
        return found


class _Block(nn.Module):
    """A residual block of two convolutions (He et al. 2016)."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.conv_0 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.norm_0 = nn.BatchNorm2d(after)
        self.conv_1 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.norm_1 = nn.BatchNorm2d(after)
        self.skip = nn.Sequential()
        if stride > 1 or before != after:
            self.skip = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity(),
                nn.Conv2d(before, after, 1, bias=False),
                nn.BatchNorm2d(after),
            )

    def forward(self, x: Tensor) -> Tensor:
        net = functional.relu(self.norm_0(self.conv_0(x)))
        return functional.relu(self.norm_1(self.conv_1(net)) + self.skip(x))
