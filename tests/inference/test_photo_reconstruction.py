"""A photo becomes a coloured mesh: the truth is a box that a known camera sees."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.errors import EmptyShapeError, InvalidGeometryError
from occstudio.inference.photo_reconstruction import PhotoWishes, reconstruct_photo
from occstudio.inference.reconstruction import reconstruct
from occstudio.shapes.analytic import AnalyticField, box, sphere, union
from occstudio.shapes.field import Field
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from tests.box_photo import FIRST_GUESS, SIDES, SIZE, BoxReader, cut, draw_photo


def test_a_photo_with_its_background_becomes_the_coloured_object() -> None:
    made = reconstruct_photo(draw_photo(), BoxReader(), resolution=48)
    assert np.ptp(made.mesh.vertices, axis=0) == pytest.approx(
        FIRST_GUESS * np.array(SIZE), abs=0.02
    )
    assert made.photo.has_opacity
    assert made.reading is not None
    assert made.reading.confidence > 0.5
    assert not made.doubts
    for side, color in SIDES.items():
        assert _color_of(made.mesh, side) == pytest.approx(color, abs=30)
    # What the photo does not show is the mirror image of what it does.
    assert _color_of(made.mesh, "-x") == pytest.approx(SIDES["+x"], abs=30)


def test_fitting_to_the_outline_finds_the_size() -> None:
    photo = cut(draw_photo())
    first = reconstruct_photo(photo, BoxReader(), resolution=48)
    fitted = reconstruct_photo(photo, BoxReader(), PhotoWishes(fits=True), resolution=48)
    assert first.reading is not None
    assert fitted.reading is not None
    assert fitted.reading.agreement > max(first.reading.agreement, 0.95)
    assert np.ptp(fitted.mesh.vertices, axis=0) == pytest.approx(SIZE, abs=0.02)


def test_crumbs_beside_the_shape_are_left_out_unless_a_threshold_is_given() -> None:
    class Crumbling(BoxReader):
        def field(self, latent: Latent, time: float = 0.0) -> Field:
            del latent, time
            return AnalyticField(union(box(SIZE), sphere(0.05, (0.45, 0.0, 0.0))))

    photo = cut(draw_photo())
    made = reconstruct_photo(photo, Crumbling(), resolution=48)
    assert np.ptp(made.mesh.vertices, axis=0) == pytest.approx(SIZE, abs=0.02)
    asked = reconstruct_photo(photo, Crumbling(), resolution=48, threshold=0.5)
    assert asked.mesh.vertices[:, 0].max() == pytest.approx(0.5, abs=0.02)


def test_colours_and_the_cut_can_be_left_out() -> None:
    wishes = PhotoWishes(cuts=False, colours=False)
    made = reconstruct_photo(draw_photo(), BoxReader(), wishes, resolution=32)
    assert made.mesh.colors is None
    assert not made.photo.has_opacity
    assert any("unlike" in doubt for doubt in made.doubts)


def test_a_box_chooses_among_several_objects_and_without_one_that_is_a_doubt() -> None:
    pair = draw_photo(480, 240, copies=2)
    doubts = reconstruct_photo(pair, BoxReader(), resolution=32).doubts
    assert any("2 objects" in doubt for doubt in doubts)
    one = PhotoWishes(box=(20, 20, 220, 225))
    assert not any("objects" in d for d in reconstruct_photo(pair, BoxReader(), one).doubts)


def test_a_photo_of_nothing_and_a_tiny_one_are_one_sentence() -> None:
    with pytest.raises(EmptyShapeError, match="no object was found"):
        reconstruct_photo(Image(np.full((80, 80, 3), 180, np.uint8)), BoxReader())
    with pytest.raises(InvalidGeometryError, match="too small"):
        reconstruct_photo(Image(np.zeros((12, 20, 3), np.uint8)), BoxReader())


def test_the_short_way_cuts_and_colours_as_well() -> None:
    mesh = reconstruct(draw_photo(plain=True), BoxReader(), resolution=32)
    assert mesh.colors is not None
    assert mesh.vertices.dtype == np.float64


def _color_of(mesh: object, side: str) -> np.ndarray:
    """The median colour of the vertices well within a side of the box."""
    axis, sign = "xyz".index(side[1]), 1 if side[0] == "+" else -1
    vertices = mesh.vertices * sign  # type: ignore[attr-defined]
    within = vertices[:, axis] > vertices[:, axis].max() - 0.01
    for other in set(range(3)) - {axis}:
        reach = 0.7 * np.abs(vertices[:, other]).max()
        within &= np.abs(vertices[:, other]) < reach
    return np.median(mesh.colors[within], axis=0)  # type: ignore[attr-defined]
