"""A photo of one object, as single-view networks see it.

A photo says nothing about the size or the place of what it shows, so its frame is the identity
unless somebody chooses another: the reconstruction comes in the model's cube.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import frozen
from occstudio.shapes.frame import IDENTITY, Frame

Pixels = Annotated[NDArray[np.uint8], "(H, W, 3 or 4)"]

LARGEST_SIDE = 20_000
"""Pixels; larger pictures are no photos of an object."""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """Pixels of a photo, upright, 8 bits a channel.

    Parameters
    ----------
    pixels : (H, W, 3) or (H, W, 4) uint8
        sRGB, with opacity as the fourth channel if the background was cut away.
    frame : Frame
        How the reconstruction lies in the world.
    name : str
        For labels and output file names.

    Raises
    ------
    InvalidGeometryError
        If the array is no such picture.
    """

    pixels: Pixels
    frame: Frame = IDENTITY
    name: str = "photo"

    def __post_init__(self) -> None:
        pixels = np.asarray(self.pixels)
        if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or pixels.dtype != np.uint8:
            raise InvalidGeometryError(
                "pixels must be (height, width, 3 or 4) with 8 bits each, but came as "
                f"{pixels.shape} {pixels.dtype}"
            )
        if not 1 <= min(pixels.shape[:2]) <= max(pixels.shape[:2]) <= LARGEST_SIDE:
            raise InvalidGeometryError(
                f"a photo of {pixels.shape[1]} x {pixels.shape[0]} pixels is not usable: "
                f"give one with sides from 1 to {LARGEST_SIDE}"
            )
        object.__setattr__(self, "pixels", frozen(pixels, np.uint8))

    @property
    def summary(self) -> str:
        """What it is, for a list: its size."""
        return f"{self.pixels.shape[1]} × {self.pixels.shape[0]} photo"

    @property
    def has_opacity(self) -> bool:
        """Whether there is a channel of opacity that is not opaque everywhere."""
        return self.pixels.shape[2] == 4 and bool((self.pixels[..., 3] < 255).any())

    def opacity(self) -> NDArray[np.uint8]:
        """Opacity (H, W), 255 where nothing was cut away."""
        if self.pixels.shape[2] == 4:
            return self.pixels[..., 3]
        return np.full(self.pixels.shape[:2], 255, np.uint8)

    def on_white(self) -> Pixels:
        """The photo (H, W, 3) over a white ground, as the networks were trained."""
        if self.pixels.shape[2] == 3:
            return self.pixels
        opacity = self.pixels[..., 3:].astype(np.uint16)
        # rounded division by 255
        mixed = self.pixels[..., :3] * opacity + 255 * (255 - opacity) + 127
        return (mixed // 255).astype(np.uint8)

    def with_frame(self, frame: Frame) -> Self:
        """The same photo, its reconstruction lying otherwise in the world."""
        return replace(self, frame=frame)
