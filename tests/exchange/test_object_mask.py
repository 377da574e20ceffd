"""Objects are found before any background, corrected by strokes, and doubts are said."""

import numpy as np
import pytest

from occstudio.errors import EmptyShapeError, InvalidGeometryError
from occstudio.exchange.object_mask import UNCERTAIN, Stroke, cut_object_out
from occstudio.exchange.square_crop import MARGIN, cropped, square_of_object
from occstudio.shapes.image import Image

WIDTH, HEIGHT = 200, 160


def room(seed: int = 0) -> np.ndarray:
    """A wall that darkens to one side over a floor of boards, with noise."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((HEIGHT, WIDTH, 3), float)
    picture[:] = np.linspace(150, 215, WIDTH)[None, :, None] * [1.0, 0.97, 0.9]
    boards = np.where(np.arange(WIDTH) // 16 % 2, 120, 95)
    picture[110:] = boards[None, :, None] * [1.0, 0.8, 0.55]
    return np.clip(picture + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)


def chair_mask(shift: int = 0) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[30:90, 70 + shift : 80 + shift] = True  # the back
    mask[80:92, 70 + shift : 130 + shift] = True  # the seat
    mask[90:135, 72 + shift : 79 + shift] = mask[90:135, 121 + shift : 128 + shift] = True
    return mask


def photo(*masks: np.ndarray) -> Image:
    picture = room()
    for mask in masks:
        picture[mask] = np.random.default_rng(1).normal((40, 60, 150), 8, (mask.sum(), 3))
    return Image(picture)


def iou(image: Image, mask: np.ndarray) -> float:
    found = image.pixels[..., 3] >= 128
    return float((found & mask).sum() / (found | mask).sum())


def test_an_object_in_a_room_is_found_within_its_box() -> None:
    found = cut_object_out(photo(chair_mask()), box=(60, 22, 140, 142))
    assert found.how == "grabcut"
    assert iou(found.image, chair_mask()) > 0.9
    assert found.certainty > UNCERTAIN
    assert not found.doubts


def test_a_plain_background_is_cut_by_its_colour_and_opacity_is_kept() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 235, np.uint8)
    picture[chair_mask()] = (30, 90, 40)
    plain = cut_object_out(Image(picture))
    assert plain.how == "plain"
    assert iou(plain.image, chair_mask()) == 1
    again = cut_object_out(plain.image)
    assert again.how == "opacity"
    assert again.certainty == 1
    assert (again.image.pixels == plain.image.pixels).all()


def test_strokes_remove_and_bring_back() -> None:
    ball = np.hypot(*np.mgrid[-60 : HEIGHT - 60, -40 : WIDTH - 40]) < 14
    both = photo(chair_mask(), ball)
    removed = Stroke(((30, 60), (50, 60)), 14, keep=False)
    without = cut_object_out(both, strokes=[removed]).image.pixels[..., 3]
    assert (without[ball] >= 128).mean() < 0.1
    kept = Stroke(((150, 20), (170, 20)), 4, keep=True)
    shown = cut_object_out(both, strokes=[removed, kept]).image.pixels[..., 3]
    assert (shown[18:23, 152:168] >= 128).all()


def test_two_objects_are_told_and_a_box_chooses() -> None:
    both = photo(chair_mask(-60), chair_mask(55))
    assert any("2 objects" in doubt for doubt in cut_object_out(both).doubts)
    chosen = cut_object_out(both, box=(2, 22, 84, 142))
    assert iou(chosen.image, chair_mask(-60)) > 0.85
    assert (chosen.image.pixels[:, 84:, 3] == 0).mean() > 0.99
    assert not any("objects" in doubt for doubt in chosen.doubts)


def test_what_fills_the_photo_to_its_border_is_doubtful() -> None:
    wide = np.zeros((HEIGHT, WIDTH), bool)
    wide[40:] = True  # as a cat that is nearer than the camera's owner thought
    wide[:, :30] = wide[:, 170:] = False
    said = "reaches the photo's border"
    assert any(said in doubt for doubt in cut_object_out(photo(wide)).doubts)
    assert not any(said in doubt for doubt in cut_object_out(photo(chair_mask())).doubts)


def test_what_hardly_shows_is_less_certain_than_what_does() -> None:
    faint = room().astype(int)
    faint[chair_mask()] -= 12
    hidden = Image(np.clip(faint, 0, 255).astype(np.uint8))
    box = (60, 22, 140, 142)
    try:
        certainty = cut_object_out(hidden, box=box).certainty
    except EmptyShapeError:
        certainty = 0.0
    assert certainty < 0.7 * cut_object_out(photo(chair_mask()), box=box).certainty


def test_nothing_and_too_little_are_one_sentence() -> None:
    with pytest.raises(EmptyShapeError, match="no object was found"):
        cut_object_out(Image(np.full((64, 64, 3), 200, np.uint8)))
    with pytest.raises(InvalidGeometryError, match="too small"):
        cut_object_out(Image(np.zeros((10, 400, 3), np.uint8)))
    with pytest.raises(InvalidGeometryError, match="larger one"):
        cut_object_out(photo(chair_mask()), box=(500, 500, 600, 600))


def test_a_photo_is_framed_as_the_training_views_are() -> None:
    pixels = np.dstack([room(), np.where(chair_mask(), 255, 0).astype(np.uint8)])
    image = Image(pixels)
    square = square_of_object(image.pixels[..., 3])
    framed = cropped(image, square, 128)
    rows, columns = np.nonzero(framed[..., 3] >= 128)
    longest = (max(np.ptp(rows), np.ptp(columns)) + 1) / 128
    assert longest == pytest.approx(1 / (1 + 2 * MARGIN), abs=0.02)
    assert abs(rows.min() + rows.max() - 127) <= 2
    assert abs(columns.min() + columns.max() - 127) <= 2


def test_an_object_at_the_photos_border_gets_its_margin_all_the_same() -> None:
    pixels = np.zeros((50, 100, 4), np.uint8)
    pixels[:, :50] = (200, 10, 10, 255)
    framed = cropped(Image(pixels), square_of_object(pixels[..., 3]), 64)
    assert (framed[:3, :, 3] == 0).all()
    assert (framed[:, :3, 3] == 0).all()
    assert (framed[20:40, 20:40, :3] == (200, 10, 10)).all()


def test_an_empty_cut_out_has_no_frame() -> None:
    with pytest.raises(EmptyShapeError, match="keep more"):
        square_of_object(np.zeros((20, 20), np.uint8))
