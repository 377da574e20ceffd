"""A pinhole camera: where in a picture a point of the world is seen.

Axes of the camera are those of its picture: x to the right, y down, z forward into the scene.
Pixel (column, row) covers the square from (column, row) to (column + 1, row + 1), so that its
centre lies half a pixel further.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import frozen


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A pinhole camera without distortion and with square pixels.

    Parameters
    ----------
    focal : float
        Focal length in pixels.
    centre : (2,) float64
        Principal point in pixels; outside the picture if that was cropped off-centre.
    rotation : (3, 3) float64
        World to camera; its rows are the camera's right, down and forward in the world.
    translation : (3,) float64
        A world point x is seen at ``rotation @ x + translation``.
    size : (int, int)
        Width and height of the picture in pixels.

    Raises
    ------
    InvalidGeometryError
        If the focal length is not positive, a number is not finite, or the rotation is none.
    """

    focal: float
    centre: NDArray[np.float64]
    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        rotation = np.asarray(self.rotation, np.float64).reshape(3, 3)
        numbers = [np.ravel(self.centre), rotation.ravel(), np.ravel(self.translation)]
        if not np.isfinite(np.concatenate(numbers)).all() or not 0 < self.focal < np.inf:
            raise InvalidGeometryError("a camera has numbers that are not finite: give others")
        if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-3 or np.linalg.det(rotation) < 0:
            raise InvalidGeometryError("a camera's rotation is none: its rows must be orthonormal")
        if min(self.size) < 1:
            raise InvalidGeometryError("a camera's picture has no pixels: give a larger size")
        object.__setattr__(self, "rotation", frozen(rotation, np.float64))
        for name, length in (("centre", 2), ("translation", 3)):
            value = np.asarray(getattr(self, name), np.float64).reshape(length)
            object.__setattr__(self, name, frozen(value, np.float64))

    @property
    def position(self) -> NDArray[np.float64]:
        """Where the camera stands in the world, (3,)."""
        return -self.rotation.T @ self.translation

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Intrinsics, (3, 3)."""
        u, v = self.centre
        return np.array([[self.focal, 0, u], [0, self.focal, v], [0, 0, 1]])

    def project(
        self, points: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See world points.

        Parameters
        ----------
        points : (n, 3)
            In the world.

        Returns
        -------
        pixels : (n, 2) float64
            Column and row; meaningless behind the camera.
        depth : (n,) float64
            Along the camera's forward axis; negative behind it.
        """
        seen = np.asarray(points, np.float64) @ self.rotation.T + self.translation
        depth = seen[:, 2]
        away = np.where(np.abs(depth) < 1e-12, 1e-12, depth)
        return self.focal * seen[:, :2] / away[:, None] + self.centre, depth

    def unproject(
        self, pixels: NDArray[np.floating], depth: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """World points (n, 3) from where (n, 2) and how deep (n,) they are seen."""
        rays = (np.asarray(pixels, np.float64) - self.centre) / self.focal
        seen = np.column_stack([rays, np.ones(len(rays))]) * np.asarray(depth, np.float64)[:, None]
        return (seen - self.translation) @ self.rotation

    def cropped(self, left: float, top: float, side: float, size: int) -> Camera:
        """The same camera after a square of its picture was cut out and resized.

        Parameters
        ----------
        left, top, side : float
            The square in pixels of this camera's picture; it may reach beyond it.
        size : int
            Pixels of the new picture, both ways.
        """
        scale = size / side
        centre = (self.centre - (left, top)) * scale
        return Camera(self.focal * scale, centre, self.rotation, self.translation, (size, size))
