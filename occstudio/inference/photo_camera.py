"""The camera of a photo as seven numbers that can be fitted, and the silhouette of a field in it.

Where the camera stands is told by azimuth, elevation and distance about the middle of the model's
cube, how it is turned by a roll, and what it looks at by focal length and principal point in the
square that the network sees (`exchange.square_crop`). Size and place of a silhouette in the photo
leave focal length and principal point no choice once the rest is known: they are found from the
boxes of the silhouette and the cut-out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from occstudio.exchange.square_crop import Square
from occstudio.networks.photo_projection import NEAREST, turned
from occstudio.shapes.arrays import Points
from occstudio.shapes.camera import Camera

OUTSIDE: Final = -8.0
"""Logit of rays that miss the cube."""

_SMOOTH: Final = 3.0  # how nearly the greatest logit of a ray is taken

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pose:
    """A camera about the model's cube, looking at its middle.

    Attributes
    ----------
    azimuth, elevation, roll : float
        Radians; 0 in front, positive towards +X; above the horizon; clockwise in the photo.
    distance : float
        From the middle of the cube.
    focal : float
        In sides of the square.
    centre : (float, float)
        Where the middle of the cube is seen, in sides of the square from its left upper corner.
    """

    azimuth: float
    elevation: float
    roll: float
    distance: float
    focal: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)

    @classmethod
    def of(cls, numbers: Tensor) -> Pose:
        """From the numbers (7,) that are fitted."""
        azimuth, elevation, roll, distance, focal, x, y = numbers.tolist()
        distance = max(float(np.exp(distance)), NEAREST)
        return cls(azimuth, elevation, roll, distance, float(np.exp(focal)), (x, y))

    def numbers(self) -> Tensor:
        """(7,): angles, logarithms of distance and focal length, and the centre."""
        return torch.tensor(
            [
                self.azimuth,
                self.elevation,
                self.roll,
                np.log(max(self.distance, NEAREST)),
                np.log(self.focal),
                *self.centre,
            ],
            dtype=torch.float32,
        )

    def seen(self, points: Points) -> Doubles:
        """Where points (n, 3) of the cube are seen (n, 2), in sides of the square."""
        rotation, eye = (part.numpy().astype(np.float64) for part in turned(self.numbers()))
        inside = (np.asarray(points, np.float64) - eye) @ rotation.T
        return self.focal * inside[:, :2] / inside[:, 2:] + np.array(self.centre)

    def depths(self, points: Points) -> Doubles:
        """How far points (n, 3) are before the camera, (n,)."""
        rotation, eye = (part.numpy().astype(np.float64) for part in turned(self.numbers()))
        return (np.asarray(points, np.float64) - eye) @ rotation[2]

    def framing(self, points: Points, low: Doubles, high: Doubles) -> Pose:
        """The same place, with the lens and the direction that show points in a box of the square.

        Parameters
        ----------
        points : (n, 3)
            Whose box in the picture it is.
        low, high : (2,)
            Its corners, in sides of the square.
        """
        shown = replace(self, focal=1.0, centre=(0.0, 0.0)).seen(points)
        least, most = shown.min(axis=0), shown.max(axis=0)
        focal = float((high - low).sum() / max(float((most - least).sum()), 1e-9))
        middle = (low + high) / 2 - focal * (least + most) / 2
        return replace(self, focal=focal, centre=(float(middle[0]), float(middle[1])))

    def camera(self, square: Square, size: tuple[int, int]) -> Camera:
        """The camera in pixels of the photo (width, height) that the square was cut from."""
        rotation, eye = (part.numpy().astype(np.float64) for part in turned(self.numbers()))
        centre = np.array([square.left, square.top]) + square.side * np.array(self.centre)
        # float32 leaves the rows a little off; the nearest rotation is exact
        u, _, v = np.linalg.svd(rotation)
        rotation = u @ v
        return Camera(self.focal * square.side, centre, rotation, -rotation @ eye, size)


def silhouette_mask(pose: Pose, points: Points, cell: float, side: int) -> Mask:
    """A rough silhouette (side, side) of solid cells, from their middles.

    Parameters
    ----------
    pose : Pose
    points : (n, 3)
        Middles of the solid cells.
    cell : float
        Their size.
    side : int
        Pixels of the square, both ways.
    """
    mask = np.zeros((side, side), np.bool_)
    if not len(points):
        return mask
    middles = pose.seen(points) * side
    third = pose.focal / pose.distance * cell * side / 3  # pixels
    for across in (-third, 0.0, third):
        for down in (-third, 0.0, third):
            where = np.floor(middles + np.array([across, down])).astype(np.int64)
            inside = ((where >= 0) & (where < side)).all(axis=1)
            mask[where[inside, 1], where[inside, 0]] = True
    return mask


def mask_iou(first: Mask, second: Mask) -> float:
    """Intersection over union of two masks; 0 if both are empty."""
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 0.0


def mask_box(mask: Mask) -> tuple[Doubles, Doubles]:
    """Corners (2,) of what is set in a mask (S, S), in its sides."""
    rows, columns = np.nonzero(mask)
    low = np.array([columns.min(), rows.min()]) / len(mask)
    return low, np.array([columns.max() + 1, rows.max() + 1]) / len(mask)


def ray_points(numbers: Tensor, where: Tensor, samples: int, half: float) -> tuple[Tensor, Tensor]:
    """Points along the rays through places of the square, differentiable in the pose's numbers.

    Parameters
    ----------
    numbers : (7,)
        Of a `Pose`.
    where : (n, 2)
        In sides of the square.
    samples : int
        Points on each ray.
    half : float
        Half the side of the cube that rays are followed in.

    Returns
    -------
    points : (n, samples, 3)
    hits : (n,) bool
        Which rays meet the cube.
    """
    rotation, eye = turned(numbers)
    focal, centre = numbers[4].exp(), numbers[5:7]
    directions = torch.cat(((where - centre) / focal, torch.ones_like(where[:, :1])), 1) @ rotation
    with torch.no_grad():
        safe = torch.where(directions.abs() < 1e-6, 1e-6, directions)
        first, second = (-half - eye) / safe, (half - eye) / safe
        near = torch.minimum(first, second).amax(1).clamp_min(0)
        far = torch.maximum(first, second).amin(1)
        hits = far > near
        steps = (torch.arange(samples, device=where.device) + 0.5) / samples
        # A direction is one unit deep, so that its multiples are depths.
        depth = near[:, None] + (far - near).clamp_min(0)[:, None] * steps
    return eye + depth[..., None] * directions[:, None], hits


def silhouette_logits(logits: Tensor, hits: Tensor) -> Tensor:
    """Whether rays (n,) meet the shape, from the field's logits (n, samples) along them.

    The greatest logit, smoothed, so that its neighbours learn of it, too.
    """
    samples = logits.shape[1]
    greatest = torch.logsumexp(_SMOOTH * logits, 1) - float(np.log(samples)) / 2
    return torch.where(hits, greatest / _SMOOTH, torch.full_like(greatest, OUTSIDE))
