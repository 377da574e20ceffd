"""Labels against exact signed distances of solids, whole and damaged as real models are."""

from collections.abc import Callable

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from occstudio.datasets.occupancy_labels import (
    fine_signed_distance,
    label_occupancy,
    normalised,
)
from occstudio.datasets.shape_store import CELL, LATTICE_POINTS, LATTICE_SIDE, STEP

Array = NDArray[np.float64]
SHEET = 0.75 * CELL  # what labels add to either side of a sheet


def _lattice() -> Array:
    ticks = np.linspace(-LATTICE_SIDE / 2, LATTICE_SIDE / 2, LATTICE_POINTS)
    return np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1)


def _box(half: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0)) -> Array:
    q = np.abs(_lattice() - np.array(centre)) - np.array(half)
    return np.linalg.norm(np.maximum(q, 0), axis=-1) + np.minimum(q.max(axis=-1), 0)


def _sphere() -> Array:
    return np.linalg.norm(_lattice(), axis=-1) - 0.5


def _torus() -> Array:
    p = _lattice()
    return np.hypot(np.hypot(p[..., 0], p[..., 1]) - 0.35, p[..., 2]) - 0.15


def _drilled() -> Array:
    p = _lattice()
    return np.maximum(_box((0.5, 0.4, 0.2)), 0.2 - np.hypot(p[..., 0], p[..., 1]))


def _made(
    extents: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0)
) -> trimesh.Trimesh:
    return trimesh.creation.box(extents).apply_translation(centre)


def _drilled_mesh() -> trimesh.Trimesh:
    # Four slabs overlap at the corners; the bore is a pipe whose wall lies in none of them.
    ring = trimesh.creation.annulus(0.2, 0.36, 0.4, sections=256)
    sides = [_made((1, 0.1, 0.4), (0, y, 0)) for y in (-0.35, 0.35)]
    sides += [_made((0.2, 0.8, 0.4), (x, 0, 0)) for x in (-0.4, 0.4)]
    corners = trimesh.creation.box((0.2, 0.2, 0.4))
    corners = [
        corners.copy().apply_translation((x, y, 0)) for x in (-0.25, 0.25) for y in (-0.25, 0.25)
    ]
    return trimesh.util.concatenate([ring, *sides, *corners])


def _sdf(mesh: trimesh.Trimesh) -> NDArray[np.int8]:
    faces = np.asarray(mesh.faces, np.int32)
    return label_occupancy(np.asarray(mesh.vertices, np.float64), faces).sdf


def _iou(sdf: NDArray[np.int8], truth: Array) -> float:
    return float(((sdf < 0) & (truth < 0)).sum() / ((sdf < 0) | (truth < 0)).sum())


SOLIDS: dict[str, tuple[Callable[[], trimesh.Trimesh], Callable[[], Array]]] = {
    "sphere": (lambda: trimesh.creation.icosphere(5, radius=0.5), _sphere),
    "torus": (lambda: trimesh.creation.torus(0.35, 0.15, 128, 128), _torus),
    "box": (lambda: _made((1, 0.6, 0.4)), lambda: _box((0.5, 0.3, 0.2))),
    "plate of four fine cells": (
        lambda: _made((1, 0.6, 0.018)),
        lambda: _box((0.5, 0.3, 0.009)),
    ),
    "two overlapping boxes": (
        lambda: trimesh.util.concatenate([_made((1, 0.2, 0.4)), _made((0.2, 0.8, 0.3))]),
        lambda: np.minimum(_box((0.5, 0.1, 0.2)), _box((0.1, 0.4, 0.15))),
    ),
    "box without a lid, thick walls": (
        lambda: trimesh.util.concatenate(
            [
                _made((1, 0.05, 1), (0, -0.475, 0)),
                _made((0.05, 1, 1), (-0.475, 0, 0)),
                _made((1, 1, 0.05), (0, 0, -0.475)),
            ]
        ),
        lambda: np.minimum.reduce(
            [
                _box((0.5, 0.025, 0.5), (0, -0.475, 0)),
                _box((0.025, 0.5, 0.5), (-0.475, 0, 0)),
                _box((0.5, 0.5, 0.025), (0, 0, -0.475)),
            ]
        ),
    ),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_a_closed_solid_is_labelled_exactly(name: str) -> None:
    make, true_distance = SOLIDS[name]
    truth = true_distance()
    sdf = _sdf(make())
    assert _iou(sdf, truth) > 0.995
    # No point farther than a tenth of a cell from the surface may be on the wrong side.
    assert not ((sdf < 0) != (truth < 0))[np.abs(truth) > 0.1 * CELL].any()


def test_distances_near_a_sphere_are_those_of_the_sphere() -> None:
    truth = _sphere()
    near = np.abs(truth) < CELL
    error = np.abs(_sdf(trimesh.creation.icosphere(5, radius=0.5)) * STEP - truth)[near]
    assert error.max() < 0.1 * CELL


def test_a_hole_through_a_box_of_overlapping_parts_stays_open() -> None:
    truth = _drilled()
    assert _iou(_sdf(_drilled_mesh()), truth) > 0.99


@pytest.mark.parametrize("name", ["sphere", "box"])
def test_flipped_faces_change_nothing(name: str) -> None:
    mesh = SOLIDS[name][0]()
    flipped = np.array(mesh.faces)
    rng = np.random.default_rng(0)
    some = rng.random(len(flipped)) < 0.5
    flipped[some] = flipped[some][:, ::-1]
    damaged = trimesh.Trimesh(mesh.vertices, flipped, process=False)
    assert _iou(_sdf(damaged), _sdf(mesh) * STEP) > 0.9999


def test_a_face_inside_a_solid_changes_nothing() -> None:
    box = _made((1, 0.6, 0.4))
    wall = trimesh.Trimesh(
        [[0.1, -0.3, -0.2], [0.1, 0.3, -0.2], [0.1, 0.3, 0.2], [0.1, -0.3, 0.2]],
        [[0, 1, 2], [0, 2, 3]],
    )
    assert (_sdf(trimesh.util.concatenate([box, wall])) < 0).sum() == (_sdf(box) < 0).sum()


@pytest.mark.parametrize("tilt", [0.0, 0.3, 0.7853981, 1.1])
def test_a_sheet_is_three_fine_cells_thick_and_has_no_hole(tilt: float) -> None:
    square = np.array([[-0.35, 0, -0.35], [0.35, 0, -0.35], [0.35, 0, 0.35], [-0.35, 0, 0.35]])
    turn = trimesh.transformations.rotation_matrix(tilt, [1.0, 0.3, 0.2])[:3, :3]
    sdf = _sdf(trimesh.Trimesh(square @ turn.T, [[0, 1, 2], [0, 2, 3]], process=False))
    height = _lattice() @ turn[:, 1]
    within = (np.abs(_lattice() @ turn[:, [0, 2]]) < 0.33).all(axis=-1)
    truth = np.abs(height) - SHEET
    sure = within & (np.abs(truth) > 0.05 * CELL) & (np.abs(height) < 3 * CELL)
    assert ((sdf < 0) == (truth < 0))[sure].all()


def test_a_plate_thinner_than_three_fine_cells_is_grown_to_them_only() -> None:
    sdf = _sdf(_made((1, 0.6, 0.006)))
    truth = _box((0.5, 0.3, SHEET))
    assert not ((sdf < 0) != (truth < 0))[np.abs(truth) > 0.05 * CELL].any()


def test_a_thin_leg_is_not_interrupted() -> None:
    leg = trimesh.creation.cylinder(0.004, 0.9, sections=8)
    turn = trimesh.transformations.rotation_matrix(0.5, [1.0, 0.4, 0.0])
    solid = _sdf(leg.apply_transform(turn)) < 0
    from scipy.ndimage import label

    assert label(solid, np.ones((3, 3, 3)))[1] == 1


def test_a_sphere_with_a_crack_stays_solid_and_one_with_a_mouth_does_not() -> None:
    ball = trimesh.creation.icosphere(6, radius=0.5)
    centres = ball.triangles_center / np.linalg.norm(ball.triangles_center, axis=1)[:, None]
    angle = np.arccos(np.clip(centres[:, 1], -1, 1))
    faces = np.asarray(ball.faces, np.int32)
    vertices = np.asarray(ball.vertices, np.float64)
    cracked = label_occupancy(vertices, faces[angle > 0.008])
    open_bowl = label_occupancy(vertices, faces[angle > 0.6])
    assert _iou(cracked.sdf, _sphere()) > 0.99
    assert cracked.hollow < 0.01
    assert (open_bowl.sdf < 0).sum() < 0.2 * (_sphere() < 0).sum()
    assert open_bowl.hollow == pytest.approx(0, abs=0.01)  # its mouth lets the wide flood in too


def test_a_shell_with_small_holes_is_hollow_unless_they_are_to_be_filled() -> None:
    ball = trimesh.creation.icosphere(6, radius=0.5)
    vertices, faces = np.asarray(ball.vertices, np.float64), np.asarray(ball.faces, np.int32)
    holed = faces[np.hypot(*ball.triangles_center[:, [0, 2]].T) > 0.009]
    assert label_occupancy(vertices, holed).hollow > 0.9
    filled = label_occupancy(vertices, holed, fill_holes=True)
    assert _iou(filled.sdf, _sphere()) > 0.99
    assert filled.hollow == 0


def test_filling_holes_leaves_the_outside_of_a_solid_as_it_is() -> None:
    mesh = SOLIDS["box without a lid, thick walls"][0]()
    vertices, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int32)
    filled = label_occupancy(vertices, faces, fill_holes=True).sdf
    assert ((filled < 0) == (_sdf(mesh) < 0)).all()


def test_the_stored_lattice_reads_as_the_fine_one() -> None:
    mesh = trimesh.util.concatenate(
        [_made((1, 0.02, 0.5), (0, 0.2, 0)), trimesh.creation.cylinder(0.02, 0.7, sections=32)]
    )
    vertices = normalised(np.asarray(mesh.vertices, np.float64))
    faces = np.asarray(mesh.faces, np.int32)
    fine = fine_signed_distance(vertices, faces)
    stored = label_occupancy(vertices, faces).sdf.astype(np.float32)
    doubled = stored
    for axis in range(3):
        low, high = np.split(np.swapaxes(doubled, 0, axis), [1])[0], np.swapaxes(doubled, 0, axis)
        between = (high[:-1] + high[1:]) / 2
        woven = np.empty((2 * len(between) + 1, *low.shape[1:]), np.float32)
        woven[0::2], woven[1::2] = high, between
        doubled = np.swapaxes(woven, 0, axis)
    both = (doubled < 0) & (fine < 0)
    assert both.sum() / ((doubled < 0) | (fine < 0)).sum() > 0.97


def test_normalising_centres_the_box_and_makes_its_longest_side_one() -> None:
    vertices = normalised(np.array([[1.0, 2, 3], [5, 4, 3.5], [2, 2, 3]]))
    assert np.allclose(vertices.min(axis=0), [-0.5, -0.25, -0.0625])
    assert np.allclose(vertices.max(axis=0), [0.5, 0.25, 0.0625])
