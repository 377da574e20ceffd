"""Pooling by sorted cells equals pooling by scatter and gather, gradients and ties included."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from occstudio.networks.local_pooling import Reduce, locate, pool_local, scatter_mean
from occstudio.networks.plane_coordinates import cell_index, map_coordinates
from tests.networks.plain_reference import plain_map, plain_pool

_SIZES = {"grid": 4, "xz": 8, "xy": 8, "yz": 8}


def _cloud(seed: int = 0) -> Tensor:
    points = torch.rand(3, 200, 3, generator=torch.Generator().manual_seed(seed)) * 1.2 - 0.6
    points[:, 50:80] = points[:, :30]  # duplicates: their features tie
    return points


def _indices(points: Tensor) -> dict[str, tuple[Tensor, int]]:
    return {
        name: (
            cell_index(map_coordinates(points, name, 0.1), size),
            size ** (3 if name == "grid" else 2),
        )
        for name, size in _SIZES.items()
    }


def _features() -> Tensor:
    features = torch.randn(3, 200, 6, generator=torch.Generator().manual_seed(1))
    features[:, 50:80] = features[:, :30]
    return features.requires_grad_()


@pytest.mark.parametrize("reduce", ["max", "mean"])
def test_pooling_equals_scatter_and_gather(reduce: Reduce) -> None:
    points, features = _cloud(), _features()
    cells = [locate(points, name, size, 0.1) for name, size in _SIZES.items()]
    ours = pool_local(features, cells, reduce)
    plain = plain_pool(features, _indices(points), reduce)
    torch.testing.assert_close(ours, plain)
    upstream = torch.randn(ours.shape, generator=torch.Generator().manual_seed(2))
    (ours_gradient,) = torch.autograd.grad(ours, features, upstream)
    (plain_gradient,) = torch.autograd.grad(plain, features, upstream)
    torch.testing.assert_close(ours_gradient, plain_gradient)


def test_points_that_tie_for_the_maximum_share_its_gradient() -> None:
    points = torch.zeros(1, 4, 3)
    features = torch.tensor([[[1.0], [3.0], [3.0], [2.0]]], requires_grad=True)
    pooled = pool_local(features, [locate(points, "xy", 8, 0.1)], "max")
    pooled.sum().backward()
    assert pooled.flatten().tolist() == [3.0] * 4
    assert features.grad is not None
    assert features.grad.flatten().tolist() == [0.0, 2.0, 2.0, 0.0]


@pytest.mark.parametrize("name", ["grid", "xz"])
def test_cell_means_equal_scatter_mean(name: str) -> None:
    points, features = _cloud(), _features()
    size = _SIZES[name]
    ours = scatter_mean(features, locate(points, name, size, 0.1))
    shape = (size,) * (3 if name == "grid" else 2)
    plain = plain_map(features, *_indices(points)[name], shape)
    torch.testing.assert_close(ours, plain)
    upstream = torch.randn(ours.shape, generator=torch.Generator().manual_seed(2))
    (ours_gradient,) = torch.autograd.grad(ours, features, upstream)
    (plain_gradient,) = torch.autograd.grad(plain, features, upstream)
    torch.testing.assert_close(ours_gradient, plain_gradient)


def test_one_point_is_a_cloud() -> None:
    cells = locate(torch.zeros(1, 1, 3), "xz", 64, 0.1)
    features = torch.ones(1, 1, 2)
    assert pool_local(features, [cells], "max").tolist() == [[[1.0, 1.0]]]
    assert scatter_mean(features, cells).sum() == 2.0
