"""Directions change what they are named after, and only real ones are offered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from occstudio.latents.directions import find_directions
from tests.latents.books import ring


def test_what_codes_explain_becomes_a_direction_and_luck_does_not() -> None:
    (direction,) = find_directions(ring())
    assert (direction.attribute, direction.low, direction.high) == ("height", "lower", "taller")
    assert direction.r2 > 0.9


def test_a_step_changes_the_attribute_by_its_deviation() -> None:
    book = ring()
    (direction,) = find_directions(book)
    moved = direction.moved(book.codes[5], 1.0)
    grown = moved[0] - book.codes[5, 0]  # the attribute is the first number
    assert abs(grown / book.attributes[:, 0].std() - 1) < 0.1


def test_attributes_that_are_missing_or_constant_are_left_out() -> None:
    book = ring()
    spoilt = book.attributes.copy()
    spoilt[:, 0] = np.nan
    assert find_directions(replace(book, attributes=spoilt)) == ()
    spoilt[:, 0] = 1.0
    assert find_directions(replace(book, attributes=spoilt)) == ()


def test_a_class_too_small_to_learn_from_has_no_directions() -> None:
    assert find_directions(ring(8), kind="lamp") == ()
