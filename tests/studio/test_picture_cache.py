"""Pictures on disk: found again, for these weights and these shapes alone."""

from dataclasses import replace

import numpy as np
import pytest

from occstudio import paths
from occstudio.latents.code_book import CodeBook, CodeEntry
from occstudio.studio.picture_cache import PictureCache


@pytest.fixture
def book() -> CodeBook:
    """Two shapes of the weights of version 1."""
    codes = np.array([[0, 1, 2], [3, 4, 5]], np.float32)
    return CodeBook("space", "1", codes, (CodeEntry("a"), CodeEntry("b")))


@pytest.fixture
def picture() -> np.ndarray:
    """Some pixels."""
    return np.random.default_rng(0).integers(0, 256, (9, 9, 4)).astype(np.uint8)


def test_a_picture_is_found_again(book: CodeBook, picture: np.ndarray) -> None:
    PictureCache(book, 48).write(book.find("a"), picture)
    found = PictureCache(book, 48).read(book.find("a"))
    assert found is not None
    np.testing.assert_array_equal(found, picture)
    assert PictureCache(book, 48).read(book.find("b")) is None


def test_other_weights_have_other_pictures(book: CodeBook, picture: np.ndarray) -> None:
    PictureCache(book, 48).write(book.find("a"), picture)
    assert PictureCache(replace(book, version="2"), 48).read(book.find("a")) is None
    assert PictureCache(book, 64).read(book.find("a")) is None


def test_shapes_that_nobody_named_are_not_kept(book: CodeBook, picture: np.ndarray) -> None:
    cache = PictureCache(book, 48)
    between = book.latent(book.codes.mean(axis=0))
    cache.write(between, picture)
    assert cache.read(between) is None
    assert not list(paths.user_cache().rglob("*.png"))


def test_without_a_version_nothing_is_kept(book: CodeBook, picture: np.ndarray) -> None:
    cache = PictureCache(replace(book, version=""), 48)
    cache.write(book.find("a"), picture)
    assert cache.read(book.find("a")) is None


def test_a_damaged_picture_is_drawn_again(book: CodeBook, picture: np.ndarray) -> None:
    cache = PictureCache(book, 48)
    cache.write(book.find("a"), picture)
    for path in paths.user_cache().rglob("*.png"):
        path.write_bytes(b"no picture")
    assert cache.read(book.find("a")) is None
