"""Shapes lie at their places on the map, and every place has a shape."""

from __future__ import annotations

import numpy as np

from occstudio.latents.code_book import CODE
from occstudio.latents.map2d import CodeMap
from tests.latents.books import ring

BOOK = ring()


def test_a_shape_is_found_at_its_own_place() -> None:
    found = CodeMap.of(BOOK)
    for row in (0, 7, 20):
        code = found.latent_at(*found.places[row].tolist()).arrays[CODE]
        np.testing.assert_allclose(code, BOOK.codes[row], atol=1e-3)
        place = found.place_of(BOOK.latent(BOOK.codes[row]))
        np.testing.assert_allclose(place, found.places[row], atol=1e-3)


def test_the_map_fills_its_square_and_no_more() -> None:
    places = CodeMap.of(BOOK).places
    assert np.abs(places).max() <= 1
    assert np.ptp(places, axis=0).min() > 1.5


def test_shapes_change_without_jumps_across_the_map() -> None:
    found = CodeMap.of(BOOK)
    line = np.stack([found.latent_at(x, 0.1).arrays[CODE] for x in np.linspace(-1, 1, 400)])
    assert np.linalg.norm(np.diff(line, axis=0), axis=1).max() < 0.3


def test_a_line_of_codes_is_a_map_too() -> None:
    flat = CodeMap.of(ring(2))
    assert np.isfinite(flat.places).all()
