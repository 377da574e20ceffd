"""Connected pieces of a mesh: told apart, kept or dropped by their size."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.mesh import Mesh


def face_pieces(mesh: Mesh) -> NDArray[np.int32]:
    """Number (F,) of the connected piece that each triangle belongs to; 0 is the largest.

    Pieces are joined at vertices, and sorted by their count of triangles.
    """
    if mesh.is_empty:
        return np.zeros(0, np.int32)
    of_face = _joined_faces(mesh)
    sizes = np.bincount(of_face)
    rank = np.empty(len(sizes), np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes), dtype=np.int32)
    return rank[of_face]


def _joined_faces(mesh: Mesh) -> NDArray[np.int32]:
    """Any number (F,) for each piece.

    Triangles and vertices are the nodes of one graph, whose rows the triangles are already: no
    edge has to be found, which takes three times as long.
    """
    from scipy.sparse import csr_matrix  # slow to import: not before it is needed
    from scipy.sparse.csgraph import connected_components

    count = len(mesh.faces)
    nodes = count + len(mesh.vertices)
    starts = np.full(nodes + 1, 3 * count, np.int32)
    starts[: count + 1] = 3 * np.arange(count + 1, dtype=np.int32)
    ones = np.ones(3 * count, np.int8)
    graph = csr_matrix((ones, mesh.faces.ravel() + np.int32(count), starts), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1][:count], np.int32)


def largest_piece(mesh: Mesh) -> Mesh:
    """The piece with the most triangles; the same object if there is only one."""
    return _kept(mesh, face_pieces(mesh) == 0)


def without_fragments(mesh: Mesh, least_part: float = 0.01) -> Mesh:
    """The mesh without pieces that are small beside the largest one.

    Parameters
    ----------
    mesh : Mesh
        Any.
    least_part : float
        Pieces with fewer triangles than this part of the largest piece's go.
    """
    pieces = face_pieces(mesh)
    sizes = np.bincount(pieces)
    return _kept(mesh, (sizes >= least_part * sizes[:1].sum())[pieces])


def without_unused(mesh: Mesh) -> Mesh:
    """The mesh without vertices that no triangle names; the same object if there are none."""
    used = np.zeros(len(mesh.vertices), np.bool_)
    used[mesh.faces.ravel()] = True
    if used.all():
        return mesh
    number = np.cumsum(used, dtype=np.int32) - 1
    return Mesh(
        mesh.vertices[used],
        number[mesh.faces],
        None if mesh.normals is None else mesh.normals[used],
        None if mesh.colors is None else mesh.colors[used],
    )


def _kept(mesh: Mesh, chosen: NDArray[np.bool_]) -> Mesh:
    if chosen.all():
        return mesh
    return without_unused(replace(mesh, faces=mesh.faces[chosen]))
