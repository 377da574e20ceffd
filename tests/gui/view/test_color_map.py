"""Colour maps: even to the eye, and what they claim about lightness."""

import numpy as np
import pytest

from occstudio.gui.view.color_map import BELIEF, DISTANCE, DOUBT, ColorMap, oklab, srgb


def test_oklab_and_back_is_the_same_colour(rng: np.random.Generator) -> None:
    colors = rng.random((100, 3))
    assert srgb(oklab(colors)) == pytest.approx(colors, abs=1e-6)
    assert oklab(np.array([[1.0, 1.0, 1.0]]))[0] == pytest.approx([1, 0, 0], abs=1e-3)


@pytest.mark.parametrize(("colors", "sign"), [(BELIEF, 1), (DOUBT, -1)])
def test_lightness_of_a_sequential_map_only_goes_one_way(colors: ColorMap, sign: int) -> None:
    lightness = oklab(colors.table / 255)[:, 0]
    assert (sign * np.diff(lightness) > -2e-3).all()
    assert abs(lightness[-1] - lightness[0]) > 0.5


def test_the_diverging_map_is_lightest_at_zero_and_alike_on_both_sides() -> None:
    lightness = oklab(DISTANCE.table / 255)[:, 0]
    assert lightness.argmax() in (127, 128)
    assert lightness == pytest.approx(lightness[::-1], abs=0.08)


@pytest.mark.parametrize("colors", [BELIEF, DISTANCE, DOUBT])
def test_equal_steps_are_equal_to_the_eye(colors: ColorMap) -> None:
    lab = oklab(colors.table / 255)
    halves = (lab[:128], lab[128:]) if colors.is_diverging else (lab,)
    for half in halves:
        steps = np.linalg.norm(half[8:] - half[:-8], axis=1)
        assert steps.std() < 0.1 * steps.mean()


def test_values_beyond_the_scale_take_its_ends() -> None:
    found = BELIEF(np.array([-3.0, 0.0, 1.0, 7.0]))
    assert (found[0] == found[1]).all()
    assert (found[2] == found[3]).all()
    assert BELIEF.css(1.0) == "#fff3b8"
