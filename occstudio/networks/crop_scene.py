"""The field of a scene that is larger than what its network sees at a time.

Every query goes to the crop that it lies in. A crop is encoded when it is first asked for, and of
its feature grid only the part that its queries can reach is remembered, which is some thirty times
smaller than the window; so a whole room fits in memory. All windows without points share one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from occstudio.networks.crop_windows import Crops, inside_window, window_coordinates

Maps = dict[str, Tensor]
_CPU_BATCH: Final = 4096
_MEMORY: Final = 2 << 30  # bytes of remembered crops
_EMPTY: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class _Crop:
    """Features of a crop; `first` and `last` are the window coordinates of the grid's ends."""

    maps: Maps
    first: float
    last: float

    @property
    def bytes(self) -> int:
        return sum(one.numel() * one.element_size() for one in self.maps.values())


class CropScene:
    """Points (n, 3) -> logits (n,), positive inside.

    Parameters
    ----------
    encode : callable
        Window (2, 3) -> feature maps of a batch of one.
    sample : callable
        Window coordinates (1, n, 3) and feature maps -> features (1, n, C).
    decode : callable
        Points (n, 3) and features (n, C) -> logits (n,).
    points : (N, 3)
        The scene's.
    crops : Crops
    memory : int
        Bytes of crops that are remembered; those that were not asked for longest are dropped.
    """

    def __init__(
        self,
        encode: Callable[[Tensor], Maps],
        sample: Callable[[Tensor, Mapping[str, Tensor]], Tensor],
        decode: Callable[[Tensor, Tensor], Tensor],
        *,
        points: Tensor,
        crops: Crops,
        memory: int = _MEMORY,
    ) -> None:
        self._encode, self._sample, self._decode = encode, sample, decode
        self._points, self._crops, self._memory = points, crops, memory
        self._known: OrderedDict[int, _Crop] = OrderedDict()
        self.encoded = 0

    @torch.inference_mode()
    def __call__(self, points: Tensor) -> Tensor:
        """Logits (n,) at points (n, 3), on the device of the network."""
        return self.logits(points)

    def logits(self, points: Tensor) -> Tensor:
        """The same, differentiable in the points."""
        if not len(points):
            return points.new_zeros(0)
        order = torch.argsort(self._crops.of_queries(points), stable=True)
        ordered = points[order]
        numbers, counts = torch.unique_consecutive(
            self._crops.of_queries(ordered), return_counts=True
        )
        parts = list[Tensor]()
        for number, some in zip(numbers.tolist(), ordered.split(counts.tolist()), strict=True):
            parts.append(self._features(number, some))
        condition = torch.cat(parts)
        batch = _CPU_BATCH if points.device.type == "cpu" else len(points)
        pairs = zip(ordered.split(batch), condition.split(batch), strict=True)
        values = torch.cat([self._decode(p, c) for p, c in pairs])
        return values[torch.argsort(order)]

    def gradient(self, points: Tensor) -> Tensor:
        """Gradient (n, 3) of the logits at points (n, 3)."""
        if not len(points):
            return points.new_zeros(0, 3)
        asked = points.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(self.logits(asked).sum(), asked)
        return slope

    def _features(self, number: int, points: Tensor) -> Tensor:  # (n, 3) -> (n, C)
        window = self._crops.window(number)
        crop = self._crop(number, window)
        coordinates = window_coordinates(points, window)[None]
        if "grid" in crop.maps:
            grid = (coordinates - crop.first) / (crop.last - crop.first)
            found = self._sample(grid, {"grid": crop.maps["grid"]})
            planes = {name: one for name, one in crop.maps.items() if name != "grid"}
            return (found + self._sample(coordinates, planes) if planes else found)[0]
        return self._sample(coordinates, crop.maps)[0]

    def _crop(self, number: int, window: Tensor) -> _Crop:
        if not inside_window(self._points, window).any():
            number = _EMPTY
        if number in self._known:
            self._known.move_to_end(number)
            return self._known[number]
        # Not inference tensors, or there would be no gradient in the points later.
        with torch.inference_mode(False), torch.no_grad():
            crop = self._reachable(self._encode(window))
        self.encoded += 1
        self._known[number] = crop
        while sum(one.bytes for one in self._known.values()) > self._memory:
            if len(self._known) == 1:
                break
            self._known.popitem(last=False)
        return crop

    def _reachable(self, maps: Maps) -> _Crop:
        """Planes as they are, and of the grid what lies around the query crop."""
        maps = {name: one.clone() for name, one in maps.items() if name != "grid"} | {
            name: one for name, one in maps.items() if name == "grid"
        }
        if "grid" not in maps:
            return _Crop(maps, 0.0, 1.0)
        last = maps["grid"].shape[-1] - 1
        sizes = self._crops.sizes
        margin = (1 - sizes.query_voxels / sizes.window_voxels) / 2
        low = max(int(margin * last) - 1, 0)
        part = maps["grid"][:, :, low : last + 1 - low, low : last + 1 - low, low : last + 1 - low]
        maps["grid"] = part.clone(memory_format=torch.contiguous_format).to(
            memory_format=torch.channels_last_3d
        )
        return _Crop(maps, low / last, 1 - low / last)
