"""Depths are learned from rendered views, in a head of their own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from occstudio.errors import ModelError
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from occstudio.training.photo_augmentation import PhotoAugmentation, augmented
from occstudio.training.relief_training import (
    ReliefRecipe,
    ReliefViews,
    coarse_relief,
    order_accuracy,
    order_score,
    relief_loss,
    train_relief,
)
from tests.networks.test_shape_space import TINY

SIDE = 32


def _network() -> ShapeSpace:
    torch.manual_seed(0)
    eyes = {"widths": [8, 16], "blocks": 1, "hidden": 16, "hypotheses": 2}
    return FAMILY.build({**TINY, "encoder": "photo", "encoder_kwargs": eyes})


def _views(count: int = 12) -> ReliefViews:
    """Discs that are tilted any way; what is nearer is brighter."""
    rng = np.random.default_rng(0)
    rows, columns = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE - 0.5
    inside = rows**2 + columns**2 < 0.4**2
    photos, depths = list[np.ndarray](), list[np.ndarray]()
    for tilt in rng.uniform(-1, 1, (count, 2)):
        depth = np.where(inside, 2 + tilt[0] * rows + tilt[1] * columns, 0).astype(np.float32)
        pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
        pixels[..., 3] = 255 * inside
        pixels[inside, :3] = np.clip(255 * (3 - depth[inside]) / 2, 0, 255)[:, None]
        photos.append(pixels)
        depths.append(coarse_relief(depth))
    return ReliefViews(np.stack(photos), np.stack(depths), np.ones(count))


def _told(network: ShapeSpace, views: ReliefViews) -> np.ndarray:
    photos = torch.from_numpy(views.photos).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        found = network.answers(photos).relief
    assert found is not None
    return found.numpy()


def test_the_head_learns_what_lies_before_what_and_nothing_else_changes() -> None:
    network, views, rng = _network(), _views(), np.random.default_rng(0)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    plain = PhotoAugmentation(colours=0.0, grey=0.0, no_mask=0.0, occlusion=0.0, bad_mask=0.0)
    trained = train_relief(network, views, ReliefRecipe(250, 8, 4e-3, plain))
    shares = [
        order_accuracy(told, depths, 0.1, rng)[0]
        for told, depths in zip(_told(trained, views), views.depths, strict=True)
    ]
    assert np.nanmean(shares) > 0.9
    assert order_score(trained, views) == pytest.approx(np.nanmean(shares), abs=0.02)
    after = trained.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_who_sees_no_photos_learns_no_depths() -> None:
    with pytest.raises(ModelError, match="train-photo"):
        train_relief(FAMILY.build(TINY), _views(2))


def test_who_never_learned_depths_has_no_score() -> None:
    assert np.isnan(order_score(_network().eval(), _views(2)))


def test_a_relief_is_the_mean_depth_of_what_is_there() -> None:
    depth = np.zeros((8, 8), np.float32)
    depth[:4, :4] = 2.0
    depth[:4, 4:] = 3.0
    depth[4, 0] = 5.0  # one pixel of sixteen is no surface
    found = coarse_relief(depth)
    assert found[0].tolist() == [-0.5, 0.5]
    assert np.isnan(found[1]).all()
    assert np.isnan(coarse_relief(np.zeros((8, 8), np.float32))).all()


def test_only_differences_within_a_photo_count() -> None:
    depths, weight = torch.rand(2, 4, 4), torch.ones(2, 4, 4)
    shifted = depths + torch.tensor([3.0, -7.0]).view(2, 1, 1)
    assert relief_loss(shifted, depths, weight) == pytest.approx(0, abs=1e-6)
    assert relief_loss(2 * depths, depths, weight) > 0.01
    weight[:, 2:] = 0
    wrong_elsewhere = torch.cat((depths[:, :2], depths[:, 2:] + 100), 1)
    assert relief_loss(wrong_elsewhere, depths, weight) == pytest.approx(0, abs=1e-6)


def test_the_order_of_pairs_is_counted() -> None:
    rng = np.random.default_rng(0)
    depths = np.linspace(-1, 1, 64).reshape(8, 8).astype(np.float16)
    told = depths.astype(np.float32)
    assert order_accuracy(told, depths, 0.1, rng)[0] == 1
    assert order_accuracy(-told, depths, 0.1, rng)[0] == 0
    right, counted = order_accuracy(told, depths, 3.0, rng)
    assert np.isnan(right)
    assert counted == 0
    assert np.isnan(order_accuracy(told, np.full((8, 8), np.nan, np.float16), 0.1, rng)[0])


def test_what_goes_along_with_a_photo_is_moved_with_the_object() -> None:
    views = _views(6)
    photos = torch.from_numpy(views.photos).permute(0, 3, 1, 2).float() / 255
    calm = PhotoAugmentation(
        shift=0.1, no_mask=0.0, occlusion=0.0, bad_mask=0.0, blur=0.0, coarse=0.0, jpeg=0.0
    )
    moved = augmented(torch.cat((photos, photos[:, 3:]), 1), calm, np.random.default_rng(1))
    assert moved.shape == (6, 5, SIDE, SIDE)
    assert torch.equal(moved[:, 3], moved[:, 4])
    assert not torch.equal(moved[:, 3], photos[:, 3])
