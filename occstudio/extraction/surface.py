"""From a field to a mesh: sample near the surface, contour, refine, add normals."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import OccStudioError
from occstudio.extraction.contour import Contour, contour
from occstudio.extraction.lattice import START, Lattice, no_surface
from occstudio.extraction.refinement import outward_normals, refined
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.grid import ValueGrid
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

LEAST_RESOLUTION, GREATEST_RESOLUTION = 4, 2048
"""Cells along each side of the box that an extraction accepts."""


class Sampler(Protocol):
    """Asks one field where its surface runs: a `Lattice`, or a `Follower`."""

    @property
    def evaluations(self) -> int:
        """Points asked so far, in any precision."""
        ...

    def sample(self, resolution: int, level: float, watch: Watch = UNWATCHED) -> ValueGrid:
        """Values on the grid of this resolution wherever the surface at `level` runs."""
        ...

    def coarse_values(self, resolution: int) -> NDArray[np.float32]:
        """Logits evenly throughout the box, (i, j, k)."""
        ...

    def value_range(self) -> tuple[float, float]:
        """Least and greatest logit that was seen."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """A surface and what it took.

    Parameters
    ----------
    mesh : Mesh
        In model space, wound outward.
    evaluations : int
        Points that the field was asked for this surface, in any precision.
    seconds : mapping of str to float
        By stage: ``decode``, ``contour``, ``refine``, ``normals``.
    coarse_values : (i, j, k) float32
        Logits on the coarsest lattice, for a histogram beside a threshold.
    value_range : (float, float)
        Least and greatest logit that was seen.
    """

    mesh: Mesh
    evaluations: int
    seconds: Mapping[str, float]
    coarse_values: NDArray[np.float32]
    value_range: tuple[float, float]


def extract_surface(
    field: Field,
    *,
    resolution: int = 128,
    threshold: float = 0.5,
    refine_steps: int = 0,
    normals: bool = True,
    lattice: Sampler | None = None,
    start: int = START,
    judge: Callable[[Mesh], None] | None = None,
    watch: Watch = UNWATCHED,
) -> Extraction:
    """The surface of a field at a threshold.

    Closed wherever the surface does not leave the field's box, and capped at the box's faces
    where it does.

    Parameters
    ----------
    field : Field
        What to extract.
    resolution : int
        Cells along each side of the field's box, 4 to 2048. Memory grows with its square.
    threshold : float
        Probability of the surface, in (0, 1).
    refine_steps : int
        Steps that move the vertices from linear interpolation onto the level set.
    normals : bool
        Whether the mesh gets the field's own normals.
    lattice : Sampler, optional
        Of the same field: what it knows is not asked again, and it learns what is asked now.
    start : int
        Cells of the coarsest lattice, if none is given: separate parts of the surface that are
        smaller than these cells can be missed.
    judge : callable, optional
        Is shown the surface before its vertices are refined, and may raise if it is not worth it.
    watch : Watch
        Told of the stages ``decode``, ``contour``, ``refine`` and ``normals``.

    Raises
    ------
    NoSurfaceError
        If the field crosses the threshold nowhere.
    Cancelled
        If the watch says so; what was asked until then stays in the lattice.
    """
    if not LEAST_RESOLUTION <= resolution <= GREATEST_RESOLUTION:
        raise OccStudioError(
            f"a resolution of {resolution} cells is out of range: "
            f"choose {LEAST_RESOLUTION} to {GREATEST_RESOLUTION}"
        )
    level = level_of(threshold)
    if lattice is None:
        lattice = Lattice(field, start)
    before = lattice.evaluations
    clock = _Clock()
    with clock.stage("decode"):
        values = lattice.sample(resolution, level, watch)
    with clock.stage("contour"):
        found = contour(values, level, watch)
    evaluations = lattice.evaluations - before
    watch.check()
    if found.cap.any(axis=1).all():  # nothing, or nothing but the box itself
        raise no_surface(level, *lattice.value_range())
    if judge is not None:
        judge(Mesh(found.vertices, found.faces))
    mesh = _finished(field, found, values.grid.spacing, level, refine_steps, normals, clock, watch)
    return Extraction(
        mesh,
        evaluations,
        clock.seconds,
        lattice.coarse_values(resolution),
        lattice.value_range(),
    )


def _finished(
    field: Field,
    found: Contour,
    spacing: NDArray[np.float64],
    level: float,
    refine_steps: int,
    normals: bool,
    clock: "_Clock",
    watch: Watch,
) -> Mesh:
    vertices, gradients = found.vertices, None
    if refine_steps > 0:
        reach = float(spacing.min()) / 2
        with clock.stage("refine"):
            vertices, gradients = refined(field, found, level, refine_steps, reach, watch)
    if not normals:
        return Mesh(vertices, found.faces)
    with clock.stage("normals"):
        directions = outward_normals(field, vertices, found.faces, found.cap, watch, gradients)
    return Mesh(vertices, found.faces, directions)


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Time the block."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
