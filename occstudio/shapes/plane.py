"""A square cut through the model's box, across one of its axes: where a field is looked into."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import OccStudioError
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import Box

AXES = ("x", "y", "z")
"""Names of the model's axes."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane ``axis = offset`` within a box.

    Its own two axes, u and v, are the two that follow in the cycle x, y, z, so that u, v and the
    plane's normal (the axis) are right-handed.

    Parameters
    ----------
    axis : str
        ``x``, ``y`` or ``z``.
    offset : float
        In model units.
    box : Box
        What the plane is cut off at.
    """

    axis: str
    offset: float
    box: Box

    def __post_init__(self) -> None:
        if self.axis not in AXES:
            raise OccStudioError(f"a plane lies across x, y or z, not across '{self.axis}'")
        if not np.isfinite(self.offset):
            raise OccStudioError(f"a plane's offset must be a number, not {self.offset}")

    @property
    def number(self) -> int:
        """Of the axis: 0, 1 or 2."""
        return AXES.index(self.axis)

    @property
    def lower(self) -> NDArray[np.float64]:
        """Least u and v, (2,)."""
        return np.array([self.box.lower[k] for k in self._in_plane])

    @property
    def size(self) -> NDArray[np.float64]:
        """Lengths along u and v, (2,)."""
        return np.array([self.box.size[k] for k in self._in_plane])

    @property
    def corners(self) -> Points:
        """Lower left, lower right, upper right, upper left, seen against the axis; (4, 3)."""
        return self.at(np.array([[0, 0], [1, 0], [1, 1], [0, 1]]))

    def at(self, parts: NDArray[np.floating]) -> Points:
        """Model points ``(n, 3)`` of places ``(n, 2)`` given as parts of the plane, 0 to 1."""
        places = self.lower + np.asarray(parts, np.float64) * self.size
        points = np.full((len(places), 3), self.offset)
        points[:, list(self._in_plane)] = places
        return points.astype(np.float32)

    def lattice(self, cells: int) -> Points:
        """Model points ``((cells + 1)**2, 3)``, u running fastest."""
        line = np.linspace(0, 1, cells + 1)
        v, u = np.meshgrid(line, line, indexing="ij")
        return self.at(np.column_stack([u.ravel(), v.ravel()]))

    @property
    def _in_plane(self) -> tuple[int, int]:
        return (self.number + 1) % 3, (self.number + 2) % 3
