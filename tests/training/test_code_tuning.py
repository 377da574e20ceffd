"""Codes are fitted to shapes, alone or together with the network that decodes them."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from occstudio.datasets.training_samples import QueryRecipe, SampleRecipe, ScanRecipe, Source
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.training.code_tuning import TuningRecipe, codes_of, fit_codes, tune_together
from tests.networks.test_shape_space import FAMILY, TINY
from tests.training.solids import Ellipsoid, ellipsoids

RECIPE = TuningRecipe(
    steps=100,
    last_steps=40,
    batch=4,
    rate=1e-2,
    code_rate=5e-2,
    jitter=0.02,
    ema=0.9,
    samples=SampleRecipe(
        batch_size=4, scan=ScanRecipe(points=256, ordinary=1.0), query=QueryRecipe(count=256)
    ),
)


@pytest.fixture
def network() -> ShapeSpace:
    torch.manual_seed(0)
    return FAMILY.build(TINY).eval()


def _iou(network: ShapeSpace, codes: torch.Tensor, shapes: list[Ellipsoid]) -> float:
    asked = np.random.default_rng(5).uniform(-0.55, 0.55, (2000, 3)).astype(np.float32)
    with torch.no_grad():
        points = torch.from_numpy(asked).expand(len(shapes), -1, -1)
        inside = network.decode(points, {CODE: codes}).numpy() > 0
    truth = np.stack([shape.occupancy(asked) for shape in shapes])
    return float((inside & truth).sum() / (inside | truth).sum())


def test_codes_alone_leave_the_network_as_it_is(network: ShapeSpace) -> None:
    before = copy.deepcopy(network.state_dict())
    shapes = ellipsoids(5)
    start = codes_of(network, shapes, points=200)
    fitted = fit_codes(network, shapes, start, RECIPE)
    assert fitted.shape == start.shape
    assert not torch.equal(fitted, start)
    assert all(torch.equal(before[name], held) for name, held in network.state_dict().items())


def test_tuning_makes_known_shapes_better(network: ShapeSpace) -> None:
    shapes = ellipsoids(5)
    start = codes_of(network, shapes, points=200)
    told: list[int] = []
    tuned, codes = tune_together(
        network,
        shapes,
        start,
        [Source(ellipsoids(20, seed=2))],
        RECIPE,
        told=lambda step, _: told.append(step),
    )
    assert _iou(tuned, codes, shapes) > max(0.6, _iou(network, start, shapes) + 0.2)
    assert told == [25, 50, 75, 100, 25]


def test_fitting_starts_and_ends_the_same_for_the_same_seed(network: ShapeSpace) -> None:
    shapes = ellipsoids(3)
    start = codes_of(network, shapes, points=200)
    recipe = replace(RECIPE, last_steps=5)
    first, again = (fit_codes(network, shapes, start, recipe) for _ in range(2))
    assert torch.equal(first, again)
