"""A triangle mesh, as every stage after extraction sees it."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from occstudio.errors import InvalidGeometryError
from occstudio.shapes.arrays import (
    Colors,
    Faces,
    Normals,
    Points,
    WorldPoints,
    check_rows,
    frozen,
)
from occstudio.shapes.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles, wound counter-clockwise seen from outside.

    Parameters
    ----------
    vertices : (V, 3) float32 or float64
        float32 in the model's cube; float64 once placed in the world.
    faces : (F, 3) int32
        Indices into the vertices.
    normals : (V, 3) float32, optional
        Unit, outward.
    colors : (V, 3) uint8, optional
        sRGB.

    Raises
    ------
    InvalidGeometryError
        If a vertex is not finite, an index out of range, or shapes disagree.
    """

    vertices: Points | WorldPoints
    faces: Faces
    normals: Normals | None = None
    colors: Colors | None = None

    def __post_init__(self) -> None:
        vertices, faces = np.asarray(self.vertices), np.asarray(self.faces)
        check_rows(vertices, "vertices")
        check_rows(faces, "faces")
        if not np.isfinite(vertices).all():
            raise InvalidGeometryError("vertices must be finite")
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise InvalidGeometryError(
                f"a face names vertex {int(faces.max())}, but there are {len(vertices)}"
            )
        kept = np.float64 if vertices.dtype == np.float64 else np.float32
        object.__setattr__(self, "vertices", frozen(vertices, kept))
        object.__setattr__(self, "faces", frozen(faces, np.int32))
        for field, dtype in (("normals", np.float32), ("colors", np.uint8)):
            value = getattr(self, field)
            if value is None:
                continue
            if np.shape(value) != vertices.shape:
                raise InvalidGeometryError(
                    f"{field} must have the shape {vertices.shape}, but came as {np.shape(value)}"
                )
            object.__setattr__(self, field, frozen(value, dtype))

    @property
    def is_empty(self) -> bool:
        """True if there is no triangle."""
        return len(self.faces) == 0

    @property
    def volume(self) -> float:
        """Signed volume by the divergence theorem; positive when wound outward and closed."""
        a, b, c = (self.vertices[self.faces[:, k]].astype(np.float64) for k in range(3))
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)

    @property
    def area(self) -> float:
        """Sum of the triangles' areas."""
        a, b, c = (self.vertices[self.faces[:, k]].astype(np.float64) for k in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)

    @property
    def is_watertight(self) -> bool:
        """True if every edge is shared by two triangles that run it in opposite directions."""
        if self.is_empty:
            return False
        directed = self._directed_edges()
        forward = np.sort(directed)
        if (forward[1:] == forward[:-1]).any():
            return False
        low, high = np.divmod(directed, len(self.vertices))
        return bool(np.array_equal(forward, np.sort(high * len(self.vertices) + low)))

    @property
    def euler_characteristic(self) -> int:
        """Vertices in use, less edges, plus faces."""
        used = len(np.unique(self.faces))
        low, high = np.divmod(self._directed_edges(), max(len(self.vertices), 1))
        undirected = np.minimum(low, high) * len(self.vertices) + np.maximum(low, high)
        return used - len(np.unique(undirected)) + len(self.faces)

    def placed(self, frame: Frame) -> Self:
        """The mesh in world coordinates: vertices float64, normals turned along."""
        return replace(
            self,
            vertices=frame.to_world(self.vertices),
            normals=None if self.normals is None else frame.normals_to_world(self.normals),
        )

    def _directed_edges(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        ends = self.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
        return ends[:, 0] * len(self.vertices) + ends[:, 1]


EMPTY_MESH = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
"""No vertices, no faces."""
