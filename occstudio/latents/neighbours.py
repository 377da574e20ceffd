"""Which codes lie near each other: the graph that paths, samples and maps walk on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from occstudio.latents.code_book import CodeBook, Codes

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# scipy is imported where it is used: it would hold up the window's first picture.


@dataclass(frozen=True, slots=True, eq=False)
class NeighbourGraph:
    """Codes, joined to their nearest ones.

    Parameters
    ----------
    codes : (N, L) float32
    edges : (N, N) sparse
        Squared distances between neighbours, which makes many short steps cheaper than a long
        one; symmetric, and in one piece.
    """

    codes: Codes
    edges: csr_matrix

    @classmethod
    def of_book(cls, book: CodeBook, extra: Codes | None = None, count: int = 8) -> NeighbourGraph:
        """The graph of a book's named codes and anchors, and of some more."""
        parts = [book.codes, book.anchors, *([] if extra is None else [extra])]
        return cls.of(np.concatenate(parts), count)

    @classmethod
    def of(cls, codes: Codes, count: int = 8) -> NeighbourGraph:
        """The graph in which each code (N, L) is joined to its `count` nearest ones."""
        from scipy.sparse.csgraph import connected_components

        held = np.asarray(codes, np.float32)
        found = _nearest_rows(held, held, min(count + 1, len(held)))
        rows = np.repeat(np.arange(len(held)), found.shape[1])
        found = found.reshape(-1)
        edges = _joined(held, rows, found)
        pieces, label = connected_components(edges, directed=False)
        while pieces > 1:  # the nearest pair between the first piece and the rest
            first = np.flatnonzero(label == label[0])
            rest = np.flatnonzero(label != label[0])
            nearest = first[_nearest_rows(held[rest], held[first], 1)[:, 0]]
            best = int(np.argmin(np.square(held[rest] - held[nearest]).sum(1)))
            rows = np.append(rows, nearest[best])
            found = np.append(found, rest[best])
            edges = _joined(held, rows, found)
            pieces, label = connected_components(edges, directed=False)
        return cls(held, edges)

    def way(self, start: int, end: int) -> list[int]:
        """Rows of the codes on the cheapest way from one to another, both included."""
        from scipy.sparse.csgraph import dijkstra

        _, before = dijkstra(self.edges, directed=False, indices=start, return_predecessors=True)
        way = [end]
        while way[-1] != start:
            way.append(int(before[way[-1]]))
        return way[::-1]

    def nearest(self, code: Codes, count: int) -> NDArray[np.int64]:
        """Rows of the codes nearest to a code (L,), the nearest first."""
        return nearest_rows(self.codes, code, count)


def nearest_rows(codes: Codes, code: Codes, count: int) -> NDArray[np.int64]:
    """Rows of the codes (N, L) nearest to a code (L,), the nearest first."""
    offsets = codes - np.asarray(code, np.float32)
    return np.argsort(np.einsum("ij,ij->i", offsets, offsets), kind="stable")[:count]


def _nearest_rows(asked: Codes, codes: Codes, count: int) -> NDArray[np.int64]:
    """Rows of the codes nearest to each one asked, (n, count), in no order."""
    # By products: among hundreds of numbers a tree does not help.
    squares = np.square(codes).sum(1)
    found: list[NDArray[np.int64]] = []
    for some in np.array_split(asked, max(len(asked) // 1024, 1)):
        distances = squares - 2 * (some @ codes.T)
        part = np.argpartition(distances, min(count, len(codes)) - 1, axis=1)[:, :count]
        found.append(part.astype(np.int64))
    return np.concatenate(found)


def _joined(codes: Codes, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    apart = rows != columns
    rows, columns = rows[apart], columns[apart]
    lengths = np.square(codes[rows] - codes[columns]).sum(1).astype(np.float64)
    lengths = np.maximum(lengths, 1e-12)  # nought would be no edge
    one_way = csr_matrix((lengths, (rows, columns)), shape=(len(codes),) * 2)
    return one_way.maximum(one_way.T).tocsr()
