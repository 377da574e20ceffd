"""A coarser surface looks like the dense one it stands for, and knows whose its vertices are."""

import numpy as np
import pytest

from occstudio.finishing.stand_in import TARGET, WORTH, stand_in
from occstudio.shapes.mesh import Mesh


def _ball(rings: int) -> Mesh:
    """A sphere of radius 0.4 in rings, with normals and with the height as a colour."""
    up, around = np.meshgrid(np.linspace(0, np.pi, rings), np.arange(2 * rings), indexing="ij")
    around = around * np.pi / rings
    normals = np.stack(
        [np.sin(up) * np.cos(around), np.cos(up), np.sin(up) * np.sin(around)], axis=-1
    ).reshape(-1, 3)
    row, column = np.meshgrid(np.arange(rings - 1), np.arange(2 * rings), indexing="ij")
    corner = (row * 2 * rings + column).ravel()
    beside = (row * 2 * rings + (column + 1) % (2 * rings)).ravel()
    below, across = corner + 2 * rings, beside + 2 * rings
    faces = np.concatenate(
        [np.stack([corner, beside, below], 1), np.stack([beside, across, below], 1)]
    )
    shade = np.round(127.5 * (normals[:, 1:2] + 1)).astype(np.uint8)
    return Mesh(
        (0.4 * normals).astype(np.float32),
        faces.astype(np.int32),
        normals=normals.astype(np.float32),
        colors=np.repeat(shade, 3, axis=1),
    )


def test_a_dense_ball_stays_a_ball_with_a_part_of_its_triangles() -> None:
    dense = _ball(200)
    assert len(dense.faces) > WORTH
    coarse = stand_in(dense)
    assert coarse is not None
    assert 0.3 * TARGET < len(coarse.mesh.faces) < 1.6 * TARGET
    radii = np.linalg.norm(coarse.mesh.vertices, axis=1)
    np.testing.assert_allclose(radii, 0.4, atol=0.004)
    assert coarse.mesh.normals is not None
    outward = coarse.mesh.vertices / radii[:, None]
    assert (np.einsum("ij,ij->i", coarse.mesh.normals, outward) > 0.98).all()


def test_its_vertices_know_whom_they_stand_for() -> None:
    dense = _ball(200)
    coarse = stand_in(dense)
    assert coarse is not None
    off = np.linalg.norm(coarse.mesh.vertices - dense.vertices[coarse.rows], axis=1)
    assert off.max() < 0.02
    assert coarse.mesh.colors is not None
    assert dense.colors is not None
    np.testing.assert_array_equal(coarse.mesh.colors, dense.colors[coarse.rows])


def test_both_walls_of_a_thin_board_stay_apart() -> None:
    """A ball that was pressed flat: its walls are nearer to each other than a cell is wide."""
    dense = _ball(200)
    assert dense.normals is not None
    flat = dense.vertices * np.array([1, 0.004, 1], np.float32)
    normals = dense.normals * np.array([1, 250, 1], np.float32)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    coarse = stand_in(Mesh(flat, dense.faces, normals=normals))
    assert coarse is not None
    assert coarse.mesh.normals is not None
    sides = coarse.mesh.normals[:, 1]
    assert (sides > 0.9).sum() == pytest.approx((sides < -0.9).sum(), rel=0.1)
    assert (np.abs(sides) > 0.5).mean() > 0.9


def test_what_is_drawn_quickly_as_it_is_has_none() -> None:
    assert stand_in(_ball(40)) is None
