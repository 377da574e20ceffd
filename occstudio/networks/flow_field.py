"""The field of a moving shape at one time, made ready to be asked at many points.

A query is carried back to time 0, where the decoder answers. The steps of the solver are chosen
once, on points all over the box, and are the same for every query, so that the field is one smooth
function whatever is asked together.

Most of the cost is carrying. Far from the surface a coarse chart of it does: `FlowField.rough`
looks up where the corners of a lattice came from, and interpolates.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from occstudio.networks.folded_field import FoldedField, FoldedResnet
from occstudio.networks.ode_solver import solve, solve_along

_CHART_CELLS: Final = 16
_CHART_SIDE: Final = 1.2
"""A little more than the padded cube; beyond it the chart's border is taken."""
_STEERING_POINTS: Final = 512


class FlowField:
    """Points (n, 3) -> logits (n,) at one time, positive inside, without gradients.

    Parameters
    ----------
    decoder : FoldedField
        Of the shape at time 0.
    velocity : FoldedResnet
        Places and times (n, 4) -> velocities (n, 3), by `values`.
    time : float
        From 0 to 1.
    rtol, atol : float
        Of the solver.
    """

    @torch.inference_mode()
    def __init__(
        self,
        decoder: FoldedField,
        velocity: FoldedResnet,
        time: float,
        *,
        rtol: float,
        atol: float,
    ) -> None:
        self._decoder, self._velocity, self._time = decoder, velocity, time
        generator = torch.Generator().manual_seed(0)
        steering = torch.rand(_STEERING_POINTS, 3, generator=generator) - 0.5
        steering = (steering * _CHART_SIDE).to(velocity.device)
        _, self._steps = solve(self._backward, steering, time, rtol=rtol, atol=atol)
        self._chart: Tensor | None = None

    @property
    def steps(self) -> tuple[float, ...]:
        """Lengths of the solver's steps, from the field's time back to 0."""
        return self._steps

    @torch.inference_mode()
    def __call__(self, points: Tensor) -> Tensor:
        """Logits (n,) at points (n, 3), in float32."""
        return self._decoder(solve_along(self._backward, points, self._steps))

    @torch.inference_mode()
    def rough(self, points: Tensor) -> Tensor:
        """The same by the chart, and in low precision where that is faster."""
        if self._chart is None:
            self._chart = self._charted(points.device)
        where = (points * (2 / _CHART_SIDE)).view(1, 1, 1, -1, 3)
        moved = functional.grid_sample(
            self._chart, where, mode="bilinear", padding_mode="border", align_corners=True
        )
        return self._decoder.rough(points + moved.view(3, -1).t())

    def _charted(self, device: torch.device) -> Tensor:
        """How far the corners of the lattice are carried, (1, 3, Z, Y, X)."""
        count = _CHART_CELLS + 1
        axis = torch.linspace(-_CHART_SIDE / 2, _CHART_SIDE / 2, count, device=device)
        z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
        corners = torch.stack((x, y, z), -1).view(-1, 3)
        moved = solve_along(self._roughly_backward, corners, self._steps) - corners
        return moved.t().reshape(1, 3, count, count, count).contiguous()

    def _backward(self, elapsed: float, places: Tensor) -> Tensor:
        return -self._velocity.values(self._at(elapsed, places))

    def _roughly_backward(self, elapsed: float, places: Tensor) -> Tensor:
        return -self._velocity.values(self._at(elapsed, places), rough=True)

    def _at(self, elapsed: float, places: Tensor) -> Tensor:
        return functional.pad(places, (0, 1), value=self._time - elapsed)
