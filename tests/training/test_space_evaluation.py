"""Scores of a space of shapes, on fields and clouds whose scores are known."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.shapes.analytic import AnalyticField, sphere, union
from occstudio.shapes.arrays import Points
from occstudio.training.space_evaluation import compare_samples, largest_share


def _ball(center: tuple[float, float, float], seed: int = 0) -> Points:
    directions = np.random.default_rng(seed).normal(size=(500, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return (0.1 * directions + center).astype(np.float32)


def test_a_shape_in_one_piece_is_whole() -> None:
    assert largest_share(AnalyticField(sphere(0.3)), 0.0) == 1.0


def test_of_two_balls_the_larger_one_has_its_share_of_the_volume() -> None:
    balls = union(sphere(0.2, (-0.25, 0.0, 0.0)), sphere(0.1, (0.3, 0.0, 0.0)))
    assert largest_share(AnalyticField(balls), 0.0) == pytest.approx(8 / 9, abs=0.01)


def test_nothing_is_not_whole() -> None:
    assert largest_share(AnalyticField(sphere(0.3)), 1e9) == 0.0


def test_samples_like_one_reference_alone_cover_only_that_one() -> None:
    left, right = (-0.3, 0.0, 0.0), (0.3, 0.0, 0.0)
    references = [_ball(left), _ball(right)]
    one_sided = compare_samples([_ball(left, seed=k) for k in (1, 2, 3)], references)
    both = compare_samples([_ball(left, seed=1), _ball(right, seed=2)], references)
    assert (one_sided.coverage, both.coverage) == (0.5, 1.0)
    assert one_sided.distance > 5 * both.distance
    assert (one_sided.samples, one_sided.references) == (3, 2)
