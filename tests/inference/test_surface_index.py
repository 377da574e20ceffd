"""Points are laid into the shapes of a book: which have a surface there, and where."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.inference.surface_index import SurfaceIndex
from occstudio.latents.code_book import CodeBook
from tests.ellipsoid_space import EllipsoidSpace, ellipsoid_book

ROW = 15  # a tall one


@pytest.fixture
def book() -> CodeBook:
    found = ellipsoid_book()
    assert found is not None
    return found


def _ellipsoid(book: CodeBook) -> np.ndarray:
    rows = np.random.default_rng(1).normal(size=(3000, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows * np.exp(book.codes[ROW])).astype(np.float32)


def test_a_whole_shape_is_found_where_it_lies(book: CodeBook) -> None:
    index = SurfaceIndex.of(EllipsoidSpace(), book)
    (best, *_) = index.starts(_ellipsoid(book), is_part=False, count=4)
    np.testing.assert_array_equal(best.code, book.codes[ROW])
    assert best.place == (0.0, 0.0, 0.0, 1.0)


def test_a_part_is_found_with_its_place_and_size(book: CodeBook) -> None:
    whole = _ellipsoid(book)
    part = whole[whole[:, 1] > 0]  # the upper half, made as large as the cube
    middle, side = (part.max(0) + part.min(0)) / 2, np.ptp(part, axis=0).max()
    index = SurfaceIndex.of(EllipsoidSpace(), book)
    starts = index.starts((part - middle) / side, is_part=True, count=6)
    for start in starts[:3]:
        x, y, z, scale = start.place
        laid = (part - middle) / side * scale + np.array([x, y, z])
        radii = np.exp(start.code)
        away = np.abs(np.linalg.norm(laid / radii, axis=1) - 1) * radii.min()
        assert away.mean() < 0.03


def test_it_is_made_once_for_a_version_of_the_weights(
    book: CodeBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = SurfaceIndex.of(EllipsoidSpace(), book)
    monkeypatch.setattr(EllipsoidSpace, "field", lambda *_: pytest.fail("decoded again"))
    again = SurfaceIndex.of(EllipsoidSpace(), book)
    np.testing.assert_array_equal(first.distances, again.distances)
