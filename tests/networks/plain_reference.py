"""The convolutional occupancy network written down plainly, layer by layer.

Scatter and gather, one U-Net call per plane, `grid_sample`: what the modules compute by faster
means, for comparing values, gradients and speed.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.conv_onet import ConvOccupancyNetwork
from occstudio.networks.map_sampling import SampleMode
from occstudio.networks.plane_coordinates import cell_index, map_coordinates
from occstudio.networks.point_encoder import LocalPoolPointnet
from occstudio.networks.unet2d import UNet


def plain_pool(features: Tensor, indices: Mapping[str, tuple[Tensor, int]], reduce: str) -> Tensor:
    """Pooled features of each point's cell, summed over maps, by scatter_reduce and gather."""
    total = torch.zeros_like(features)
    for index, cells in indices.values():
        rows = index.unsqueeze(-1).expand_as(features)
        total = total + _scatter(features, rows, cells, reduce).gather(1, rows)
    return total


def plain_map(features: Tensor, index: Tensor, cells: int, shape: tuple[int, ...]) -> Tensor:
    """Mean feature of each cell (B, C, *shape), by scatter_reduce."""
    index = index.unsqueeze(-1).expand_as(features)
    table = _scatter(features, index, cells, "mean")
    return table.transpose(1, 2).reshape(features.shape[0], -1, *shape)


def plain_sample(
    points: Tensor, features: Mapping[str, Tensor], padding: float, mode: SampleMode
) -> Tensor:
    """Sum of the maps' features at the points (B, T, C), by grid_sample."""
    total: Tensor | None = None
    for name, feature in features.items():
        where = 2.0 * map_coordinates(points, name, padding) - 1.0
        where = where[:, None, None] if name == "grid" else where.unsqueeze(1)
        sampled = functional.grid_sample(
            feature.float(), where, mode=mode, padding_mode="border", align_corners=True
        ).flatten(2)
        total = sampled if total is None else total + sampled
    assert total is not None
    return total.transpose(1, 2)


class PlainNetwork(nn.Module):
    """Runs the layers of a network that takes points, sharing its weights, in the plain way."""

    def __init__(self, network: ConvOccupancyNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Tensor, points: Tensor) -> Tensor:
        encoder, decoder = self.network.encoder, self.network.decoder
        assert isinstance(encoder, LocalPoolPointnet)
        features = self._encode(encoder, inputs)
        net = decoder.fc_p(points)
        condition = plain_sample(points, features, decoder.padding, decoder.sample_mode)
        for layer, block in zip(decoder.fc_c, decoder.blocks, strict=True):
            net = block(net + layer(condition))
        active = functional.leaky_relu(net, 0.2) if decoder.leaky else functional.relu(net)
        return decoder.fc_out(active).squeeze(-1)

    def _encode(self, encoder: LocalPoolPointnet, inputs: Tensor) -> dict[str, Tensor]:
        indices: dict[str, tuple[Tensor, int]] = {}
        shapes: dict[str, tuple[int, ...]] = {}
        for name in encoder.maps:
            size = encoder.grid_resolution if name == "grid" else encoder.plane_resolution
            shapes[name] = (size,) * (3 if name == "grid" else 2)
            coordinates = map_coordinates(inputs, name, encoder.padding)
            indices[name] = (cell_index(coordinates, size), size ** len(shapes[name]))
        net = encoder.fc_pos(inputs)
        for number, block in enumerate(encoder.blocks):
            if number:
                net = torch.cat((net, plain_pool(net, indices, encoder.scatter_type)), -1)
            net = block(net)
        code = encoder.fc_c(net)
        maps = {k: plain_map(code, *indices[k], shapes[k]) for k in encoder.maps}
        for name, scattered in maps.items():
            if name == "grid" and encoder.unet3d is not None:
                maps[name] = encoder.unet3d(scattered)
            elif name != "grid" and encoder.unet is not None:
                assert isinstance(encoder.unet, UNet)
                maps[name] = plain_unet(encoder.unet, scattered)
        return maps


def plain_unet(unet: UNet, x: Tensor) -> Tensor:
    """The 2-D U-Net through its layers' own forward passes."""
    skips: list[Tensor] = []
    for level, down in enumerate(unet.down_convs):
        x = down(functional.max_pool2d(x, 2) if level else x)
        skips.append(x)
    skips.pop()
    for up in unet.up_convs:
        x, skip = up.upconv(x), skips.pop()
        x = torch.cat((x, skip), 1) if up.merge_mode == "concat" else x + skip
        x = functional.relu(up.conv2(functional.relu(up.conv1(x))))
    return unet.conv_final(x)


def _scatter(features: Tensor, index: Tensor, cells: int, reduce: str) -> Tensor:
    start = features.new_zeros(features.shape[0], cells, features.shape[2])
    kind = "amax" if reduce == "max" else "mean"
    return start.scatter_reduce(1, index, features, kind, include_self=False)
