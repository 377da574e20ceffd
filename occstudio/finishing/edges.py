"""The edges of a mesh, found once by one sort: who is joined to whom, and by how many triangles.

Pieces, smoothing, holes and health all begin with this table. Half a million edges take some
50 ms, and numpy's sort lets other threads run meanwhile.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_PIECE = 500_000  # edges that are sorted between two looks at the watch: some 50 ms

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
    def of(cls, mesh: Mesh, watch: Watch = UNWATCHED) -> "Edges":
        """The edges of a mesh; the watch is asked every half million."""
        count = len(mesh.vertices)
        start, end = mesh.faces.ravel(), mesh.faces[:, [1, 2, 0]].ravel()
        low, high, is_backward = np.minimum(start, end), np.maximum(start, end), start > end
        empty = np.zeros(0, np.int32)
        ends, triangles, forward = [np.zeros((0, 2), np.int32)], [empty], [empty]
        # An edge belongs to the piece of its smaller vertex: pieces are sorted for themselves.
        bounds = np.linspace(0, count, max(len(low) // _PIECE, 1) + 1).astype(np.int64)
        for first, last in pairwise(bounds):
            watch.check()
            chosen = np.flatnonzero((low >= first) & (low < last))
            # The last bit says which way the edge is run: one sort groups edges and directions.
            keys = ((low[chosen].astype(np.int64) * count + high[chosen]) << 1) | is_backward[
                chosen
            ]
            keys.sort()
            undirected = keys >> 1
            begins = np.flatnonzero(np.diff(undirected, prepend=-1))
            if not len(begins):
                continue
            many = np.diff(begins, append=len(keys))
            backward = np.add.reduceat(keys & 1, begins)
            ends.append(np.stack(np.divmod(undirected[begins], count), axis=1).astype(np.int32))
            triangles.append(many.astype(np.int32))
            forward.append((many - backward).astype(np.int32))
        watch.check()
        return cls(np.concatenate(ends), np.concatenate(triangles), np.concatenate(forward), count)

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
        from scipy.sparse import csr_matrix  # slow to import: not before it is needed

        return csr_matrix((ones, columns[order], starts), shape=shape)

    def pieces(self) -> NDArray[np.int32]:
        """Number of the connected piece of each vertex (V,), from 0; unused ones get their own."""
        starts = np.zeros(self.vertex_count + 1, np.int32)
        np.cumsum(np.bincount(self.ends[:, 0], minlength=self.vertex_count), out=starts[1:])
        ones = np.ones(len(self), np.int8)
        shape = (self.vertex_count, self.vertex_count)
        # The ends are sorted by their first vertex already: the matrix needs no sort of its own.
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        matrix = csr_matrix((ones, self.ends[:, 1], starts), shape=shape)
        return np.asarray(connected_components(matrix, directed=False)[1], np.int32)
