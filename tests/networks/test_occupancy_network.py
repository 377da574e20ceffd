"""The contract between networks and what runs them."""

from __future__ import annotations

import pytest
import torch

from occstudio.networks.families import load_families
from occstudio.networks.occupancy_network import OccupancyNetwork, field_in_batches

_SMALL = {"encoder_kwargs": {"hidden_dim": 8, "plane_resolution": 16}, "c_dim": 8}


@pytest.mark.parametrize("name", sorted(load_families()))
def test_each_familys_default_network_can_be_run(name: str) -> None:
    assert isinstance(load_families()[name].build({}), OccupancyNetwork)


@pytest.mark.parametrize("count", [0, 1, 100])
def test_a_field_in_batches_is_the_decoder(count: int) -> None:
    torch.manual_seed(0)
    network = load_families()["conv_onet"].build(_SMALL)
    assert isinstance(network, OccupancyNetwork)
    code = network.encode(torch.rand(1, 50, 3) - 0.5)
    points = torch.rand(count, 3) - 0.5
    logits = field_in_batches(network, code, batch=7)(points)
    assert logits.shape == (count,)
    if count:
        expected = network.decode(points[None], code)[0]
        torch.testing.assert_close(logits, expected, atol=1e-5, rtol=1e-5)
