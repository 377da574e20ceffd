"""The decoder of one shape, made ready to be asked at many points.

The same function as `LocalDecoder`, in float32 and without gradients. The maps lie in one table, so
that one weighted sum of its rows fetches the features from all of them; biases that follow each
other are added beforehand; and points go through in batches whose activations stay in the cache,
however many are asked. Applying the condition layers to the maps beforehand, which linear
interpolation would allow, was tried: the five times larger table leaves the cache, and it is no
faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.map_sampling import SampleMode, bag_rows, feature_rows
from occstudio.networks.plane_coordinates import (
    GRID_MARGIN,
    MAP_ORDER,
    PLANE_AXES,
    PLANE_MARGIN,
)
from occstudio.networks.residual_block import ResnetBlockFC

_CPU_BATCH, _SMALL_CPU_BATCH, _SMALL = 4096, 2304, 64
"""Points at a time, and those of networks of at most so many channels: on one core 2048 take 0.69
µs each, 4096 0.78 and 8192 1.26."""

_SLOPES = 1024
"""Points at a time of whose gradient the rows are fetched one by one: 2.5 kB each."""

Look = Callable[[Tensor], Tensor]
"""(n, 3) -> (n, M), perhaps a transposed view."""


class PreparedDecoder:
    """Points (n, 3) -> logits (n,), positive inside.

    Parameters
    ----------
    features : mapping of str to Tensor
        Feature maps of a batch of one.
    fc_p, fc_c, blocks, fc_out, leaky, sample_mode, padding
        Those of the `LocalDecoder`; later changes of its weights are not followed.
    look : callable, optional
        Gives more channels of the condition, after those of the maps.
    """

    def __init__(
        self,
        features: Mapping[str, Tensor],
        *,
        fc_p: nn.Linear,
        fc_c: Sequence[nn.Module],
        blocks: Sequence[nn.Module],
        fc_out: nn.Linear,
        leaky: bool,
        sample_mode: SampleMode,
        padding: float,
        look: Look | None = None,
    ) -> None:
        if any(feature.shape[0] != 1 for feature in features.values()):
            raise ValueError("expected the feature maps of one shape: prepare them one by one")
        self._leaky, self._padding = leaky, padding
        self._look = look
        self._mode: SampleMode = sample_mode
        with torch.no_grad():
            self._place_maps(features)
            conditions = cast("Sequence[nn.Linear]", fc_c)
            layers = cast("Sequence[ResnetBlockFC]", blocks)
            self._point_weight = fc_p.weight.t().contiguous()
            weights = [one.weight.t() for one in conditions]
            width = self._table.shape[1]
            self._condition_weights = [one[:width].contiguous() for one in weights]
            self._seen_weights = [one[width:].contiguous() for one in weights]
            before = [fc_p.bias, *(block.fc_1.bias for block in layers)]
            self._biases = [a + b.bias for a, b in zip(before[:-1], conditions, strict=True)] + [
                before[-1].clone()
            ]
            self._fc_0 = [
                (block.fc_0.weight.t().contiguous(), block.fc_0.bias.clone()) for block in layers
            ]
            self._fc_1 = [block.fc_1.weight.t().contiguous() for block in layers]
            self._fc_out = (fc_out.weight[0].clone(), fc_out.bias.clone())
        self._batch = _SMALL_CPU_BATCH if fc_out.in_features <= _SMALL else _CPU_BATCH

    @torch.inference_mode()
    def __call__(self, points: Tensor) -> Tensor:
        """Logits (n,) at points (n, 3), on the device of the maps."""
        if not len(points):  # addmv would broadcast the bias to one value
            return points.new_zeros(0)
        if points.device.type != "cpu" or len(points) <= self._batch:
            return self._logits(points)
        return torch.cat([self._logits(part) for part in points.split(self._batch)])

    def _place_maps(self, features: Mapping[str, Tensor]) -> None:
        """Put all maps into one table, grouped by what can be looked up together."""
        names = [name for name in MAP_ORDER if name in features]
        groups = [[name for name in names if name == "grid"], [n for n in names if n != "grid"]]
        self._groups: list[_Group] = []
        first, tables = 0, list[Tensor]()
        for group in filter(None, groups):
            offsets = list[int]()
            for name in group:
                offsets.append(first)
                tables.append(feature_rows(features[name].detach()))
                first += tables[-1].shape[0]
            resolution, device = features[group[0]].shape[-1], tables[-1].device
            self._groups.append(_Group(group, resolution, offsets, self._padding, device))
        self._table = torch.cat(tables)

    def _logits(self, points: Tensor) -> Tensor:
        return self._run(points, self._sample(self._cells(points)), None)

    def _run(self, points: Tensor, condition: Tensor, kept: list[Tensor] | None) -> Tensor:
        """Logits (n,); the rectified activations are kept for those who go back."""
        seen = None if self._look is None else self._look(points)
        net = torch.addmm(self._biases[0], condition, self._condition_weights[0])
        net.addmm_(points, self._point_weight)
        for number, ((weight, bias), last) in enumerate(zip(self._fc_0, self._fc_1, strict=True)):
            if number:
                net.add_(self._biases[number])
                net.addmm_(condition, self._condition_weights[number])
            if seen is not None:
                net.addmm_(seen, self._seen_weights[number])
            active = net.relu()
            hidden = torch.addmm(bias, active, weight).relu_()
            net.addmm_(hidden, last)
            if kept is not None:
                kept += [active, hidden]
        net.add_(self._biases[-1])
        active = functional.leaky_relu_(net, 0.2) if self._leaky else net.relu_()
        if kept is not None:
            kept.append(active)
        weight, bias = self._fc_out
        return torch.addmv(bias, active, weight)

    def _cells(self, points: Tensor) -> list[_Cells]:
        across = points.t().contiguous()  # coordinates of an axis side by side
        return [group.cells(across, self._mode) for group in self._groups]

    def _sample(self, cells: list[_Cells]) -> Tensor:  # -> (n, C)
        index, weight = _joined(cells)
        return bag_rows(self._table, index, weight)


class SlopedDecoder(PreparedDecoder):
    """A prepared decoder that sees only maps, whose gradient is written out.

    Going back through the layers takes about as long as going forth. Automatic differentiation
    of the decoder itself takes three times as long.
    """

    @torch.inference_mode()
    def gradient(self, points: Tensor) -> Tensor:
        """Gradient (n, 3) of the logits at points (n, 3)."""
        return self.sloped(points)[1]

    @torch.inference_mode()
    def sloped(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n,) and their gradient (n, 3) at points (n, 3)."""
        if not len(points):
            return points.new_zeros(0), points.new_zeros(0, 3)
        batch = _SLOPES if points.device.type == "cpu" else len(points)
        parts = [self._sloped(part) for part in points.split(batch)]
        return torch.cat([values for values, _ in parts]), torch.cat([slope for _, slope in parts])

    def _sloped(self, points: Tensor) -> tuple[Tensor, Tensor]:
        cells, kept = self._cells(points), list[Tensor]()
        index, weight = _joined(cells)
        values = self._run(points, bag_rows(self._table, index, weight), kept)
        last = kept.pop()
        through = torch.where(last > 0, 1.0, 0.2 if self._leaky else 0.0)
        net = through * self._fc_out[0]  # (n, H)
        condition = points.new_zeros(len(points), self._table.shape[1])
        for number in range(len(self._fc_0) - 1, -1, -1):
            hidden, active = kept.pop(), kept.pop()
            inner = _where_active(net @ self._fc_1[number].t(), hidden)
            net = net + _where_active(inner @ self._fc_0[number][0].t(), active)
            condition.addmm_(net, self._condition_weights[number].t())
        rows = self._table.index_select(0, index.view(-1)).view(*index.shape, -1)
        change = torch.bmm(rows, condition.unsqueeze(2)).squeeze(2).t()  # (K, n)
        slope = torch.mm(self._point_weight, net.t())  # (3, n)
        first = 0
        for one in cells:
            count = len(one.weight)
            slope += one.slope(change[first : first + count])
            first += count
        return values, slope.t()


class _Group:
    """Maps that are looked up together: the grid, or all planes.

    Parameters
    ----------
    names : sequence of str
        ``["grid"]``, or planes.
    resolution : int
        Cells along an axis.
    offsets : sequence of int
        Where each map begins in the table.
    padding : float
        Of the network.
    device : torch.device
    """

    def __init__(
        self,
        names: Sequence[str],
        resolution: int,
        offsets: Sequence[int],
        padding: float,
        device: torch.device,
    ) -> None:
        self.margin = GRID_MARGIN if names[0] == "grid" else PLANE_MARGIN
        self.side = 1 + padding + self.margin
        self.resolution = resolution
        # Axes of each map, the quickest first, one row for each axis.
        axes = [(0, 1, 2)] if names[0] == "grid" else [PLANE_AXES[name] for name in names]
        self.axes = torch.tensor(axes, device=device).t().contiguous()  # (D, maps)
        self.offset = torch.tensor(offsets, dtype=torch.int32, device=device).unsqueeze(1)
        step = 1 if resolution > 1 else 0
        steps = [0]
        for axis in range(len(self.axes)):
            steps += [one + step * resolution**axis for one in steps]
        self.steps = torch.tensor(steps, dtype=torch.int32, device=device).view(-1, 1, 1)

    def cells(self, across: Tensor, mode: SampleMode) -> _Cells:
        """Where points, axis by axis (3, n), lie on the maps."""
        inside = across / self.side + 0.5
        position = inside.clamp_min(0.0).masked_fill_(inside >= 1, 1.0 - self.margin)
        position *= self.resolution - 1
        if mode == "nearest":
            index = self._index(position.round_().int())
            return _Cells(index, torch.ones_like(index, dtype=across.dtype), self, inside)
        lower = position.floor().clamp_(max=max(self.resolution - 2, 0))
        position -= lower
        index = (self._index(lower.int()) + self.steps).flatten(0, 1)
        shares = torch.stack((1 - position, position))  # (2, 3, n)
        weight, *others = (shares.index_select(1, axis) for axis in self.axes)  # (2, maps, n)
        for other in others:
            weight = (other.unsqueeze(1) * weight).flatten(0, 1)
        return _Cells(index, weight.flatten(0, 1), self, inside, shares)

    def _index(self, lower: Tensor) -> Tensor:  # (3, n) -> (maps, n)
        *below, index = (lower.index_select(0, axis) for axis in self.axes)
        while below:
            index.mul_(self.resolution).add_(below.pop())
        return index.add_(self.offset)


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Rows of the table that are blended at n points: one for each corner and map.

    Parameters
    ----------
    index, weight : (K, n)
    group : _Group
        Of the maps.
    inside : (3, n)
        Where the points are between the borders of the maps, at 0 and 1.
    shares : (2, 3, n), optional
        Of the lower and the upper corner along each axis; None for the nearest cell alone.
    """

    index: Tensor
    weight: Tensor
    group: _Group
    inside: Tensor
    shares: Tensor | None = None

    def slope(self, change: Tensor) -> Tensor:
        """By how much a sum of rows, each changing it so (K, n), changes with the point: (3, n)."""
        slope = change.new_zeros(3, change.shape[1])
        if self.shares is None:
            return slope
        axes, group = self.group.axes, self.group
        depth, maps = axes.shape
        corners = change.reshape(*(2,) * depth, maps, -1)  # the last axis first
        for along in range(depth):
            moved = corners.select(depth - 1 - along, 1) - corners.select(depth - 1 - along, 0)
            for other in range(depth):
                if other != along:
                    share = self.shares.index_select(1, axes[other])  # (2, maps, n)
                    moved = moved.movedim(-3, 0)  # the lowest axis that is left
                    moved = (moved * _like(share, moved)).sum(0)
            slope.index_add_(0, axes[along], moved)
        is_free = (self.inside >= 0) & (self.inside < 1)  # at the border it is not moved
        return slope * is_free * ((group.resolution - 1) / group.side)


def _like(share: Tensor, moved: Tensor) -> Tensor:
    """(2, maps, n) with axes of length one, to multiply what has more corners."""
    return share.view(2, *(1,) * (moved.dim() - 3), *share.shape[1:])


def _joined(cells: Sequence[_Cells]) -> tuple[Tensor, Tensor]:
    """Index and weight (n, K) of all maps."""
    index = torch.cat([one.index for one in cells]).t().contiguous()
    return index, torch.cat([one.weight for one in cells]).t().contiguous()


def _where_active(gradient: Tensor, rectified: Tensor) -> Tensor:
    return torch.ops.aten.threshold_backward(gradient, rectified, 0)
