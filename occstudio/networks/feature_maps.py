"""From point features to feature maps: scatter into cells, then a U-Net over each map.

One U-Net is shared by all planes, so the planes pass through it as one batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from occstudio.networks.local_pooling import Cells, scatter_mean


def build_maps(
    features: Tensor, cells: Mapping[str, Cells], unet: nn.Module | None, unet3d: nn.Module | None
) -> dict[str, Tensor]:
    """Scatter point features into the maps that `cells` names and run the U-Nets.

    Parameters
    ----------
    features : (B, T, C)
    cells : mapping of map name to Cells
    unet, unet3d : nn.Module or None
        For the planes, which share it, and for the grid; None leaves the map as scattered.

    Returns
    -------
    dict of str to (B, C, R, R) or, for 'grid', (B, C, R, R, R)
    """
    maps = {name: scatter_mean(features, one) for name, one in cells.items()}
    if unet3d is not None and "grid" in maps:
        maps["grid"] = unet3d(maps["grid"])
    planes = [name for name in maps if name != "grid"]
    if unet is not None and planes:
        refined = unet(torch.cat([maps[name] for name in planes]))
        maps.update(zip(planes, refined.chunk(len(planes)), strict=True))
    return maps
