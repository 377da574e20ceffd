"""Random cameras and lights, as people photograph furniture: from all round, mostly upright.

A camera is drawn as a photographer stands: azimuth and elevation, a lens, how much of the frame
the object fills, where in the frame it is, a slight roll. The picture is then cut to the square
that networks see, which leaves the perspective of the whole photo: the principal point of a view
is where the photo's middle was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.exchange.square_crop import square_around
from occstudio.shapes.camera import Camera

ELEVATION = (-5.0, 50.0)  # degrees above the horizon
LENS_MM = (24.0, 90.0)  # on a frame 36 mm wide: phones have 24 to 28 and, for portraits, 50 to 77
FILL = (0.35, 0.85)  # of the frame's shorter side by the object
ROLL = 4.0  # degrees, standard deviation
_FRAME = 1000.0  # pixels, of the photo that is thought of
_NEAREST = 1.1  # of a camera from the middle of a shape that fits into a ball of radius 0.87

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Light:
    """A light far away, in the camera's axes.

    Attributes
    ----------
    direction : (float, float, float)
        Towards the light; x right, y down, z forward.
    color : (float, float, float)
        Times its strength.
    """

    direction: tuple[float, float, float]
    color: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Viewpoint:
    """A camera and the lights of one view.

    Attributes
    ----------
    azimuth, elevation : float
        Degrees: 0 in front of the shape, 90 at its left (+X); above the horizon.
    """

    camera: Camera
    lights: tuple[Light, ...]
    azimuth: float
    elevation: float


def draw_viewpoint(
    vertices: NDArray[np.floating], size: int, rng: np.random.Generator
) -> Viewpoint:
    """Draw a camera that sees a whole shape, cut to the square around it, and its lights.

    Parameters
    ----------
    vertices : (n, 3)
        Of the shape: centred, longest side 1, +Y up, +Z front.
    size : int
        Pixels of the view, both ways.
    rng : Generator
    """
    azimuth = rng.uniform(0, 360)
    elevation = rng.uniform(*ELEVATION)
    focal = np.exp(rng.uniform(*np.log(LENS_MM))) / 36 * _FRAME
    fill = rng.uniform(*FILL)
    radius = float(np.linalg.norm(vertices, axis=1).max())
    distance = max(2 * radius * focal / (fill * 0.75 * _FRAME), _NEAREST + 0.1)
    shift = rng.uniform(-1, 1, 2) * (1 - fill) * 0.4 * np.array([_FRAME, 0.75 * _FRAME])
    roll = float(np.clip(rng.normal(0, ROLL), -12, 12))
    photo = _aimed(azimuth, elevation, distance, focal, shift, roll)
    pixels, _ = photo.project(vertices)
    square = square_around(pixels.min(axis=0), pixels.max(axis=0))
    camera = photo.cropped(square.left, square.top, square.side, size)
    return Viewpoint(camera, _lights(rng), azimuth, elevation)


def orbit_camera(
    azimuth: float, elevation: float, distance: float, focal: float, size: int
) -> Camera:
    """A camera that looks at the origin, upright, degrees and pixels."""
    upright = _aimed(azimuth, elevation, distance, focal, np.zeros(2), 0.0)
    middle = np.array([size / 2, size / 2])
    return Camera(focal, middle, upright.rotation, upright.translation, (size, size))


def _aimed(
    azimuth: float, elevation: float, distance: float, focal: float, shift: Doubles, roll: float
) -> Camera:
    a, e = np.radians(azimuth), np.radians(elevation)
    eye = distance * np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    forward = -eye / distance
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    # Look past the object, so that its middle is seen `shift` pixels off the middle.
    x, y = np.arctan(shift / focal)
    turn_x = np.array([[np.cos(x), 0, np.sin(x)], [0, 1, 0], [-np.sin(x), 0, np.cos(x)]])
    turn_y = np.array([[1, 0, 0], [0, np.cos(y), np.sin(y)], [0, -np.sin(y), np.cos(y)]])
    r = np.radians(roll)
    turn_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    rotation = turn_z @ turn_y @ turn_x @ rotation
    return Camera(
        focal,
        np.array([_FRAME / 2, 0.375 * _FRAME]),
        rotation,
        -rotation @ eye,
        (int(_FRAME), int(0.75 * _FRAME)),
    )


def _lights(rng: np.random.Generator) -> tuple[Light, ...]:
    # A lamp or a window from above, a weaker one from anywhere, and a little from the camera.
    warmth = rng.normal(0, 0.06, 2)
    key = rng.uniform(0.6, 1.1)
    above = rng.normal(0, 1, 3)
    above[1] = -abs(above[1]) - 0.4
    above[2] = -abs(above[2]) if rng.random() < 0.7 else above[2]
    beside = rng.normal(0, 1, 3)
    tint = (1 + warmth[0], 1.0, 1 - warmth[0])
    other = (1 + warmth[1], 1.0, 1 - warmth[1])
    return (
        _light(above, tint, key),
        _light(beside, other, rng.uniform(0.1, 0.5)),
        _light(np.array([0.0, 0.0, -1.0]), (1.0, 1.0, 1.0), rng.uniform(0.1, 0.4)),
    )


def _light(direction: Doubles, tint: tuple[float, float, float], strength: float) -> Light:
    x, y, z = direction / np.linalg.norm(direction)
    return Light((x, y, z), (tint[0] * strength, tint[1] * strength, tint[2] * strength))
