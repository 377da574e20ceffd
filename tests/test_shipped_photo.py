"""The model of photos that ships, on views of shapes that it never saw, against the truth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from occstudio.datasets.shape_store import ShapeStore
from occstudio.exchange.image_reader import read_image
from occstudio.exchange.object_mask import cut_object_out
from occstudio.inference.library import code_book, load_model
from occstudio.inference.photo_evidence import PhotoEvidence
from occstudio.inference.photo_fit import PhotoFitSettings, fit_photo
from occstudio.inference.photo_model import PhotoModel
from occstudio.inference.photo_reader import CALIBRATION, framed, guesses
from occstudio.metrics import iou
from occstudio.networks.shape_space import CODE, ShapeSpace
from occstudio.shapes.field import level_of
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import UNSURE

DATA = Path(__file__).parent / "data"
SHAPES = {"bunk-bed": "BlendSwap-CC-BY/bunkBed", "chair": "Scopia/chair"}


@pytest.fixture(scope="module")
def model() -> PhotoModel:
    found = load_model("photo-furniture", "cpu")
    assert isinstance(found, PhotoModel)
    return found


def _iou_of(model: PhotoModel, latent: Latent, name: str) -> float:
    store = ShapeStore.open(DATA / "furniture")
    shape = store[store.index_of(SHAPES[name])]
    queries = np.random.default_rng(0).uniform(-0.5, 0.5, (30_000, 3)).astype(np.float32)
    inside = np.asarray(model.field(latent)(queries)) > level_of(model.card.threshold)
    return iou(inside, shape.occupancy(queries))


@pytest.mark.parametrize("name", SHAPES)
def test_a_view_becomes_a_shape_that_the_fit_brings_into_its_outline(
    model: PhotoModel, name: str
) -> None:
    photo = read_image(DATA / "photos" / f"{name}.png")
    reading = model.read_photo(photo)
    fitted = model.fit_photo(photo)
    # A little of the outline may be given for what the pixels say.
    assert fitted.agreement > max(0.6, reading.agreement - 0.05)
    assert _iou_of(model, fitted.latent, name) > 0.15
    camera = fitted.camera
    assert camera is not None
    assert camera.size == (photo.pixels.shape[1], photo.pixels.shape[0])
    assert camera.position[1] > 0


@pytest.mark.parametrize("name", SHAPES)
def test_its_pixels_know_what_is_solid_and_from_where(model: PhotoModel, name: str) -> None:
    view = framed(read_image(DATA / "photos" / f"{name}.png"), 128)
    assert isinstance(model.network, ShapeSpace)
    evidence = PhotoEvidence.of(model.network, view.inputs)
    assert evidence is not None
    store = ShapeStore.open(DATA / "furniture")
    queries = np.random.default_rng(0).uniform(-0.5, 0.5, (30_000, 3)).astype(np.float32)
    truth = store[store.index_of(SHAPES[name])].occupancy(queries)
    best = guesses(model, view, evidence)[0]
    behind = replace(best.pose, azimuth=best.pose.azimuth + np.pi)
    seen, turned = (
        iou(evidence.chances(pose.numbers(), queries) > model.card.threshold, truth)
        for pose in (best.pose, behind)
    )
    assert seen > 0.15
    assert seen > turned


@pytest.mark.parametrize("name", SHAPES)
def test_what_its_pixels_expect_is_placed_better_than_what_it_recognised(
    model: PhotoModel, name: str
) -> None:
    best = guesses(model, framed(read_image(DATA / "photos" / f"{name}.png"), 128))[0]
    assert best.begun is not None
    placed, recognised = (
        _iou_of(model, Latent({CODE: guess.code}, model.card.name), name)
        for guess in (best, best.begun)
    )
    assert placed > recognised


@pytest.mark.parametrize(("name", "said"), [("chelsea", "far off"), ("coins", "nothing that")])
def test_what_is_no_furniture_is_doubted_before_and_after_a_fit(
    model: PhotoModel, name: str, said: str
) -> None:
    pixels = np.asarray(getattr(skimage.data, name)())
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    photo = cut_object_out(Image(pixels)).image
    reading = model.read_photo(photo)
    settings = PhotoFitSettings(starts=1, camera_steps=2, steps=5)
    for found in (reading, fit_photo(model, photo, settings=settings)):
        assert found.confidence < UNSURE
        assert any(said in doubt for doubt in found.doubts)


def test_it_answers_with_codes_of_the_space_that_ships(model: PhotoModel) -> None:
    book = code_book("furniture-space")
    assert book is not None
    assert model.card.space == book.version
    assert set(model.card.calibration) == set(CALIBRATION)
    photo = read_image(DATA / "photos" / "chair.png")
    code = model.read_photo(photo).latent.arrays
    space = load_model("furniture-space", "cpu")
    queries = np.random.default_rng(1).uniform(-0.5, 0.5, (500, 3)).astype(np.float32)
    theirs = np.asarray(space.field(Latent(code, "furniture-space"))(queries))
    ours = np.asarray(model.field(Latent(code, "photo-furniture"))(queries))
    np.testing.assert_allclose(ours, theirs, atol=0.05)
