"""What lies before what in a photo, learned from the depths of rendered views.

Only the head that tells depths is trained; the encoder under it is what it was. How far away an
object is a photo does not tell, so that depths are compared within a photo, each photo's about
their own mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from occstudio.datasets.render_store import RenderStore
from occstudio.errors import ModelError
from occstudio.networks.photo_encoder import PhotoEncoder
from occstudio.networks.photo_relief import ReliefHead
from occstudio.networks.shape_space import ShapeSpace
from occstudio.training.photo_augmentation import PhotoAugmentation, augmented
from occstudio.training.photo_training import warmth
from occstudio.training.photo_views import over_white, shares

Told = Callable[[str], None]

COARSER = 4
"""Pixels of a photo along one of its relief's."""

_APART = 0.1  # depths that are asked to be in the right order, in model units
_SHARP = 0.03  # errors up to which the loss is quadratic, in model units


@dataclass(frozen=True, slots=True)
class ReliefRecipe:
    """How the head is trained: minutes, so that an interrupted run begins anew.

    Parameters
    ----------
    steps, batch, rate
        The rate falls to nothing over the last half.
    augmentation : PhotoAugmentation
    seed : int
    """

    steps: int = 2500
    batch: int = 32
    rate: float = 1.5e-3
    augmentation: PhotoAugmentation = field(default_factory=PhotoAugmentation)
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ReliefViews:
    """Views with their depths.

    Parameters
    ----------
    photos : (V, S, S, 4) uint8
        Colours over white and opacity.
    depths : (V, S / COARSER, S / COARSER) float16
        Along the camera's axis, in model units, about the mean of each view; NaN beside the object.
    chances : (V,) float64
        How often each one is drawn, relative to the others.
    """

    photos: NDArray[np.uint8]
    depths: NDArray[np.float16]
    chances: NDArray[np.float64]


def read_relief_views(renders: Path, part: str = "train", real: float = 0.5) -> ReliefViews:
    """All views that were rendered of a part; `real` is the share drawn that shows real shapes.

    Raises
    ------
    UnreadableFileError
        If there are none.
    """
    store = RenderStore.open(renders, part)
    photos, depths, is_real = list[NDArray[np.uint8]](), list[NDArray[np.float16]](), list[bool]()
    for number, shape in enumerate(store.shapes):
        for view in range(len(shape.offsets)):
            seen = store.read(number, view).view
            photos.append(over_white(seen.pixels))
            depths.append(coarse_relief(seen.depth))
            is_real.append(shape.solid is None)
    return ReliefViews(np.stack(photos), np.stack(depths), shares(np.array(is_real), real))


def coarse_relief(depth: NDArray[np.float32]) -> NDArray[np.float16]:
    """A view's depths (S, S), 0 beside the object, as `ReliefViews` has them."""
    side = depth.shape[0] // COARSER
    parts = depth.reshape(side, COARSER, side, COARSER)
    count = (parts > 0).sum(axis=(1, 3))
    mean = parts.sum(axis=(1, 3)) / np.maximum(count, 1)
    mean[count < COARSER**2 / 2] = np.nan
    middle = np.nanmean(mean) if np.isfinite(mean).any() else 0.0
    return (mean - middle).astype(np.float16)


def train_relief(
    network: ShapeSpace,
    views: ReliefViews,
    recipe: ReliefRecipe | None = None,
    *,
    told: Told | None = None,
) -> ShapeSpace:
    """Give a network that sees photos a trained head for their relief, and return it.

    Raises
    ------
    ModelError
        If the network does not see photos.
    """
    recipe = recipe or ReliefRecipe()
    encoder = network.encoder
    if not isinstance(encoder, PhotoEncoder):
        raise ModelError("this space does not see photos: train it with 'occstudio train-photo'")
    device = next(network.parameters()).device
    network.eval()
    torch.manual_seed(recipe.seed)
    head = ReliefHead(encoder.widths).to(device)
    encoder.relief_head = head
    optimizer = torch.optim.AdamW(head.parameters(), recipe.rate, weight_decay=1e-4)
    cumulative = np.cumsum(views.chances / views.chances.sum())
    losses, began = list[float](), time.monotonic()
    for step in range(recipe.steps):
        rng = np.random.default_rng([recipe.seed, step])
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * warmth(step, recipe.steps)
        chosen = np.searchsorted(cumulative, rng.random(recipe.batch) * cumulative[-1])
        photos, depths, weight = _changed(views, chosen, recipe.augmentation, rng)
        with torch.autocast(device.type, torch.bfloat16):
            with torch.no_grad():
                maps = encoder.maps(photos.to(device, memory_format=torch.channels_last))
            told_depths = head(maps).float()
        loss = relief_loss(told_depths, depths.to(device), weight.to(device))
        optimizer.zero_grad()
        loss.backward()  # pyright: ignore[reportUnknownMemberType]
        optimizer.step()
        losses.append(loss.item())
        if told is not None and (step + 1) % 100 == 0:
            speed, loss_now = len(losses) / (time.monotonic() - began), np.mean(losses)
            told(f"relief {step + 1} of {recipe.steps}, loss {loss_now:.4f}, {speed:.2f} steps/s")
            losses, began = [], time.monotonic()
    return network


def relief_loss(told: Tensor, depths: Tensor, weight: Tensor) -> Tensor:
    """Mean error of depths (B, H, W) where the weight is, each photo's about its own mean."""
    share = weight / weight.sum((1, 2), keepdim=True).clamp_min(1e-6)
    error = told - depths
    error = error - (error * share).sum((1, 2), keepdim=True)
    each = functional.smooth_l1_loss(error, torch.zeros_like(error), reduction="none", beta=_SHARP)
    return (each * share).sum((1, 2)).mean()


def order_score(network: ShapeSpace, views: ReliefViews, gap: float = _APART) -> float:
    """Mean of `order_accuracy` over views: how well a network knows what lies before what."""
    device, rng = next(network.parameters()).device, np.random.default_rng(0)
    found: list[float] = []
    for pixels, depths in zip(views.photos, views.depths, strict=True):
        photo = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
        with torch.inference_mode():
            told = network.answers(photo.to(device)).relief
        if told is not None:
            found.append(order_accuracy(told[0].float().cpu().numpy(), depths, gap, rng)[0])
    return float(np.nanmean(found)) if np.isfinite(found).any() else float("nan")


def order_accuracy(
    told: NDArray[np.float32], depths: NDArray[np.float16], gap: float, rng: np.random.Generator
) -> tuple[float, float]:
    """How often depths (H, W) put two places in the right order.

    Counted are pairs that are told, and truly are, more than `gap` apart.

    Returns
    -------
    float, float
        The share that is right, NaN if there is no such pair, and the share of all pairs counted.
    """
    known = np.flatnonzero(np.isfinite(depths))
    if len(known) < 2:
        return float("nan"), 0.0
    first, second = rng.choice(known, (2, 2000))
    true = depths.reshape(-1)[second].astype(np.float32) - depths.reshape(-1)[first]
    said = told.reshape(-1)[second] - told.reshape(-1)[first]
    counted = (np.abs(said) > gap) & (np.abs(true) > gap)
    right = np.sign(true[counted]) == np.sign(said[counted])
    return float(right.mean()) if counted.any() else float("nan"), float(counted.mean())


def _changed(
    views: ReliefViews,
    chosen: NDArray[np.int64],
    recipe: PhotoAugmentation,
    rng: np.random.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Photos (B, 4, S, S) as a phone takes them, their depths and weights (B, S/4, S/4)."""
    flipped = (rng.random(len(chosen)) < 0.5)[:, None, None]
    pixels, depths = views.photos[chosen], views.depths[chosen].astype(np.float32)
    pixels = np.where(flipped[..., None], pixels[:, :, ::-1], pixels)
    depths = np.where(flipped, depths[:, :, ::-1], depths)
    is_known = np.isfinite(depths)
    beside = np.stack((np.where(is_known, depths, 0), is_known), 1).astype(np.float32)
    fine = beside.repeat(COARSER, axis=2).repeat(COARSER, axis=3)
    photos = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 255
    moved = augmented(torch.cat((photos, torch.from_numpy(fine)), 1), recipe, rng)
    pooled = functional.avg_pool2d(moved[:, 4:], COARSER)
    weight = torch.where(pooled[:, 1] > 0.5, 1.0, 0.0)
    return moved[:, :4], pooled[:, 0] / pooled[:, 1].clamp_min(0.5), weight
