"""What a phone, a person's cut-out and a messy room do to a clean render.

A network that has seen only renders is lost before a photo. So each view is changed anew, on the
batch as a whole: colours and light, blur, few pixels, JPEG's blocks, noise; the object a little
off its place; something in front of it; an opacity that was cut too wide, too narrow or with holes;
and now and then no cut-out at all, only a background and full opacity.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class PhotoAugmentation:
    """How often each thing happens to a view, and how strongly.

    Parameters
    ----------
    shift : float
        Largest move, in photo sides.
    scale : float
        Largest factor of size, or its inverse.
    roll_degrees : float
        Largest rotation.
    colours : float
        Strength of the changes of brightness, contrast, saturation and tint.
    grey, blur, coarse, jpeg, noise, occlusion, bad_mask, no_mask : float
        Probabilities.
    """

    shift: float = 0.04
    scale: float = 1.12
    roll_degrees: float = 6.0
    colours: float = 0.35
    grey: float = 0.1
    blur: float = 0.25
    coarse: float = 0.25
    jpeg: float = 0.15
    noise: float = 0.3
    occlusion: float = 0.15
    bad_mask: float = 0.3
    no_mask: float = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """How objects were moved in B photos.

    Attributes
    ----------
    turn : (B,) float64
        Clockwise, in radians, about the middle of the photo.
    size : (B,) float64
        Factor by which they grew.
    shift : (B, 2) float64
        To the right and down, in photo sides, at the end.
    """

    turn: NDArray[np.float64]
    size: NDArray[np.float64]
    shift: NDArray[np.float64]

    @classmethod
    def drawn(cls, count: int, recipe: PhotoAugmentation, rng: np.random.Generator) -> Moves:
        """At random, as a recipe says."""
        turn = np.radians(rng.uniform(-recipe.roll_degrees, recipe.roll_degrees, count))
        turn *= rng.random(count) < 0.5
        size = np.exp(rng.uniform(-1, 1, count) * np.log(recipe.scale))
        return cls(turn, size, rng.uniform(-1, 1, (count, 2)) * recipe.shift)

    def of_photos(self, photos: Tensor) -> Tensor:
        """Photos (B, 4, H, W) so moved; what comes in from outside is white and empty."""
        cos, sin = np.cos(self.turn) / self.size, np.sin(self.turn) / self.size
        back = np.stack([np.stack([cos, sin], 1), np.stack([-sin, cos], 1)], 1)
        start = -2 * np.einsum("bij,bj->bi", back, self.shift)
        theta = torch.from_numpy(np.concatenate([back, start[..., None]], 2).astype(np.float32))
        grid = functional.affine_grid(theta, list(photos.shape), align_corners=False)
        turned = functional.grid_sample(
            torch.cat((1 - photos[:, :3], photos[:, 3:]), 1), grid, align_corners=False
        )
        return torch.cat((1 - turned[:, :3], turned[:, 3:]), 1)

    def of_cameras(self, numbers: Tensor) -> Tensor:
        """The cameras (B, 7) of the moved photos; see `photo_projection`."""
        turn, size = torch.from_numpy(self.turn), torch.from_numpy(self.size)
        across, down = (numbers[:, 5:7].double() - 0.5).unbind(1)
        cos, sin = size * turn.cos(), size * turn.sin()
        centre = torch.stack((cos * across - sin * down, sin * across + cos * down), 1)
        moved = numbers.double().clone()
        moved[:, 2] += turn
        moved[:, 4] += size.log()
        moved[:, 5:7] = centre + 0.5 + torch.from_numpy(self.shift)
        return moved.to(numbers.dtype)


def augmented(
    photos: Tensor,
    recipe: PhotoAugmentation,
    rng: np.random.Generator,
    moves: Moves | None = None,
) -> Tensor:
    """Changed views of a batch.

    Parameters
    ----------
    photos : (B, 4, H, W) float32
        Colours over white and opacity, 0..1.
    recipe : PhotoAugmentation
    rng : numpy.random.Generator
    moves : Moves, optional
        How the objects are moved; drawn if not given.

    Returns
    -------
    (B, 4, H, W) float32
        The same kind of thing; where the opacity was cut badly, the colours are cut with it.
    """
    moves = moves or Moves.drawn(len(photos), recipe, rng)
    photos = moves.of_photos(photos)
    colours, opacity = photos[:, :3], photos[:, 3:]
    colours = _recoloured(colours, recipe, rng)
    colours, opacity = _occluded(colours, opacity, recipe, rng)
    ground = torch.ones_like(colours)
    colours = colours * opacity + ground * (1 - opacity)
    bare = _chosen(len(photos), recipe.no_mask, rng)
    if bare.any():
        room = _rooms(int(bare.sum()), photos.shape[-1], rng)
        held = opacity[bare]
        colours[bare] = colours[bare] * held + room * (1 - held)
        opacity = torch.where(bare[:, None, None, None], torch.ones_like(opacity), opacity)
    colours = _degraded(colours, recipe, rng)
    opacity = _badly_cut(opacity, ~bare, recipe, rng)
    return torch.cat((colours * opacity + (1 - opacity), opacity), 1).clamp_(0, 1)


def _chosen(count: int, chance: float, rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.random(count) < chance)


def _each(count: int, low: float, high: float, rng: np.random.Generator) -> Tensor:
    """A number for each view, (B, 1, 1, 1)."""
    return torch.from_numpy(rng.uniform(low, high, (count, 1, 1, 1)).astype(np.float32))


def _recoloured(colours: Tensor, recipe: PhotoAugmentation, rng: np.random.Generator) -> Tensor:
    count, strength = len(colours), recipe.colours
    gain = _each(count, 1 - strength, 1 + strength, rng)
    tint = torch.from_numpy(
        rng.uniform(1 - strength / 2, 1 + strength / 2, (count, 3, 1, 1)).astype(np.float32)
    )
    grey = colours.mean(1, keepdim=True)
    saturation = _each(count, 1 - 2 * strength, 1 + strength, rng).clamp_min(0)
    saturation[_chosen(count, recipe.grey, rng)] = 0
    colours = (grey + (colours - grey) * saturation) * gain * tint
    middle = colours.mean((1, 2, 3), keepdim=True)
    colours = middle + (colours - middle) * _each(count, 1 - strength, 1 + strength, rng)
    colours = colours.clamp(1e-4, 1) ** _each(count, 1 - strength, 1 + 2 * strength, rng)
    # A light from one side.
    axis = torch.linspace(-1, 1, colours.shape[-1])
    across, down = _each(count, -0.3, 0.3, rng), _each(count, -0.3, 0.3, rng)
    slope = 1 + across * axis + down * axis[:, None]
    return (colours * slope).clamp_(0, 1)


def _occluded(
    colours: Tensor, opacity: Tensor, recipe: PhotoAugmentation, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Something in front: cut away with the background, or left in as part of the object."""
    side = colours.shape[-1]
    colours, opacity = colours.clone(), opacity.clone()
    for index in np.flatnonzero(rng.random(len(colours)) < recipe.occlusion):
        width, height = rng.integers(side // 12, side // 3, 2)
        left, top = rng.integers(0, side - width), rng.integers(0, side - height)
        place = (slice(top, top + height), slice(left, left + width))
        if rng.random() < 0.6:
            opacity[index, 0][place] = 0
        else:
            paint = torch.from_numpy(rng.random((3, 1, 1)).astype(np.float32))
            colours[index][:, place[0], place[1]] = paint
            opacity[index, 0][place] = 1
    return colours, opacity


def _rooms(count: int, side: int, rng: np.random.Generator) -> Tensor:
    """Backgrounds: patches of colour, soft or sharp, with noise."""
    coarse = int(rng.integers(2, 9))
    patches = torch.from_numpy(rng.random((count, 3, coarse, coarse)).astype(np.float32))
    mode = "nearest" if rng.random() < 0.3 else "bicubic"
    room = functional.interpolate(patches, size=(side, side), mode=mode)
    base = torch.from_numpy(rng.random((count, 3, 1, 1)).astype(np.float32))
    noise = torch.from_numpy(rng.normal(0, 0.03, (count, 3, side, side)).astype(np.float32))
    return (base + (room - 0.5) * _each(count, 0, 1, rng) + noise).clamp_(0, 1)


def _degraded(colours: Tensor, recipe: PhotoAugmentation, rng: np.random.Generator) -> Tensor:
    count, side = len(colours), colours.shape[-1]
    blurred = _chosen(count, recipe.blur, rng)
    if blurred.any():
        colours = torch.where(
            blurred[:, None, None, None], _blurred(colours, rng.uniform(0.5, 1.5)), colours
        )
    coarse = _chosen(count, recipe.coarse, rng)
    if coarse.any():
        few = int(side / rng.uniform(1.3, 2.5))
        small = functional.interpolate(colours[coarse], size=(few, few), mode="area")
        colours[coarse] = functional.interpolate(small, size=(side, side), mode="bilinear")
    noisy = _chosen(count, recipe.noise, rng)
    strength = _each(count, 0, 0.05, rng) * noisy[:, None, None, None]
    grain = torch.from_numpy(rng.standard_normal(tuple(colours.shape), np.float32))
    colours = (colours + strength * grain).clamp_(0, 1)
    for index in np.flatnonzero(rng.random(count) < recipe.jpeg):
        colours[index] = _compressed(colours[index], int(rng.integers(15, 70)))
    return colours


def _blurred(images: Tensor, deviation: float) -> Tensor:
    reach = 3
    axis = torch.arange(-reach, reach + 1, dtype=torch.float32)
    kernel = torch.exp(-(axis**2) / (2 * deviation**2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    channels = images.shape[1]
    padded = functional.pad(images, (reach, reach, reach, reach), mode="replicate")
    across = functional.conv2d(padded, kernel.expand(channels, -1, -1, -1), groups=channels)
    return functional.conv2d(
        across, kernel.transpose(2, 3).expand(channels, -1, -1, -1), groups=channels
    )


def _compressed(colours: Tensor, quality: int) -> Tensor:
    """A photo (3, H, W) after JPEG."""
    pixels = (colours.permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    back = np.asarray(Image.open(stream), np.float32) / np.float32(255)
    return torch.from_numpy(back).permute(2, 0, 1)


def _badly_cut(
    opacity: Tensor, cut: Tensor, recipe: PhotoAugmentation, rng: np.random.Generator
) -> Tensor:
    """Cut too wide or too narrow, with bites taken out and crumbs left."""
    chosen = _chosen(len(opacity), recipe.bad_mask, rng) & cut
    if not chosen.any():
        return opacity
    count, side = int(chosen.sum()), opacity.shape[-1]
    soft = _blurred(opacity[chosen], rng.uniform(1.0, 2.5))
    blobs = torch.from_numpy(rng.standard_normal((count, 1, side // 8, side // 8), np.float32))
    blobs = functional.interpolate(blobs, size=(side, side), mode="bicubic")
    strength = _each(count, 0, 0.18, rng)
    level = _each(count, 0.25, 0.75, rng)
    worse = torch.sigmoid((soft + blobs * strength - level) * 12)
    result = opacity.clone()
    result[chosen] = worse
    return result
