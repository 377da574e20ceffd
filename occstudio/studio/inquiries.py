"""What the view asks of fields and surfaces besides the surfaces themselves.

Each kind of question has a worker of its own, which takes turns with the live lane at the field:
a slice that is dragged does not wait for a surface that is decoded, and neither makes the other
begin anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from occstudio.errors import EmptyShapeError
from occstudio.extraction.certainty import band, band_widths
from occstudio.extraction.field_slice import SampledSlice, sample_slice
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import extract_surface
from occstudio.metrics.signed_distance import SurfaceDistance
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.plane import Plane
from occstudio.shapes.watch import Watch
from occstudio.studio.alignment import Alignment, aligned
from occstudio.studio.background import Post, Report
from occstudio.studio.doctor import Doctor
from occstudio.studio.inquiry import Inquiry
from occstudio.studio.memory import Memory
from occstudio.studio.pipeline import Pipeline, ShapeResult, Wish
from occstudio.studio.reference import score
from occstudio.studio.sampling import triangle_normals

ROUGH_CELLS, FINE_CELLS = 40, 160
"""Along each side of a slice: while it is dragged, and at rest."""

EXACT_POINTS = 15_000
"""A heat map measures at so many vertices; at the rest it takes the mean of the nearest three."""

SHELL_CELLS = 128
"""Along an axis of the lattice that the two surfaces of a shell are made on, at most."""


@dataclass(frozen=True, slots=True)
class SliceQuestion:
    """The field of a wish on a plane."""

    item_id: int
    wish: Wish
    device: str
    axis: str
    offset: float
    cells: int


@dataclass(frozen=True, slots=True, eq=False)
class SliceAnswer:
    """The sampled plane, in the model's cube, and how the cube lies in the world."""

    question: SliceQuestion
    sampled: SampledSlice
    frame: Frame


@dataclass(frozen=True, slots=True)
class DistanceQuestion:
    """How far the surface of `first` lies outside that of `second`."""

    first_id: int
    second_id: int
    first: ShapeResult
    second: ShapeResult


@dataclass(frozen=True, slots=True, eq=False)
class DistanceAnswer:
    """Signed distances of the first's vertices, in units of the first's world.

    Parameters
    ----------
    question : DistanceQuestion
        What was asked.
    distances : (V,) float32
        Positive where the first lies outside the second.
    alignment : Alignment
        How the two were laid over each other.
    """

    question: DistanceQuestion
    distances: Values
    alignment: Alignment


@dataclass(frozen=True, slots=True)
class CertaintyQuestion:
    """How wide the band between two thresholds is, along the surface of a result."""

    item_id: int
    result: ShapeResult
    device: str


@dataclass(frozen=True, slots=True, eq=False)
class CertaintyAnswer:
    """Widths ``(V,)`` at the vertices, in units of the world, of the band between `thresholds`."""

    question: CertaintyQuestion
    widths: Values
    thresholds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ShellQuestion:
    """The surfaces at the two thresholds of the band around a wish's own."""

    item_id: int
    wish: Wish
    device: str
    resolution: int


@dataclass(frozen=True, slots=True, eq=False)
class ShellAnswer:
    """The outer surface (the lower threshold) and the inner one, in the model's cube."""

    question: ShellQuestion
    outer: Mesh
    inner: Mesh
    thresholds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class WallQuestion:
    """How thin the walls of a result are."""

    item_id: int
    result: ShapeResult


@dataclass(frozen=True, slots=True, eq=False)
class WallAnswer:
    """The thinnest walls, in units of the world; infinite if there is no other side."""

    question: WallQuestion
    thickness: float


class Inquiries:
    """All kinds of questions of one session.

    Parameters
    ----------
    pipeline : Pipeline
        Who knows the fields.
    post : callable or None
        Runs a function on the thread that owns the state.
    report : callable
        Takes progress of all but slices, which are too quick to tell of.
    on_failure : callable
        Takes what went wrong, on the owner's thread.
    on_rest : callable
        Called on the owner's thread when a question is over.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        post: Post | None,
        report: Report,
        on_failure: Callable[[Exception], None],
        on_rest: Callable[[], None],
    ) -> None:
        self._pipeline = pipeline
        self._targets, self._lattices = Memory(2), Memory(2)
        self.slice = Inquiry(self._slice, post, lambda _stage, _fraction: None)
        self.distance = Inquiry(self._distance, post, report)
        self.certainty = Inquiry(self._certainty, post, report)
        self.shell = Inquiry(self._shell, post, report)
        self.scores = Inquiry(score, post, report)
        self.walls = Inquiry(self._walls, post, report)
        self.diagnosis = Inquiry(Doctor(pipeline).examine, post, lambda _stage, _fraction: None)
        for inquiry in self._all:
            inquiry.failed.subscribe(on_failure)
            inquiry.ended.subscribe(on_rest)

    @property
    def is_busy(self) -> bool:
        """True while anything but a slice is awaited."""
        return any(inquiry.is_busy for inquiry in self._slow)

    def drop(self) -> None:
        """Give up everything that takes long."""
        for inquiry in self._slow:
            inquiry.drop()

    def close(self) -> None:
        """End all workers."""
        for inquiry in self._all:
            inquiry.close()

    @property
    def _all(self) -> tuple[Inquiry[Any, Any], ...]:
        return (self.slice, self.diagnosis, *self._slow)

    @property
    def _slow(self) -> tuple[Inquiry[Any, Any], ...]:
        return (self.distance, self.certainty, self.shell, self.scores, self.walls)

    # -- on the workers ----------------------------------------------------------------------

    def _slice(self, question: SliceQuestion, watch: Watch) -> SliceAnswer:
        observation, field = self._pipeline.field(question.wish, question.device, watch)
        plane = Plane(question.axis, question.offset, field.box)
        sampled = sample_slice(field, plane, question.cells, watch)
        return SliceAnswer(question, sampled, observation.frame)

    def _distance(self, question: DistanceQuestion, watch: Watch) -> DistanceAnswer:
        first, second = question.first, question.second
        alignment = aligned(first, second)
        measure, _ = self._targets.get((second.mesh,), lambda: SurfaceDistance(second.mesh))
        moved = alignment.to_second(first.mesh.vertices)
        distances = (
            _measured(measure, moved, watch) * alignment.first_per_second / first.frame.scale
        )
        return DistanceAnswer(question, distances.astype(np.float32), alignment)

    def _certainty(self, question: CertaintyQuestion, watch: Watch) -> CertaintyAnswer:
        result = question.result
        if result.mesh.is_empty:
            raise EmptyShapeError("there is no surface yet whose certainty could be shown")
        _, field = self._pipeline.field(result.wish, question.device, watch)
        normals = result.mesh.normals
        vertices = np.asarray(result.mesh.vertices, np.float32)
        widths = band_widths(
            field,
            vertices,
            triangle_normals(result.mesh) if normals is None else normals,
            result.wish.threshold,
            watch=watch,
        )
        return CertaintyAnswer(
            question, (widths / result.frame.scale).astype(np.float32), band(result.wish.threshold)
        )

    def _walls(self, question: WallQuestion, watch: Watch) -> WallAnswer:
        from occstudio.finishing.thickness import wall_thickness  # VTK: not before it is needed

        watch.report("walls", 0.0)
        thickness = wall_thickness(question.result.mesh, watch=watch)
        return WallAnswer(question, thickness / question.result.frame.scale)

    def _shell(self, question: ShellQuestion, watch: Watch) -> ShellAnswer:
        _, field = self._pipeline.field(question.wish, question.device, watch)
        # A lattice of its own: the live lane's may be in use.
        lattice, _ = self._lattices.get((field,), lambda: Lattice(field))
        low, high = band(question.wish.threshold)
        outer, inner = (
            extract_surface(
                field,
                resolution=question.resolution,
                threshold=threshold,
                normals=False,
                lattice=lattice,
                watch=watch,
            ).mesh
            for threshold in (low, high)
        )
        return ShellAnswer(question, _smooth(outer), _smooth(inner), (low, high))


def _measured(measure: SurfaceDistance, points: Points, watch: Watch) -> Values:
    """Distances at points ``(n, 3)``: exact at so many, between their neighbours at the rest."""
    if len(points) <= EXACT_POINTS:
        return measure(points, watch)
    from scipy.spatial import KDTree  # not when the window opens

    some = points[np.linspace(0, len(points) - 1, EXACT_POINTS).astype(np.int64)]
    known = measure(some, watch)
    away, nearest = KDTree(some).query(points, k=3)
    weight = 1 / np.maximum(away, 1e-9)
    return ((known[nearest] * weight).sum(axis=1) / weight.sum(axis=1)).astype(np.float32)


def _smooth(mesh: Mesh) -> Mesh:
    return Mesh(mesh.vertices, mesh.faces, triangle_normals(mesh))
