"""What a reader found in a mesh file, before the gate has judged it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.exchange.geometry_gate import row_hashes


@dataclass(frozen=True, slots=True, eq=False)
class RawMesh:
    """Vertices and triangles as a file has them.

    Parameters
    ----------
    vertices : (V, 3) array of numbers
        In the file's own coordinates.
    faces : (F, 3) integer array
        Empty if the file has points only.
    normals, colors : (V, 3) array, optional
        As stored.
    """

    vertices: NDArray[np.generic]
    faces: NDArray[np.integer]
    normals: NDArray[np.generic] | None = None
    colors: NDArray[np.generic] | None = None

    def merged(self) -> "RawMesh":
        """Vertices at equal places made one, as formats without shared vertices split them.

        They keep their order of appearance, so a file that splits nothing comes back as it was.
        """
        in_range = (
            len(self.faces) and self.faces.min() >= 0 and (self.faces.max() < len(self.vertices))
        )
        if not in_range:
            # points only, or damage that the gate will name by the file's own indices
            return self
        with np.errstate(invalid="ignore"):
            places = np.asarray(self.vertices, np.float64)
        _, first, inverse = np.unique(row_hashes(places), return_index=True, return_inverse=True)
        if len(first) == len(places) or not np.array_equal(
            places[first[inverse]], places, equal_nan=True
        ):
            return self
        order = np.argsort(first)
        rank = np.empty(len(first), np.int64)
        rank[order] = np.arange(len(first))
        kept = first[order]
        return RawMesh(
            np.asarray(self.vertices)[kept],
            rank[inverse][self.faces],
            None if self.normals is None else np.asarray(self.normals)[kept],
            None if self.colors is None else np.asarray(self.colors)[kept],
        )
