"""Typed letters and the titles that they fit."""

import itertools

import numpy as np
import pytest

from occstudio.gui.fuzzy import match


def score(query: str, text: str) -> float:
    found = match(query, text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("fs", "Frame Selected", "Offset"),
        ("exp", "Export", "Next Page"),
        ("open", "Open", "Open Recent Session"),
        ("th", "Theme", "Smooth"),
        ("ra", "Reconstruct Again", "Frame All"),
        ("selected frame", "Frame Selected", "Frame the Unselected"),
    ],
)
def test_beginnings_of_words_and_runs_win(query: str, better: str, worse: str) -> None:
    assert score(query, better) > score(query, worse)


def test_letters_out_of_order_do_not_fit() -> None:
    assert match("tropxe", "Export") is None
    assert match("export mesh", "Export") is None


def test_the_places_spell_the_query_and_case_does_not_matter() -> None:
    for query, text in [("frSEL", "Frame Selected"), ("inptpts", "Input Points")]:
        found = match(query, text)
        assert found is not None
        assert "".join(text[k] for k in found[1]).lower() == query.lower()


def test_an_empty_query_fits_everything() -> None:
    assert match("  ", "Export") is not None


def test_a_query_fits_exactly_the_texts_that_it_is_a_subsequence_of() -> None:
    rng = np.random.default_rng(3)
    for _ in range(400):
        text = "".join(rng.choice(list("abc "), size=8))
        query = "".join(rng.choice(list("abc"), size=3))
        fits = any(
            "".join(letters) == query for letters in itertools.combinations(text, len(query))
        )
        assert (match(query, text) is not None) == fits, (query, text)
