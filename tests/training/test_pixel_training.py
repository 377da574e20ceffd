"""What is behind pixels is learned from views, though the cameras given are a little off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.datasets.training_samples import LabelledShape
from occstudio.datasets.view_sampling import Light, orbit_camera
from occstudio.errors import ModelError
from occstudio.inference.photo_camera import Pose, mask_box
from occstudio.networks.photo_projection import projected
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from occstudio.shapes.camera import Camera
from occstudio.training.photo_augmentation import Moves, PhotoAugmentation
from occstudio.training.photo_training import PhotoViews
from occstudio.training.photo_views import over_white, viewpoint
from occstudio.training.pixel_training import PixelRecipe, train_pixels
from occstudio.training.stretched_views import splatted
from tests.networks.test_shape_space import TINY
from tests.training.solids import ellipsoids

SIDE = 32
CALM = PhotoAugmentation(no_mask=0.0, occlusion=0.0, bad_mask=0.0)
RECIPE = PixelRecipe(
    steps=160, batch=8, points=96, pool=1500, rate=5e-3, ema=0.9, augmentation=CALM
)
PIXELS = {"widths": [8, 16], "width": 8, "fine": 8, "hidden": 16, "width_points": 32, "blocks": 1}


def _network(**more: object) -> ShapeSpace:
    torch.manual_seed(0)
    eyes = {"widths": [8, 16], "blocks": 1, "hidden": 16, "hypotheses": 2}
    parts = {**TINY, "encoder": "photo", "encoder_kwargs": eyes}
    return FAMILY.build(parts | more)


def _drawn(shape: LabelledShape, camera: Camera, rng: np.random.Generator) -> np.ndarray:
    points, normals = shape.sample_surface(6000, rng)
    grey = np.full((len(points), 3), 0.6, np.float32)
    light = Light((0.4, 0.8, 0.4), (0.7, 0.7, 0.7))
    return over_white(splatted(points, normals, grey, camera, [light]))


def _views(count: int = 12) -> PhotoViews:
    rng = np.random.default_rng(0)
    shapes = ellipsoids(count)
    cameras = [
        orbit_camera(azimuth, elevation, 2.6, 1.8 * SIDE, SIDE)
        for azimuth, elevation in rng.uniform((0, 0), (360, 40), (count, 2)).tolist()
    ]
    photos = np.stack([_drawn(*pair, rng) for pair in zip(shapes, cameras, strict=True)])
    seen = np.stack([viewpoint(camera) for camera in cameras])
    codes = torch.zeros(count, 8)
    return PhotoViews(photos, np.arange(count), np.ones(count), shapes, codes, codes, seen)


def test_pixels_tell_what_is_solid_and_where_the_camera_stands(tmp_path: Path) -> None:
    views, network = _views(), _network(pixel_kwargs=PIXELS)
    before = {k: v.clone() for k, v in network.state_dict().items() if "pixels" not in k}
    trained = train_pixels(network, views, tmp_path, RECIPE).eval()
    assert trained.pixels is not None
    assert all(torch.equal(trained.state_dict()[k], v) for k, v in before.items())

    photos = torch.from_numpy(views.photos).permute(0, 3, 1, 2).float() / 255
    rng, right, base, scales = np.random.default_rng(1), 0.0, 0.0, list[float]()
    with torch.no_grad():
        seen = trained.pixels.look(photos)
    for number, shape in enumerate(views.shapes):
        azimuth, elevation, roll, distance = views.viewpoints[number].tolist()
        pose = Pose(azimuth, elevation, roll, float(np.exp(distance)), 1.8)
        # How long a unit at the middle is seen: as the outline says, pixels as wide as they are.
        box = mask_box(views.photos[number, ..., 3] > 0)
        framed = pose.framing(shape.sample_surface(600, rng)[0], *box)
        scales.append(abs(seen.frames[number, 0].item() - np.log(framed.focal / framed.distance)))
        queries = rng.uniform(-0.5, 0.5, (400, 3)).astype(np.float32)
        with torch.no_grad():
            given = trained.pixels.look(photos[number : number + 1])
            logits = trained.pixels.occupancy(
                given, pose.numbers()[None], torch.from_numpy(queries)[None]
            )
        truth = shape.occupancy(queries)
        right += float(np.mean((logits[0].numpy() > 0) == truth)) / len(views.shapes)
        base += max(truth.mean(), 1 - truth.mean()) / len(views.shapes)
    assert right > base + 0.3 * (1 - base)
    assert np.mean(scales) < 0.1


def test_an_interrupted_run_comes_to_the_same_end(tmp_path: Path) -> None:
    views, short = _views(4), replace(RECIPE, steps=55, batch=2, save_minutes=0)

    def stop(line: str) -> None:
        raise KeyboardInterrupt(line)

    whole = train_pixels(_network(pixel_kwargs=PIXELS), views, tmp_path / "whole", short)
    with pytest.raises(KeyboardInterrupt, match="step 50 of 55"):
        train_pixels(_network(pixel_kwargs=PIXELS), views, tmp_path / "cut", short, told=stop)
    again = train_pixels(_network(pixel_kwargs=PIXELS), views, tmp_path / "cut", short)
    for name, value in whole.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name


def test_it_begins_with_what_the_encoder_has_learned_to_see(tmp_path: Path) -> None:
    network = _network(encoder_kwargs={"widths": [8, 16], "hidden": 16}, pixel_kwargs=PIXELS)
    trained = train_pixels(network, _views(2), tmp_path, replace(RECIPE, steps=0))
    assert trained.pixels is not None
    known = trained.encoder.state_dict()
    assert all(torch.equal(known[k], v) for k, v in trained.pixels.trunk.state_dict().items())


def test_who_does_not_look_at_pixels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="pixel_kwargs"):
        train_pixels(_network(), _views(2), tmp_path, RECIPE)


def test_a_camera_moves_with_its_photo() -> None:
    """A blob at a point's place is found at the point's new place in the moved photo."""
    rng = np.random.default_rng(3)
    pose = Pose(0.5, 0.3, 0.1, 2.6, 1.6, (0.48, 0.53))
    point, side = torch.tensor([[[0.15, -0.1, 0.2]]]), 128
    moves = Moves.drawn(1, PhotoAugmentation(shift=0.08, scale=1.3, roll_degrees=25), rng)
    rows, columns = (np.mgrid[:side, :side] + 0.5) / side
    place = projected(pose.numbers()[None], point)[0][0, 0].numpy()
    blob = np.exp(-((columns - place[0]) ** 2 + (rows - place[1]) ** 2) / (2 * 0.02**2))
    photo = torch.ones(1, 4, side, side)
    photo[0, 3] = torch.from_numpy(blob)
    weight = moves.of_photos(photo)[0, 3].numpy()
    found = [(weight * axis).sum() / weight.sum() for axis in (columns, rows)]
    expected = projected(moves.of_cameras(pose.numbers()[None]), point)[0][0, 0].numpy()
    np.testing.assert_allclose(found, expected, atol=2e-3)
    assert np.abs(expected - place).max() > 0.01
