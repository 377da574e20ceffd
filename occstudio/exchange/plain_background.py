"""Cuts an object out of a photo whose background is of one colour.

Networks were trained on objects before white. Of a plain background the colour is known from the
picture's border; whatever has this colour and is connected with the border is background, so a
white cup before a white wall keeps its inside.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.image import Image

TOLERANCE = 26.0
"""Colours nearer than this (of 255, in the channel that differs most) are the same."""

PLAIN = 0.85
"""A border is plain if this part of it has one colour."""


def border_plainness(image: Image) -> tuple[float, float]:
    """Part of the border that has its usual colour, and that colour's lightness, both 0 to 1."""
    border = _border(image)
    usual = np.median(border, axis=0)
    same = np.abs(border - usual).max(axis=1) < TOLERANCE
    return float(same.mean()), float(usual.mean() / 255)


def cut_out(image: Image) -> Image | None:
    """The photo with its plain background transparent; None if there is no such background.

    Parameters
    ----------
    image : Image
        Opaque.
    """
    from scipy.ndimage import label  # slow to import: not before it is needed

    if border_plainness(image)[0] < PLAIN:
        return None
    colors = image.pixels[..., :3].astype(np.float32)
    usual = np.median(_border(image), axis=0)
    alike = np.abs(colors - usual).max(axis=2) < TOLERANCE
    regions: NDArray[np.int32] = label(alike)[0]  # type: ignore[assignment]
    walls = (regions[0], regions[-1], regions[:, 0], regions[:, -1])
    at_border = np.unique(np.concatenate(walls))
    ground = np.isin(regions, at_border[at_border > 0])
    if ground.all():
        return None
    opacity = np.where(ground, 0, 255).astype(np.uint8)
    return replace(image, pixels=np.dstack([image.pixels[..., :3], opacity]))


def _border(image: Image) -> NDArray[np.float32]:
    colors = image.pixels[..., :3].astype(np.float32)
    sides = (colors[0], colors[-1], colors[:, 0], colors[:, -1])
    return np.concatenate(sides)
