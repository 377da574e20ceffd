"""What pixels and guesses together expect: its surface, and what a shape is asked to agree with."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from occstudio.inference.library import code_book, load_model
from occstudio.inference.photo_camera import Pose
from occstudio.inference.photo_evidence import PhotoEvidence
from occstudio.inference.photo_expected import Expected
from occstudio.inference.predictor import NeuralModel
from occstudio.shapes.field import level_of

RADIUS = 0.3
CAMERA = Pose(0.0, 0.0, 0.0, 2.6, 2.0).numbers()


class _Ball:
    """Pixels that say that there is a ball, whoever took the photo."""

    def logits(self, camera: Tensor, points: Tensor) -> Tensor:
        assert camera.shape == (7,)
        return 100 * (RADIUS - points.norm(dim=1))


@pytest.fixture(scope="module")
def expected() -> Expected:
    model, book = load_model("furniture-space", "cpu"), code_book("furniture-space")
    assert isinstance(model, NeuralModel)
    assert book is not None
    codes = list(np.array(book.codes[:2]))
    return Expected(model, cast("PhotoEvidence", _Ball()), codes, np.array([0.7, 0.3]))


def test_the_surface_is_where_pixels_end_and_nothing_is_beside_the_silhouette(
    expected: Expected,
) -> None:
    whole = expected.surface(CAMERA, np.ones((64, 64), np.bool_))
    assert whole is not None
    assert whole.shape == (3000, 3)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), RADIUS, atol=0.03)
    assert np.abs(whole.mean(axis=0)).max() < 0.02

    left = np.zeros((64, 64), np.bool_)
    left[:, :32] = True
    half = expected.surface(CAMERA, left)
    assert half is not None
    # The camera stands in front, so what is left of the middle of the photo has x < 0.
    assert half[:, 0].max() < 0.15
    assert half[:, 0].min() < -0.27
    assert expected.surface(CAMERA, np.zeros((64, 64), np.bool_)) is None


def test_all_that_may_be_inside_is_asked_for_and_sharply(expected: Expected) -> None:
    points, chances = expected.asked(CAMERA, np.random.default_rng(0))
    assert points.shape == (len(chances), 3)
    distance = points.norm(dim=1)
    inside = distance < RADIUS - 0.05
    assert (chances[inside] > 0.9).all()
    assert (chances[distance > RADIUS + 0.1] < 0.05).all()
    # The ball fills 8.5 % of the cube, the kept half of the rest is bounded.
    assert 0.15 < inside.float().mean() < 0.6


def test_guesses_weigh_where_pixels_are_undecided(expected: Expected) -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(-0.5, 0.5, (4000, 3)).astype(np.float32)
    points *= (RADIUS / np.linalg.norm(points, axis=1))[:, None]
    logits = expected.logits(CAMERA, points)
    solid = expected.fields[0](points) > level_of(0.5)
    assert solid.any()
    assert logits[torch.from_numpy(solid)].mean() > logits[torch.from_numpy(~solid)].mean() + 0.5
