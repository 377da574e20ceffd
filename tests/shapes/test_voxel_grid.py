"""Voxels: axes stay in order, and the solid stays where it is at any resolution."""

import numpy as np
import pytest

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.voxel_grid import VoxelGrid


def _corner(size: int = 32) -> np.ndarray:
    """An L of three bars of different lengths: no axis can be taken for another."""
    cells = np.zeros((size,) * 3, np.bool_)
    cells[: size // 2, 0, 0] = cells[0, : size // 4, 0] = cells[0, 0, : size // 8] = True
    return cells


def test_a_grid_that_fills_the_cube_is_given_as_it_is() -> None:
    grid = VoxelGrid.of(_corner(), origin=(3.0, 4.0, 5.0), cell=0.25)
    assert grid.resampled(32) is grid.occupancy


@pytest.mark.parametrize("resolution", [16, 64])
def test_a_resampled_solid_keeps_its_extent_along_each_axis(resolution: int) -> None:
    found = VoxelGrid.of(_corner()).resampled(resolution)
    for axis, share in enumerate((1 / 2, 1 / 4, 1 / 8)):
        across = found.any(axis=tuple({0, 1, 2} - {axis}))
        assert across.sum() == share * resolution


def test_thin_parts_survive_a_coarser_grid() -> None:
    cells = np.zeros((32,) * 3, np.bool_)
    cells[:, 7, 9] = True
    assert VoxelGrid.of(cells).resampled(8).any(axis=(1, 2)).all()


def test_up_turns_the_solid() -> None:
    cells = np.zeros((8, 8, 8), np.bool_)
    cells[:, :, 4:] = True  # the upper half, if z is up
    assert VoxelGrid.of(cells, up="+z").resampled(8)[:, 4:, :].all()
    assert not VoxelGrid.of(cells, up="+z").resampled(8)[:, :4, :].any()


def test_surface_points_are_the_centres_of_cells_with_an_empty_neighbour() -> None:
    cells = np.zeros((5, 5, 5), np.bool_)
    cells[1:4, 1:4, 1:4] = True
    points = VoxelGrid.of(cells, origin=(0, 0, 0), cell=1.0).surface_points
    assert len(points) == 26  # all of the 27 but the middle one
    assert points.min() == 1.5
    assert points.max() == 3.5


def test_a_flat_grid_lies_in_the_middle_of_the_cube() -> None:
    grid = VoxelGrid.of(np.ones((8, 2, 4), np.bool_))
    found = grid.resampled(8)
    assert found.sum() == 8 * 2 * 4
    assert found[:, 3:5, 2:6].all()


@pytest.mark.parametrize(
    "cells",
    [np.zeros((4, 4, 4), np.bool_), np.ones((4, 4), np.bool_), np.ones((4, 4, 4), np.float32)],
)
def test_what_is_no_solid_is_refused(cells: np.ndarray) -> None:
    with pytest.raises(InvalidGeometryError):
        VoxelGrid(cells)
