"""Pooling over the points that share a cell of a plane or grid.

The cells of a cloud are found once, with the points sorted by cell, and used by every block of the
encoder. Then a sum over cells is a sum over bags of rows that lie in a row (`torch.embedding_bag`,
some eight times faster on a CPU than scatter_add), tables have only as many rows as there are
occupied cells, and the gradient of the maximum needs no second search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from occstudio.networks.plane_coordinates import cell_index, map_coordinates

Reduce = Literal["max", "mean"]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The occupied cells of one feature map, for N points of a whole batch.

    Attributes
    ----------
    shape : tuple of int
        (B, R, R) or (B, R, R, R): batch, then rows before columns.
    occupied : (M,) int64
        Flat index into `shape` of every cell with a point in it, ascending.
    of_point : (N,) int64
        Which of the occupied cells each point is in.
    order : (N,) int64
        The points, sorted by cell.
    start, count : (M,) int64
        Where a cell's points begin in `order`, and how many they are.
    """

    shape: tuple[int, ...]
    occupied: Tensor
    of_point: Tensor
    order: Tensor
    start: Tensor
    count: Tensor


def locate(points: Tensor, name: str, resolution: int, padding: float) -> Cells:
    """Cells of the feature map `name` for points (B, T, 3)."""
    return cells_at(map_coordinates(points, name, padding), resolution)


def cells_at(coordinates: Tensor, resolution: int) -> Cells:
    """Cells of a feature map for coordinates (B, T, 2) or (B, T, 3) in [0, 1)."""
    batch = coordinates.shape[0]
    with torch.no_grad():
        dimensions = coordinates.shape[-1]
        index = cell_index(coordinates, resolution)  # (B, T)
        shapes = torch.arange(batch, device=coordinates.device).unsqueeze(1)
        index += shapes * resolution**dimensions
        ordered, order = torch.sort(index.reshape(-1))
        occupied, inverse, count = torch.unique_consecutive(
            ordered, return_inverse=True, return_counts=True
        )
        of_point = torch.empty_like(inverse)
        of_point[order] = inverse
        start = count.cumsum(0) - count
    shape = (batch,) + (resolution,) * dimensions
    return Cells(shape, occupied, of_point, order, start, count)


def pool_local(features: Tensor, cells: Sequence[Cells], reduce: Reduce) -> Tensor:
    """Give every point the pooled feature of its cell, summed over the feature maps.

    Where several points tie for the maximum they share its gradient evenly.

    Parameters
    ----------
    features : (B, T, C)
    cells : sequence of Cells
        Of the same points, one for each feature map.
    reduce : {'max', 'mean'}

    Returns
    -------
    (B, T, C)
    """
    return cast(Tensor, _PoolLocal.apply(features, tuple(cells), reduce))


def scatter_mean(features: Tensor, cells: Cells) -> Tensor:
    """Mean feature of each cell as a map (B, C, R, R) or (B, C, R, R, R); empty cells are zero.

    The memory format of the map is channels-last.
    """
    return cast(Tensor, _ScatterMean.apply(features, cells))


class _PoolLocal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, cells: tuple[Cells, ...], reduce: Reduce) -> Tensor:  # noqa: ANN401
        rows = features.reshape(-1, features.shape[-1])  # (N, C)
        tables = [_maximum(rows, one) if reduce == "max" else _mean(rows, one) for one in cells]
        ctx.cells, ctx.reduce = cells, reduce
        ctx.save_for_backward(*((rows, *tables) if reduce == "max" else ()))
        return _gather_sum(tables, cells).view(features.shape)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any,  # noqa: ANN401
        *grad_outputs: Tensor,
    ) -> tuple[Tensor, None, None]:
        (grad,) = grad_outputs
        cells: tuple[Cells, ...] = ctx.cells
        grad_rows = grad.reshape(-1, grad.shape[-1])
        if ctx.reduce == "mean":
            return (
                _gather_sum([_mean(grad_rows, one) for one in cells], cells).view(grad.shape),
                None,
                None,
            )
        rows, *tables = cast("tuple[Tensor, ...]", ctx.saved_tensors)
        total: Tensor | None = None
        for one, table in zip(cells, tables, strict=True):
            wins = table.index_select(0, one.of_point).eq_(rows)  # 1 where a point is the maximum
            share = _sum(grad_rows, one).div_(_sum(wins, one))
            part = wins.mul_(share.index_select(0, one.of_point))
            total = part if total is None else total.add_(part)
        assert total is not None
        return total.view(grad.shape), None, None


class _ScatterMean(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, cells: Cells) -> Tensor:  # noqa: ANN401
        ctx.cells, ctx.shape = cells, features.shape
        channels = features.shape[-1]
        rows = _mean(features.reshape(-1, channels), cells)
        table = rows.new_zeros(*cells.shape, channels)
        table.view(-1, channels).index_copy_(0, cells.occupied, rows)
        return table.movedim(-1, 1)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any,  # noqa: ANN401
        *grad_outputs: Tensor,
    ) -> tuple[Tensor, None]:
        (grad,) = grad_outputs
        cells: Cells = ctx.cells
        table = grad.movedim(1, -1).reshape(-1, grad.shape[1])
        rows = table.index_select(0, cells.occupied).div_(cells.count.unsqueeze(1))
        return rows.index_select(0, cells.of_point).view(ctx.shape), None


def _sum(rows: Tensor, cells: Cells) -> Tensor:  # (N, C) -> (M, C)
    return torch.embedding_bag(rows, cells.order, cells.start, mode=0)[0]


def _mean(rows: Tensor, cells: Cells) -> Tensor:  # (N, C) -> (M, C)
    return _sum(rows, cells).div_(cells.count.unsqueeze(1))


def _maximum(rows: Tensor, cells: Cells) -> Tensor:  # (N, C) -> (M, C)
    index = cells.of_point.unsqueeze(1).expand_as(rows)
    start = rows.new_full((cells.count.shape[0], rows.shape[1]), -torch.inf)
    return start.scatter_reduce_(0, index, rows, "amax", include_self=True)


def _gather_sum(tables: list[Tensor], cells: tuple[Cells, ...]) -> Tensor:  # -> (N, C)
    if len(tables) == 1:
        return tables[0].index_select(0, cells[0].of_point)
    first, places = 0, list[Tensor]()
    for table, one in zip(tables, cells, strict=True):
        places.append(one.of_point + first)
        first += table.shape[0]
    bags = torch.stack(places, 1)  # (N, maps)
    width = bags.shape[1]
    start = torch.arange(0, bags.numel(), width, device=bags.device)
    return torch.embedding_bag(torch.cat(tables), bags.view(-1), start, mode=0)[0]
