"""Points spread evenly over the surface of a mesh."""

import numpy as np

from occstudio.errors import EmptyShapeError
from occstudio.exchange.geometry_gate import RawPoints
from occstudio.shapes.mesh import Mesh


def sample_surface(mesh: Mesh, count: int, *, seed: int = 0) -> RawPoints:
    """Seeded, area-uniform samples of a mesh's surface, with its triangles' normals.

    Parameters
    ----------
    mesh : Mesh
        Any triangles, in any frame.
    count : int
        Points to draw.
    seed : int
        Same seed, same points.

    Returns
    -------
    RawPoints
        float64 points, unit normals, and colours if the mesh has them.

    Raises
    ------
    EmptyShapeError
        If the mesh has no area.
    """
    generator = np.random.default_rng(seed)
    corners = mesh.vertices.astype(np.float64)[mesh.faces]
    # relative to a corner of the mesh, or far places would eat the digits of small triangles
    origin = mesh.vertices[mesh.faces[0, 0]].astype(np.float64) if len(mesh.faces) else 0.0
    corners -= origin
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    double_area = np.linalg.norm(cross, axis=1)
    total = np.cumsum(double_area)
    if len(total) == 0 or not total[-1] > 0:
        raise EmptyShapeError("the mesh has no area to take points from; export it again")
    # one point in each of `count` equal shares of the area: even, and still random
    where = (np.arange(count) + generator.random(count)) * (total[-1] / count)
    face = np.minimum(np.searchsorted(total, where, side="right"), len(total) - 1)
    first, second = generator.random(count), generator.random(count)
    over = first + second > 1
    first[over], second[over] = 1 - first[over], 1 - second[over]
    weights = np.stack([1 - first - second, first, second], axis=1)
    points = np.einsum("nk,nkd->nd", weights, corners[face]) + origin
    length = np.where(double_area > 0, double_area, 1)
    normals = (cross / length[:, None])[face].astype(np.float32)
    colors = None
    if mesh.colors is not None:
        blend = np.einsum("nk,nkd->nd", weights, mesh.colors[mesh.faces[face]].astype(np.float64))
        colors = np.clip(np.rint(blend), 0, 255).astype(np.uint8)
    return RawPoints(points, normals, colors)
