"""Which way is up, by how things stand: a prior of furniture and of what else is in a house.

A scan that lies on its side is often followed as well as one that stands, so a model's surface
does not tell. How things stand does: on feet that enclose their middle, with seats, tops and
shelves level, walls upright, left like right and above unlike below. Each of the six directions is
measured so, and a conditional logit (McFadden, 1974) with a hidden layer, fitted on a library of
furniture by `occstudio.training.uprightness_fit`, weighs what was measured.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from occstudio import paths
from occstudio.shapes.arrays import Points

SURE = (0.95, 0.01)
"""Unasked, a direction is proposed only if it is at least so likely to be up, and the one that is
up now at most so. Of such proposals on shapes that were not fitted (all kinds, whole and in part)
none was wrong; they find 13 of 100 lying pieces of furniture."""

LIKELY = (0.8, 0.02)
"""The same for who asks: of furniture all proposals were right where the scan was whole and 93 of
100 where it was not, of other things 89 and 80; they find 27 of 100 lying pieces of furniture."""

LEAST_POINTS = 200
"""Of fewer no side can be told."""

DIRECTIONS = ("+x", "-x", "+y", "-y", "+z", "-z")
"""That may be up, in the order of the rows of `measured`."""

NAMES = (
    "support",
    "stable",
    "inside",
    "middle",
    "level",
    "upright",
    "level_low",
    "level_high",
    "level_between",
    "low",
    "high",
    "mirrored",
    "unlike_below",
    "height",
    "wide_low",
    "wide_high",
    "flat_above",
    "flat_below",
    "rest_even",
    "covered",
)
"""Of the columns of `measured`."""

WEIGHTS = "uprightness.npz"
"""In the resources: ``hidden`` (features + 1, h), the last row added, and ``out`` (h,)."""

_POINTS = 1500
_NEIGHBOURS = 12
_BAND = 0.03
_COLUMNS = 24

Features = NDArray[np.float64]


def likelihoods(points: Points, *, seed: int = 0) -> NDArray[np.float64]:
    """How likely each of the `DIRECTIONS` is up, (6,); they sum to one."""
    hidden, out = _weights()
    scores = np.tanh(measured(points, seed=seed) @ hidden[:-1] + hidden[-1]) @ out
    scores = np.exp(scores - scores.max())
    return scores / scores.sum()


def better_up(points: Points, limits: tuple[float, float] = SURE, *, seed: int = 0) -> str:
    """The direction that is up in place of ``+y``; empty if there is a doubt.

    Parameters
    ----------
    points : (n, 3) float32
        On a surface, in the model's cube.
    limits : pair of float
        How sure it must be: `SURE` or `LIKELY`.
    seed : int
        Of the sample that is looked at.
    """
    if len(points) < LEAST_POINTS or float(np.ptp(points, axis=0).min()) < 0.02:
        return ""
    likely = likelihoods(points, seed=seed)
    best = int(likely.argmax())
    is_sure = likely[best] > limits[0] and likely[DIRECTIONS.index("+y")] < limits[1]
    return DIRECTIONS[best] if is_sure else ""


@lru_cache(maxsize=1)
def _weights() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.load(paths.resources() / WEIGHTS) as held:
        return held["hidden"], held["out"]


def measured(points: Points, *, seed: int = 0) -> Features:
    """What speaks for each of the `DIRECTIONS`, (6, features).

    Parameters
    ----------
    points : (n, 3) float32
        On a surface, in the model's cube; at least a few dozen.
    seed : int
        Of the sample that is looked at.
    """
    from scipy.spatial import KDTree  # slow to import: not before it is needed

    chosen = np.asarray(points, np.float64)
    if len(chosen) > _POINTS:
        rows = np.random.default_rng(seed).choice(len(chosen), _POINTS, replace=False)
        chosen = chosen[rows]
    low, high = chosen.min(axis=0), chosen.max(axis=0)
    centred = (chosen - (low + high) / 2) / max(float((high - low).max()), 1e-9)
    tree = KDTree(centred)
    away, near = tree.query(centred, min(_NEIGHBOURS, len(centred)))
    normals = _normals(centred[near])
    spacing = float(np.median(away[:, 1]))
    # How much a point misses the shape that is mirrored across each axis, in spacings.
    unlike = np.array(
        [
            np.minimum(tree.query(centred * flip)[0], 0.1).mean() / max(spacing, 0.01)
            for flip in 1 - 2 * np.eye(3)
        ]
    )
    rows = []
    for axis in range(3):
        others = [other for other in range(3) if other != axis]
        for sign in (1, -1):
            seen = _seen(
                sign * centred[:, axis], centred[:, others], np.abs(normals[:, axis]), spacing
            )
            sides = unlike[others]
            mirrored = [
                float(np.log(unlikeness + 0.1)) for unlikeness in (sides.min(), unlike[axis])
            ]
            rows.append([*seen[:11], *mirrored, *seen[11:]])
    return np.array(rows)


def _seen(
    up: NDArray[np.float64],
    across: NDArray[np.float64],
    level: NDArray[np.float64],
    spacing: float,
) -> list[float]:
    """Of one direction: heights, places on the floor, and how level the surface is there."""
    bottom, top = float(up.min()), float(up.max())
    height = top - bottom
    band = max(_BAND, 0.6 * spacing)
    low, high = up < bottom + band, up > top - band
    whole = _hull(across)
    feet, head = _hull(across[low]), _hull(across[high])
    area = max(whole.area, 1e-6)
    margin = feet.margin(across.mean(axis=0)) / np.sqrt(area)
    flat = level > 0.9
    between = ~(low | high)
    total = len(up)
    above, below = _columns(up, across, level)
    return [
        feet.area / area,
        float(np.clip(margin, -0.3, 0.5)),
        float(margin > 0),
        float((up.mean() - bottom) / max(height, 1e-6)),
        float(flat.mean()),
        float((level < 0.15).mean()),
        float((flat & low).sum() / total),
        float((flat & high).sum() / total),
        float((flat & between).sum() / total),
        float(low.mean()),
        float(high.mean()),
        height,
        _hull(across[up < bottom + 0.25 * height]).area / area,
        _hull(across[up > top - 0.25 * height]).area / area,
        above,
        below,
        float(feet.area > 0 and abs(_skew(across[low])) < 0.2),
        head.area / area,
    ]


@dataclass(frozen=True, slots=True)
class _Hull:
    """A convex polygon: half-planes ``normal . p + offset <= 0``, and its area."""

    equations: NDArray[np.float64] | None
    area: float

    def margin(self, place: NDArray[np.float64]) -> float:
        """How far inside a place is; negative outside."""
        if self.equations is None:
            return -1.0
        return float(-(self.equations[:, :2] @ place + self.equations[:, 2]).max())


def _hull(across: NDArray[np.float64]) -> _Hull:
    from scipy.spatial import ConvexHull, QhullError  # slow to import: not before it is needed

    if len(across) < 3:
        return _Hull(None, 0.0)
    try:
        hull = ConvexHull(across)
    except QhullError:  # all in one line
        return _Hull(None, 0.0)
    return _Hull(np.asarray(hull.equations), float(hull.volume))


def _columns(
    up: NDArray[np.float64], across: NDArray[np.float64], level: NDArray[np.float64]
) -> tuple[float, float]:
    """Part of the columns over the floor whose topmost, and whose lowest point is level."""
    cells = np.clip(((across + 0.5) * _COLUMNS).astype(int), 0, _COLUMNS - 1)
    flat = cells[:, 0] * _COLUMNS + cells[:, 1]
    order = np.argsort(up)
    lowest, topmost = np.full(_COLUMNS**2, -1), np.full(_COLUMNS**2, -1)
    topmost[flat[order]] = order
    lowest[flat[order[::-1]]] = order[::-1]
    taken = topmost >= 0
    return (
        float((level[topmost[taken]] > 0.9).mean()),
        float((level[lowest[taken]] > 0.9).mean()),
    )


def _skew(places: NDArray[np.float64]) -> float:
    """How far the middle of some places is from the middle of their box, in its sides."""
    low, high = places.min(axis=0), places.max(axis=0)
    return float(
        np.abs((places.mean(axis=0) - (low + high) / 2) / np.maximum(high - low, 1e-6)).max()
    )


def _normals(neighbourhoods: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit normals (n, 3) of the planes through neighbourhoods (n, k, 3), of either sign."""
    centred = neighbourhoods - neighbourhoods.mean(axis=1, keepdims=True)
    spread = np.einsum("nki,nkj->nij", centred, centred)
    return np.linalg.eigh(spread)[1][:, :, 0]
