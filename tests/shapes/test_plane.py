"""A plane through a box: its corners, its lattice, and which way round it is."""

import numpy as np
import pytest

from occstudio.shapes.field import Box
from occstudio.shapes.plane import AXES, Plane

BOX = Box((-1.0, -2.0, -3.0), (1.0, 2.0, 4.0))


@pytest.mark.parametrize("axis", AXES)
def test_the_corners_are_the_boxs_and_turn_around_the_axis(axis: str) -> None:
    plane = Plane(axis, 0.5, BOX)
    corners = plane.corners.astype(np.float64)
    number = AXES.index(axis)
    assert (corners[:, number] == 0.5).all()
    for other in {0, 1, 2} - {number}:
        assert corners[:, other].min() == BOX.lower[other]
        assert corners[:, other].max() == BOX.upper[other]
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
    assert normal[number] > 0


def test_the_lattice_runs_along_u_first_and_holds_both_ends() -> None:
    plane = Plane("z", 0.0, BOX)
    points = plane.lattice(4)
    assert points.shape == (25, 3)
    assert points[0].tolist() == [-1, -2, 0]
    assert points[4].tolist() == [1, -2, 0]
    assert points[-1].tolist() == [1, 2, 0]
