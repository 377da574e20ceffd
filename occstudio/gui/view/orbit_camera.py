"""A turntable camera: it orbits, pans and comes closer, and never rolls.

Pure arithmetic on angles, a target and a distance; the viewport copies the outcome to VTK. The
world is the model's: +Y is up.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

VIEW_ANGLE = 30.0
"""Vertical field of view in degrees."""

_MOST_ELEVATION = 89.0
_FILLED = 0.86  # of the picture, by what is framed


@dataclass(frozen=True, slots=True)
class OrbitCamera:
    """Where one looks from, and at what.

    Parameters
    ----------
    target : tuple of float
        The point that is looked at.
    distance : float
        From the eye to the target.
    azimuth, elevation : float
        Degrees; azimuth 0 looks from +Z (front), 90 from +X (right).
    is_parallel : bool
        Whether lines that are parallel stay so (orthographic); things at the target keep their
        size when it changes.
    """

    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    distance: float = 3.0
    azimuth: float = 35.0
    elevation: float = 20.0
    is_parallel: bool = False

    @property
    def height(self) -> float:
        """Of what the picture shows at the target, in model units."""
        return 2 * self.distance * math.tan(math.radians(VIEW_ANGLE / 2))

    @property
    def eye(self) -> Vector:
        """Position of the camera, (3,)."""
        return np.asarray(self.target) + self.distance * self._backward

    @property
    def up(self) -> Vector:
        """Upward direction of the picture, (3,)."""
        return np.cross(self._backward, self._right)

    def orbited(self, right: float, up: float) -> "OrbitCamera":
        """Turned by degrees; the poles are not crossed."""
        elevation = min(max(self.elevation + up, -_MOST_ELEVATION), _MOST_ELEVATION)
        return replace(self, azimuth=(self.azimuth + right) % 360, elevation=elevation)

    def panned(self, right: float, up: float) -> "OrbitCamera":
        """Shifted by fractions of the picture's height."""
        height = self.height
        moved = np.asarray(self.target) + height * (right * self._right + up * self.up)
        return replace(self, target=_tuple(moved))

    def zoomed(self, factor: float, right: float = 0.0, up: float = 0.0) -> "OrbitCamera":
        """Nearer by `factor`, towards a place in the picture.

        Parameters
        ----------
        factor : float
            Above 1 comes nearer.
        right, up : float
            What stays under the cursor: offset from the middle in fractions of the height.
        """
        distance = min(max(self.distance / factor, 0.02), 200.0)
        kept = 1 - distance / self.distance
        return replace(self.panned(right * kept, up * kept), distance=distance)

    def framing(self, low: Vector, high: Vector, aspect: float) -> "OrbitCamera":
        """The same direction, with a box in full view.

        Parameters
        ----------
        low, high : (3,) float
            Corners of the box.
        aspect : float
            Width of the picture over its height.
        """
        middle = (np.asarray(low) + high) / 2
        corners = np.stack(np.meshgrid(*zip(low, high, strict=True)), -1).reshape(-1, 3) - middle
        half = _FILLED * math.tan(math.radians(VIEW_ANGLE / 2))
        across = np.maximum(np.abs(corners @ self._right) / aspect, np.abs(corners @ self.up))
        nearness = 0.0 if self.is_parallel else corners @ self._backward
        distance = max(float((nearness + across / half).max()), 5e-3)
        return replace(self, target=_tuple(middle), distance=distance)

    def looking(self, azimuth: float, elevation: float) -> "OrbitCamera":
        """From another side at the same target."""
        return replace(self, azimuth=azimuth, elevation=elevation)

    def ray(self, right: float, up: float) -> tuple[Vector, Vector]:
        """Where a line of sight begins, and its unit direction.

        Parameters
        ----------
        right, up : float
            Place in the picture: offset from the middle in fractions of its height.
        """
        offset = self.height * (right * self._right + up * self.up)
        if self.is_parallel:
            return self.eye + offset, -self._backward
        along = offset - self.distance * self._backward
        return self.eye, along / np.linalg.norm(along)

    def seen(self, points: NDArray[np.floating]) -> Vector:
        """Where points ``(n, 3)`` are in the picture: right, up (as in `ray`) and depth, (n, 3)."""
        away = np.asarray(points, np.float64) - self.eye
        depth = -away @ self._backward
        near = np.full(len(away), self.distance) if self.is_parallel else np.maximum(depth, 1e-6)
        scale = self.distance / (near * self.height)
        return np.column_stack([away @ self._right * scale, away @ self.up * scale, depth])

    @property
    def right(self) -> Vector:
        """Rightward direction of the picture, (3,)."""
        return self._right

    @property
    def _backward(self) -> Vector:
        turn, lift = math.radians(self.azimuth), math.radians(self.elevation)
        flat = math.cos(lift)
        return np.array([math.sin(turn) * flat, math.sin(lift), math.cos(turn) * flat])

    @property
    def _right(self) -> Vector:
        turn = math.radians(self.azimuth)
        return np.array([math.cos(turn), 0.0, -math.sin(turn)])


def _tuple(vector: Vector) -> tuple[float, float, float]:
    return (float(vector[0]), float(vector[1]), float(vector[2]))
