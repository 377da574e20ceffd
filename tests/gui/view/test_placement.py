"""Cubes of frames onto each other, and round lengths."""

import numpy as np
import pytest

from occstudio.gui.view.floor import cell_length, round_length
from occstudio.gui.view.overlays.scale_bar import length_text
from occstudio.gui.view.placement import between_frames
from occstudio.shapes.frame import UP_AXES, Frame


@pytest.mark.parametrize("up", UP_AXES)
def test_the_matrix_between_frames_goes_through_their_world(
    up: str, rng: np.random.Generator
) -> None:
    first = Frame((5e5, -3.0, 40.0), 0.02, up)
    second = Frame((5e5 + 10, 1.0, 38.0), 0.05, "+z")
    points = rng.uniform(-0.5, 0.5, (20, 3))
    matrix = between_frames(first, second)
    moved = points @ matrix[:3, :3].T + matrix[:3, 3]
    assert moved == pytest.approx(second.to_model(first.to_world(points)), abs=1e-5)
    assert between_frames(first, first) == pytest.approx(np.eye(4))


@pytest.mark.parametrize(
    ("wanted", "rounded"), [(0.9, 1), (1.4, 1), (1.5, 2), (30, 20), (33, 50), (0.0069, 0.005)]
)
def test_lengths_are_one_two_or_five_times_a_power_of_ten(wanted: float, rounded: float) -> None:
    assert round_length(wanted) == pytest.approx(rounded)


def test_what_is_no_length_is_one() -> None:
    for nothing in (0.0, -2.0, float("nan"), float("inf")):
        assert round_length(nothing) == 1.0


def test_a_shape_of_a_kilometre_has_a_grid_of_200_metres() -> None:
    assert cell_length(1 / 1000) == pytest.approx(200)
    assert length_text(200, "m") == "200\u2009m"
    assert length_text(0.5, "") == "0.5"
