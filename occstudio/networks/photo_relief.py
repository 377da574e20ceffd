"""How near each part of a photo is: the relief of what it shows, from an encoder's feature maps.

Where a surface lies along a ray cannot be seen, but what lies before what can: a seat before its
back, one leg before the other (relative depth, Chen et al., Single-image depth perception in the
wild, 2016). The maps of all scales are added from coarse to fine (Lin et al., Feature pyramid
networks, 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn
from torch.nn import functional


class ReliefHead(nn.Module):
    """Feature maps, fine to coarse, (B, C, H, W), (B, C', H/2, W/2), ... -> depths (B, H, W).

    Depths grow away from the camera, in the units of the model's cube, each photo's from an origin
    of its own; they mean something where the object is.

    Parameters
    ----------
    widths : sequence of int
        Channels of the maps.
    width : int
        Channels in which they are added.
    """

    def __init__(self, widths: Sequence[int], width: int = 48) -> None:
        super().__init__()
        self.inputs = nn.ModuleList(nn.Conv2d(one, width, 1) for one in widths)
        self.mixers = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in widths)
        self.out = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        seen: Tensor | None = None
        layers = zip(self.inputs, self.mixers, maps, strict=True)
        for enter, mix, one in reversed(list(layers)):
            here = cast("Tensor", enter(one))
            if seen is not None:
                finer = functional.interpolate(seen, size=here.shape[-2:], mode="bilinear")
                here = here + finer
            seen = functional.relu(mix(functional.relu(here)))
        return self.out(seen).squeeze(1)
