"""Which way is up: told where it is clear, and not where it is not."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from occstudio.shapes.frame import UP_AXES, Frame
from occstudio.studio.doctor import _world_axis
from occstudio.studio.uprightness import (
    DIRECTIONS,
    LIKELY,
    NAMES,
    SURE,
    better_up,
    likelihoods,
    measured,
)

Cloud = NDArray[np.float32]

# Rows: where the axes of a standing shape go, so that this direction is up then.
_TURNS = {
    "+y": np.eye(3),
    "-y": np.diag([1.0, -1.0, -1.0]),
    "+z": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float),
    "-z": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float),
    "+x": np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], float),
    "-x": np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], float),
}


def _box(rng: np.random.Generator, low: tuple[float, ...], high: tuple[float, ...]) -> Cloud:
    """Points all over a box, as many as its size asks for."""
    sides = np.array(high) - low
    areas = np.array([sides[1] * sides[2], sides[0] * sides[2], sides[0] * sides[1]])
    found = []
    for axis, end in product(range(3), (0, 1)):
        points = rng.uniform(size=(max(int(4000 * areas[axis]), 8), 3))
        points[:, axis] = end
        found.append(np.array(low) + points * sides)
    return np.concatenate(found).astype(np.float32)


def chair() -> Cloud:
    """Four legs, a seat and a back; +Y is up, and it looks along +Z."""
    rng = np.random.default_rng(0)
    parts = [_box(rng, (-0.22, 0.0, -0.22), (0.22, 0.04, 0.22))]
    parts += [
        _box(rng, (x - 0.02, -0.45, z - 0.02), (x + 0.02, 0.0, z + 0.02))
        for x, z in product((-0.2, 0.2), (-0.2, 0.2))
    ]
    parts.append(_box(rng, (-0.22, 0.04, -0.22), (0.22, 0.55, -0.18)))
    return np.concatenate(parts)


def turned(points: Cloud, up: str) -> Cloud:
    return (points @ _TURNS[up].T).astype(np.float32)


@pytest.mark.parametrize("up", DIRECTIONS)
def test_what_is_measured_turns_with_the_shape(up: str) -> None:
    standing = measured(chair())[DIRECTIONS.index("+y")]
    lying = measured(turned(chair(), up))[DIRECTIONS.index(up)]
    assert len(standing) == len(NAMES)
    # Columns over the floor are counted on a grid, whose cells turn with the axes.
    np.testing.assert_allclose(lying, standing, atol=0.05)


@pytest.mark.parametrize("up", [up for up in DIRECTIONS if up != "+y"])
def test_a_chair_that_lies_is_set_upright(up: str) -> None:
    points = turned(chair(), up)
    assert DIRECTIONS[int(likelihoods(points).argmax())] == up
    assert better_up(points, LIKELY) == up


def test_a_chair_that_stands_is_left_alone() -> None:
    assert better_up(chair(), LIKELY) == ""


def test_of_a_ball_a_cube_and_a_few_points_nothing_is_said() -> None:
    rng = np.random.default_rng(0)
    ball = rng.normal(size=(3000, 3))
    ball /= 2 * np.linalg.norm(ball, axis=1, keepdims=True)
    assert better_up(ball.astype(np.float32), LIKELY) == ""
    assert better_up(_box(rng, (-0.5,) * 3, (0.5,) * 3), LIKELY) == ""
    assert better_up(turned(chair(), "+z")[:50], LIKELY) == ""


def test_likelihoods_sum_to_one_and_being_sure_asks_for_more() -> None:
    assert likelihoods(chair()).sum() == pytest.approx(1.0)
    assert SURE[0] > LIKELY[0]
    assert SURE[1] < LIKELY[1]


@pytest.mark.parametrize(("up", "direction"), list(product(UP_AXES, DIRECTIONS)))
def test_a_direction_of_the_cube_is_found_in_the_world(up: str, direction: str) -> None:
    frame = Frame(up=up)
    axis = _world_axis(frame, direction)
    assert axis in UP_AXES
    again = Frame(up=axis)
    # What pointed along the direction points up in a frame with that axis.
    along = np.zeros((1, 3), np.float32)
    along[0, "xyz".index(direction[1])] = 1 if direction[0] == "+" else -1
    world = frame.normals_to_world(along)
    np.testing.assert_allclose(again.normals_to_model(world), [[0, 1, 0]], atol=1e-6)
