"""The similarity between a person's world and the model's cube.

A `Frame` takes world points (any unit, any place, any up axis) into the model's cube, where the
longest side of the shape is one, its centre the origin and +Y is up; and back again. Every
observation carries one, and every mesh that leaves goes back through it, so a reconstruction
lands exactly where its points were.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import Points, WorldPoints, check_rows

UP_AXES = ("+x", "-x", "+y", "-y", "+z", "-z")
"""Names of the world axes that can be up."""

# Rows are the model's x, y, z axes in world coordinates: proper rotations (determinant +1).
_ROTATIONS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "+y": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "-y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "+z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "-z": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "+x": ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "-x": ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Similarity ``model = scale * R (world - center)``, with R taking `up` to +Y.

    Parameters
    ----------
    center : tuple of float
        World point that becomes the model's origin.
    scale : float
        Model units per world unit; positive and finite.
    up : str
        World axis that points up, one of `UP_AXES`.
    unit : str
        Name of the world's unit, for labels only; empty when unknown.
    """

    center: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    up: str = "+y"
    unit: str = ""

    def __post_init__(self) -> None:
        if self.up not in UP_AXES:
            raise InvalidGeometryError(
                f"up axis '{self.up}' is unknown: use one of {', '.join(UP_AXES)}"
            )
        if not (np.isfinite(self.scale) and self.scale > 0 and np.isfinite(self.center).all()):
            raise InvalidGeometryError(
                f"a frame needs a finite center and a positive scale (got {self.center}, "
                f"{self.scale})"
            )

    @classmethod
    def fit(
        cls, points: WorldPoints | Points, *, up: str = "+y", unit: str = "", side: float = 1.0
    ) -> Self:
        """The frame whose model cube holds the points: longest side `side`, centred.

        Parameters
        ----------
        points : (n, 3) float
            World points, all finite.
        up : str
            World axis that points up.
        side : float
            Length of the longest side of the points' box in model units.

        Raises
        ------
        InvalidGeometryError
            If there are no points or they have no extent.
        """
        check_rows(points, "points")
        if len(points) == 0:
            raise InvalidGeometryError("there are no points to fit a frame to")
        low = points.min(axis=0).astype(np.float64)
        high = points.max(axis=0).astype(np.float64)
        extent = float((high - low).max())
        if not np.isfinite(extent) or extent <= 0:
            raise InvalidGeometryError(
                "the points have no extent (all at one place): a shape needs points that differ"
            )
        middle = (low + high) / 2
        return cls((float(middle[0]), float(middle[1]), float(middle[2])), side / extent, up, unit)

    def to_model(self, world: WorldPoints | Points) -> Points:
        """World points ``(n, 3)`` in the model's cube, float32 (subtracted in float64)."""
        local = np.asarray(world, np.float64) - self.center
        return np.ascontiguousarray(self.scale * local @ self._rotation.T, np.float32)

    def to_world(self, model: Points | WorldPoints) -> WorldPoints:
        """Model points ``(n, 3)`` in world coordinates, float64."""
        return np.asarray(model, np.float64) / self.scale @ self._rotation + self.center

    def normals_to_model(self, normals: NDArray[np.floating]) -> Points:
        """World directions ``(n, 3)`` turned into the model's axes."""
        return np.ascontiguousarray(np.asarray(normals) @ self._rotation.T, np.float32)

    def normals_to_world(self, normals: NDArray[np.floating]) -> Points:
        """Model directions ``(n, 3)`` turned into the world's axes."""
        return np.ascontiguousarray(np.asarray(normals) @ self._rotation, np.float32)

    @property
    def _rotation(self) -> NDArray[np.float64]:
        return np.array(_ROTATIONS[self.up], np.float64)


IDENTITY = Frame()
"""World and model are the same."""
