"""The square that single-view networks see of a photo: around the object, with a margin.

Training views and photos must be framed alike, or a network sees at work what it never saw in
training. So both ask this module: the object's box, made square about its middle, widened by a
margin, and scaled to the network's size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError
from occstudio.shapes.image import Image, Pixels

MARGIN = 0.08
"""Free room on either side of the object, as part of its box's longer side."""

SEEN = 128
"""Opacity from which a pixel belongs to the object (of 255)."""


@dataclass(frozen=True, slots=True)
class Square:
    """A square of a picture, in pixels; it may reach beyond the picture."""

    left: float
    top: float
    side: float


def square_around(low: NDArray[np.floating], high: NDArray[np.floating]) -> Square:
    """The square about a box, from its least and greatest column and row, each (2,)."""
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    side = float((high - low).max()) * (1 + 2 * MARGIN)
    left, top = (low + high) / 2 - side / 2
    return Square(float(left), float(top), side)


def square_of_object(opacity: NDArray[np.uint8]) -> Square:
    """The square about what is opaque in (H, W) opacity.

    Raises
    ------
    EmptyShapeError
        If nothing is.
    """
    seen = opacity >= SEEN
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        raise EmptyShapeError("nothing is left of the photo: keep more of it")
    low, high = (columns.min(), rows.min()), (columns.max() + 1, rows.max() + 1)
    return square_around(np.array(low), np.array(high))


def cropped(image: Image, square: Square, size: int) -> Pixels:
    """What a square of a photo shows, (size, size, 4) uint8; transparent beyond the photo.

    Colours are averaged by their opacity, so that nothing of the background bleeds in.
    """
    from PIL import Image as Pillow

    pixels = image.pixels
    if pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    box = np.array([square.left, square.top, square.left + square.side, square.top + square.side])
    outer = np.concatenate([np.floor(box[:2]) - 1, np.ceil(box[2:]) + 1]).astype(int)
    patch = np.zeros((outer[3] - outer[1], outer[2] - outer[0], 4), np.uint8)
    height, width = pixels.shape[:2]
    low, high = np.maximum(outer[:2], 0), np.minimum(outer[2:], (width, height))
    if (high > low).all():
        x, y = low - outer[:2]
        part = pixels[low[1] : high[1], low[0] : high[0]]
        patch[y : y + part.shape[0], x : x + part.shape[1]] = part
    within = tuple((box - np.tile(outer[:2].astype(float), 2)).tolist())
    # Pillow multiplies colours by opacity before it resizes RGBA, and divides afterwards.
    picture = Pillow.fromarray(patch, "RGBA").convert("RGBa")
    resized = picture.resize(
        (size, size),
        Pillow.Resampling.BOX if square.side > size else Pillow.Resampling.BILINEAR,
        within,
    )
    return np.asarray(resized.convert("RGBA"))
