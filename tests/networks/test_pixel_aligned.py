"""Points are answered from where they are seen, and from nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from occstudio.inference.photo_camera import Pose
from occstudio.networks.photo_projection import mirrored, projected
from occstudio.networks.pixel_aligned import PixelAlignedOccupancy
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from tests.networks.test_shape_space import TINY

SMALL = {"widths": [8, 16], "width": 8, "fine": 6, "hidden": 12, "width_points": 16, "blocks": 2}
POSES = [
    Pose(0.3, 0.4, 0.1, 2.6, 1.2, (0.45, 0.55)),
    Pose(2.0, 0.1, -0.1, 2.1, 0.9, (0.5, 0.4)),
]


def _network() -> PixelAlignedOccupancy:
    torch.manual_seed(0)
    return PixelAlignedOccupancy(**SMALL).eval()


def _cameras() -> torch.Tensor:
    return torch.stack([pose.numbers() for pose in POSES])


def test_points_are_seen_where_the_pose_sees_them() -> None:
    points = torch.rand(2, 50, 3, generator=torch.Generator().manual_seed(0)) - 0.5
    places, depths = projected(_cameras(), points)
    for number, pose in enumerate(POSES):
        one = points[number].numpy()
        np.testing.assert_allclose(places[number].numpy(), pose.seen(one), atol=1e-5)
        expected = pose.depths(one) - pose.distance
        np.testing.assert_allclose(depths[number].numpy(), expected, atol=1e-5)


def test_a_mirrored_camera_sees_the_mirrored_point_in_the_mirrored_place() -> None:
    points = torch.rand(2, 50, 3, generator=torch.Generator().manual_seed(1)) - 0.5
    places, depths = projected(_cameras(), points)
    turned, same = projected(mirrored(_cameras()), points * torch.tensor([-1.0, 1.0, 1.0]))
    assert torch.allclose(turned[..., 0], 1 - places[..., 0], atol=1e-5)
    assert torch.allclose(turned[..., 1], places[..., 1], atol=1e-5)
    assert torch.allclose(same, depths, atol=1e-5)


def test_each_point_and_each_photo_is_answered_on_its_own() -> None:
    network, photos = _network(), torch.rand(2, 4, 32, 32)
    points = torch.rand(2, 9, 3) - 0.5
    with torch.no_grad():
        together = network(photos, _cameras(), points)
        apart = [
            network(photos[n : n + 1], _cameras()[n : n + 1], points[n : n + 1, k : k + 1])
            for n in range(2)
            for k in range(9)
        ]
    assert together.shape == (2, 9)
    assert torch.allclose(together.flatten(), torch.cat(apart).flatten(), atol=1e-5)


def test_a_point_knows_the_pixel_that_shows_it_and_that_of_its_mirror_image() -> None:
    """The gradient of the colours beside the features: only where the two are seen."""
    network, camera = _network(), Pose(0.6, 0.3, 0.0, 2.5, 2.0).numbers()[None]
    photos = torch.rand(1, 4, 64, 64)
    with torch.no_grad():
        seen = network.look(photos)
    pixels = photos.clone().requires_grad_(True)
    point = torch.tensor([[[0.2, 0.1, 0.05]]])
    aware = type(seen)(pixels, seen.fine, seen.summary, seen.azimuths, seen.poses, seen.frames)
    network.occupancy(aware, camera, point).sum().backward()
    assert pixels.grad is not None
    rows, columns = np.nonzero(pixels.grad[0].abs().sum(0).numpy())
    both = torch.cat((point, point * torch.tensor([-1.0, 1.0, 1.0])), 1)
    places = (projected(camera, both)[0][0] * 64 - 0.5).numpy()
    found = np.stack((columns, rows), 1)
    assert len(found) == 8
    nearest = np.abs(found[:, None] - places[None]).max(-1).min(1)
    assert (nearest < 1).all()


@pytest.mark.parametrize("looks", [False, True])
def test_whether_pixels_are_looked_at_shows_in_the_weights(looks: bool) -> None:
    torch.manual_seed(0)
    eyes = {"widths": [8, 16, 24], "blocks": 2, "hidden": 16, "hypotheses": 2}
    parts = {**TINY, "encoder": "photo", "encoder_kwargs": eyes}
    scans = {"widths": [8, 16, 8]}
    more = {"pixel_kwargs": SMALL, "scan_kwargs": scans} if looks else {}
    state = FAMILY.build(parts | more).state_dict()
    inferred = FAMILY.infer(state).hyperparameters
    again = FAMILY.build({**TINY, **inferred})
    again.load_state_dict(state)
    assert isinstance(again, ShapeSpace)
    assert (again.pixels is not None) is looks
    assert inferred.get("pixel_kwargs") == (SMALL if looks else None)
    assert inferred.get("scan_kwargs") == (scans if looks else None)
    assert inferred["encoder_kwargs"] == eyes
