"""A model without weights that reads photos: it sees a box, through a camera that it knows.

`draw_photo` draws what that camera sees of the box, with a colour for each side, in a room; so
what comes out of a photo can be compared with the truth: shape, colours, camera and outline.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from occstudio.errors import EmptyShapeError, ModelError
from occstudio.shapes.analytic import AnalyticField, box
from occstudio.shapes.camera import Camera
from occstudio.shapes.field import Field
from occstudio.shapes.image import Image
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import PhotoReading, Reported
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch

NAME = "photo-box"
SIZE = (0.5, 0.9, 0.6)
SIDES = {
    "+x": (40, 70, 170),
    "+y": (230, 190, 60),
    "+z": (180, 40, 50),
}
"""Colours of the sides that the camera sees."""

FIRST_GUESS = 0.8
"""The first reading is a box smaller than the truth by this."""


def camera(width: int, height: int) -> Camera:
    """Where photos of this size are taken from: right of the front, and from above."""
    azimuth, elevation, distance = np.radians(35), np.radians(25), 2.6
    eye = distance * np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        ]
    )
    forward = -eye / distance
    right = np.cross(forward, [0, 1, 0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    centre = np.array([0.46 * width, 0.53 * height])  # not in the middle, as in life
    return Camera(1.35 * height, centre, rotation, -rotation @ eye, (width, height))


def corners(scale: float = 1.0) -> NDArray[np.float64]:
    """Of the box, (8, 3)."""
    signs = np.stack(np.unravel_index(np.arange(8), (2, 2, 2)), -1) - 0.5
    return signs * np.asarray(SIZE) * scale


def draw_photo(
    width: int = 320, height: int = 240, *, copies: int = 1, plain: bool = False
) -> Image:
    """The box in a room, or before a plain grey; copies stand beside each other."""
    random = np.random.default_rng(0)
    ground = np.zeros((height, width, 3))
    ground[:] = np.linspace(150, 215, width)[None, :, None] * [1.0, 0.97, 0.9]
    boards = np.where(np.arange(width) // max(width // 20, 1) % 2, 120, 95)
    ground[int(0.72 * height) :] = boards[None, :, None] * [1.0, 0.8, 0.55]
    ground += random.normal(0, 5, ground.shape)
    if plain:
        ground[:] = 200
    picture = Pillow.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    pencil, seen = ImageDraw.Draw(picture), camera(width, height)
    for number in range(copies):
        shift = (number - (copies - 1) / 2) * 0.5 * width
        for side, color in SIDES.items():
            axis = "xyz".index(side[1])
            flat = [k for k in range(3) if k != axis]
            face = np.full((4, 3), SIZE[axis] / 2)
            for k, signs in zip(flat, ((-1, -1, 1, 1), (-1, 1, 1, -1)), strict=True):
                face[:, k] = np.asarray(signs) * SIZE[k] / 2
            at = seen.project(face)[0] + (shift, 0)
            pencil.polygon([tuple(map(float, point)) for point in at], fill=color)
    return Image(np.asarray(picture), name="box")


def photo_file(path: Path, **options: int) -> Path:
    """`draw_photo` as a file."""
    Pillow.fromarray(draw_photo(**options).pixels).save(path)
    return path


class BoxReader:
    """Reads boxes of one proportion; a code is the logarithm of their size."""

    card = ModelCard(
        NAME,
        "analytic",
        "Boxes on photos",
        InputSpec("image", box_side=1.1, resolution=128, has_opacity=True),
    )
    device = "cpu"

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """The first guess."""
        watch.check()
        if not isinstance(observation, Image):
            raise ModelError("this model takes a photo: give one")
        return self.read_photo(observation).latent

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The box."""
        del time
        scale = float(np.exp(latent.arrays["z"][0]))
        return AnalyticField(box(tuple(scale * side for side in SIZE)))  # type: ignore[arg-type]

    def read_photo(self, photo: Image) -> PhotoReading:
        """The camera is known; how sure it is, the outline says."""
        if not (photo.opacity() >= 128).any():
            raise EmptyShapeError("nothing is left of the photo: keep more of it")
        return self._reading(photo, FIRST_GUESS)

    def fit_photo(
        self,
        photo: Image,
        reading: PhotoReading | None = None,
        watch: Watch = UNWATCHED,
        told: Reported | None = None,
    ) -> PhotoReading:
        """The size whose outline agrees best."""
        best = reading or self.read_photo(photo)
        for step, scale in enumerate(np.linspace(0.8, 1.2, 17)):
            watch.check()
            watch.report("fit", step / 17)
            tried = self._reading(photo, float(scale))
            if tried.agreement > best.agreement:
                best = tried
                if told is not None:
                    told(best)
        return best

    def _reading(self, photo: Image, scale: float) -> PhotoReading:
        height, width = photo.pixels.shape[:2]
        seen = camera(width, height)
        outline, opaque = silhouette(scale, seen), photo.opacity() >= 128
        agreement = float((outline & opaque).sum() / max((outline | opaque).sum(), 1))
        doubts = () if agreement > 0.4 else ("the object is unlike all that this model knows",)
        codes = [
            Latent({"z": np.log([factor * scale]).astype(np.float32)}, NAME)
            for factor in (1.0, 0.9)
        ]
        return PhotoReading(tuple(codes), (0.7, 0.3), seen, agreement, agreement, doubts)


def silhouette(scale: float, seen: Camera) -> NDArray[np.bool_]:
    """Where the camera sees the box, (H, W)."""
    from scipy.spatial import ConvexHull

    at = seen.project(corners(scale))[0]
    canvas = Pillow.new("1", seen.size)
    rim = at[ConvexHull(at).vertices]
    ImageDraw.Draw(canvas).polygon([tuple(map(float, point)) for point in rim], fill=1)
    return np.asarray(canvas)


def cut(photo: Image) -> Image:
    """The photo with the truth as its opacity."""
    height, width = photo.pixels.shape[:2]
    opacity = 255 * silhouette(1.0, camera(width, height)).astype(np.uint8)
    return replace(photo, pixels=np.dstack([photo.pixels[..., :3], opacity]))
