"""The nested lattice: asks a field only near the surface, and remembers every answer.

Refined from a coarse lattice by halving its cells. On each level the values are predicted from
the level above, and the field is asked only where the prediction cannot settle the side: both
ends of every edge that crosses the surface, and points that lie within the prediction's error of
the level. Where an answer contradicts its prediction the neighbours are asked in turn, so a
surface that was found anywhere is followed everywhere (see `brick_level`). Corners of crossing
cells that no crossing edge ends at are never asked: their side is known and their value is of
no use. That is some half of the queries of multiresolution extraction as published (Mescheder et
al., Occupancy Networks, CVPR 2019), which asks all corners of all active cells: 309 thousand
instead of 541 thousand at 257**3 in `tests/benchmarks/benchmark_extraction.py`.

Answers are kept per level, so another threshold or a finer grid asks only what is missing.
Coarse levels only decide where to look and may be asked in low precision; the values that place
vertices are always the field's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import ModelError, NoSurfaceError
from occstudio.extraction.brick_level import EXACT, ROUGH, BrickLevel, Flat
from occstudio.shapes.arrays import Indices, Points, Values
from occstudio.shapes.field import Field, level_of, threshold_of
from occstudio.shapes.grid import CLOSED, Grid, ValueGrid, split_into_bricks
from occstudio.shapes.watch import UNWATCHED, Watch

START = 32
"""Usual cells on each axis of the coarsest lattice."""

_LIMIT = np.float32(1e5)  # logits are clipped to it, well inside the -1e6 of outside the box
_ROUGH_SAFETY = 4.0
_SAME = 2e-5  # of the range of values


class Lattice:
    """Everything that is known of one field, at all resolutions.

    Grids whose cell counts differ by a power of two share their answers; others are kept apart.

    Parameters
    ----------
    field : Field
        What is asked.
    start : int
        The coarsest lattice has between 3/4 and 3/2 of this many cells on each axis. Parts of a
        surface that are separate from the rest and smaller than its cells can be missed.

    Attributes
    ----------
    evaluations : int
        Points asked so far, in any precision.
    rough_evaluations : int
        Those of them that were asked in low precision.
    """

    def __init__(self, field: Field, start: int = START) -> None:
        if start < 4:
            raise ValueError(f"a lattice can't start with fewer than 4 cells (got {start})")
        self.field, self.start = field, start
        self.evaluations = 0
        self.rough_evaluations = 0
        self._pyramids: dict[Fraction, _Pyramid] = {}
        self._rough_margin: float | None = None

    def depth_of(self, resolution: int) -> int:
        """How many times the coarsest lattice is halved for this many cells."""
        depth = 0
        while resolution > Fraction(3, 2) * self.start * 2**depth:
            depth += 1
        return depth

    def sample(self, resolution: int, level: float, watch: Watch = UNWATCHED) -> ValueGrid:
        """Values on the grid of this resolution wherever the surface at `level` runs.

        Parameters
        ----------
        resolution : int
            Cells on each axis of the field's box.
        level : float
            Logit of the surface.
        watch : Watch
            Told the stage ``decode``; asked before every batch.

        Returns
        -------
        ValueGrid
            Both ends of every crossing edge are known; points elsewhere are on their right side.
        """
        depth = self.depth_of(resolution)
        base = Fraction(resolution, 2**depth)
        grid = Grid(self.field.box, resolution)
        pyramid = self._pyramids.setdefault(base, _Pyramid(base))
        progress = _Progress(watch, pyramid.last(0), depth)
        self._ask_coarsest(pyramid, grid, depth, progress)
        current = pyramid.coarsest(np.float32(level), watch)
        for number in range(depth + 1):
            if number:
                current = current.descend(pyramid.last(number))
            ask = _Asking(self, pyramid, grid, number, depth, progress)
            ask.complete(current)
            current.close()
            progress.next_level()
        shape = (len(current), CLOSED, CLOSED, CLOSED)
        known = (current.status == EXACT).reshape(shape)
        return ValueGrid(grid, current.bricks, current.values.reshape(shape), known)

    def coarse_values(self, resolution: int) -> NDArray[np.float32]:
        """Logits of the coarsest lattice under this resolution, (n, n, n); empty if unasked."""
        depth = self.depth_of(resolution)
        pyramid = self._pyramids.get(Fraction(resolution, 2**depth))
        return np.zeros((0, 0, 0), np.float32) if pyramid is None else pyramid.values

    def value_range(self) -> tuple[float, float]:
        """Least and greatest logit that the field ever gave."""
        ranges = [pyramid.value_range() for pyramid in self._pyramids.values()]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    # ------------------------------------------------------------------ asking the field

    def evaluate(
        self, points: Points, watch: Watch, *, rough: bool, told: Callable[[int], None]
    ) -> Values:
        """The field at points, batch by batch; infinite logits are made finite."""
        ask = self.field.rough if rough else self.field
        parts: list[Values] = []
        done = 0
        while done < len(points):
            watch.check()
            batch = points[done : done + self.field.batch]
            values = np.asarray(ask(batch), np.float32)
            if values.shape != (len(batch),) or np.isnan(values).any():
                raise ModelError(
                    f"the field gave {int(np.isnan(values).sum())} undefined values at "
                    f"{len(batch)} points: the model or its input is damaged"
                )
            parts.append(np.clip(values, -_LIMIT, _LIMIT))
            done += len(batch)
            self.evaluations += len(batch)
            if rough and self.rough_margin > 0:
                self.rough_evaluations += len(batch)
            told(len(batch))
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    @property
    def rough_margin(self) -> float:
        """How far `Field.rough` may be off near the surface; 0 if it is the field itself."""
        return 0.0 if self._rough_margin is None else self._rough_margin

    def _ask_coarsest(
        self, pyramid: "_Pyramid", grid: Grid, depth: int, progress: "_Progress"
    ) -> None:
        if len(pyramid.values):
            return
        count = pyramid.last(0) + 1
        index = np.stack(np.unravel_index(np.arange(count**3), (count,) * 3), -1)
        points = grid.positions(np.minimum(index << depth, grid.cells))
        values = self.evaluate(points, progress.watch, rough=True, told=progress.told)
        if self._rough_margin is None:
            self._rough_margin = self._calibrated(points, values, progress)
            if self._rough_margin > 0:
                self.rough_evaluations += len(points)
        pyramid.values = values.reshape((count,) * 3)
        pyramid.status = np.full((count,) * 3, self.rough_status)

    @property
    def rough_status(self) -> np.uint8:
        """What a value of `Field.rough` counts as."""
        return ROUGH if self.rough_margin > 0 else EXACT

    def _calibrated(self, points: Points, rough: Values, progress: "_Progress") -> float:
        """A multiple of the greatest error of `rough` on a sample, mostly near the middle."""
        middle = np.argsort(np.abs(rough - (rough.min() + rough.max()) / 2))[:256]
        spread = np.arange(0, len(points), max(len(points) // 256, 1))
        sample = np.unique(np.concatenate([middle, spread]))
        exact = self.evaluate(points[sample], progress.watch, rough=False, told=lambda _: None)
        error = float(np.abs(exact - rough[sample]).max())
        # Batches of another size are added up in another order: that is no lower precision.
        return 0.0 if error <= _SAME * float(np.ptp(rough)) else _ROUGH_SAFETY * error


def no_surface(level: float, low: float, high: float) -> NoSurfaceError:
    """The error for a field whose logits range from `low` to `high`, with a threshold to try."""
    threshold = threshold_of(level)
    bounds = threshold_of(low), threshold_of(high)
    # Of the probabilities: the middle of saturated logits would be as good as 0 or 1.
    middle = sum(bounds) / 2
    suggestion: float | None = None
    for digits in range(1, 17):
        rounded = float(f"{middle:.{digits}g}")
        if 0 < rounded < 1 and low < level_of(rounded) < high:
            # Half of the range is kept clear on either side where the digits allow it.
            suggestion = rounded
            if digits >= 2:
                break
    return NoSurfaceError(threshold, *bounds, suggestion)


_Answer = tuple[Indices, Values, NDArray[np.uint8]]


@dataclass(slots=True)
class _Answers:
    """What a level was asked: an append-only list, cheap to keep and to look through."""

    keys: list[Flat] = field(default_factory=list[Flat])
    values: list[Values] = field(default_factory=list[Values])
    status: list[NDArray[np.uint8]] = field(default_factory=list[NDArray[np.uint8]])

    def append(self, index: Indices, values: Values, status: np.uint8) -> None:
        self.keys.append((index[:, 0] << 40) | (index[:, 1] << 20) | index[:, 2])
        self.values.append(values)
        self.status.append(np.full(len(values), status))

    def __iter__(self) -> Iterator[_Answer]:
        mask = (1 << 20) - 1
        for keys, values, status in zip(self.keys, self.values, self.status, strict=True):
            yield np.stack([keys >> 40, keys >> 20 & mask, keys & mask], -1), values, status


class _Pyramid:
    """Answers on the nested grids of one base: its coarsest lattice, and lists for the others."""

    def __init__(self, base: Fraction) -> None:
        self._base = base
        self.values: NDArray[np.float32] = np.zeros((0, 0, 0), np.float32)
        self.status: NDArray[np.uint8] = np.zeros((0, 0, 0), np.uint8)
        self._answers: dict[int, _Answers] = {}

    def last(self, number: int) -> int:
        """Greatest point index on a level; the last cell may stick out of the box."""
        return int(-(-self._base * 2**number // 1))

    def answers(self, number: int) -> _Answers:
        return self._answers.setdefault(number, _Answers())

    def coarsest(self, level: np.float32, watch: Watch) -> BrickLevel:
        """The coarsest level, with all of its bricks."""
        bricks, values = split_into_bricks(self.values)
        _, slack = split_into_bricks(_curvature(self.values))
        _, status = split_into_bricks(self.status.astype(np.float32))
        result = BrickLevel(self.last(0), level, watch=watch)
        count = len(bricks)
        result.add(
            bricks,
            values.reshape(count, -1),
            status.reshape(count, -1).astype(np.uint8),
            slack.reshape(count, -1),
        )
        return result

    def value_range(self) -> tuple[float, float]:
        """Least and greatest value that was ever seen."""
        seen = [self.values, *(v for a in self._answers.values() for v in a.values if len(v))]
        return float(min(v.min() for v in seen)), float(max(v.max() for v in seen))


def _curvature(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bound on the error of interpolating halfway, from second differences.

    A smooth field is off by an eighth of them, one with a ridge between two samples by a half;
    the half is taken, since ridges are what thin sheets look like from outside.
    """
    bound = np.zeros_like(values)
    for axis in range(3):
        second = np.abs(np.diff(values, 2, axis=axis)) / 2
        bound += np.pad(second, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
    return bound


class _Progress:
    """Tells how far the levels are, by the count of points that each will probably need."""

    def __init__(self, watch: Watch, last: int, depth: int) -> None:
        self.watch = watch
        coarse = (last + 1) ** 3
        # A typical surface crosses some 1.5 edges per unit cell of each of the cube's 4 faces.
        self._weights = [coarse, *(4 * (last << n) ** 2 for n in range(1, depth + 1))]
        self._number, self._done, self._seen = 0, 0.0, 0

    def told(self, count: int) -> None:
        weight = self._weights[self._number]
        self._seen += count
        part = weight * (1 - np.exp(-self._seen / weight)) / (1 - np.exp(-1.0))
        self._report(self._done + min(part, weight))

    def next_level(self) -> None:
        self._done += self._weights[self._number]
        self._number = min(self._number + 1, len(self._weights) - 1)
        self._seen = 0
        self._report(self._done)

    def _report(self, done: float) -> None:
        self.watch.report("decode", float(min(done / sum(self._weights), 1.0)))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Brings one level to the state where all its crossings are known."""

    lattice: Lattice
    pyramid: _Pyramid
    grid: Grid
    number: int
    depth: int
    progress: _Progress

    def complete(self, level: BrickLevel) -> None:
        """Ask until no crossing edge has an end that was not asked."""
        before = list(self.pyramid.answers(self.number))
        self._remember(level, before)
        level.close()
        target = EXACT if self.number == self.depth else self.lattice.rough_status
        pending = level.open_points(target, self.lattice.rough_margin)
        while len(pending):
            count = len(level)
            opened = [self._evaluate(level, pending, target)]
            if target == ROUGH:
                doubtful = level.in_doubt(self.lattice.rough_margin)
                opened.append(self._evaluate(level, doubtful, EXACT))
            if len(level) > count:
                opened.append(self._remember(level, before))
            pending = level.unknown(np.unique(np.concatenate(opened)), target)

    @staticmethod
    def _remember(level: BrickLevel, answers: list[_Answer]) -> Flat:
        """Write what was answered before into the bricks; returns the points it opened."""
        opened: list[Flat] = [np.zeros(0, np.int64)]
        count = -1
        while count < len(level):  # an old answer may lead to a brick that has old answers, too
            count = len(level)
            for index, values, status in answers:
                flat = level.locate(index)
                stored = flat >= 0
                opened.append(level.answer(flat[stored], values[stored], status[stored]))
        return np.concatenate(opened)

    def _evaluate(self, level: BrickLevel, flat: Flat, status: np.uint8) -> Flat:
        if not len(flat):
            return flat
        rough = self.number < self.depth and status == self.lattice.rough_status
        parts: list[Values] = []
        step = self.lattice.field.batch
        watch, told = self.progress.watch, self.progress.told
        for first in range(0, len(flat), step):  # whoever cancels keeps what was answered so far
            index = level.index_of(flat[first : first + step])
            finest = np.minimum(index << (self.depth - self.number), self.grid.cells)
            points = self.grid.positions(finest)
            values = self.lattice.evaluate(points, watch, rough=rough, told=told)
            self.pyramid.answers(self.number).append(index, values, status)
            parts.append(values)
        return level.answer(flat, np.concatenate(parts), status)
