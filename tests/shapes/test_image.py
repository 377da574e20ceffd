"""A photo: its pixels are checked once, and what was cut away becomes white."""

import numpy as np
import pytest

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.image import Image


def test_transparent_pixels_become_white_and_half_transparent_ones_are_mixed() -> None:
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 128]]], np.uint8)
    mixed = Image(pixels).on_white()
    assert mixed.tolist() == [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]


def test_an_opaque_photo_stays_as_it_is() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3)).astype(np.uint8)
    assert np.array_equal(Image(pixels).on_white(), pixels)
    assert not Image(pixels).has_opacity
    assert Image(pixels).summary == "5 × 4 photo"


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((1, 20_001, 3), np.uint8),
    ],
)
def test_what_is_no_photo_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(InvalidGeometryError):
        Image(pixels)
