"""Sketches of fields that are seen once: quick, as coarse as they must be, and the same surface."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.shapes.analytic import AnalyticField
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.watch import UNWATCHED
from occstudio.studio.pace import SKETCH_GRIDS, USUAL_GRID, Pace
from occstudio.studio.sampling import Sampling


def ball(radius: float = 0.35) -> AnalyticField:
    def distance(points: Points) -> Values:
        return np.linalg.norm(points, axis=1) - np.float32(radius)

    return AnalyticField(distance)


def test_a_sketch_of_a_new_field_asks_a_fraction_of_its_grid() -> None:
    found, resolution = Sampling(ball(), Pace()).preview(128, 0.5, UNWATCHED)
    assert resolution == 48
    assert found.evaluations < 49**3 / 8
    distance = np.linalg.norm(found.mesh.vertices, axis=1)
    assert distance == pytest.approx(0.35, abs=0.005)
    assert found.mesh.is_watertight


def test_a_sketch_is_never_finer_than_what_is_wanted() -> None:
    _, resolution = Sampling(ball(), Pace()).preview(20, 0.5, UNWATCHED)
    assert resolution == 20


def test_what_a_sketch_took_chooses_the_next_grid() -> None:
    pace = Pace()
    pace.learn(1.0)
    assert pace.grid == 32
    pace.learn(0.03)
    assert pace.grid == 32
    pace.learn(0.02)
    assert pace.grid == USUAL_GRID
    pace.learn(0.02)
    assert pace.grid == USUAL_GRID
    for _ in range(9):
        pace.learn(0.0)
    assert pace.grid == SKETCH_GRIDS[-1]
    for _ in range(9):
        pace.learn(1.0)
    assert pace.grid == SKETCH_GRIDS[0]


def test_a_field_whose_surface_is_known_is_not_sketched() -> None:
    sampling = Sampling(ball(), Pace())
    sampling.surface(64, 0.5, UNWATCHED, refine=False)
    found, _ = sampling.preview(64, 0.5, UNWATCHED)
    assert found.evaluations == 0
