"""A plain background is cut away, another one is left alone."""

import numpy as np
import pytest

from occstudio.exchange.plain_background import border_plainness, cut_out
from occstudio.shapes.image import Image


def photo(ground: int) -> Image:
    """A dark ring before a plain ground; the ground shows through its middle."""
    rows, columns = np.mgrid[-1:1:64j, -1:1:64j]
    radius = np.hypot(rows, columns)
    pixels = np.full((64, 64, 3), ground, np.uint8)
    pixels[(radius > 0.4) & (radius < 0.8)] = (90, 30, 20)
    return Image(pixels)


def test_what_is_connected_with_the_border_is_cut_away_and_a_closed_middle_stays() -> None:
    found = cut_out(photo(200))
    assert found is not None
    opacity = found.pixels[..., 3]
    assert opacity[0, 0] == 0
    assert opacity[32, 32 + 19] == 255  # on the ring
    assert opacity[32, 32] == 255  # inside of it
    assert (found.pixels[..., :3] == photo(200).pixels).all()


def test_a_busy_background_is_left_alone() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    assert cut_out(Image(noise)) is None


def test_a_picture_of_nothing_is_left_alone() -> None:
    assert cut_out(Image(np.full((64, 64, 3), 255, np.uint8))) is None


def test_lightness_is_the_borders() -> None:
    plain, light = border_plainness(photo(51))
    assert plain == 1
    assert light == pytest.approx(0.2)
