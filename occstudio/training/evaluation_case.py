"""One test shape as every method sees it: a noisy scan to work from, and the truth to be judged by.

All that is random (which surface points, their noise, the query points, the reference sample) is
decided by the seed and the shape's id, so each method, on each machine, in any order and on any
subset of the shapes, gets the same input and the same questions.

The truth is the stored signed distance: its sign answers the queries of the IoU, and its zero
contour is the reference surface. The contour, not the stored surface points, because it has any
number of samples (Chamfer-L1 depends on how many) and bounds exactly the solid that the IoU is
taken of, thickened sheets included.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from occstudio.datasets.shape_store import LATTICE_SIDE, StoredShape
from occstudio.errors import EmptyShapeError
from occstudio.metrics import (
    Occupancy,
    SurfaceSample,
    SurfaceScores,
    sample_surface,
    score_surfaces,
)
from occstudio.metrics import iou as intersection_over_union
from occstudio.shapes.arrays import Points, frozen
from occstudio.shapes.mesh import Mesh


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """What is asked of each shape.

    Parameters
    ----------
    points : int
        Points of the scan.
    noise : float
        Standard deviation of their Gaussian noise, in units of the shape's longest side.
    samples : int
        Points of the IoU, uniform in the padded cube, and points on each of the two surfaces.
    padding : float
        The cube of the queries has the side ``1 + padding``.
    resolution : int
        Cells along each side of the cube in which a field is contoured.
    f_threshold : float
        Distance of the F-score.
    seed : int
        Of everything random.
    frame : str
        ``stored`` leaves the scan in the cube as the shape lies there, as the papers do;
        ``fit`` fits the cube to the noisy points, as it is done with a person's scan.
    """

    points: int = 3000
    noise: float = 0.005
    samples: int = 100_000
    padding: float = 0.1
    resolution: int = 128
    f_threshold: float = 0.01
    seed: int = 0
    frame: Literal["stored", "fit"] = "stored"


@dataclass(frozen=True, slots=True)
class ShapeScores:
    """What one method reached on one shape.

    Parameters
    ----------
    id, shape_class : str
        Of the shape.
    method : str
        Who reconstructed it.
    iou, normal_consistency, f_score : float
        From 0 to 1, more is better.
    chamfer_l1 : float
        In units of the cube's edge, less is better; the papers print ten times this.
    """

    id: str
    shape_class: str
    method: str
    iou: float
    chamfer_l1: float
    normal_consistency: float
    f_score: float

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationCase:
    """A scan, and the truth about the shape that it was taken from.

    Parameters
    ----------
    id, shape_class : str
        Of the shape.
    scan : (n, 3) float32
        Noisy surface points in the model's cube.
    queries : (q, 3) float32
        Where the occupancy is compared.
    occupancy : (q,) bool
        The truth there.
    reference : SurfaceSample
        Of the true surface.
    settings : EvaluationSettings
        How it was drawn.
    """

    id: str
    shape_class: str
    scan: Points
    queries: Points
    occupancy: Occupancy
    reference: SurfaceSample
    settings: EvaluationSettings

    def __post_init__(self) -> None:
        for name in ("scan", "queries", "occupancy"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def iou(self, occupancy: Occupancy) -> float:
        """IoU of a prediction at the queries; 0 where neither solid holds any."""
        try:
            return intersection_over_union(occupancy, self.occupancy)
        except EmptyShapeError:
            return 0.0

    def surface_scores(self, mesh: Mesh) -> SurfaceScores:
        """Scores of a predicted surface in the model's cube; the worst if there is none."""
        try:
            return score_surfaces(
                mesh,
                self.reference,
                samples=self.settings.samples,
                seed=_seed(self.settings.seed, self.id, "predicted"),
                threshold=self.settings.f_threshold,
            )
        except EmptyShapeError:
            return SurfaceScores.worst()

    def scores(self, method: str, iou: float, surface: SurfaceScores) -> ShapeScores:
        """The row of one method."""
        return ShapeScores(
            self.id,
            self.shape_class,
            method,
            iou,
            surface.chamfer_l1,
            surface.normal_consistency,
            surface.f_score,
        )


def draw_case(shape: StoredShape, settings: EvaluationSettings) -> EvaluationCase:
    """The case of one stored shape; the same for the same settings.

    Raises
    ------
    EmptyShapeError
        If the stored shape has no surface.
    """
    record = shape.record
    draw = np.random.default_rng(_seed(settings.seed, record.id, "case"))
    enough = settings.points <= len(shape.points)
    chosen = draw.choice(len(shape.points), settings.points, replace=not enough)
    noise = draw.normal(0, settings.noise, (settings.points, 3))
    half = (1 + settings.padding) / 2
    queries = draw.uniform(-half, half, (settings.samples, 3)).astype(np.float32)
    return EvaluationCase(
        id=record.id,
        shape_class=record.shape_class,
        scan=(shape.points[chosen] + noise).astype(np.float32),
        queries=queries,
        occupancy=shape.occupancy(queries),
        reference=sample_surface(true_surface(shape), settings.samples, draw),
        settings=settings,
    )


def true_surface(shape: StoredShape) -> Mesh:
    """The zero contour of the stored distance, in the model's cube, wound outward.

    Raises
    ------
    EmptyShapeError
        If the distance has one sign everywhere.
    """
    values = _padded(shape.sdf)
    if values.min() >= 0:
        raise EmptyShapeError(f"'{shape.record.id}' has no surface: build the data set again")
    cell = LATTICE_SIDE / (shape.sdf.shape[0] - 1)
    vertices, faces, _, _ = marching_cubes(  # pyright: ignore[reportUnknownVariableType]
        values, 0.0, gradient_direction="descent", allow_degenerate=False
    )
    placed = (np.asarray(vertices, np.float32) - 1) * np.float32(cell) - LATTICE_SIDE / 2
    return Mesh(placed.astype(np.float32), np.asarray(faces, np.int32))


def _padded(sdf: NDArray[np.int8]) -> NDArray[np.float32]:
    # One layer of outside all around closes what would leave the lattice.
    return np.pad(sdf.astype(np.float32), 1, constant_values=127.0)


def _seed(seed: int, shape_id: str, purpose: str) -> int:
    text = f"{seed}/{purpose}/{shape_id}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
