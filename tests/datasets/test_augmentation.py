"""Deformations undo themselves exactly, and fill the cube."""

import numpy as np
import pytest

from occstudio.datasets.augmentation import AugmentationRecipe, draw_deformation
from occstudio.datasets.training_samples import Batch, SampleRecipe, Source, batches
from tests.training.solids import ellipsoids


@pytest.mark.parametrize("seed", range(20))
def test_a_deformation_and_its_inverse_cancel(seed: int) -> None:
    rng = np.random.default_rng(seed)
    surface = rng.uniform(-0.5, 0.5, (500, 3)).astype(np.float32)
    wild = AugmentationRecipe(tumble=0.5, bend=1.0, taper=1.0)
    deformation = draw_deformation(surface, wild, rng)
    there = deformation.forward(surface)
    assert np.allclose(deformation.inverse(there), surface, atol=2e-5)
    assert np.allclose(np.ptp(there, axis=0).max(), 1, atol=1e-4)
    assert np.allclose(there.min(axis=0) + there.max(axis=0), 0, atol=1e-4)


def first_batches(seed: int, count: int = 3) -> list[Batch]:
    stream = batches([Source(ellipsoids(5))], SampleRecipe(batch_size=2), seed)
    return [next(stream) for _ in range(count)]


def test_batches_depend_on_the_seed_and_the_index_alone() -> None:
    again = batches([Source(ellipsoids(5))], SampleRecipe(batch_size=2), 3, first=2)
    assert np.array_equal(first_batches(3)[2].points, next(again).points)
    assert not np.array_equal(first_batches(3)[0].queries, first_batches(4)[0].queries)


def test_labels_follow_the_deformed_shape() -> None:
    """The middle of an ellipsoid is inside and the cube's corners are outside, however bent."""
    for batch in first_batches(1, count=5):
        distance = np.abs(batch.queries).max(axis=2)
        middle, corner = distance < 0.08, np.abs(batch.queries).min(axis=2) > 0.5
        assert middle.any()
        assert batch.occupancy[middle].mean() > 0.9
        assert batch.occupancy[corner].sum() == 0
        assert 0.1 < batch.occupancy.mean() < 0.7


def test_without_strength_only_mirrors_and_quarter_turns_are_left() -> None:
    recipe = AugmentationRecipe().weakened(0.0)
    points = np.random.default_rng(0).uniform(-0.4, 0.4, (50, 3)).astype(np.float32)
    points -= (points.min(0) + points.max(0)) / 2
    points /= np.ptp(points, axis=0).max()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        moved = draw_deformation(points, recipe, rng).forward(points)
        np.testing.assert_allclose(
            np.sort(np.ptp(moved, axis=0)), np.sort(np.ptp(points, axis=0)), atol=1e-4
        )
