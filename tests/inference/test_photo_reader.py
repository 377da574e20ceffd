"""A photo is read and fitted: the shape that casts the silhouette, and the camera that saw it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.errors import Cancelled, EmptyShapeError, ModelError
from occstudio.exchange.square_crop import Square
from occstudio.inference.checkpoint import read_checkpoint, write_checkpoint
from occstudio.inference.library import load_model, model_path
from occstudio.inference.photo_camera import (
    Pose,
    mask_iou,
    ray_points,
    silhouette_logits,
    silhouette_mask,
)
from occstudio.inference.photo_fit import PhotoFitSettings, fit_photo
from occstudio.inference.photo_model import PhotoModel
from occstudio.inference.photo_reader import solid_points
from occstudio.latents.code_book import CODE, CodeBook
from occstudio.networks.photo_encoder import AZIMUTHS
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.analytic import AnalyticField, sphere
from occstudio.shapes.field import level_of
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.photo_reading import PhotoReader, PhotoReading
from occstudio.training.photo_model import photo_card, photo_network

POSE = Pose(np.radians(40), 0.35, 0.03, 2.6)
QUICK = PhotoFitSettings(starts=1, camera_steps=10, steps=6, rays=256, samples=16, shown_every=3)


def _seen(pose: Pose) -> Image:
    """The photo of a chair of the book, grey before nothing."""
    space = load_model("furniture-space", "cpu")
    field = space.field(Latent({CODE: _chair()}, "furniture-space"))
    points, cell = solid_points(field, level_of(0.5), 64)
    low, high = np.full(2, 0.08), np.full(2, 0.92)
    mask = silhouette_mask(pose.framing(points, low, high), points, cell, 128)
    pixels = np.full((160, 200, 4), 0, np.uint8)
    pixels[16:144, 36:164, 3] = 255 * mask
    pixels[..., :3] = 120
    return Image(pixels)


def _chair() -> np.ndarray:
    book = CodeBook.read(model_path("furniture-space").parent / "codes.safetensors")
    return np.array(book.codes[book.rows_of("chair")[0]])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PhotoModel:
    """A network that sees that chair in every photo, about where it is and 12 degrees off."""
    checkpoint = read_checkpoint(model_path("furniture-space"))
    origin = checkpoint.network()
    assert isinstance(origin, ShapeSpace)
    card = photo_card(checkpoint.card, "eyes", looks_at_pixels=False)
    small = {"hypotheses": 2, "widths": [8, 16], "blocks": 1, "hidden": 16}
    card = replace(card, hyperparameters={**card.hyperparameters, "encoder_kwargs": small})
    network = photo_network(origin, card).eval()
    head = network.encoder
    with torch.no_grad():
        for layer in (head.fc_out, head.fc_chances, head.fc_azimuth, head.fc_pose):
            layer.weight.zero_()
            layer.bias.zero_()
        code = torch.from_numpy(_chair())
        head.fc_out.bias.copy_(torch.cat((0.2 * code, code)))
        head.fc_azimuth.bias[round((POSE.azimuth + 0.2) / (2 * np.pi) * AZIMUTHS)] = 9
        head.fc_pose.bias.copy_(torch.tensor([0.2, 0.0, float(np.log(3))]))
    path = tmp_path_factory.mktemp("eyes") / "model.safetensors"
    write_checkpoint(network, card, path)
    found = load_model(str(path), "cpu")
    assert isinstance(found, PhotoModel)
    return found


def test_the_silhouette_tells_which_of_two_guesses_the_photo_shows(model: PhotoModel) -> None:
    assert isinstance(model, PhotoReader)
    photo = _seen(POSE)
    reading = model.read_photo(photo)
    assert len(reading.latents) == 2
    np.testing.assert_allclose(reading.latent.arrays[CODE], _chair(), atol=1e-6)
    assert reading.chances[0] > 0.5
    assert sum(reading.chances) == pytest.approx(1)
    assert reading.agreement > 0.5
    np.testing.assert_array_equal(model.encode(photo).arrays[CODE], reading.latent.arrays[CODE])


def test_a_fit_brings_the_silhouettes_together_and_the_camera_nearer(model: PhotoModel) -> None:
    photo, told = _seen(POSE), list[PhotoReading]()
    before = model.read_photo(photo)
    after = fit_photo(model, photo, settings=QUICK, told=told.append)
    assert after.agreement > before.agreement + 0.05
    assert len(told) == 2

    def off(reading: PhotoReading) -> float:
        assert reading.camera is not None
        toward = reading.camera.position / np.linalg.norm(reading.camera.position)
        true = POSE.camera(Square(0, 0, 1), (1, 1)).position / POSE.distance
        return float(np.degrees(np.arccos(np.clip(toward @ true, -1, 1))))

    assert off(after) < off(before) - 2


def test_a_fit_makes_nobody_surer(model: PhotoModel) -> None:
    photo, told = _seen(POSE), list[PhotoReading]()
    read = model.read_photo(photo)
    fitted = fit_photo(model, photo, read, QUICK, told=told.append)
    assert fitted.agreement > read.agreement
    for reading in (*told, fitted):
        assert reading.confidence == pytest.approx(read.confidence)
        assert len(reading.latents) == len(read.latents)


def test_a_fit_can_be_left(model: PhotoModel) -> None:
    class Impatient:
        def check(self) -> None:
            raise Cancelled

        def report(self, stage: str, fraction: float) -> None:
            raise AssertionError("it goes on")

    with pytest.raises(Cancelled):
        model.fit_photo(_seen(POSE), watch=Impatient())


def test_what_can_not_be_read_is_said(model: PhotoModel, tmp_path: Path) -> None:
    with pytest.raises(EmptyShapeError, match="keep more of it"):
        model.read_photo(Image(np.zeros((64, 64, 4), np.uint8)))
    blind = load_model("furniture-space", "cpu")
    assert not isinstance(blind, PhotoReader)
    with pytest.raises(ModelError, match="choose one for photos"):
        fit_photo(blind, _seen(POSE))


def test_the_camera_in_the_photo_sees_the_cube_where_the_pose_does() -> None:
    pose = replace(POSE, focal=1.7, centre=(0.4, 0.6))
    camera = pose.camera(Square(30.0, -12.0, 200.0), (320, 240))
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 3)).astype(np.float32)
    pixels, depth = camera.project(points)
    assert (depth > 0).all()
    np.testing.assert_allclose(pixels, pose.seen(points) * 200 + (30, -12), atol=1e-3)


def test_rays_and_splats_agree_on_a_ball() -> None:
    """The outline of a ball of radius r at distance d is a circle of f r / sqrt(d^2 - r^2)."""
    pose, radius = Pose(0.7, 0.3, 0.1, 2.5, 2.0), 0.35
    field = AnalyticField(sphere(radius))
    side = 64
    centres = (np.stack(np.meshgrid(*[np.arange(side)] * 2), -1) + 0.5) / side
    expected = np.linalg.norm(centres - 0.5, axis=-1) < 2 * radius / np.sqrt(2.5**2 - radius**2)

    where = torch.from_numpy(centres.reshape(-1, 2)).float()
    points, hits = ray_points(pose.numbers(), where, 64, 0.55)
    logits = torch.from_numpy(field(points.reshape(-1, 3).numpy())).view(side**2, 64)
    seen = (silhouette_logits(logits, hits) > 0).view(side, side).numpy()
    assert mask_iou(seen, expected) > 0.95

    solid, cell = solid_points(field, 0.0, 48)
    assert mask_iou(silhouette_mask(pose, solid, cell, side), expected) > 0.9


def test_the_way_of_a_ray_can_be_followed_back_to_the_pose() -> None:
    numbers = POSE.numbers().double().requires_grad_(True)
    where = torch.rand(5, 2, dtype=torch.double, generator=torch.Generator().manual_seed(0))

    def ends(given: torch.Tensor) -> torch.Tensor:
        return ray_points(given, where, 3, 5.0)[0].sum((0, 1))

    jacobian = torch.autograd.functional.jacobian(ends, numbers)
    assert torch.isfinite(jacobian).all()
    assert (jacobian.abs().sum(0)[:4] > 0).all()
