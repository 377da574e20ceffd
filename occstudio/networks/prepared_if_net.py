"""An Implicit Feature Network of one shape, made ready to be asked at many points.

The same function as `IfNet.decode` in float32. Four fifths of a query's cost is the first layer,
which multiplies 7 C features of seven places. Three things make it cheap:

- Interpolation and the first layer are both linear, so the layer is applied to the coarse levels
  beforehand. What the seven shifted lookups add up to is piecewise trilinear again, with knots at
  the samples and at the shifted samples: on that uneven lattice one lookup gives the exact sum.
- The finest features differ from a constant only next to occupied cells, so a table has rows for
  those alone, and the largest volume is never made.
- Points go through in batches whose activations stay in the cache; `rough` multiplies in bfloat16
  where that is faster.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from occstudio.networks.displaced_sampling import PLACES, PaddingMode, displacements
from occstudio.networks.low_precision import low_precision_pays
from occstudio.networks.map_sampling import blend_corners, weighted_rows

_ROWS_PER_THREAD: Final = 1024  # activations of so many stay in the cache
_FINEST_TABLE: Final = 18  # resolution up to which the first layer is applied beforehand
_LARGEST_TABLE: Final = 320 << 20  # bytes

Linear = tuple[Tensor, Tensor]
"""Weight (out, in) and bias (out,)."""


class PreparedIfNet:
    """Points (n, 3) -> logits (n,), positive inside.

    Parameters
    ----------
    voxels : (R, R, R)
        Occupied cells.
    levels : sequence of (C, R, R, R)
        Features of the stages, from fine to coarse.
    stem : pair of nn.Module or None
        Convolution and batch norm that come before the stages.
    layers : sequence of Linear
        The fully connected layers; later changes of their weights are not followed.
    displacement, padding_mode
        Those of the `IfNet`.
    """

    def __init__(
        self,
        voxels: Tensor,
        levels: Sequence[Tensor],
        *,
        stem: tuple[nn.Module, nn.Module] | None,
        layers: Sequence[Linear],
        displacement: float,
        padding_mode: PaddingMode,
    ) -> None:
        self._steps = displacements(displacement).to(voxels.device)
        # Not inference tensors, or there would be no gradient in the points later.
        with torch.inference_mode(False), torch.no_grad():
            (first, bias), *rest = [(w.detach().clone(), b.detach().clone()) for w, b in layers]
            grouped = _grouped(voxels, levels, stem, padding_mode == "zeros")
            channels = sum(level.channels for level in grouped)
            by_place = first[:, : PLACES * channels].reshape(len(first), channels, PLACES)
            self._coordinate_weight = (
                first[:, PLACES * channels :].t().clone()
                if first.shape[1] > PLACES * channels
                else None
            )
            self._bias = bias
            self._rest = [(weight.t().clone(), b) for weight, b in rest]
            done, weights = 0, list[Tensor]()
            self._sampled: list[_Level] = []
            self._to_project: list[tuple[_Level, Tensor]] = []
            for level in grouped:
                part = by_place[:, done : done + level.channels]  # (H, C, 7)
                done += level.channels
                if level.volume is not None and _is_worth_projecting(level, len(first)):
                    self._to_project.append((level, part))
                else:
                    self._sampled.append(level)
                    weights.append(part.permute(2, 1, 0).reshape(-1, len(first)))  # (7 C, H)
            self._first = torch.cat(weights) if weights else None
        self._rough_weights: tuple[Tensor | None, list[Tensor]] | None = None

    @functools.cached_property
    def _projected(self) -> list[_ProjectedLevel]:
        """Made when the field is first asked: it takes a second."""
        with torch.inference_mode(False), torch.no_grad():
            levels = [_ProjectedLevel(*each, self._steps) for each in self._to_project]
        self._to_project.clear()
        return levels

    @torch.inference_mode()
    def __call__(self, points: Tensor) -> Tensor:
        """Logits (n,) at points (n, 3), on the device of the features."""
        return self._in_batches(points, self._first, [weight for weight, _ in self._rest[:-1]])

    @torch.inference_mode()
    def rough(self, points: Tensor) -> Tensor:
        """The same in low precision, if that is faster."""
        if not low_precision_pays(points.device, len(self._bias)):
            return self(points)
        if self._rough_weights is None:
            first = None if self._first is None else self._first.bfloat16()
            self._rough_weights = first, [weight.bfloat16() for weight, _ in self._rest[:-1]]
        return self._in_batches(points, *self._rough_weights)

    def gradient(self, points: Tensor) -> Tensor:
        """Gradient (n, 3) of the logits at points (n, 3)."""
        weights = [weight for weight, _ in self._rest[:-1]]
        slopes = list[Tensor]()
        for part in points.split(_ROWS_PER_THREAD * torch.get_num_threads()):
            asked = part.detach().clone().requires_grad_(True)
            logits = self._logits(asked, self._first, weights)
            slopes.append(torch.autograd.grad(logits.sum(), asked)[0])
        return torch.cat(slopes) if slopes else points.new_zeros(0, 3)

    def _in_batches(self, points: Tensor, first: Tensor | None, hidden: list[Tensor]) -> Tensor:
        if not len(points):
            return points.new_zeros(0)
        rows = _ROWS_PER_THREAD * torch.get_num_threads()
        parts = points.split(rows if points.device.type == "cpu" else len(points))
        return torch.cat([self._logits(part, first, hidden) for part in parts])

    def _logits(self, points: Tensor, first: Tensor | None, hidden: list[Tensor]) -> Tensor:
        coordinates = 2 * points.flip(-1)
        net = self._bias.expand(len(points), -1)
        if self._coordinate_weight is not None:
            net = torch.addmm(net, coordinates, self._coordinate_weight)
        for level in self._projected:
            net = net + level.sample(coordinates.t())
        if first is not None:
            places = (coordinates.t()[:, :, None] + self._steps.t()[:, None]).flatten(1)
            found = [level.sample(places).view(len(points), -1) for level in self._sampled]
            kind = first.dtype
            net = torch.addmm(net.to(kind), torch.cat(found, 1).to(kind), first)
        for weight, (_, bias) in zip(hidden, self._rest[:-1], strict=True):
            net = torch.addmm(bias.to(weight.dtype), net.relu().to(weight.dtype), weight)
        weight, bias = self._rest[-1]
        return torch.addmv(bias, net.relu().float(), weight[:, 0])


class _Level:
    """Features of one resolution.

    Parameters
    ----------
    table : (M, C)
        Rows of features.
    volume : (R, R, R, C) or None
        The same as a volume, where all cells have a row of their own.
    rows : (R**3,) int32 or None
        Which row a cell has, where cells share rows.
    resolution : int
        R, which counts the layer of zeros around the volume if there is one.
    is_padded : bool
        Whether there is one.
    """

    def __init__(
        self,
        table: Tensor,
        resolution: int,
        is_padded: bool,
        volume: Tensor | None = None,
        rows: Tensor | None = None,
    ) -> None:
        self.table, self.volume, self.rows = table, volume, rows
        self.resolution, self.margin = resolution, int(is_padded)
        self.channels = table.shape[1]

    def positions(self, coordinates: Tensor) -> Tensor:
        """Coordinates in [-1, 1] in units of cells, moved into the volume."""
        inner = self.resolution - 1 - 2 * self.margin
        position = (coordinates + 1) * (inner / 2) + self.margin
        return position.clamp(0, self.resolution - 1)

    def sample(self, coordinates: Tensor) -> Tensor:
        """Features (n, C) at coordinates (3, n)."""
        position = self.positions(coordinates)
        lower = position.detach().floor().clamp_(max=max(self.resolution - 2, 0))
        index, weight = blend_corners(lower.int(), position - lower, self.resolution)
        index, weight = index.t(), weight.t()
        if self.rows is not None:
            index = self.rows[index]
        return weighted_rows(self.table, index, weight)


class _ProjectedLevel:
    """A level with the first layer applied, and the seven places summed.

    Parameters
    ----------
    level : _Level
        With a volume.
    weight : (H, C, 7)
        The first layer's, for this level.
    steps : (7, 3)
        Where the seven places are.
    """

    def __init__(self, level: _Level, weight: Tensor, steps: Tensor) -> None:
        volume = level.volume
        assert volume is not None
        cells = torch.arange(level.resolution, device=volume.device, dtype=torch.float64)
        inner = level.resolution - 1 - 2 * level.margin
        samples = (cells - level.margin) * (2 / inner) - 1
        distance = float(steps.max())
        knots = torch.cat([samples, samples - distance, samples + distance]).sort().values
        is_new = torch.cat([knots.new_ones(1), knots.diff()]) > 1e-6
        self._knots = knots[is_new].float()
        self._resolution = len(self._knots)
        self._width = self._knots.diff()
        blend = [_blending(level, self._knots + shift) for shift in (0.0, -distance, distance)]
        total: Tensor | None = None
        for axis in range(3):  # of the volume; the coordinates run the other way
            first = 1 + 2 * (2 - axis)
            own = [(blend[1], first), (blend[2], first + 1)] + ([(blend[0], 0)] if not axis else [])
            parts = [
                _along(axis, matrix, volume @ weight[:, :, place].t()) for matrix, place in own
            ]
            part = torch.stack(parts).sum(0)
            for other in {0, 1, 2} - {axis}:
                part = _along(other, blend[0], part)
            total = part if total is None else total.add_(part)
        assert total is not None
        self._table = total.reshape(-1, weight.shape[0])

    def sample(self, coordinates: Tensor) -> Tensor:
        """What this level adds to the first layer (n, H) at coordinates (3, n)."""
        inside = coordinates.clamp(self._knots[0], self._knots[-1])
        lower = torch.bucketize(inside.detach().contiguous(), self._knots, right=True) - 1
        lower.clamp_(max=self._resolution - 2)
        fraction = (inside - self._knots[lower]) / self._width[lower]
        index, weight = blend_corners(lower.int(), fraction, self._resolution)
        return weighted_rows(self._table, index.t(), weight.t())


def _is_worth_projecting(level: _Level, width: int) -> bool:
    if not 1 + 2 * level.margin < level.resolution <= _FINEST_TABLE:
        return False
    return (3 * level.resolution) ** 3 * width * 4 <= _LARGEST_TABLE


def _blending(level: _Level, coordinates: Tensor) -> Tensor:
    """Matrix (K, R) that interpolates samples along one axis at coordinates (K,)."""
    position = level.positions(coordinates)
    cells = torch.arange(level.resolution, device=position.device)
    return (1 - (position[:, None] - cells).abs()).clamp_min(0)


def _along(axis: int, matrix: Tensor, volume: Tensor) -> Tensor:
    """Apply a matrix (K, R) to one axis of a volume (X, Y, Z, C)."""
    shape = list(volume.shape)
    shape[axis] = len(matrix)
    before = int(torch.tensor(volume.shape[:axis]).prod())
    return (matrix @ volume.reshape(before, volume.shape[axis], -1)).view(shape)


def _grouped(
    voxels: Tensor,
    levels: Sequence[Tensor],
    stem: tuple[nn.Module, nn.Module] | None,
    is_padded: bool,
) -> list[_Level]:
    """The levels by resolution, in the order of their channels."""
    if stem is not None:
        finest = _stem_level(voxels, stem, is_padded)
        return [finest, *(_dense_level(level, is_padded) for level in levels)]
    finest = torch.cat((voxels[None].to(levels[0]), levels[0]))
    return [_dense_level(level, is_padded) for level in (finest, *levels[1:])]


def _dense_level(level: Tensor, is_padded: bool) -> _Level:
    if is_padded:
        level = functional.pad(level, (1,) * 6)
    volume = level.permute(1, 2, 3, 0).clone(memory_format=torch.contiguous_format)  # (R, R, R, C)
    return _Level(volume.flatten(0, 2), len(volume), is_padded, volume=volume)


def _stem_level(voxels: Tensor, stem: tuple[nn.Module, nn.Module], is_padded: bool) -> _Level:
    """Occupied cells and stem features: row 0 is an empty neighbourhood, row 1 is outside."""
    convolution, norm = cast("tuple[nn.Conv3d, nn.BatchNorm3d]", stem)
    touched = functional.max_pool3d((voxels != 0).float()[None, None], 3, 1, 1)[0, 0]
    cells = touched.nonzero()  # (M, 3)
    bordered = functional.pad(voxels, (1,) * 6)
    size = bordered.shape[0]
    near = torch.arange(3, device=voxels.device)
    offset = ((near[:, None, None] * size + near[:, None]) * size + near).flatten()  # (27,)
    at = (cells[:, 0] * size + cells[:, 1]) * size + cells[:, 2]
    kernel = convolution.weight.detach().flatten(1).t().contiguous()  # (27, S)
    bias = convolution.bias
    assert bias is not None
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    shift = norm.bias - norm.running_mean * scale

    def features(patches: Tensor) -> Tensor:  # (m, 27) -> (m, 1 + S)
        found = torch.addmm(bias, patches, kernel).relu_() * scale + shift
        return torch.cat((patches[:, 13:14], found), 1)

    empty = features(voxels.new_zeros(1, 27))
    parts = [features(bordered.view(-1)[some[:, None] + offset]) for some in at.split(1 << 16)]
    table = torch.cat((empty, torch.zeros_like(empty), *parts))
    rows = torch.zeros(voxels.shape, dtype=torch.int32, device=voxels.device)
    rows[tuple(cells.t())] = torch.arange(2, 2 + len(cells), dtype=torch.int32, device=rows.device)
    if is_padded:
        rows = functional.pad(rows, (1,) * 6, value=1)
    return _Level(table, len(rows), is_padded, rows=rows.flatten())
