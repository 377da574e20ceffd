"""Moments of a scan describe planes and lines around a query as they are."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from occstudio.networks.conv_onet import FAMILY
from occstudio.networks.local_decoder import MomentDecoder
from occstudio.networks.local_moments import (
    DESCRIPTORS,
    describe,
    describe_at,
    map_name,
    sum_moments,
)

PADDING = 0.1
FROM_PLANE, FROM_LINE, HOW_MANY = 15, 16, 18


def _described(scan: Tensor, queries: Tensor, resolution: int = 32) -> Tensor:
    """(1, N, 3) and (1, T, 3) -> (20, T), lengths in units of the cube."""
    lattices = sum_moments(scan, [resolution], PADDING)
    described = describe_at(queries, lattices, [resolution], PADDING)
    described[:3] *= (1 + PADDING) / (resolution - 1)
    described[12:18] *= (1 + PADDING) / (resolution - 1)
    return described


def _random(count: int, seed: int = 0) -> Tensor:
    return torch.rand(1, count, 3, generator=torch.Generator().manual_seed(seed)) - 0.5


def test_every_point_is_counted_once() -> None:
    scan = _random(500)
    lattice = sum_moments(scan, [16], PADDING)[map_name(16)]
    assert lattice.shape == (1, 10, 16, 16, 16)
    assert lattice[0, 0].sum() == pytest.approx(500, rel=1e-5)
    torch.testing.assert_close(lattice[0, 1:4].sum((1, 2, 3)), scan[0].sum(0), rtol=1e-4, atol=1e-3)


def test_distance_from_a_plane_is_that_of_the_query() -> None:
    normal = torch.tensor([0.6, 0.0, 0.8])
    scan = _random(20_000)
    scan = scan - (scan @ normal)[..., None] * normal
    heights = torch.linspace(-0.02, 0.02, 41)
    queries = torch.tensor([0.05, 0.1, -0.0375]) + heights[:, None] * normal
    found = _described(scan, queries[None])[FROM_PLANE]
    # The square root is blunt at zero: sqrt(1e-4) of a cell.
    torch.testing.assert_close(found, heights.abs(), atol=4e-4, rtol=0.02)


def test_distance_from_a_line_is_that_of_the_query() -> None:
    along = torch.linspace(-0.5, 0.5, 3000)
    scan = torch.stack([along, torch.zeros(3000), torch.zeros(3000)], 1)[None]
    around = torch.linspace(0, 6.28, 50)
    queries = torch.stack([around * 0.02, 0.015 * around.cos(), 0.015 * around.sin()], 1)
    found = _described(scan, queries[None])[FROM_LINE]
    torch.testing.assert_close(found, torch.full((50,), 0.015), atol=1e-4, rtol=0.02)


def test_far_from_all_points_there_is_nothing_and_nothing_breaks() -> None:
    scan = 0.1 * _random(300)
    queries = torch.full((1, 4, 3), 0.5).requires_grad_(True)
    found = _described(scan, queries)
    assert (found[HOW_MANY] == 0).all()
    assert (found[:3] == 0).all()
    (slope,) = torch.autograd.grad(found.sum(), queries)
    assert slope.isfinite().all()


def test_shapes_of_a_batch_do_not_see_each_other() -> None:
    first, second = _random(400, 1), _random(400, 2)
    queries = _random(50, 3)
    both = sum_moments(torch.cat([first, second]), [16, 32], PADDING)
    asked = queries.expand(2, -1, -1)
    together = describe_at(asked, both, [16, 32], PADDING).view(2 * DESCRIPTORS, 2, 50)
    for number, scan in enumerate((first, second)):
        alone = describe_at(queries, sum_moments(scan, [16, 32], PADDING), [16, 32], PADDING)
        torch.testing.assert_close(together[:, number], alone)


def _network() -> tuple[torch.nn.Module, MomentDecoder]:
    torch.manual_seed(0)
    network = FAMILY.build(
        {
            "encoder_kwargs": {"hidden_dim": 8, "plane_type": ["xz"], "plane_resolution": 16},
            "decoder": "moment_local",
            "decoder_kwargs": {"hidden_size": 16, "n_blocks": 2, "moment_dim": 8},
            "c_dim": 8,
        }
    ).eval()
    assert isinstance(network.decoder, MomentDecoder)
    for block in network.decoder.blocks:
        torch.nn.init.normal_(block.fc_1.weight, std=0.3)
    return network, network.decoder


def test_a_prepared_moment_decoder_gives_the_logits_of_decode() -> None:
    network, _ = _network()
    with torch.no_grad():
        features = network.encode(_random(1000))  # type: ignore[operator]
        queries = _random(20_000, 1)
        plain = network.decode(queries, features)[0]  # type: ignore[operator]
        prepared = network.prepare(features)(queries[0])  # type: ignore[operator]
    # A window that holds next to nothing has a covariance of small differences.
    assert (prepared - plain).abs().mean() < 1e-4 * plain.std()
    assert (prepared - plain).abs().max() < 0.02 * plain.std()


def test_how_the_maps_lie_in_memory_does_not_matter_to_a_prepared_decoder() -> None:
    network, _ = _network()
    with torch.no_grad():
        features = network.encode(_random(1000))  # type: ignore[operator]
        queries = _random(500, 1)[0]
        expected = network.prepare(features)(queries)  # type: ignore[operator]
        moved = {name: feature.contiguous() for name, feature in features.items()}
        assert not features[map_name(64)].is_contiguous()
        assert torch.equal(network.prepare(moved)(queries), expected)  # type: ignore[operator]


def test_descriptors_are_those_of_double_precision() -> None:
    scan, queries = _random(2000), _random(3000, 1)
    lattice = sum_moments(scan.double(), [32], PADDING)[map_name(32)]
    width = torch.tensor([[(1 + PADDING) / 31]])
    # Nodes as queries: there the windows' moments are the lattice's own.
    kept = lattice[0].flatten(1)[:, ::7]
    at = queries[0].t()[:, :1].expand(-1, kept.shape[1]) * 0.1 + _node(kept)
    exact = describe(kept.unsqueeze(1), at.double(), width.double())
    rounded = describe(kept.float().unsqueeze(1), at.float(), width)
    filled = torch.empty_like(rounded)
    assert describe(kept.float().unsqueeze(1), at.float(), width, out=filled) is filled
    assert torch.equal(filled, rounded)
    assert (rounded - exact).abs().mean() < 1e-4
    assert (rounded - exact).abs().max() < 0.02


def _node(moments: Tensor) -> Tensor:
    """A place near the points of each window: their mean, (10, n) -> (3, n)."""
    return moments[1:4] / moments[0].clamp_min(1e-3)


def test_hyperparameters_of_a_moment_decoder_are_inferred() -> None:
    network, decoder = _network()
    inferred = FAMILY.infer(network.state_dict())
    assert inferred.hyperparameters["decoder"] == "moment_local"
    assert inferred.hyperparameters["c_dim"] == 8
    kwargs = inferred.hyperparameters["decoder_kwargs"]
    assert tuple(kwargs["moment_resolutions"]) == decoder.moment_resolutions
    assert "decoder_kwargs.moment_resolutions" in inferred.assumed
