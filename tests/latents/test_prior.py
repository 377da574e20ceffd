"""What is drawn lies where shapes are, again and again the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.errors import ModelError, UnknownNameError
from occstudio.latents.code_book import CODE, Codes
from occstudio.latents.prior import Prior
from occstudio.shapes.latent import Latent
from tests.latents.books import ring

BOOK = ring()


def _codes(latents: list[Latent]) -> Codes:
    return np.stack([latent.arrays[CODE] for latent in latents])


def test_samples_keep_near_the_shapes_and_not_to_their_mean() -> None:
    radii = np.linalg.norm(_codes(Prior.of(BOOK).sample(200, seed=1)), axis=1)
    assert radii.min() > 1.2
    assert radii.max() < 2.6
    assert radii.mean() == pytest.approx(1.9, abs=0.2)


def test_the_same_seed_draws_the_same_and_more_continue_the_row() -> None:
    prior = Prior.of(BOOK)
    few, many = _codes(prior.sample(3, seed=4)), _codes(prior.sample(6, seed=4))
    np.testing.assert_array_equal(few, many[:3])
    assert not np.array_equal(few, _codes(prior.sample(3, seed=5)))


def test_without_temperature_the_mean_comes_out() -> None:
    prior = Prior.of(BOOK, "chair")
    np.testing.assert_allclose(_codes(prior.sample(4, 0, 0.0)), np.tile(prior.mean, (4, 1)))


def test_a_class_draws_from_its_own_shapes() -> None:
    assert (_codes(Prior.of(BOOK, "chair").sample(50, seed=0))[:, 1] > -0.8).all()
    assert (_codes(Prior.of(BOOK, "lamp").sample(50, seed=0))[:, 1] < 0.8).all()


def test_more_like_this_is_near_it_and_nearer_with_less_spread() -> None:
    prior, this = Prior.of(BOOK), BOOK.latent(BOOK.codes[3])
    wide = np.linalg.norm(_codes(prior.around(this, 20, 0, 1.0)) - BOOK.codes[3], axis=1)
    tight = np.linalg.norm(_codes(prior.around(this, 20, 0, 0.2)) - BOOK.codes[3], axis=1)
    np.testing.assert_allclose(tight, 0.2 * wide, rtol=1e-3, atol=1e-5)
    assert np.array_equal(_codes(prior.around(this, 2, 0, 0.0)), BOOK.codes[[3, 3]])


def test_classes_and_models_that_are_not_there_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean chair"):
        Prior.of(BOOK, "chare")
    with pytest.raises(ModelError, match="means nothing"):
        Prior.of(BOOK).around(Latent({CODE: BOOK.codes[0]}, "other"), 3)
