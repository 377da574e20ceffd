"""The features of the maps at arbitrary points.

Interpolation is a weighted sum of a few rows of a table (four on a plane, eight in the grid), which
is what `torch.embedding_bag` does, provided that the channels of a cell lie side by side. Its
gradient is again such a sum, over the queries that touch a cell, once they are sorted by cell. The
values are those of grid_sample, which on a CPU is slower, above all backwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from occstudio.networks.plane_coordinates import MAP_ORDER, flatten_cells, map_coordinates

SampleMode = Literal["bilinear", "nearest"]


def sample_maps(
    points: Tensor, features: Mapping[str, Tensor], padding: float, mode: SampleMode
) -> Tensor:
    """Sum of the maps' features at the points.

    Differentiable in the features, and in the points, any number of times.

    Parameters
    ----------
    points : (B, T, 3)
    features : mapping of str to (B, C, R, R) or (B, C, R, R, R)
        Fastest if they are channels-last in memory.
    padding : float
        How much larger than the unit cube the maps are.
    mode : {'bilinear', 'nearest'}
        Bilinear is trilinear in the grid.

    Returns
    -------
    (B, T, C) float32
    """
    coordinates = {
        name: map_coordinates(points, name, padding) for name in MAP_ORDER if name in features
    }
    return sample_maps_at(coordinates, features, mode)


def sample_maps_at(
    coordinates: Mapping[str, Tensor], features: Mapping[str, Tensor], mode: SampleMode
) -> Tensor:
    """As `sample_maps`, for points whose coordinates on each map are known.

    Parameters
    ----------
    coordinates : mapping of str to (B, T, 2) or (B, T, 3)
        In [0, 1], in the order in which the maps are summed.
    """
    total: Tensor | None = None
    for name, where in coordinates.items():
        feature = features[name]
        index, weight = corners(where.movedim(-1, 0), feature.shape[-1], mode)  # (K, B, T)
        shapes = torch.arange(len(where), device=where.device, dtype=index.dtype).unsqueeze(1)
        index += shapes * feature[0, 0].numel()
        table = feature_rows(feature)
        sampled = weighted_rows(table, index.flatten(1).t(), weight.flatten(1).t())
        sampled = sampled.view(*where.shape[:2], -1)
        total = sampled if total is None else total + sampled
    if total is None:
        raise ValueError(f"no feature maps: expected some of {', '.join(MAP_ORDER)}")
    return total


def feature_rows(feature: Tensor) -> Tensor:
    """A map (B, C, R, ...) as a table with a row for each cell: (B * R * ..., C) float32."""
    return feature.movedim(1, -1).reshape(-1, feature.shape[1]).float()


def corners(axes: Tensor, resolution: int, mode: SampleMode) -> tuple[Tensor, Tensor]:
    """The cells whose features are blended at each point, and their weights.

    The first and the last cell lie on the border of the map (`align_corners=True`).

    Parameters
    ----------
    axes : (D, ...) float
        Coordinates in [0, 1), from `map_coordinates`, axes first.
    resolution : int
        Cells along each of the D axes.
    mode : {'bilinear', 'nearest'}

    Returns
    -------
    index : (K, ...) int32
        Into the flattened map; K is 2^D, or 1 for 'nearest'.
    weight : (K, ...) float
        Sums to one along K.
    """
    position = axes.contiguous() * (resolution - 1)
    if mode == "nearest":
        nearest = position.detach().round().int()
        index = flatten_cells(nearest.movedim(0, -1), resolution).unsqueeze(0)
        return index, torch.ones_like(position[:1])
    lower = position.detach().floor().clamp_(max=max(resolution - 2, 0))
    return blend_corners(lower.int(), position - lower, resolution)


def blend_corners(lower: Tensor, fraction: Tensor, resolution: int) -> tuple[Tensor, Tensor]:
    """As `corners`, for points that are known by their cell.

    Parameters
    ----------
    lower : (D, ...) int32
        The cell's first corner along each axis, axes first; the first axis runs fastest.
    fraction : (D, ...) float
        Where the point lies between that corner and the next one.
    resolution : int
        Corners along each of the D axes.
    """
    index = flatten_cells(lower.movedim(0, -1), resolution).unsqueeze(0)
    weight = torch.stack((1 - fraction[0], fraction[0]))
    step = 1 if resolution > 1 else 0
    index = torch.cat((index, index + step))
    for along in fraction[1:]:
        step *= resolution
        index = torch.cat((index, index + step))
        upper = weight * along
        weight = torch.cat((weight - upper, upper))
    return index, weight


def weighted_rows(table: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """Sum of the rows `index` (N, K) of a table (M, C), with weights (N, K) -> (N, C)."""
    index, weight = index.contiguous(), weight.contiguous()
    if weight.requires_grad and torch.is_grad_enabled():
        rows = table.index_select(0, index.view(-1)).view(*index.shape, -1)
        return torch.einsum("nkc,nk->nc", rows, weight)
    if not (table.requires_grad and torch.is_grad_enabled()):
        return bag_rows(table, index, weight)
    return cast(Tensor, _WeightedRows.apply(table, index, weight))


def bag_rows(table: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """As `weighted_rows`, without gradients, for contiguous index and weight."""
    if not index.numel():  # a bag without rows would still be one row
        return table.new_zeros(index.shape[0], table.shape[1])
    start = torch.arange(0, index.numel(), index.shape[1], device=index.device, dtype=index.dtype)
    return torch.embedding_bag(
        table, index.view(-1), start, mode=0, per_sample_weights=weight.view(-1)
    )[0]


class _WeightedRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table: Tensor, index: Tensor, weight: Tensor) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(index, weight)
        ctx.rows = table.shape[0]
        return bag_rows(table, index, weight)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any,  # noqa: ANN401
        *grad_outputs: Tensor,
    ) -> tuple[Tensor, None, None]:
        (grad,) = grad_outputs
        index, weight = cast("tuple[Tensor, Tensor]", ctx.saved_tensors)
        ordered, order = torch.sort(index.view(-1))
        rows = torch.arange(ctx.rows, device=index.device, dtype=ordered.dtype)
        start = torch.searchsorted(ordered, rows)  # one bag for every row, empty ones too
        query = order // index.shape[1]
        weights = weight.view(-1).index_select(0, order)
        table = torch.embedding_bag(
            grad.contiguous(), query, start, mode=0, per_sample_weights=weights
        )[0]
        return table, None, None
