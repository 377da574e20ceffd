"""How near one shape is to another: IoU, Chamfer-L1, normal consistency and F-score.

The definitions are those of Occupancy Networks (Mescheder et al. 2019) and, for the F-score, of
Convolutional Occupancy Networks (Peng et al. 2020), so that figures can be laid beside the
papers'. Volumes are compared by truth values at common points, surfaces by samples drawn by area
and their nearest neighbours; one pass over two k-d trees gives all surface scores at once.

Chamfer-L1 between samples never reaches zero: two samples of one surface of area A with n points
each are about ``0.5 * sqrt(A / n)`` apart. Compare figures of equal n only; the papers take
100 000, as the defaults here do.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError, InvalidGeometryError
from occstudio.shapes.arrays import Normals, Points, WorldPoints, check_rows, frozen
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    from scipy.spatial import KDTree

Occupancy = NDArray[np.bool_]
"""Truth values ``(n,)``: inside or not, at n points that both shapes share."""

_QUERIES_AT_ONCE = 4096
_PAIRS_AT_ONCE = 2_000_000
_WIDEST_BINS = 192


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceSample:
    """Points drawn from a surface, with the normals they have there.

    Parameters
    ----------
    points : (n, 3) float
        On the surface; the unit cube of the model unless said otherwise.
    normals : (n, 3) float32
        Unit; their sign does not matter to any score here.

    Raises
    ------
    InvalidGeometryError
        If the shapes disagree or a number is not finite.
    """

    points: Points | WorldPoints
    normals: Normals

    def __post_init__(self) -> None:
        points, normals = np.asarray(self.points), np.asarray(self.normals)
        check_rows(points, "points")
        if normals.shape != points.shape:
            raise InvalidGeometryError(
                f"normals must have the shape {points.shape}, but came as {normals.shape}"
            )
        if not (np.isfinite(points).all() and np.isfinite(normals).all()):
            raise InvalidGeometryError("points and normals must be finite")
        object.__setattr__(self, "points", frozen(points))
        object.__setattr__(self, "normals", frozen(normals, np.float32))

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, slots=True)
class SurfaceScores:
    """Everything that two surface samples say about each other.

    Parameters
    ----------
    accuracy : float
        Mean distance from the predicted points to the reference, in units of the cube's edge.
    completeness : float
        Mean distance from the reference points to the prediction.
    normal_consistency : float
        Mean of ``|cos|`` between normals of nearest points, both ways; 1 is best.
    precision, recall : float
        Share of predicted (reference) points within the threshold of the other surface.
    """

    accuracy: float
    completeness: float
    normal_consistency: float
    precision: float
    recall: float

    @classmethod
    def worst(cls) -> Self:
        """What a missing surface is given: the unit cube's diagonal away, and nothing found."""
        return cls(math.sqrt(3), math.sqrt(3), 0.0, 0.0, 0.0)

    @property
    def chamfer_l1(self) -> float:
        """Mean of accuracy and completeness; the papers report ten times this."""
        return (self.accuracy + self.completeness) / 2

    @property
    def f_score(self) -> float:
        """Harmonic mean of precision and recall; 0 if both are."""
        return _harmonic_mean(self.precision, self.recall)


def iou(occupancy_a: Occupancy, occupancy_b: Occupancy) -> float:
    """Intersection over union of two solids, from truth values at common points.

    Parameters
    ----------
    occupancy_a, occupancy_b : (n,) bool
        Inside or not, at the same points, uniform in a box that holds both solids.

    Raises
    ------
    EmptyShapeError
        If no point is inside either solid.
    InvalidGeometryError
        If the shapes disagree.
    """
    a, b = np.asarray(occupancy_a), np.asarray(occupancy_b)
    if a.shape != b.shape or a.dtype != np.bool_ or b.dtype != np.bool_:
        raise InvalidGeometryError(
            "IoU compares two boolean arrays of one shape, but they came as "
            f"{a.dtype}{a.shape} and {b.dtype}{b.shape}"
        )
    union = np.count_nonzero(a | b)
    if union == 0:
        raise EmptyShapeError("no sample lies in either solid: take more samples or a tighter box")
    return float(np.count_nonzero(a & b) / union)


def volume_iou(mesh_a: Mesh, mesh_b: Mesh, *, points: int = 100_000, seed: int = 0) -> float:
    """Intersection over union of two watertight meshes, at seeded points of their common box.

    Parameters
    ----------
    mesh_a, mesh_b : Mesh
        Closed and wound outward, in one frame.
    points : int
        Uniform samples; the standard error is about ``0.5 / sqrt(samples inside)``.
    seed : int
        Of the samples.

    Raises
    ------
    EmptyShapeError
        If a mesh has no triangles, or no sample lies in either.
    """
    corners = np.concatenate([_corners(mesh_a).reshape(-1, 3), _corners(mesh_b).reshape(-1, 3)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    queries = low + np.random.default_rng(seed).random((points, 3)) * (high - low)
    return iou(contains_points(mesh_a, queries), contains_points(mesh_b, queries))


def chamfer_l1(predicted_points: Points, reference_points: Points) -> float:
    """Mean of accuracy and completeness between two surface samples.

    Parameters
    ----------
    predicted_points : (n, 3) float
        Points on the reconstructed surface, in the model's unit cube.
    reference_points : (m, 3) float
        Points on the true surface, same frame.

    Returns
    -------
    float
        In units of the cube's edge; the papers report ten times this.

    Raises
    ------
    EmptyShapeError
        If either set has no points.
    """
    there, back, _, _ = _nearest(predicted_points, reference_points)
    return float((there.mean() + back.mean()) / 2)


def normal_consistency(predicted: SurfaceSample, reference: SurfaceSample) -> float:
    """Mean of ``|cos|`` between the normals of nearest points, averaged over both directions.

    The sign is ignored, as in Occupancy Networks: 1 is best, 0.5 what chance gives.

    Raises
    ------
    EmptyShapeError
        If either sample has no points.
    """
    _, _, to_reference, to_predicted = _nearest(predicted.points, reference.points)
    return _agreement(predicted, reference, to_reference, to_predicted)


def f_score(predicted_points: Points, reference_points: Points, threshold: float = 0.01) -> float:
    """Harmonic mean of precision and recall at a distance.

    Parameters
    ----------
    predicted_points, reference_points : (n, 3), (m, 3) float
        Samples of the two surfaces, in the model's unit cube.
    threshold : float
        Distance at which a point counts as found; 0.01 is one per cent of the cube's edge.

    Raises
    ------
    EmptyShapeError
        If either set has no points.
    """
    there, back, _, _ = _nearest(predicted_points, reference_points)
    return _harmonic_mean(float((there <= threshold).mean()), float((back <= threshold).mean()))


def score_surfaces(
    predicted: Mesh | SurfaceSample,
    reference: Mesh | SurfaceSample,
    *,
    samples: int = 100_000,
    seed: int = 0,
    threshold: float = 0.01,
    watch: Watch = UNWATCHED,
) -> SurfaceScores:
    """All surface scores in one pass; meshes are sampled first.

    Parameters
    ----------
    predicted, reference : Mesh or SurfaceSample
        In one frame, the model's unit cube.
    samples : int
        Points drawn from each mesh.
    seed : int
        Of the draw; the two meshes get different streams, so that identical meshes do not score
        as if the samples had no spacing.
    threshold : float
        Distance of the F-score.
    watch : Watch
        Asked between pieces of the search for nearest points.

    Raises
    ------
    EmptyShapeError
        If either surface is empty.
    """
    streams = np.random.default_rng(seed).spawn(2)
    a, b = (
        sample_surface(shape, samples, stream) if isinstance(shape, Mesh) else shape
        for shape, stream in zip((predicted, reference), streams, strict=True)
    )
    there, back, to_reference, to_predicted = _nearest(a.points, b.points, watch)
    return SurfaceScores(
        accuracy=float(there.mean()),
        completeness=float(back.mean()),
        normal_consistency=_agreement(a, b, to_reference, to_predicted),
        precision=float((there <= threshold).mean()),
        recall=float((back <= threshold).mean()),
    )


def sample_surface(mesh: Mesh, n: int, seed: int | np.random.Generator = 0) -> SurfaceSample:
    """Points uniform by area on a mesh, with the normals of their faces.

    Parameters
    ----------
    mesh : Mesh
        Any triangles; those without area are never chosen.
    n : int
        How many points.
    seed : int or Generator
        Of the draw.

    Raises
    ------
    EmptyShapeError
        If the mesh has no area.
    """
    generator = np.random.default_rng(seed)
    corners = _corners(mesh)
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled_area = np.linalg.norm(crossed, axis=1)
    total = doubled_area.cumsum()
    if total[-1] <= 0:
        raise EmptyShapeError("the mesh has no area to sample: all its triangles are degenerate")
    # side="right" skips triangles without area, also at a draw of exactly zero.
    chosen = np.searchsorted(total, generator.random(n) * total[-1], side="right")
    chosen = np.minimum(chosen, np.flatnonzero(doubled_area)[-1])
    # The root makes the density even over the triangle (Osada et al. 2002).
    root, along = np.sqrt(generator.random(n))[:, None], generator.random(n)[:, None]
    a, b, c = (corners[chosen, k] for k in range(3))
    points = a * (1 - root) + b * (root * (1 - along)) + c * (root * along)
    normals = crossed[chosen] / doubled_area[chosen, None]
    return SurfaceSample(points.astype(mesh.vertices.dtype), normals.astype(np.float32))


def contains_points(mesh: Mesh, points: Points | WorldPoints, *, axis: int = 2) -> Occupancy:
    """Which points lie inside a closed mesh, by the winding of a ray along one axis.

    Every triangle that the ray crosses counts plus or minus one by its orientation, so that
    nested and overlapping parts are solid where parity would call them hollow. Exact for
    watertight meshes also where a ray meets an edge or a vertex: each projected edge is owned by
    one side only.

    Parameters
    ----------
    mesh : Mesh
        Watertight and wound outward (wound inward gives the same answer).
    points : (n, 3) float
        In the mesh's frame.
    axis : int
        Direction of the rays: 0, 1 or 2.

    Raises
    ------
    EmptyShapeError
        If the mesh has no triangles.
    """
    check_rows(np.asarray(points), "points")
    order = [(axis + 1) % 3, (axis + 2) % 3, axis]
    corners = _corners(mesh)[:, :, order]
    queries = np.asarray(points, np.float64)[:, order]
    winding = np.zeros(len(queries), np.int64)
    upper, lower = corners.max(axis=1), corners[:, :, :2].min(axis=1)
    # 1. Triangles and points are binned on the plane across the rays.
    starts, listed, cell_of_point = _bin_triangles(corners, queries)
    candidates = starts[cell_of_point + 1] - starts[cell_of_point]
    candidates[~_within(queries, corners)] = 0
    # 2. Points are taken in runs whose candidate pairs fit the memory.
    bounds = candidates.cumsum()
    begin = 0
    while begin < len(queries):
        done = bounds[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(bounds, done + _PAIRS_AT_ONCE, side="right")))
        count = candidates[begin:end]
        point = np.repeat(np.arange(begin, end), count)
        within_run = np.arange(len(point)) - np.repeat(count.cumsum() - count, count)
        triangle = listed[starts[cell_of_point[point]] + within_run]
        # 3. Signed crossings above each point are added up.
        near = (queries[point] <= upper[triangle]).all(axis=1)
        near &= (queries[point, :2] >= lower[triangle]).all(axis=1)
        point, triangle = point[near], triangle[near]
        crossing = _crossings(corners[triangle], queries[point])
        winding += np.bincount(point, crossing, len(queries)).astype(np.int64)
        begin = end
    return winding != 0


def _corners(mesh: Mesh) -> NDArray[np.float64]:
    """Corners ``(F, 3, 3)`` of the triangles; refuses a mesh that has none."""
    if mesh.is_empty:
        raise EmptyShapeError("the mesh has no triangles, so there is nothing to measure")
    return mesh.vertices[mesh.faces].astype(np.float64)


def _nearest(
    predicted: NDArray[np.floating], reference: NDArray[np.floating], watch: Watch = UNWATCHED
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Distances and indices of nearest neighbours: there, back, to reference, to predicted."""
    for points, what in ((predicted, "predicted"), (reference, "reference")):
        check_rows(np.asarray(points), f"{what} points")
        if len(points) == 0:
            raise EmptyShapeError(f"the {what} surface has no points to measure")
    from scipy.spatial import KDTree  # slow to import: not before it is needed

    there, to_reference = _query(KDTree(reference), predicted, watch)
    watch.report("measure", 0.5)
    back, to_predicted = _query(KDTree(predicted), reference, watch)
    return there, back, to_reference, to_predicted


def _query(
    tree: "KDTree", points: NDArray[np.floating], watch: Watch
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    # In pieces: far apart surfaces take ten times as long as near ones, and may be given up.
    distances, indices = np.empty(len(points)), np.empty(len(points), np.intp)
    for first in range(0, len(points), _QUERIES_AT_ONCE):
        watch.check()
        piece = slice(first, first + _QUERIES_AT_ONCE)
        distances[piece], indices[piece] = tree.query(points[piece])
    return distances, indices


def _agreement(
    predicted: SurfaceSample,
    reference: SurfaceSample,
    to_reference: NDArray[np.intp],
    to_predicted: NDArray[np.intp],
) -> float:
    ours, theirs = predicted.normals, reference.normals
    forth = np.abs(np.einsum("ij,ij->i", ours, theirs[to_reference]))
    back = np.abs(np.einsum("ij,ij->i", theirs, ours[to_predicted]))
    return float(min((forth.mean(dtype=np.float64) + back.mean(dtype=np.float64)) / 2, 1.0))


def _harmonic_mean(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b > 0 else 0.0


def _within(queries: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    return ((queries >= low) & (queries <= high)).all(axis=1)


def _bin_triangles(
    corners: NDArray[np.float64], queries: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Triangles by cell of a plane grid: starts per cell, triangles in cell order, cells."""
    plane = corners[:, :, :2]
    low, high = plane.min(axis=(0, 1)), plane.max(axis=(0, 1))
    bins = int(np.clip(math.isqrt(len(corners)), 1, _WIDEST_BINS))
    per_unit = bins / np.maximum(high - low, np.finfo(np.float64).tiny)

    def cell(positions: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.clip((positions - low) * per_unit, 0, bins - 1).astype(np.int64)

    first, last = cell(plane.min(axis=1)), cell(plane.max(axis=1))
    wide, high_cells = (last - first + 1).T
    count = wide * high_cells
    triangle = np.repeat(np.arange(len(corners)), count)
    offset = np.arange(len(triangle)) - np.repeat(count.cumsum() - count, count)
    across, along = np.divmod(offset, high_cells[triangle])
    cells = (first[triangle, 0] + across) * bins + first[triangle, 1] + along
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[order], np.arange(bins * bins + 1))
    at = cell(queries[:, :2])
    return starts, triangle[order], at[:, 0] * bins + at[:, 1]


def _crossings(corners: NDArray[np.float64], queries: NDArray[np.float64]) -> NDArray[np.int64]:
    """Signed crossing (-1, 0, 1) of the upward ray from each point with its triangle."""
    x, y = queries[:, 0], queries[:, 1]
    parity = np.zeros(len(queries), np.bool_)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        p, q = corners[:, start, :2], corners[:, end, :2]
        # Both neighbours of an edge must compute the same number: order its ends first.
        swap = (p[:, 1] > q[:, 1]) | ((p[:, 1] == q[:, 1]) & (p[:, 0] > q[:, 0]))
        lower, upper = np.where(swap[:, None], q, p), np.where(swap[:, None], p, q)
        spans = (lower[:, 1] <= y) & (upper[:, 1] > y)
        rise = np.where(spans, upper[:, 1] - lower[:, 1], 1)
        at = lower[:, 0] + (upper[:, 0] - lower[:, 0]) * (y - lower[:, 1]) / rise
        parity ^= spans & (x < at)
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = np.cross(b - a, c - a)
    facing = np.sign(normal[:, 2])
    # The plane's height over the point, times the normal's z: no division by a flat facet.
    height = np.einsum("ij,ij->i", normal, a - queries)
    return np.where(parity, facing * (height * facing > 0), 0).astype(np.int64)
