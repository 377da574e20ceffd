"""Sampling by weighted rows equals grid_sample, and can be differentiated more than once."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from occstudio.networks.map_sampling import SampleMode, sample_maps, weighted_rows
from tests.networks.plain_reference import plain_sample


def _maps() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    maps = {name: torch.randn(2, 5, 7, 7, generator=generator) for name in ("xz", "xy", "yz")}
    maps["grid"] = torch.randn(2, 5, 6, 6, 6, generator=generator)
    return {name: one.requires_grad_() for name, one in maps.items()}


def _queries() -> Tensor:
    return torch.rand(2, 300, 3, generator=torch.Generator().manual_seed(1)) * 1.4 - 0.7


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_values_and_gradients_are_those_of_grid_sample(mode: SampleMode) -> None:
    maps, points = _maps(), _queries()
    ours = sample_maps(points, maps, 0.1, mode)
    plain = plain_sample(points, maps, 0.1, mode)
    torch.testing.assert_close(ours, plain)
    upstream = torch.randn(ours.shape, generator=torch.Generator().manual_seed(2))
    ours_gradients = torch.autograd.grad(ours, list(maps.values()), upstream)
    plain_gradients = torch.autograd.grad(plain, list(maps.values()), upstream)
    for a, b in zip(ours_gradients, plain_gradients, strict=True):
        torch.testing.assert_close(a, b)


def test_gradients_at_the_points_are_those_of_grid_sample() -> None:
    maps, points = _maps(), _queries().requires_grad_()
    (ours,) = torch.autograd.grad(sample_maps(points, maps, 0.1, "bilinear").sum(), points)
    (plain,) = torch.autograd.grad(plain_sample(points, maps, 0.1, "bilinear").sum(), points)
    torch.testing.assert_close(ours, plain, atol=1e-4, rtol=1e-4)


def test_the_gradient_at_the_points_can_be_differentiated() -> None:
    table = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.rand(4, 2, dtype=torch.float64, requires_grad=True)
    index = torch.tensor([[0, 1], [1, 2], [2, 5], [3, 3]], dtype=torch.int32)
    assert torch.autograd.gradcheck(lambda t, w: weighted_rows(t, index, w), (table, weight))
    assert torch.autograd.gradgradcheck(lambda t, w: weighted_rows(t, index, w), (table, weight))


def test_no_maps_are_refused() -> None:
    with pytest.raises(ValueError, match="no feature maps"):
        sample_maps(_queries(), {}, 0.1, "bilinear")
