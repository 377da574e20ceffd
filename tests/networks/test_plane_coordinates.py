"""Points fall into the cells that the papers' code puts them in."""

from __future__ import annotations

import pytest
import torch

from occstudio.networks.plane_coordinates import MAP_ORDER, cell_index, map_coordinates


@pytest.mark.parametrize(
    ("name", "expected"), [("xz", (0.1, 0.3)), ("xy", (0.1, 0.2)), ("yz", (0.2, 0.3))]
)
def test_a_plane_keeps_the_axes_of_its_name(name: str, expected: tuple[float, float]) -> None:
    coordinates = map_coordinates(torch.tensor([[0.1, 0.2, 0.3]]), name, padding=0.1)
    assert coordinates[0].tolist() == pytest.approx([x / 1.10001 + 0.5 for x in expected])


def test_the_grid_has_a_wider_margin_than_the_planes() -> None:
    coordinates = map_coordinates(torch.tensor([[0.1, 0.2, 0.3]]), "grid", padding=0.1)
    assert coordinates[0].tolist() == pytest.approx([x / 1.101 + 0.5 for x in (0.1, 0.2, 0.3)])


@pytest.mark.parametrize("name", MAP_ORDER)
def test_points_outside_fall_into_border_cells(name: str) -> None:
    resolution = 8
    far = torch.tensor([[-9.0, -9.0, -9.0], [9.0, 9.0, 9.0], [0.55, 0.55, 0.55]])
    index = cell_index(map_coordinates(far, name, padding=0.1), resolution)
    last = resolution ** (3 if name == "grid" else 2) - 1
    assert index.tolist() == [0, last, last]


def test_the_first_axis_runs_fastest() -> None:
    assert cell_index(torch.tensor([[0.3, 0.6]]), 10).tolist() == [3 + 10 * 6]
    assert cell_index(torch.tensor([[0.3, 0.6, 0.9]]), 10).tolist() == [3 + 10 * 6 + 100 * 9]
