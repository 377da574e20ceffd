"""Sheets that touch are parted, so that each edge has two triangles again.

Collapsing edges may leave two parts of a surface sharing an edge, where four triangles meet, or a
flap of two triangles back to back. Neither changes what is inside. Flaps go; where sheets touch,
each gets vertices of its own, at the same place; and where one sheet touches itself so that both
ends of the edge stay shared, one of the two edges gets a vertex in its middle.
"""

import numpy as np
from numpy.typing import NDArray

from occstudio.finishing.components import without_unused
from occstudio.shapes.mesh import Mesh

HalfEdges = NDArray[np.int64]

_PASSES = 8


def parted(mesh: Mesh) -> Mesh:
    """The mesh with each edge at two triangles that run it in opposite directions.

    The same object comes back where edges can't be paired: at the rim of a hole, or where
    triangles face opposite ways.

    Parameters
    ----------
    mesh : Mesh
        Any, float32; normals and colours are dropped.
    """
    mesh = without_unused(Mesh(mesh.vertices, _without_flaps(mesh.faces)))
    for _ in range(_PASSES):
        forward, backward, keys = _paired(mesh)
        if mesh.is_empty or not np.array_equal(keys[forward], keys[backward]):
            break
        mesh = _with_own_vertices(mesh, forward, backward)
        forward, backward, keys = _paired(mesh)
        doubled = np.flatnonzero(np.diff(keys[forward], prepend=-1) == 0)
        if not len(doubled):
            break
        mesh = _split(mesh, forward[doubled], backward[doubled])
    return mesh


def _paired(mesh: Mesh) -> tuple[HalfEdges, HalfEdges, HalfEdges]:
    """Half-edges that run from the smaller index, those that run to it, and what each is of.

    Half-edge ``3 f + k`` runs from vertex k of triangle f to the next one. Both lists are sorted by
    edge, so that the first of one and the first of the other belong together.
    """
    count = max(len(mesh.vertices), 1)
    start, end = mesh.faces.astype(np.int64).ravel(), mesh.faces[:, [1, 2, 0]].ravel()
    keys = np.minimum(start, end) * count + np.maximum(start, end)
    forward, backward = np.flatnonzero(start < end), np.flatnonzero(start > end)
    forward = forward[np.argsort(keys[forward], kind="stable")]
    return forward, backward[np.argsort(keys[backward], kind="stable")], keys


def _with_own_vertices(mesh: Mesh, forward: HalfEdges, backward: HalfEdges) -> Mesh:
    """The mesh with one vertex for all corners that meet across paired edges, and no more."""
    corners = mesh.faces.size
    ahead = np.arange(corners).reshape(-1, 3)[:, [1, 2, 0]].ravel()
    here = np.concatenate([forward, ahead[forward]])
    there = np.concatenate([ahead[backward], backward])
    from scipy.sparse import coo_matrix  # slow to import: not before it is needed
    from scipy.sparse.csgraph import connected_components

    joined = coo_matrix((np.ones(len(here), np.int8), (here, there)), (corners, corners))
    vertex = connected_components(joined, directed=False)[1]
    _, first = np.unique(vertex, return_index=True)
    faces = vertex.reshape(-1, 3).astype(np.int32)
    return Mesh(mesh.vertices[mesh.faces.ravel()[first]], faces)


def _split(mesh: Mesh, forward: HalfEdges, backward: HalfEdges) -> Mesh:
    """The mesh with a vertex in the middle of each of these edges, none twice at a triangle."""
    seen: set[int] = set()
    chosen: list[int] = []
    for place, pair in enumerate(zip(forward // 3, backward // 3, strict=True)):
        if not seen & {int(triangle) for triangle in pair}:
            seen |= {int(triangle) for triangle in pair}
            chosen.append(place)
    forward, backward = forward[chosen], backward[chosen]
    middles = np.arange(len(forward), dtype=np.int32) + len(mesh.vertices)
    half = np.concatenate([forward, backward])
    middle = np.concatenate([middles, middles])
    triangle, corner = half // 3, half % 3
    faces = mesh.faces.copy()
    after = mesh.faces.copy()[triangle]
    faces[triangle, (corner + 1) % 3] = middle
    after[np.arange(len(half)), corner] = middle
    ends = mesh.faces.ravel()[forward], mesh.faces[:, [1, 2, 0]].ravel()[forward]
    places = (mesh.vertices[ends[0]] + mesh.vertices[ends[1]]) / 2
    vertices = np.concatenate([mesh.vertices, places]).astype(np.float32)
    return Mesh(vertices, np.concatenate([faces, after]))


def _without_flaps(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Triangles without those that name a vertex twice, and without pairs back to back."""
    a, b, c = faces.T
    faces = faces[(a != b) & (b != c) & (c != a)]
    # Triangles of the same three vertices cancel out by their direction, as many as there are.
    order = np.argsort(faces, axis=1)
    direction = np.where(((order[:, 1] - order[:, 0]) % 3) == 1, 1, -1)
    _, same = np.unique(np.sort(faces, axis=1), axis=0, return_inverse=True)
    left = np.rint(np.bincount(same.ravel(), direction)).astype(np.int64)
    kept = np.flatnonzero(direction == np.sign(left)[same.ravel()])
    _, first = np.unique(same.ravel()[kept], return_index=True)
    return faces[kept[np.sort(first)]]
