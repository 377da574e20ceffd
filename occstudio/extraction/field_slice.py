"""A look into a field: its values on a plane, and where on the plane the surface runs.

The iso-line comes from the values alone (marching squares, linear between lattice points), so
that another threshold needs no answer from the field.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import ModelError, OccStudioError
from occstudio.shapes.arrays import Points, frozen
from occstudio.shapes.field import Field
from occstudio.shapes.plane import Plane
from occstudio.shapes.watch import UNWATCHED, Watch

LEAST_CELLS, MOST_CELLS = 2, 2048
"""Cells along each side of a slice."""

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SampledSlice:
    """Logits on a plane's lattice.

    Parameters
    ----------
    plane : Plane
        Where.
    logits : (n, n) float32
        Row v, column u; both ends of the plane are on the lattice.
    """

    plane: Plane
    logits: Image

    def __post_init__(self) -> None:
        object.__setattr__(self, "logits", frozen(self.logits, np.float32))

    @property
    def probabilities(self) -> Image:
        """Occupancy probabilities, (n, n)."""
        return probability(self.logits)

    def at(self, u: float, v: float) -> float:
        """Probability at a place given as parts of the plane, 0 to 1; NaN outside of it."""
        if not (0 <= u <= 1 and 0 <= v <= 1):
            return float("nan")
        last = len(self.logits) - 1
        column, row = u * last, v * last
        i, j = min(int(row), last - 1), min(int(column), last - 1)
        y, x = row - i, column - j
        cell = self.logits[i : i + 2, j : j + 2].astype(np.float64)
        logit = np.array([1 - y, y]) @ cell @ np.array([1 - x, x])
        return float(probability(np.array([logit]))[0])

    def iso_line(self, level: float) -> Points:
        """Where the logit is `level`: ends ``(2 k, 3)`` of k segments, in model space.

        Segments run with the greater values on their left, seen against the plane's axis.
        """
        parts = iso_segments(self.logits, level).reshape(-1, 2) / (len(self.logits) - 1)
        return self.plane.at(parts)


def probability(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Occupancy probabilities of logits; no logit overflows."""
    return (0.5 * (1 + np.tanh(0.5 * np.asarray(logits, np.float32)))).astype(np.float32)


def sample_slice(field: Field, plane: Plane, cells: int, watch: Watch = UNWATCHED) -> SampledSlice:
    """Ask a field on a plane.

    Parameters
    ----------
    field : Field
        What is looked into.
    plane : Plane
        Where; parts of it outside the field's box are asked as well.
    cells : int
        Along each side of the plane.
    watch : Watch
        Told the stage ``slice``; asked before each batch.

    Raises
    ------
    OccStudioError
        If `cells` is out of range.
    ModelError
        If the field gives undefined values.
    Cancelled
        If the watch says so.
    """
    if not LEAST_CELLS <= cells <= MOST_CELLS:
        raise OccStudioError(
            f"a slice of {cells} cells is out of range: choose {LEAST_CELLS} to {MOST_CELLS}"
        )
    points = plane.lattice(cells)
    logits = np.empty(len(points), np.float32)
    step = field.batch
    for first in range(0, len(points), step):
        watch.check()
        logits[first : first + step] = field(points[first : first + step])
        watch.report("slice", min(first + step, len(points)) / len(points))
    if np.isnan(logits).any():
        raise ModelError("the field gave undefined values: the model or its input is damaged")
    return SampledSlice(plane, logits.reshape(cells + 1, cells + 1))


# For each of the 16 cases of a cell (bit k: corner k is above the level; corners counter-clockwise
# from the lower left; edge k leads from corner k to the next): pairs of edges that are joined,
# with the greater values on the left.
_SEGMENTS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}
# Two opposite corners are above: joined through the middle, if that is above too.
_SADDLES: dict[tuple[int, bool], tuple[tuple[int, int], ...]] = {
    (5, False): ((0, 3), (2, 1)),
    (5, True): ((0, 1), (2, 3)),
    (10, False): ((1, 0), (3, 2)),
    (10, True): ((1, 2), (3, 0)),
}


def iso_segments(values: Image, level: float) -> NDArray[np.float64]:
    """The iso-line of an image as unconnected segments, by marching squares.

    Parameters
    ----------
    values : (n, m) float
        Row y, column x.
    level : float
        Values above it are inside.

    Returns
    -------
    (k, 2, 2) float64
        Two ends of each segment as (x, y) in lattice steps, inside on the left.
    """
    above = values > level
    case = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1].astype(int)
    rows, columns = np.nonzero((case != 0) & (case != 15))
    case = case[rows, columns]
    corner = np.stack(
        [
            values[rows, columns],
            values[rows, columns + 1],
            values[rows + 1, columns + 1],
            values[rows + 1, columns],
        ],
        axis=1,
    ).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (level - corner) / (np.roll(corner, -1, axis=1) - corner)
    zero, one = np.zeros(len(rows)), np.ones(len(rows))
    x = np.stack([part[:, 0], one, 1 - part[:, 2], zero], axis=1)
    y = np.stack([zero, part[:, 1], one, 1 - part[:, 3]], axis=1)
    edges = np.stack([x, y], axis=2) + np.column_stack([columns, rows])[:, None]
    is_joined = corner.mean(axis=1) > level
    found = [
        edges[np.flatnonzero(case == number)[:, None], list(pair)]
        for number, pairs in _SEGMENTS.items()
        for pair in pairs
    ]
    found += [
        edges[np.flatnonzero((case == number) & (is_joined == joined))[:, None], list(pair)]
        for (number, joined), pairs in _SADDLES.items()
        for pair in pairs
    ]
    return np.concatenate(found)
