"""A space learns to see: codes first, then shapes, and an interrupted run goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.datasets.training_samples import QueryRecipe
from occstudio.networks.photo_encoder import AZIMUTHS
from occstudio.networks.shape_space import CODE, FAMILY, ShapeSpace
from occstudio.shapes.camera import Camera
from occstudio.shapes.model_card import ModelCard
from occstudio.training.code_tuning import codes_of
from occstudio.training.photo_augmentation import PhotoAugmentation
from occstudio.training.photo_model import photo_card, photo_network
from occstudio.training.photo_training import (
    Mirrored,
    PhotoRecipe,
    PhotoViews,
    train_photo_encoder,
)
from occstudio.training.photo_views import over_white, viewpoint
from tests.networks.test_shape_space import TINY
from tests.training.solids import ellipsoids

RECIPE = PhotoRecipe(
    code_steps=180,
    code_batch=8,
    code_rate=4e-3,
    camera=2.0,
    shape_steps=6,
    shape_batch=4,
    ema=0.8,
    query=QueryRecipe(count=128),
    augmentation=PhotoAugmentation(no_mask=0.0, occlusion=0.0),
)
SIDE = 32


@pytest.fixture
def space() -> ShapeSpace:
    torch.manual_seed(0)
    return FAMILY.build(TINY).eval()


def _card() -> ModelCard:
    small = {"widths": [8, 16], "blocks": 1, "hidden": 16, "hypotheses": 2}
    space = ModelCard("space", "shape_space", hyperparameters=TINY)
    card = photo_card(space, "eyes", looks_at_pixels=False)
    return replace(card, hyperparameters={**card.hyperparameters, "encoder_kwargs": small})


def _views(space: ShapeSpace) -> PhotoViews:
    """Ellipsoids seen from in front: discs that are as wide and as high as they are."""
    shapes = ellipsoids(4)
    rows, columns = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE * 1.1 - 0.55
    photos: list[np.ndarray] = []
    for number, shape in enumerate(shapes):
        points = np.stack((columns.ravel(), -rows.ravel(), np.zeros(SIDE**2)), 1)
        inside = shape.occupancy(points.astype(np.float32)).reshape(SIDE, SIDE)
        pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
        pixels[..., 3] = 255 * inside
        pixels[inside, :3] = 40 * number
        photos.append(pixels)
    codes = codes_of(space, shapes, points=200)
    mirrored = codes_of(space, [Mirrored(shape) for shape in shapes], points=200)
    seen = np.tile(np.array([np.pi / 2, 0.2, 0.0, 0.5], np.float32), (4, 1))
    return PhotoViews(np.stack(photos), np.arange(4), np.ones(4), shapes, codes, mirrored, seen)


def _network(space: ShapeSpace) -> ShapeSpace:
    torch.manual_seed(1)
    return photo_network(space, _card())


def _photos(views: PhotoViews) -> torch.Tensor:
    return torch.from_numpy(views.photos).permute(0, 3, 1, 2).float() / 255


def test_codes_come_nearer_and_the_camera_is_found_while_the_decoder_stays(
    space: ShapeSpace, tmp_path: Path
) -> None:
    views, network = _views(space), _network(space)

    def off(model: ShapeSpace) -> float:
        with torch.no_grad():
            return float((model.eval().encode(_photos(views))[CODE] - views.codes).square().mean())

    before = off(network)
    trained = train_photo_encoder(network, views, tmp_path, RECIPE)
    assert off(trained) < 0.7 * before
    for name, held in space.decoder.state_dict().items():
        assert torch.equal(trained.decoder.state_dict()[name], held)
    with torch.no_grad():
        azimuths = trained.answers(_photos(views)).azimuths.argmax(1)
    # A quarter turn to one side, and as often to the other, since photos are mirrored.
    assert set(azimuths.tolist()) <= {AZIMUTHS // 4, 3 * AZIMUTHS // 4}


def test_a_run_in_two_parts_ends_as_one_in_one(space: ShapeSpace, tmp_path: Path) -> None:
    views = _views(space)
    recipe = replace(RECIPE, code_steps=4, shape_steps=4)
    whole = train_photo_encoder(_network(space), views, tmp_path / "whole", recipe)

    class StopHereError(Exception):
        pass

    network, taken = _network(space), 0

    def stop_in_the_second_part(*_: object) -> None:
        nonlocal taken
        taken += 1
        if taken == 6:
            raise StopHereError

    network.encoder.fc_out.register_forward_pre_hook(stop_in_the_second_part)
    half = replace(recipe, save_minutes=0.0)
    with pytest.raises(StopHereError):
        train_photo_encoder(network, views, tmp_path / "half", half)
    resumed = train_photo_encoder(_network(space), views, tmp_path / "half", half)
    for name, held in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], held)


def test_a_mirrored_shape_is_the_shape_in_a_mirror() -> None:
    (shape,) = ellipsoids(1)
    mirrored = Mirrored(shape)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 3)).astype(np.float32)
    other = points * np.array([-1, 1, 1], np.float32)
    assert np.array_equal(mirrored.occupancy(points), shape.occupancy(other))
    surface, _ = mirrored.sample_surface(10, np.random.default_rng(1))
    same, _ = shape.sample_surface(10, np.random.default_rng(1))
    np.testing.assert_allclose(surface[:, 0], -same[:, 0])


def test_a_viewpoint_says_where_the_camera_stands() -> None:
    # On the right (+X), as high as it is far away, looking at the origin.
    forward = -np.array([1, 1, 0]) / np.sqrt(2)
    right = np.array([0, 0, -1.0])
    down = np.cross(forward, right)
    rotation = np.stack((right, down, forward))
    camera = Camera(100.0, np.zeros(2), rotation, -rotation @ np.array([2.0, 2.0, 0]), (64, 64))
    expected = [np.pi / 2, np.pi / 4, 0, np.log(np.sqrt(8))]
    np.testing.assert_allclose(viewpoint(camera), expected, atol=1e-6)


def test_behind_a_cut_out_is_white() -> None:
    pixels = np.array([[[10, 20, 30, 255], [0, 0, 0, 0]]], np.uint8)
    assert over_white(pixels)[0].tolist() == [[10, 20, 30, 255], [255, 255, 255, 0]]


def test_a_network_that_looks_at_pixels_places_scans_as_its_space_does(space: ShapeSpace) -> None:
    card = photo_card(ModelCard("space", "shape_space", hyperparameters=TINY), "eyes")
    network = photo_network(space, card).eval()
    assert network.scans is not None
    assert not any(weight.requires_grad for weight in network.scans.parameters())
    scan = torch.rand(1, 200, 3) - 0.5
    torch.testing.assert_close(network.scans(scan)[0], space.encode(scan)[CODE])
