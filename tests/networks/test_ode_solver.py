"""The solver follows equations whose solutions are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from occstudio.errors import ModelError
from occstudio.networks.ode_solver import solve, solve_along


def _turning(time: float, state: Tensor) -> Tensor:
    return torch.stack((-state[..., 1], state[..., 0]), -1)


def _driven(time: float, state: Tensor) -> Tensor:  # y(t) = sin(t^2) + y0
    return torch.full_like(state, 2 * time * math.cos(time**2))


@pytest.mark.parametrize("rtol", [1e-3, 1e-6, 1e-9])
def test_a_turn_ends_where_the_tolerance_allows(rtol: float) -> None:
    start = torch.tensor([[1.0, 0.0], [0.0, 2.0]], dtype=torch.float64)
    end, steps = solve(_turning, start, math.pi / 2, rtol=rtol, atol=rtol * 1e-2)
    expected = torch.tensor([[0.0, 1.0], [-2.0, 0.0]], dtype=torch.float64)
    assert (end - expected).abs().max() < 3 * rtol
    assert math.isclose(sum(steps), math.pi / 2)


def test_the_time_is_that_of_the_stage() -> None:
    start = torch.zeros(3, dtype=torch.float64)
    end, _ = solve(_driven, start, 2.0, rtol=1e-8, atol=1e-10)
    assert (end - math.sin(4.0)).abs().max() < 1e-7


def test_the_error_falls_with_the_fifth_power_of_the_step() -> None:
    start = torch.tensor([1.0, 0.0], dtype=torch.float64)
    expected = torch.tensor([math.cos(1), math.sin(1)], dtype=torch.float64)
    errors = []
    for count in (4, 8, 16):
        end = solve_along(_turning, start, [1.0 / count] * count)
        errors.append(float((end - expected).norm()))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 4.8).all()


def test_it_needs_as_few_evaluations_as_scipys() -> None:
    calls = 0

    def pendulum(time: float, state: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return torch.stack((state[1], -9.81 * state[0].sin() - 0.1 * state[1]))

    start = torch.tensor([1.0, 0.0], dtype=torch.float64)
    end, _ = solve(pendulum, start, 5.0, rtol=1e-6, atol=1e-8)
    reference = solve_ivp(
        lambda t, y: [y[1], -9.81 * np.sin(y[0]) - 0.1 * y[1]],
        (0, 5),
        [1.0, 0.0],
        method="RK45",
        rtol=1e-6,
        atol=1e-8,
    )
    np.testing.assert_allclose(end.numpy(), reference.y[:, -1], atol=1e-4)
    assert calls <= 1.2 * reference.nfev


def test_taken_steps_lead_to_the_same_place() -> None:
    start = torch.rand(20, 2)
    end, steps = solve(_turning, start, 1.3, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(solve_along(_turning, start, steps), end)


def test_the_end_can_be_differentiated_by_the_start() -> None:
    start = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    end, _ = solve(_turning, start, 0.7, rtol=1e-8, atol=1e-10)
    (slope,) = torch.autograd.grad(end[0], start)
    expected = torch.tensor([math.cos(0.7), -math.sin(0.7)], dtype=torch.float64)
    assert (slope - expected).abs().max() < 1e-7


def test_no_time_and_no_motion_leave_everything_in_place() -> None:
    start = torch.rand(5, 2)
    assert torch.equal(solve(_turning, start, 0.0, rtol=1e-3, atol=1e-5)[0], start)
    still = solve(lambda _, state: torch.zeros_like(state), start, 1.0, rtol=1e-3, atol=1e-5)
    assert torch.equal(still[0], start)


@pytest.mark.parametrize("factor", [float("nan"), 1e30])
def test_what_cannot_be_followed_is_said(factor: float) -> None:
    with pytest.raises(ModelError, match="could not be followed"):
        solve(lambda _, y: factor * y**2, torch.ones(3), 1.0, rtol=1e-3, atol=1e-5)
