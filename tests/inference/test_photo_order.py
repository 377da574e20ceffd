"""What lies before what is compared between a photo and a shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from occstudio.inference.photo_camera import Pose
from occstudio.inference.photo_order import (
    UNKNOWN_ORDER,
    order_agreement,
    order_loss,
    relief_of,
)
from occstudio.inference.photo_reader import solid_points
from occstudio.networks.photo_encoder import PhotoAnswers
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from occstudio.shapes.analytic import AnalyticField, box, union
from tests.networks.test_shape_space import TINY

POSE = Pose(np.radians(35), 0.3, 0.0, 2.6, 1.6)
STAIRS = union(box((0.8, 0.3, 0.4), (0, -0.2, 0.2)), box((0.8, 0.7, 0.4), (0, 0, -0.2)))
SIDE = 32


def _stairs() -> np.ndarray:
    return solid_points(AnalyticField(STAIRS), 0.0, 48)[0]


def _answers(network: ShapeSpace, inputs: np.ndarray) -> PhotoAnswers:
    with torch.no_grad():
        return network.answers(torch.from_numpy(inputs)[None])


def _seen(pose: Pose) -> np.ndarray:
    """Depths of the stairs, as exactly as their cells give them, from an origin of their own."""
    points = _stairs()
    columns, rows = np.floor(pose.seen(points) * SIDE).astype(int).T
    depth = np.full((SIDE, SIDE), np.inf)
    np.minimum.at(depth, (rows, columns), pose.depths(points))
    return np.where(np.isfinite(depth), depth - 17, np.nan).astype(np.float32)


def test_a_shape_agrees_with_its_own_relief_and_less_from_behind() -> None:
    relief = _seen(POSE)
    assert order_agreement(POSE, _stairs(), relief) > 0.98
    behind = replace(POSE, azimuth=POSE.azimuth + np.pi)
    assert order_agreement(behind, _stairs(), relief) < 0.8
    assert order_agreement(POSE, _stairs(), -relief) < 0.02


def test_where_nothing_is_told_the_order_is_unknown() -> None:
    nothing = np.full((SIDE, SIDE), np.nan, np.float32)
    assert order_agreement(POSE, _stairs(), nothing) == UNKNOWN_ORDER
    assert order_agreement(POSE, _stairs(), np.zeros((SIDE, SIDE), np.float32)) == UNKNOWN_ORDER
    aside = replace(POSE, centre=(9.0, 9.0))
    assert order_agreement(aside, _stairs(), _seen(POSE)) == UNKNOWN_ORDER


def test_only_pairs_in_the_wrong_order_are_pulled_apart() -> None:
    told = np.array([0.0, 0.5, 0.52], np.float32)
    rng = np.random.default_rng(0)
    right = torch.tensor([3.0, 3.1, 3.2], requires_grad=True)
    assert order_loss(told, right, 200, rng).item() == 0
    wrong = torch.tensor([3.0, 2.9, 3.2], requires_grad=True)
    loss = order_loss(told, wrong, 200, rng)
    loss.backward()  # pyright: ignore[reportUnknownMemberType]
    assert loss.item() > 0
    slope = wrong.grad
    assert slope is not None
    assert slope[0] > 0 > slope[1]
    assert slope[2] == 0  # told to be too near to the second to be in an order with it


@pytest.mark.parametrize("count", [0, 1, 4])
def test_few_or_level_places_have_no_order(count: int) -> None:
    level = np.zeros(count, np.float32)
    assert order_loss(level, torch.zeros(count), 50, np.random.default_rng(0)).item() == 0


def test_a_relief_is_told_where_the_object_is() -> None:
    torch.manual_seed(0)
    eyes = {"widths": [8, 16], "blocks": 1, "hidden": 16, "hypotheses": 2, "sees_relief": True}
    network = FAMILY.build({**TINY, "encoder": "photo", "encoder_kwargs": eyes}).eval()
    inputs = np.ones((4, 64, 64), np.float32)
    inputs[3, :, 32:] = 0
    relief = relief_of(_answers(network, inputs), inputs)
    assert relief is not None
    assert relief.shape == (16, 16)
    assert np.isfinite(relief[:, :8]).all()
    assert np.isnan(relief[:, 8:]).all()
    blind = FAMILY.build({**TINY, "encoder": "photo", "encoder_kwargs": {**eyes, "sees_relief": 0}})
    assert relief_of(_answers(blind.eval(), inputs), inputs) is None
