"""Axes are orthonormal, ordered, and lead back to the codes they came from."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.errors import EmptyShapeError
from occstudio.latents.principal_axes import PrincipalAxes, variance_shares

CODES = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32) * [5, 3, 1, 0.5, 0.1]


def test_axes_are_orthonormal_and_the_longest_comes_first() -> None:
    axes = PrincipalAxes.of(CODES)
    np.testing.assert_allclose(axes.axes @ axes.axes.T, np.eye(5), atol=1e-5)
    assert (np.diff(axes.deviations) <= 0).all()
    assert variance_shares(axes).sum() == pytest.approx(1)


def test_coordinates_lead_back_to_the_codes() -> None:
    axes = PrincipalAxes.of(CODES)
    np.testing.assert_allclose(axes.codes(axes.coordinates(CODES)), CODES, atol=1e-4)


def test_coordinates_are_standard_deviations() -> None:
    coordinates = PrincipalAxes.of(CODES).coordinates(CODES)
    np.testing.assert_allclose(coordinates.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(coordinates.std(0, ddof=1), 1, atol=1e-4)


def test_moving_along_an_axis_changes_that_coordinate_alone() -> None:
    axes = PrincipalAxes.of(CODES, 3)
    before = axes.coordinates(CODES[0])
    after = axes.coordinates(axes.moved(CODES[0], 1, 1.5))
    np.testing.assert_allclose(after - before, [0, 1.5, 0], atol=1e-4)


def test_no_more_axes_than_the_codes_span() -> None:
    assert len(PrincipalAxes.of(CODES[:3])) == 2
    assert len(PrincipalAxes.of(np.ones((4, 5), np.float32))) == 1


def test_one_code_has_no_axes() -> None:
    with pytest.raises(EmptyShapeError, match="at least two"):
        PrincipalAxes.of(CODES[:1])
