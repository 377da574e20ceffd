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
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.map_sampling import SampleMode, bag_rows, corners, feature_rows
from occstudio.networks.plane_coordinates import MAP_ORDER, map_coordinates
from occstudio.networks.residual_block import ResnetBlockFC

_CPU_BATCH = 4096
_SMALL_CPU_BATCH, _SMALL = 8192, 64
"""Points at a time, and those of networks of at most so many channels: there the calls cost more
than the cache."""

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
        self._groups: list[tuple[list[str], int, Tensor]] = []
        first, tables = 0, list[Tensor]()
        for group in filter(None, groups):
            offsets = list[int]()
            for name in group:
                offsets.append(first)
                tables.append(feature_rows(features[name].detach()))
                first += tables[-1].shape[0]
            device = tables[-1].device
            offset = torch.tensor(offsets, dtype=torch.int32, device=device).unsqueeze(1)
            self._groups.append((group, features[group[0]].shape[-1], offset))
        self._table = torch.cat(tables)

    def _logits(self, points: Tensor) -> Tensor:
        condition = self._sample(points)
        seen = None if self._look is None else self._look(points)
        net = torch.addmm(self._biases[0], condition, self._condition_weights[0])
        net.addmm_(points, self._point_weight)
        for number, ((weight, bias), last) in enumerate(zip(self._fc_0, self._fc_1, strict=True)):
            if number:
                net.add_(self._biases[number])
                net.addmm_(condition, self._condition_weights[number])
            if seen is not None:
                net.addmm_(seen, self._seen_weights[number])
            hidden = torch.addmm(bias, net.relu(), weight).relu_()
            net.addmm_(hidden, last)
        net.add_(self._biases[-1])
        active = functional.leaky_relu_(net, 0.2) if self._leaky else net.relu_()
        weight, bias = self._fc_out
        return torch.addmv(bias, active, weight)

    def _sample(self, points: Tensor) -> Tensor:  # (n, 3) -> (n, C)
        columns, weights = list[Tensor](), list[Tensor]()
        across = points.t().contiguous().t()  # coordinates of an axis side by side
        for names, resolution, offset in self._groups:
            axes = torch.stack(
                [map_coordinates(across, name, self._padding).t() for name in names], 1
            )  # (D, maps, n)
            index, weight = corners(axes, resolution, self._mode)  # (K, maps, n)
            columns.append((index + offset).flatten(0, 1))
            weights.append(weight.flatten(0, 1))
        index = torch.cat(columns).t().contiguous()
        return bag_rows(self._table, index, torch.cat(weights).t().contiguous())
