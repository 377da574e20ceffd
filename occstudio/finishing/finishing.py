"""How a surface is finished, as one frozen value, and the doing of it.

Smoothing is Taubin's: a shrinking step is followed by a slightly larger growing one, so the shape
keeps its volume (A signal processing approach to fair surface design, SIGGRAPH 1995).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.csgraph import connected_components

from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

_SHRINK, _GROW = 0.5, -0.53


@dataclass(frozen=True, slots=True)
class Finishing:
    """What is wanted; the default leaves a mesh as it is.

    Parameters
    ----------
    keep_largest : bool
        Whether only the piece with the most triangles is kept.
    smooth_iterations : int
        Rounds of smoothing; 0 for none.
    target_faces : int, optional
        Simplify to about this many triangles; None for all that there are.
    """

    keep_largest: bool = False
    smooth_iterations: int = 0
    target_faces: int | None = None


PLAIN = Finishing()
"""Nothing is done."""


def finished(mesh: Mesh, finishing: Finishing, watch: Watch = UNWATCHED) -> Mesh:
    """The mesh with everything done that is wanted; the same object if that is nothing.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube.
    finishing : Finishing
        What is wanted.
    watch : Watch
        Told the stage ``finish``; asked between its steps.
    """
    if finishing == PLAIN or mesh.is_empty:
        return mesh
    watch.report("finish", 0.0)
    if finishing.keep_largest:
        watch.check()
        mesh = _largest(mesh)
    if finishing.smooth_iterations > 0:
        mesh = _smoothed(mesh, finishing.smooth_iterations, watch)
    if finishing.target_faces is not None and finishing.target_faces < len(mesh.faces):
        watch.check()
        mesh = _simplified(mesh, finishing.target_faces)
    if mesh.normals is None:
        mesh = replace(mesh, normals=_normals(mesh))
    return mesh


def _largest(mesh: Mesh) -> Mesh:
    count = len(mesh.vertices)
    ends = mesh.faces[:, [0, 1]].T
    edges = coo_matrix((np.ones(ends.shape[1], np.int8), (ends[0], ends[1])), (count, count))
    more = mesh.faces[:, [1, 2]].T
    edges += coo_matrix((np.ones(more.shape[1], np.int8), (more[0], more[1])), (count, count))
    pieces, label = connected_components(edges, directed=False)
    if pieces == 1:
        return mesh
    of_face = label[mesh.faces[:, 0]]
    chosen = int(np.bincount(of_face, minlength=pieces).argmax())
    kept = np.flatnonzero(label == chosen)
    number = np.zeros(count, np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    normals = None if mesh.normals is None else mesh.normals[kept]
    colors = None if mesh.colors is None else mesh.colors[kept]
    return Mesh(mesh.vertices[kept], number[mesh.faces[of_face == chosen]], normals, colors)


def _smoothed(mesh: Mesh, iterations: int, watch: Watch) -> Mesh:
    count = len(mesh.vertices)
    ends = mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    pair = np.concatenate([ends, ends[:, ::-1]]).T
    around = coo_matrix((np.ones(pair.shape[1], np.float32), (pair[0], pair[1])), (count, count))
    around = around.tocsr()
    around.data[:] = 1.0
    degree = np.maximum(np.asarray(around.sum(axis=1)).ravel(), 1.0)
    mean = diags((1 / degree).astype(np.float32)) @ around
    points = np.asarray(mesh.vertices, np.float32)
    for step in range(iterations):
        watch.check()
        for factor in (_SHRINK, _GROW):
            points = points + np.float32(factor) * (mean @ points - points)
        watch.report("finish", (step + 1) / iterations)
    return replace(mesh, vertices=points.astype(np.float32), normals=None)


def _simplified(mesh: Mesh, target: int) -> Mesh:
    from fast_simplification import simplify

    # It wants arrays that it may write to.
    made = simplify(
        mesh.vertices.astype(np.float64), mesh.faces.copy(), target_count=max(target, 4)
    )
    return Mesh(np.asarray(made[0], np.float32), np.asarray(made[1], np.int32))


def _normals(mesh: Mesh) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    corners = mesh.vertices[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.empty((len(mesh.vertices), 3), np.float32)
    for axis in range(3):
        weight = np.repeat(across[:, axis], 3)
        total[:, axis] = np.bincount(mesh.faces.ravel(), weight, len(mesh.vertices))
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.where(length > 0, length, 1)).astype(np.float32)
