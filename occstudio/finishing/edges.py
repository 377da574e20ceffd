"""The edges of a mesh, found once by one sort: who is joined to whom, and by how many triangles.

Pieces, smoothing, holes and health all begin with this table. Half a million edges take some
50 ms, and numpy's sort lets other threads run meanwhile.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from occstudio.shapes.mesh import Mesh

EdgeEnds = Annotated[NDArray[np.int32], "(E, 2) smaller index first"]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Undirected edges of a mesh.

    Parameters
    ----------
    ends : (E, 2) int32
        Vertices of each edge, the smaller index first; sorted.
    triangles : (E,) int32
        How many triangles meet at it.
    forward : (E,) int32
        How many of them run it from the smaller to the larger index.
    vertex_count : int
        Of the mesh, unused vertices included.
    """

    ends: EdgeEnds
    triangles: NDArray[np.int32]
    forward: NDArray[np.int32]
    vertex_count: int

    @classmethod
    def of(cls, mesh: Mesh) -> "Edges":
        """The edges of a mesh."""
        count = len(mesh.vertices)
        faces = mesh.faces.astype(np.int64)
        start, end = faces.ravel(), faces[:, [1, 2, 0]].ravel()
        low, high = np.minimum(start, end), np.maximum(start, end)
        # The last bit says which way the edge is run: one sort groups edges and directions.
        keys = ((low * max(count, 1) + high) << 1) | (start > end)
        keys.sort()
        undirected = keys >> 1
        first = np.flatnonzero(np.diff(undirected, prepend=-1))
        triangles = np.diff(first, append=len(keys))
        backward = np.add.reduceat(keys & 1, first) if len(first) else np.zeros(0, np.int64)
        ends = np.stack(np.divmod(undirected[first], max(count, 1)), axis=1)
        return cls(
            ends.astype(np.int32),
            triangles.astype(np.int32),
            (triangles - backward).astype(np.int32),
            count,
        )

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def is_closed(self) -> bool:
        """True if each edge has two triangles, which run it in opposite directions."""
        return bool(len(self) and (self.triangles == 2).all() and (self.forward == 1).all())

    @property
    def is_boundary(self) -> NDArray[np.bool_]:
        """Edges (E,) that one triangle ends at."""
        return self.triangles == 1

    @property
    def used(self) -> NDArray[np.bool_]:
        """Vertices (V,) that an edge ends at."""
        found = np.zeros(self.vertex_count, np.bool_)
        found[self.ends.ravel()] = True
        return found

    def adjacency(self) -> "csr_matrix":
        """Symmetric ``(V, V)`` sparse matrix of float32 ones between neighbours."""
        rows = np.concatenate([self.ends[:, 0], self.ends[:, 1]])
        columns = np.concatenate([self.ends[:, 1], self.ends[:, 0]])
        order = np.argsort(rows, kind="stable")
        starts = np.zeros(self.vertex_count + 1, np.int32)
        np.cumsum(np.bincount(rows, minlength=self.vertex_count), out=starts[1:])
        ones = np.ones(len(rows), np.float32)
        shape = (self.vertex_count, self.vertex_count)
        return csr_matrix((ones, columns[order], starts), shape=shape)

    def pieces(self) -> NDArray[np.int32]:
        """Number of the connected piece of each vertex (V,), from 0; unused ones get their own."""
        starts = np.zeros(self.vertex_count + 1, np.int32)
        np.cumsum(np.bincount(self.ends[:, 0], minlength=self.vertex_count), out=starts[1:])
        ones = np.ones(len(self), np.int8)
        shape = (self.vertex_count, self.vertex_count)
        # The ends are sorted by their first vertex already: the matrix needs no sort of its own.
        matrix = csr_matrix((ones, self.ends[:, 1], starts), shape=shape)
        return np.asarray(connected_components(matrix, directed=False)[1], np.int32)
