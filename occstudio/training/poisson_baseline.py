"""Screened Poisson reconstruction (Kazhdan & Hoppe 2013), as favourably as it can be run.

Every choice is made in its favour, so that a model that beats it beats it fairly. It gets the
model's own noisy points; normals are estimated from them by planes through the nearest
neighbours, oriented along the tangent planes (Hoppe et al. 1992) and turned outward by a vote on
the convex hull. What it makes outside of the scan's own box is not counted as solid. Of the
depths 6 to 8 each shape keeps the one with the best IoU *against the truth*, which nobody would
know. Faces with little support may also be trimmed: that is a row of
its own, again with the best share shape by shape, whose volume stays that of the closed surface,
since trimming is meant to help surfaces and would only harm volumes.

What limits it on furniture is the orientation: seats and legs are about as thin as the normals'
neighbourhoods are wide, so orientations jump from one side to the other.

Open3D brings its own OpenMP, VTK and Qt-like libraries, so it is never imported here, but in
worker processes that know neither torch nor a window.
"""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import MissingExtraError, OccStudioError
from occstudio.metrics import Occupancy
from occstudio.shapes.arrays import Points
from occstudio.shapes.mesh import EMPTY_MESH, Mesh
from occstudio.training.evaluation_case import EvaluationCase, ShapeScores

T = TypeVar("T")

POISSON = "Poisson"
POISSON_TRIMMED = "Poisson, trimmed"


@dataclass(frozen=True, slots=True)
class PoissonRecipe:
    """How screened Poisson is run.

    Parameters
    ----------
    depths : tuple of int
        Depths of the octree that are tried; the best by IoU is kept, shape by shape.
    neighbours : int
        Points through which each normal's plane is laid.
    orienting_neighbours : int
        Points along which orientations are propagated.
    trims : tuple of float
        Shares of the vertices with the least support that are left out in the trimmed row; the
        best by Chamfer-L1 is kept, shape by shape.
    """

    depths: tuple[int, ...] = (6, 7, 8)
    # On a dozen validation shapes 12 gave a mean IoU of 0.28 (8: 0.28, 20: 0.21), orienting along
    # 6, 30 or 60 points instead 0.19 to 0.21: wider reaches across thin parts to the other side.
    neighbours: int = 12
    orienting_neighbours: int = 10
    trims: tuple[float, ...] = (0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True, eq=False)
class PoissonSurface:
    """What one run gives: the surface as a mesh, the support of its vertices, what it holds."""

    mesh: Mesh
    support: NDArray[np.float64]
    occupancy: Occupancy

    def trimmed(self, share: float) -> Mesh:
        """The mesh without the faces at the least supported share of its vertices."""
        if self.mesh.is_empty:
            return self.mesh
        kept = self.support >= np.quantile(self.support, share)
        return Mesh(self.mesh.vertices, self.mesh.faces[kept[self.mesh.faces].all(axis=1)])


class PoissonBaseline:
    """Worker processes that reconstruct and score cases while the caller does other things.

    Use as a context manager; leaving it ends the workers.

    Parameters
    ----------
    recipe : PoissonRecipe
        How to run it.
    workers : int
        Processes, one thread each.

    Raises
    ------
    MissingExtraError
        If Open3D is not installed.
    OccStudioError
        If it is installed but can't be loaded.
    """

    def __init__(self, recipe: PoissonRecipe | None = None, workers: int = 1) -> None:
        self.recipe = recipe or PoissonRecipe()
        # Spawned, not forked: a fork would inherit the threads of torch and VTK half-alive.
        self._pool = ProcessPoolExecutor(
            max(workers, 1), mp_context=multiprocessing.get_context("spawn")
        )
        try:
            problem = _result(self._pool.submit(_why_unusable))
        except OccStudioError:
            self._pool.shutdown(cancel_futures=True)
            raise
        if problem is not None:
            self._pool.shutdown(cancel_futures=True)
            if not problem:
                raise MissingExtraError("the Poisson baseline", "open3d", "baseline")
            raise OccStudioError(
                f"open3d is installed but can't be loaded ({problem}): install what it misses, "
                "on Debian or Ubuntu the packages libusb-1.0-0, libgomp1, libgl1 and libegl1"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, case: EvaluationCase) -> Future[list[ShapeScores]]:
        """Start with a case; its rows come from `collect`."""
        return self._pool.submit(poisson_scores, case, self.recipe)

    def collect(self, future: Future[list[ShapeScores]]) -> list[ShapeScores]:
        """The rows of a case that was submitted.

        Raises
        ------
        OccStudioError
            If the worker died.
        """
        return _result(future)


def poisson_scores(case: EvaluationCase, recipe: PoissonRecipe) -> list[ShapeScores]:
    """Rows of one case: the best depth, the same trimmed, and every depth by itself.

    Runs where Open3D may be imported, that is, in a process of its own.
    """
    runs: dict[int, tuple[PoissonSurface, float]] = {}
    for depth in recipe.depths:
        surface = poisson_surface(case.scan, case.queries, recipe, depth)
        runs[depth] = surface, case.iou(surface.occupancy)
    best = max(runs, key=lambda depth: runs[depth][1])
    surface, best_iou = runs[best]
    trimmed = min(
        (case.surface_scores(surface.trimmed(share)) for share in recipe.trims),
        key=lambda scores: scores.chamfer_l1,
    )
    rows: list[ShapeScores] = []
    for depth, (run, iou) in runs.items():
        scores = case.surface_scores(run.mesh)
        rows.append(case.scores(f"{POISSON}, depth {depth}", iou, scores))
        if depth == best:
            rows.insert(0, case.scores(POISSON, iou, scores))
    rows.insert(1, case.scores(POISSON_TRIMMED, best_iou, trimmed))
    return sorted(rows, key=lambda row: row.method)


def poisson_surface(
    scan: Points, queries: Points, recipe: PoissonRecipe, depth: int
) -> PoissonSurface:
    """Reconstruct one scan, and say which queries lie inside.

    Parameters
    ----------
    scan : (n, 3) float32
        Noisy surface points.
    queries : (q, 3) float32
        Where the inside is asked for.
    recipe : PoissonRecipe
        How normals are found.
    depth : int
        Of the octree.
    """
    o3d = _open3d()
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(scan.astype(np.float64)))
    neighbours = min(recipe.neighbours, len(scan))
    cloud.estimate_normals(o3d.geometry.KDTreeSearchParamKNN(neighbours))
    cloud.orient_normals_consistent_tangent_plane(min(recipe.orienting_neighbours, len(scan) - 1))
    normals = np.asarray(cloud.normals)
    cloud.normals = o3d.utility.Vector3dVector(normals * outward_sign(scan, normals))
    made, support = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(
        cloud, depth=depth, n_threads=1
    )
    faces = np.asarray(made.triangles, np.int32)
    if len(faces) == 0:
        return PoissonSurface(EMPTY_MESH, np.zeros(0), np.zeros(len(queries), np.bool_))
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(o3d.t.geometry.TriangleMesh.from_legacy(made))
    # Three rays vote, because the surface may be open where it leaves Poisson's box.
    inside = scene.compute_occupancy(o3d.core.Tensor(np.array(queries)), nthreads=1, nsamples=3)
    # Where orientations fail it bulges out of the scan: cropping that away costs nobody anything.
    in_box = ((queries >= scan.min(axis=0)) & (queries <= scan.max(axis=0))).all(axis=1)
    return PoissonSurface(
        Mesh(np.asarray(made.vertices, np.float32), faces),
        np.asarray(support, np.float64),
        (inside.numpy() > 0) & in_box,
    )


def outward_sign(points: Points, normals: NDArray[np.floating], directions: int = 256) -> int:
    """Plus one if consistently oriented normals point outward, minus one if inward.

    The point that lies farthest in a direction is on the convex hull, where outward is known;
    many directions vote.

    Parameters
    ----------
    points, normals : (n, 3) float
        Of a surface.
    directions : int
        How many vote, even over the sphere.
    """
    index = np.arange(directions) + 0.5
    height = 1 - 2 * index / directions
    turn = np.pi * (1 + 5**0.5) * index  # a Fibonacci lattice
    ring = np.sqrt(1 - height**2)
    toward = np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1)
    farthest = (points @ toward.T).argmax(axis=0)
    return 1 if np.einsum("ij,ij->", normals[farthest], toward) >= 0 else -1


def _open3d() -> Any:  # noqa: ANN401 - a module, and one that not everybody has
    # Its OpenMP must not spin on cores that others compute on.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import open3d  # type: ignore[import-not-found, import-untyped]

    open3d.utility.set_verbosity_level(open3d.utility.VerbosityLevel.Error)
    return open3d


def _why_unusable() -> str | None:
    """None if Open3D works here, empty if it is not installed, else what went wrong."""
    try:
        _open3d()
    except ModuleNotFoundError as error:
        return "" if error.name == "open3d" else str(error)
    except (ImportError, OSError) as error:
        return str(error)
    return None


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise OccStudioError(
            "the process of the Poisson baseline ended unexpectedly: leave the baseline out, "
            "or evaluate fewer shapes at a time"
        ) from error


def methods_of(recipe: PoissonRecipe) -> Sequence[str]:
    """Names of the rows that `poisson_scores` gives, the main one first."""
    return (POISSON, POISSON_TRIMMED, *(f"{POISSON}, depth {depth}" for depth in recipe.depths))
