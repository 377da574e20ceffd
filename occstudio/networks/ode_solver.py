"""The solver of Dormand and Prince (1980), order five with an estimate of order four.

Steps are chosen so that the estimated error stays under ``atol + rtol * |y|``; they can be kept and
taken again with other starting points, which makes one smooth map of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor

from occstudio.errors import ModelError

Velocity = Callable[[float, Tensor], Tensor]
"""Derivative of the state at a time; of the state's shape."""

_MOST_STEPS = 500
_NODES: Final = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_WEIGHTS: Final = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_ERROR: Final = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def solve(
    velocity: Velocity, start: Tensor, end_time: float, *, rtol: float, atol: float
) -> tuple[Tensor, tuple[float, ...]]:
    """The state at `end_time` of what is `start` at time 0, and the steps that led there.

    Parameters
    ----------
    velocity : callable
        (time, state) -> derivative.
    start : Tensor
        Of any shape; the error is averaged (root mean square) over all of it.
    end_time : float
        At least 0.
    rtol, atol : float
        Tolerances of one step.

    Raises
    ------
    ModelError
        If it takes more than 500 steps or the values become infinite.
    """
    if end_time == 0:
        return start, ()
    state, slope = start, velocity(0.0, start)
    time, taken = 0.0, list[float]()
    step = _first_step(velocity, state, slope, end_time, rtol, atol)
    for _ in range(_MOST_STEPS):
        left = end_time - time
        if left <= 1e-9 * max(end_time, 1.0):
            return state, tuple(taken)
        step = min(step, left)
        after, slope_after, slopes = _stepped(velocity, time, state, slope, step)
        scale = atol + rtol * torch.maximum(state.detach().abs(), after.detach().abs())
        error = _size(step * _combined(slopes, _ERROR).detach() / scale)
        if not error < torch.inf:
            break
        if error <= 1:
            state, slope, time = after, slope_after, time + step
            taken.append(step)
        step *= min(10.0, max(0.2, 0.9 * max(error, 1e-10) ** -0.2))
    raise ModelError(
        "the motion could not be followed: the velocity field is too rough or not trained"
    )


def solve_along(velocity: Velocity, start: Tensor, steps: Sequence[float]) -> Tensor:
    """The state after the given steps from time 0, without control of the error."""
    state, slope, time = start, velocity(0.0, start), 0.0
    for step in steps:
        state, slope, _ = _stepped(velocity, time, state, slope, step)
        time += step
    return state


def _stepped(
    velocity: Velocity, time: float, state: Tensor, slope: Tensor, step: float
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """State and slope after a step, and all seven slopes; the last one begins the next step."""
    slopes, after = [slope], state
    for node, weights in zip(_NODES[1:], _WEIGHTS[1:], strict=True):
        after = state + step * _combined(slopes, weights)
        slopes.append(velocity(time + node * step, after))
    return after, slopes[-1], slopes


def _combined(slopes: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    total = slopes[0] * weights[0]
    for slope, weight in zip(slopes[1:], weights[1:], strict=True):
        if weight:
            total = total + weight * slope
    return total


def _first_step(
    velocity: Velocity, state: Tensor, slope: Tensor, end_time: float, rtol: float, atol: float
) -> float:
    """Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.4."""
    scale = atol + rtol * state.detach().abs()
    size, rate = _size(state.detach() / scale), _size(slope.detach() / scale)
    trial = 1e-6 if min(size, rate) < 1e-5 else 0.01 * size / rate
    trial = min(trial, end_time)
    with torch.no_grad():
        ahead = velocity(trial, state + trial * slope)
    change = _size((ahead - slope).detach() / scale) / max(trial, 1e-12)
    steepest = max(rate, change)
    best = max(1e-6, trial * 1e-3) if steepest <= 1e-15 else (0.01 / steepest) ** 0.2
    return max(min(100 * trial, best), 1e-12)


def _size(values: Tensor) -> float:
    return float(values.double().square().mean().sqrt()) if values.numel() else 0.0
