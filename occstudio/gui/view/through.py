"""Looking through a photo's camera: how the view's own camera has to be set for it.

The picture is not centred where the camera's axis meets it, so the view's window is shifted; and
the object, not the photo, is what fills the view.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.gui.view.orbit_camera import VIEW_ANGLE, OrbitCamera
from occstudio.gui.view.placement import Matrix
from occstudio.shapes.camera import Camera

Vector = NDArray[np.float64]

_ROOM = 1.15
"""The object's square, and so much around it, fits into the view."""


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """A photo's camera in the scene.

    Parameters
    ----------
    camera : Camera
        In an item's cube.
    matrix : (4, 4) float
        From the item's cube to the scene.
    square : (left, top, side)
        What has to be in view, in pixels of the photo.
    """

    camera: Camera
    matrix: Matrix
    square: tuple[float, float, float]

    @property
    def eye(self) -> Vector:
        """Where the camera stands in the scene, (3,)."""
        return self.matrix[:3, :3] @ self.camera.position + self.matrix[:3, 3]

    @property
    def forward(self) -> Vector:
        """Where it looks, unit, (3,)."""
        return self._turned(self.camera.rotation[2])

    @property
    def up(self) -> Vector:
        """Upward in its picture, unit, (3,)."""
        return -self._turned(self.camera.rotation[1])

    @property
    def distance(self) -> float:
        """To the middle of the item's cube."""
        return float(np.linalg.norm(self.matrix[:3, 3] - self.eye))

    def angle(self, aspect: float) -> float:
        """Vertical field of view in degrees, in a view of this width over height."""
        return 2 * math.degrees(math.atan(self._height(aspect) / 2 / self.camera.focal))

    def window(self, aspect: float) -> tuple[float, float]:
        """How far the view's middle is from the camera's axis, in halves of the view."""
        left, top, side = self.square
        height = self._height(aspect)
        right = left + side / 2 - self.camera.centre[0]
        down = top + side / 2 - self.camera.centre[1]
        return 2 * right / (height * aspect), -2 * down / height

    def orbit(self, before: OrbitCamera) -> OrbitCamera:
        """The turntable's place that is most like it, to go on from."""
        backward = -self.forward
        elevation = math.degrees(math.asin(float(np.clip(backward[1], -1, 1))))
        azimuth = math.degrees(math.atan2(backward[0], backward[2])) % 360
        target = self.matrix[:3, 3] + self.matrix[:3, :3] @ np.zeros(3)
        height = self._height(1.0) / self.camera.focal * self.distance
        distance = height / 2 / math.tan(math.radians(VIEW_ANGLE / 2))
        place = (float(target[0]), float(target[1]), float(target[2]))
        return OrbitCamera(place, distance, azimuth, elevation, before.is_parallel)

    def _height(self, aspect: float) -> float:
        return _ROOM * self.square[2] / min(aspect, 1.0)

    def _turned(self, direction: Vector) -> Vector:
        turned = self.matrix[:3, :3] @ direction
        return turned / np.linalg.norm(turned)
