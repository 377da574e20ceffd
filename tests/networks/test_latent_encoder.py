"""The latent encoder pools over the points in one of two ways."""

from __future__ import annotations

import torch

from occstudio.networks.latent_encoder import LatentEncoder
from tests.networks.golden_weights import fill_network


def _latents(leaky: bool, repeats: int) -> torch.Tensor:
    encoder = fill_network(LatentEncoder(4, 3, leaky=leaky))
    generator = torch.Generator().manual_seed(0)
    points = torch.rand(1, 20, 3, generator=generator) - 0.5
    occupancy, code = (points[..., 0] > 0).float(), torch.ones(1, 3)
    points = torch.cat([points, points[:, :1].expand(1, repeats, 3)], 1)
    occupancy = torch.cat([occupancy, occupancy[:, :1].expand(1, repeats)], 1)
    return torch.cat(encoder(points, occupancy, code))


def test_a_repeated_point_changes_nothing_unless_leaky_where_means_are_taken() -> None:
    torch.testing.assert_close(_latents(False, 0), _latents(False, 30))
    assert (_latents(True, 0) - _latents(True, 30)).abs().max() > 1e-3


def test_the_order_of_the_points_does_not_matter() -> None:
    encoder = fill_network(LatentEncoder(4, 0))
    points = torch.rand(1, 20, 3)
    occupancy = (points[..., 0] > 0.5).float()
    forward, backward = encoder(points, occupancy), encoder(points.flip(1), occupancy.flip(1))
    torch.testing.assert_close(forward[0], backward[0])
