"""One field's lattice, with what was learnt about its cost.

How fine may a preview be? The first is chosen by the cost of a point; from then on each preview
that was quick allows the next a finer grid, and one that was slow a coarser. Grids of previews
and of full surfaces share the lattice's answers, so a dragged threshold asks for little. How
little is not known beforehand: a preview that runs late is given up for a coarser one, down to
the grid whose answers are all there.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from occstudio.errors import Cancelled, NoSurfaceError
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.preview import NESTED, RESOLUTIONS, preview_resolution
from occstudio.extraction.surface import Extraction, Sampler, extract_surface
from occstudio.extraction.trail import Follower
from occstudio.extraction.wholeness import InPiecesError, must_be_whole, whole, without_crumbs
from occstudio.finishing.normals import triangle_normals
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import Watch
from occstudio.studio.pace import SKETCH_START, Pace

PREVIEW_S = 0.04
"""What a preview may take."""

_GIVE_UP = 0.5, 0.8
"""Parts of it after which the field is asked no more on the finer grids, and on the coarsest but
one: a coarser surface takes time, too."""

_NESTED = [grid for grid in RESOLUTIONS if grid >= NESTED]

_SMALL_BATCH = 2048
"""Points per call in previews, so that late is noticed soon."""

FIRST_PREVIEW_S = 0.12
"""What one may take of a field that was never asked: thin parts are lost on grids coarser than
`NESTED`, and all that this one is answered serves the surface that follows."""

_TRIED_FOR_PIECES = 64
"""Cells along an axis of the grid on which thresholds are tried for one piece."""

_TRIED = 512
"""Points by which the cost of one is found out."""


class Sampling:
    """The lattice of one field, and surfaces from it.

    Parameters
    ----------
    field : Field
        What is sampled.
    pace : Pace, optional
        Of the fields before it, if it is one of many: its first previews are sketches.
    """

    def __init__(self, field: Field, pace: Pace | None = None) -> None:
        self.field = _Portions(field)
        self.lattice = Lattice(self.field)
        self._pace = pace
        self._cost_s: float | None = None
        self._finest = 2 * NESTED
        self._rest_s: dict[int, float] = {}

    def preview(self, wanted: int, threshold: float, watch: Watch) -> tuple[Extraction, int]:
        """A quick look at the surface, and its resolution, which is never finer than `wanted`.

        Raises
        ------
        NoSurfaceError
            If the field crosses the threshold nowhere.
        """
        if self._pace is not None and not self.lattice.coarse_values(NESTED).size:
            return self._sketched(self._pace, wanted, threshold, watch)
        began = time.perf_counter()
        grids = self._grids(wanted)
        self.field.most = _SMALL_BATCH
        for resolution, coarser in pairwise(grids):
            part = _GIVE_UP[coarser == grids[-1]]
            late = began + part * PREVIEW_S - self._rest_s.get(resolution, 0.0)
            try:
                found = self._surface(resolution, threshold, _Deadline(watch, late))
            except _TooLate:
                self._finest = coarser
                continue
            break
        else:
            resolution = grids[-1]
            found = self._surface(resolution, threshold, watch)
        self._choose_next(resolution, time.perf_counter() - began)
        return found, resolution

    def surface(
        self, resolution: int, threshold: float, watch: Watch, *, refine: bool
    ) -> Extraction:
        """The surface at a resolution and a threshold, with normals.

        With `refine` its vertices are moved onto the level set and its normals are the field's.

        Raises
        ------
        NoSurfaceError
            If the field crosses the threshold nowhere.
        """
        self.field.most = None
        return self._surface(resolution, threshold, watch, refine=refine)

    def whole(
        self, resolution: int, threshold: float, watch: Watch, *, refine: bool
    ) -> tuple[Extraction, float]:
        """The surface at the highest threshold that leaves it in one piece, and that threshold.

        Raises
        ------
        NoSurfaceError
            If the field crosses no threshold that is tried.
        """
        self.field.most = None
        found = threshold
        try:
            surface = self._surface(
                resolution, threshold, watch, refine=refine, judge=must_be_whole
            )
        except (InPiecesError, NoSurfaceError):
            rough = min(resolution, _TRIED_FOR_PIECES)
            _, found = whole(lambda tried: self._bare(rough, tried, watch), threshold)
            surface = self._surface(resolution, found, watch, refine=refine)
        return replace(surface, mesh=without_crumbs(surface.mesh)), found

    def _bare(self, resolution: int, threshold: float, watch: Watch) -> Extraction:
        return extract_surface(
            self.field,
            resolution=resolution,
            threshold=threshold,
            normals=False,
            lattice=self.lattice,
            watch=watch,
        )

    def _sketched(
        self, pace: Pace, wanted: int, threshold: float, watch: Watch
    ) -> tuple[Extraction, int]:
        began = time.perf_counter()
        self.field.most = None
        resolution = min(pace.grid, wanted)
        sketch = Follower(self.field, pace.trail, SKETCH_START)
        found = self._surface(resolution, threshold, watch, lattice=sketch)
        pace.learn(time.perf_counter() - began)
        return found, resolution

    def _grids(self, wanted: int) -> list[int]:
        """The grids that a preview tries in turn, finest first."""
        is_known = self.lattice.coarse_values(NESTED).size > 0
        allowed = self._finest
        if not is_known:
            allowed = preview_resolution(self._point_cost_s(), FIRST_PREVIEW_S)
        fitting = [grid for grid in RESOLUTIONS if grid <= min(allowed, wanted)]
        # Nested grids share their coarsest lattice, and are quick once that is known.
        nested = [grid for grid in reversed(fitting) if grid >= NESTED]
        return nested if nested and is_known else fitting[-1:] or [wanted]

    def _point_cost_s(self) -> float:
        """Seconds per point, tried out on a few if nothing is known."""
        if self._cost_s is None:
            box = self.field.box
            some = np.random.default_rng(0).uniform(box.lower, box.upper, (2, _TRIED, 3))
            self.field(some[0].astype(np.float32))  # the first call of all takes longer
            began = time.perf_counter()
            self.field(some[1].astype(np.float32))
            self._cost_s = (time.perf_counter() - began) / _TRIED
        return self._cost_s

    def _surface(
        self,
        resolution: int,
        threshold: float,
        watch: Watch,
        *,
        refine: bool = False,
        lattice: Sampler | None = None,
        judge: Callable[[Mesh], None] | None = None,
    ) -> Extraction:
        found = extract_surface(
            self.field,
            resolution=resolution,
            threshold=threshold,
            refine_steps=int(refine),
            normals=refine,
            lattice=lattice or self.lattice,
            judge=judge,
            watch=watch,
        )
        if found.evaluations > 2000:
            self._cost_s = found.seconds["decode"] / found.evaluations
        if refine:
            return found
        began = time.perf_counter()
        watch.check()
        mesh = Mesh(found.mesh.vertices, found.mesh.faces, triangle_normals(found.mesh, watch))
        self._rest_s[resolution] = found.seconds["contour"] + time.perf_counter() - began
        return replace(found, mesh=mesh)

    def _choose_next(self, resolution: int, seconds: float) -> None:
        if resolution not in _NESTED:
            return
        place = _NESTED.index(resolution)
        if seconds > PREVIEW_S:
            self._finest = _NESTED[max(place - 1, 0)]
        elif seconds < PREVIEW_S / 4:
            self._finest = _NESTED[min(place + 1, len(_NESTED) - 1)]


class _Portions:
    """A field that is asked for at most so many points per call."""

    def __init__(self, inner: Field) -> None:
        self._inner = inner
        self.most: int | None = None
        self.rough, self.gradient, self.sloped = inner.rough, inner.gradient, inner.sloped

    @property
    def box(self) -> Box:
        """Where a surface is looked for."""
        return self._inner.box

    @property
    def batch(self) -> int:
        """How many points one call takes."""
        return self._inner.batch if self.most is None else min(self.most, self._inner.batch)

    def __call__(self, points: Points) -> Values:
        """Logits ``(n,)`` at model points ``(n, 3)``."""
        return self._inner(points)


class _TooLate(Cancelled):
    """A preview is given up for a coarser one."""


class _Deadline:
    """A `Watch` that gives up at a moment of `time.perf_counter`."""

    def __init__(self, inner: Watch, at: float) -> None:
        self._inner, self._at = inner, at

    def check(self) -> None:
        """Raise if the work is not wanted, or late."""
        self._inner.check()
        if time.perf_counter() > self._at:
            raise _TooLate

    def report(self, stage: str, fraction: float) -> None:
        """Pass progress on."""
        self._inner.report(stage, fraction)
