"""Frames: into the cube, and back to the very same place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.frame import UP_AXES, Frame


@given(
    up=st.sampled_from(UP_AXES),
    scale=st.floats(1e-6, 1e6),
    center=st.tuples(*[st.floats(-1e7, 1e7)] * 3),
)
def test_world_to_model_and_back_is_the_identity(
    up: str, scale: float, center: tuple[float, float, float]
) -> None:
    frame = Frame(center, scale, up)
    world = np.random.default_rng(0).uniform(-1, 1, (20, 3)) / scale + center
    error = np.abs(frame.to_world(frame.to_model(world)) - world).max()
    assert error <= 1e-6 / scale + 1e-8 * np.abs(center).max()


@pytest.mark.parametrize("up", UP_AXES)
def test_up_becomes_plus_y_without_mirroring(up: str) -> None:
    frame = Frame(up=up)
    axis = np.zeros((1, 3))
    axis[0, "xyz".index(up[1])] = 1 if up[0] == "+" else -1
    assert np.allclose(frame.to_model(axis), [[0, 1, 0]])
    corner = frame.to_model(np.eye(3))
    assert np.linalg.det(corner) == pytest.approx(1)


def test_fit_centres_the_box_and_makes_its_longest_side_one() -> None:
    points = np.array([[500_000.0, 10, 0], [500_004.0, 12, 1]])
    model = Frame.fit(points).to_model(points)
    assert np.allclose(model, [[-0.5, -0.25, -0.125], [0.5, 0.25, 0.125]])


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.ones((5, 3)), np.full((2, 3), np.nan)])
def test_points_without_extent_are_refused(points: np.ndarray) -> None:
    with pytest.raises(InvalidGeometryError):
        Frame.fit(points)


def test_an_unknown_up_axis_is_named_with_its_remedy() -> None:
    with pytest.raises(InvalidGeometryError, match=r"use one of \+x"):
        Frame(up="north")
