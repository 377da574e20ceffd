"""Small pictures show the shape, from the corner that the window looks from."""

import numpy as np
import pytest

from occstudio.extraction.surface import extract_surface
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.image import Image
from occstudio.shapes.mesh import EMPTY_MESH, Mesh
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio.document import Source
from occstudio.studio.thumbnail import picture_of_mesh, picture_of_source


def ball(scale: tuple[float, float, float] = (1, 1, 1)) -> Mesh:
    points = np.random.default_rng(0).normal(size=(900, 3))
    points *= np.asarray(scale) / np.linalg.norm(points, axis=1, keepdims=True)
    model = AnalyticModel()
    return extract_surface(model.field(model.encode(PointCloud.of(points))), resolution=48).mesh


def test_a_ball_is_a_disc_that_is_lit_from_the_upper_left() -> None:
    picture = picture_of_mesh(ball(), 64)
    filled = picture[..., 3] > 127
    assert filled.mean() == pytest.approx(np.pi / 4 * 0.86**2, rel=0.05)
    light = picture[..., 0].astype(float)
    upper, lower = light[16:28, 16:28].mean(), light[38:50, 38:50].mean()
    assert upper > 1.3 * lower


def test_a_tall_shape_is_tall_and_stands_upright() -> None:
    filled = picture_of_mesh(ball((0.3, 1, 0.3)), 64)[..., 3] > 127
    rows, columns = (np.flatnonzero(filled.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(rows) > 2 * np.ptp(columns)


def test_the_nearer_of_two_surfaces_is_seen() -> None:
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32) / 2
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    front = Mesh(square, faces)
    # Behind it, one that faces away: dark.
    both = Mesh(
        np.concatenate([square + np.array([0, 0, 0.2], np.float32), square]),
        np.concatenate([faces, faces[:, ::-1] + 4]),
    )
    lit, seen = (picture_of_mesh(mesh, 64)[28:36, 28:36, 0].mean() for mesh in (front, both))
    assert seen == pytest.approx(lit, abs=3)


def test_nothing_is_a_clear_picture() -> None:
    assert not picture_of_mesh(EMPTY_MESH).any()


def test_a_photo_shows_its_middle_and_a_cloud_its_points() -> None:
    pixels = np.zeros((60, 100, 3), np.uint8)
    pixels[:, 20:80, 1] = 200
    photo = picture_of_source(Source.of(Image(pixels)), 32)
    assert (photo[..., 1] == 200).all()
    cloud = PointCloud.of(np.random.default_rng(0).normal(size=(3000, 3)))
    drawn = picture_of_source(Source.of(cloud), 32)
    assert 0.1 < (drawn[..., 3] > 0).mean() < 0.9
