"""A scan: points in the person's world, with the frame that takes them into the model's cube."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import Colors, Normals, Points, WorldPoints, check_rows, frozen
from occstudio.shapes.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class PointCloud:
    """Points with optional normals and colours; validated once, here.

    Parameters
    ----------
    points : (n, 3) float64
        World coordinates, all finite.
    frame : Frame
        How they lie in the model's cube.
    normals : (n, 3) float32, optional
        Unit normals in world axes.
    colors : (n, 3) uint8, optional
        sRGB.
    name : str
        For labels and output file names.

    Raises
    ------
    InvalidGeometryError
        If shapes disagree, a coordinate is not finite, or there are no points.
    """

    points: WorldPoints
    frame: Frame
    normals: Normals | None = None
    colors: Colors | None = None
    name: str = "scan"

    def __post_init__(self) -> None:
        points = np.asarray(self.points)
        check_rows(points, "points")
        if len(points) == 0:
            raise InvalidGeometryError("a point cloud needs at least one point")
        if not np.isfinite(points).all():
            raise InvalidGeometryError("points must be finite; drop rows with NaN first")
        object.__setattr__(self, "points", frozen(points, np.float64))
        for field, dtype in (("normals", np.float32), ("colors", np.uint8)):
            value = getattr(self, field)
            if value is None:
                continue
            if np.shape(value) != points.shape:
                raise InvalidGeometryError(
                    f"{field} must have the shape {points.shape}, but came as {np.shape(value)}"
                )
            object.__setattr__(self, field, frozen(value, dtype))

    @classmethod
    def of(
        cls, points: WorldPoints | Points, *, up: str = "+y", unit: str = "", name: str = "scan"
    ) -> Self:
        """A cloud whose frame is fitted to all of its points."""
        return cls(np.asarray(points, np.float64), Frame.fit(points, up=up, unit=unit), name=name)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def summary(self) -> str:
        """What it is, for a list: its size."""
        return f"{len(self):,} points"

    @property
    def model_points(self) -> Points:
        """The points in the model's cube, (n, 3) float32."""
        return self.frame.to_model(self.points)

    def with_frame(self, frame: Frame) -> Self:
        """The same points, lying otherwise in the cube."""
        return replace(self, frame=frame)
