"""The look at the scan around queries (`local_moments`), made ready to be asked at many points.

The lattices of all scales lie in one table, so that one weighted sum of its rows fetches the
moments in all windows. The table is contiguous: rows whose moments lie apart in memory cost
several times as much as everything else together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from occstudio.networks.local_moments import DESCRIPTORS, MOMENTS, describe, map_name
from occstudio.networks.map_sampling import bag_rows, feature_rows
from occstudio.networks.plane_coordinates import map_coordinates


class PreparedMoments:
    """Points (n, 3) -> channels (n, M) that describe the scan around them, a transposed view.

    Parameters
    ----------
    features : mapping of str to Tensor
        With the lattices of `local_moments.sum_moments`, of one shape.
    resolutions, padding
        As they were given to `sum_moments`.
    first, second : nn.Linear
        From the descriptors of all scales to M channels, each followed by a ReLU; later changes
        of their weights are not followed.
    """

    def __init__(
        self,
        features: Mapping[str, Tensor],
        resolutions: Sequence[int],
        padding: float,
        *,
        first: nn.Linear,
        second: nn.Linear,
    ) -> None:
        lattices = [features[map_name(resolution)].detach() for resolution in resolutions]
        device, scales = lattices[0].device, len(lattices)
        self._padding = padding
        self._table = torch.cat([feature_rows(lattice) for lattice in lattices])
        nodes = torch.tensor(resolutions, dtype=torch.int32).unsqueeze(1)  # (S, 1)
        corner = torch.arange(8, dtype=torch.int32)
        steps = (corner & 1) + (corner >> 1 & 1) * nodes + (corner >> 2) * nodes**2  # (S, 8)
        self._steps = steps.unsqueeze(1).to(device)
        self._offset = (torch.cumsum(nodes**3, 0, dtype=torch.int32) - nodes**3).to(device)
        self._nodes = nodes.to(device)
        self._cells = (nodes - 1).float().to(device)
        self._last = (nodes - 2).float().to(device)
        self._width = (1 + padding) / self._cells
        with torch.no_grad():
            by_scale = first.weight.view(-1, scales, DESCRIPTORS)
            self._first = by_scale.transpose(1, 2).flatten(1)
            self._second = second.weight.clone()
            # Added apart: addmm copies a bias of this layout element by element.
            self._biases = [layer.bias.clone().unsqueeze(1) for layer in (first, second)]

    def __call__(self, points: Tensor) -> Tensor:
        moments = self._moments(points)
        described = torch.empty_like(moments[:1]).expand(DESCRIPTORS, -1, -1).contiguous()
        describe(moments, points.t().contiguous(), self._width, out=described)
        hidden = torch.mm(self._first, described.flatten(0, 1)).add_(self._biases[0]).relu_()
        return torch.mm(self._second, hidden).add_(self._biases[1]).relu_().t()

    def _moments(self, points: Tensor) -> Tensor:
        """In the windows of all scales around the points: (n, 3) -> (10, S, n)."""
        axes = map_coordinates(points, "grid", self._padding).t().contiguous()
        position = axes.unsqueeze(1) * self._cells  # (3, S, n)
        lower = torch.minimum(position.floor(), self._last)
        along = position.sub_(lower)
        x, y, z = lower.int().unbind()
        first = ((z * self._nodes + y) * self._nodes + x).add_(self._offset)
        index = first.unsqueeze(-1) + self._steps  # (S, n, 8)
        share = torch.stack((1 - along, along))  # (2, 3, S, n)
        plane = (share[:, 1].unsqueeze(1) * share[:, 0]).flatten(0, 1)
        weight = (share[:, 2].unsqueeze(1) * plane).view(8, -1)
        rows = bag_rows(self._table, index.view(-1, 8), weight.t().contiguous())
        return rows.t().contiguous().view(MOMENTS, len(self._nodes), -1)
