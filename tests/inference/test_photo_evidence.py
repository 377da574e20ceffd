"""What pixels say of a photo: the same of its mirror image, and a place for the camera."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from occstudio.inference.photo_evidence import PhotoEvidence
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from tests.networks.test_pixel_aligned import SMALL
from tests.networks.test_shape_space import TINY

FLIP = np.array([-1, 1, 1], np.float32)


def _network(*, looks: bool = True) -> ShapeSpace:
    torch.manual_seed(0)
    eyes = {"widths": [8, 16], "blocks": 1, "hidden": 16, "hypotheses": 2}
    parts = {**TINY, "encoder": "photo", "encoder_kwargs": eyes}
    return FAMILY.build(parts | ({"pixel_kwargs": SMALL} if looks else {})).eval()


def test_a_mirrored_photo_says_the_mirrored_thing() -> None:
    network, rng = _network(), np.random.default_rng(0)
    photo = rng.random((4, 32, 32)).astype(np.float32)
    straight = PhotoEvidence.of(network, photo)
    turned = PhotoEvidence.of(network, np.ascontiguousarray(photo[:, :, ::-1]))
    assert straight is not None
    assert turned is not None
    assert straight.directions.sum() == pytest.approx(1)
    # 10 degrees to the right of the front is 10 degrees to the left of it in a mirror.
    backward = np.roll(turned.directions[::-1], 1)
    np.testing.assert_allclose(straight.directions, backward, atol=1e-6)
    one, other = straight.pose, turned.pose
    assert one.elevation == pytest.approx(other.elevation, abs=1e-6)
    assert one.roll == pytest.approx(-other.roll, abs=1e-6)
    assert one.centre == pytest.approx((1 - other.centre[0], other.centre[1]), abs=1e-6)
    assert one.focal == pytest.approx(other.focal, rel=1e-5)

    points = rng.uniform(-0.5, 0.5, (40, 3)).astype(np.float32)
    camera = one.numbers()
    mirrored = camera * torch.tensor([-1.0, 1, -1, 1, 1, -1, 1])
    mirrored[5] += 1
    there = straight.chances(camera, points)
    np.testing.assert_allclose(turned.chances(mirrored, points * FLIP), there, atol=1e-5)
    assert ((there > 0) & (there < 1)).all()


def test_who_does_not_look_at_pixels_says_nothing_of_them() -> None:
    assert PhotoEvidence.of(_network(looks=False), np.zeros((4, 32, 32), np.float32)) is None
