"""What can be measured of an input, its field and its surface when a result disappoints.

Everything is measured in the model's cube, where the longest side of the input is about one, so
that the numbers mean the same for a ring and for a house. Samples are seeded and bounded: an
examination takes a fraction of a second whatever the input's size.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Points
from occstudio.shapes.field import Field
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.watch import UNWATCHED, Watch

STRAY = 6.0
"""A point is astray whose neighbours are farther than is usual by this factor."""

FAR = 0.03
"""A point of the input this far from the surface was not followed."""

_POINTS = 4000
_VERTICES = 20_000
_MOST_FACES = 1_500_000


@dataclass(frozen=True, slots=True)
class InputMeasures:
    """Of a point cloud, in the model's cube.

    Parameters
    ----------
    count : int
        Points.
    spacing : float
        Median distance to the nearest other point.
    noise : float
        Median distance of points from the plane through their neighbours.
    roughness : float
        Median part of the spread around a point that is across its plane: 0 for a smooth
        surface, 1/3 where neighbours lie in all directions alike.
    outside : float
        Part of the points outside the model's box.
    stray : float
        Part of the points far from all others.
    stretch : float
        By how much stray points make the longest side longer; 1 without any.
    core : pair of corners
        World box of all but the stray points.
    """

    count: int
    spacing: float
    noise: float
    roughness: float
    outside: float
    stray: float
    stretch: float
    core: tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class SurfaceMeasures:
    """Of a surface, in the model's cube.

    Parameters
    ----------
    pieces : int
        That are not connected.
    largest : float
        Part of the triangles that are in the largest piece.
    thin : float
        Part of the surface whose opposite side is nearer than two cells.
    touching : float
        Part of the vertices at the wall of the box.
    missed : float
        Part of the input's points that are not near the surface; 0 where the input is no cloud.
    """

    pieces: int
    largest: float
    thin: float
    touching: float
    missed: float


def measure_input(cloud: PointCloud, half_side: float, *, seed: int = 0) -> InputMeasures:
    """Measure a cloud in its frame.

    Parameters
    ----------
    cloud : PointCloud
        As it is encoded.
    half_side : float
        Of the model's box about the origin.
    seed : int
        Of the sample.
    """
    points = cloud.frame.to_model(cloud.points)
    chosen = _sample(points, _POINTS, seed)
    from scipy.spatial import KDTree  # slow to import: not before it is needed

    tree = KDTree(_sample(points, 60_000, seed + 1))
    count = min(17, tree.n)
    away, near = tree.query(chosen, count)
    away, near = np.atleast_2d(away), np.atleast_2d(near)
    noise, roughness = _across_planes(np.asarray(tree.data)[near])
    stray = _astray(points, seed)
    kept = points[~stray] if (~stray).sum() > 3 else points
    whole, core = np.ptp(points, axis=0).max(), np.ptp(kept, axis=0).max()
    world = cloud.points[~stray] if (~stray).sum() > 3 else cloud.points
    return InputMeasures(
        len(points),
        float(np.median(away[:, min(1, count - 1)])),
        noise,
        roughness,
        float((np.abs(points) > half_side).any(axis=1).mean()),
        float(stray.mean()),
        float(whole / max(core, 1e-9)),
        (_corner(world.min(axis=0)), _corner(world.max(axis=0))),
    )


def measure_surface(
    mesh: Mesh, cell: float, half_side: float, cloud: PointCloud | None, *, seed: int = 0
) -> SurfaceMeasures:
    """Measure a surface.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube, with normals.
    cell : float
        Side of a cell of the lattice that it was made on.
    half_side : float
        Of the model's box about the origin.
    cloud : PointCloud, optional
        What it was made from, in the frame that it lies in.
    seed : int
        Of the samples.
    """
    if mesh.is_empty:
        return SurfaceMeasures(0, 0.0, 0.0, 0.0, 1.0)
    pieces, largest = _pieces(mesh)
    missed = 0.0
    if cloud is not None:
        points = _sample(cloud.frame.to_model(cloud.points), _POINTS, seed)
        from scipy.spatial import KDTree  # slow to import: not before it is needed

        tree = KDTree(_surface_points(mesh, seed))
        missed = float((tree.query(points)[0] > FAR).mean())
    at_wall = np.abs(mesh.vertices) > half_side - 0.75 * cell
    return SurfaceMeasures(
        pieces,
        largest,
        _thin_part(mesh, 2 * cell, seed),
        float(at_wall.any(axis=1).mean()),
        missed,
    )


def agreement(
    field: Field, level: float, cloud: PointCloud, *, seed: int = 0, watch: Watch = UNWATCHED
) -> float:
    """How well a field's surface goes through the points that it was made from, 0 to 1.

    The field is asked at points of the input and a little to all sides of them. Where the
    surface passes, some of these are inside and some outside.
    """
    points = _sample(cloud.frame.to_model(cloud.points), 400, seed)
    steps = np.random.default_rng(seed).normal(size=(8, 3))
    steps *= FAR / np.linalg.norm(steps, axis=1, keepdims=True)
    around = (points[:, None] + steps[None]).reshape(-1, 3).astype(np.float32)
    watch.check()
    inside = (field(around) > level).reshape(len(points), len(steps))
    return float((inside.any(axis=1) & ~inside.all(axis=1)).mean())


def _sample(rows: Points, most: int, seed: int) -> Points:
    if len(rows) <= most:
        return rows
    return rows[np.random.default_rng(seed).choice(len(rows), most, replace=False)]


def _corner(row: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(row[0]), float(row[1]), float(row[2])


def _across_planes(neighbourhoods: NDArray[np.float64]) -> tuple[float, float]:
    """Median distance from the fitted plane, and median part of the variance across it."""
    if neighbourhoods.shape[1] < 5:
        return 0.0, 0.0
    centred = neighbourhoods - neighbourhoods.mean(axis=1, keepdims=True)
    spread = np.einsum("nki,nkj->nij", centred, centred) / neighbourhoods.shape[1]
    values = np.clip(np.linalg.eigvalsh(spread), 0, None)
    total = np.maximum(values.sum(axis=1), 1e-18)
    return float(np.median(np.sqrt(values[:, 0]))), float(np.median(values[:, 0] / total))


def _astray(points: Points, seed: int) -> NDArray[np.bool_]:
    """Points whose eighth neighbour is much farther than is usual."""
    from scipy.spatial import KDTree  # slow to import: not before it is needed

    tree = KDTree(_sample(points, 60_000, seed))
    count = min(9, tree.n)
    away = np.atleast_2d(tree.query(points, count)[0])[:, -1]
    return away > STRAY * max(float(np.median(away)), 1e-9)


def _pieces(mesh: Mesh) -> tuple[int, float]:
    """How many solids there are, and the part of their triangles that the largest has.

    A hollow inside a solid has an inner wall of its own, whose volume is negative; it is no piece.
    """
    if len(mesh.faces) > _MOST_FACES:
        return 1, 1.0
    start = mesh.faces[:, [0, 1]].ravel()
    end = mesh.faces[:, [1, 2]].ravel()
    count = len(mesh.vertices)
    from scipy.sparse import coo_matrix  # slow to import: not before it is needed
    from scipy.sparse.csgraph import connected_components

    edges = coo_matrix((np.ones(len(start), np.int8), (start, end)), (count, count))
    _, label = connected_components(edges, directed=False)
    of_face = label[mesh.faces[:, 0]]
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    volumes = np.bincount(of_face, np.einsum("ij,ij->i", a, np.cross(b, c)))
    sizes = np.bincount(of_face)[volumes > 0]
    return max(len(sizes), 1), float(sizes.max() / sizes.sum()) if len(sizes) else 1.0


def _surface_points(mesh: Mesh, seed: int) -> Points:
    """Vertices and, for coarse meshes, middles of triangles."""
    corners = np.asarray(mesh.vertices, np.float32)
    vertices = _sample(corners, 3 * _VERTICES, seed)
    if len(vertices) < _VERTICES:
        middles = mesh.vertices[mesh.faces].mean(axis=1, dtype=np.float32)
        return np.concatenate([vertices, _sample(middles, _VERTICES, seed)])
    return vertices


def _thin_part(mesh: Mesh, limit: float, seed: int) -> float:
    """Part of the vertices that have a vertex of the opposite wall within `limit` beneath them."""
    if mesh.normals is None:
        return 0.0
    random = np.random.default_rng(seed)
    from scipy.spatial import KDTree  # slow to import: not before it is needed

    tree = KDTree(mesh.vertices)
    chosen = random.choice(len(mesh.vertices), min(1500, len(mesh.vertices)), replace=False)
    thin = 0
    near = tree.query_ball_point(mesh.vertices[chosen], limit)
    for vertex, around in zip(chosen, near, strict=True):
        rows = np.asarray(around)
        normal = mesh.normals[vertex]
        step = mesh.vertices[rows] - mesh.vertices[vertex]
        beneath = step @ normal < -0.6 * np.linalg.norm(step, axis=1)
        thin += bool((beneath & (mesh.normals[rows] @ normal < -0.5)).any())
    return thin / len(chosen)
