"""The frame of a scan, from the points that belong to it.

One stray point a hundred metres off would shrink a chair to a speck in the model's cube, so the
box is fitted to the points without far outliers. A point is lonely if its fourth neighbour is
much farther off than is usual in the cloud *and* a good part of the cloud's size away; a clump is
stray if it is tiny and lies apart. Sparse poles, dense spots and scans that thin out with the
distance are none of that, and if the rule would take more than a tenth, it takes nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import WorldPoints
from occstudio.shapes.frame import Frame

_SAMPLE = 20_000
_NEIGHBOURS = 4
_USUAL = 5.0
"""A neighbour distance this many times the median is unusual, in clouds of thousands."""
_SIZE_SHARE = 0.1
_CLUMP_SHARE = 0.01
_MOST_OUTLIERS = 0.1
_LEAP = 4.0
"""A point this many usual steps from the rest has leapt."""
_WORTH = 0.9
"""The box is left as it is unless its longest side shrinks below this share of itself."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedFrame:
    """A frame and how many far points its box leaves out."""

    frame: Frame
    outliers: int


def fit_frame(points: WorldPoints, *, up: str = "+y", unit: str = "", seed: int = 0) -> FittedFrame:
    """The frame whose cube holds the points but for far outliers.

    Parameters
    ----------
    points : (n, 3) float64
        World points, finite and not all equal.
    up : str
        World axis that points up.
    unit : str
        Name of the unit, for labels.
    seed : int
        For the sample that is looked at in large clouds.

    Raises
    ------
    InvalidGeometryError
        If the points have no extent.
    """
    kept = inlier_mask(points, seed=seed)
    if kept is None:
        return FittedFrame(Frame.fit(points, up=up, unit=unit), 0)
    return FittedFrame(Frame.fit(points[kept], up=up, unit=unit), int(len(points) - kept.sum()))


def inlier_mask(points: WorldPoints, *, seed: int = 0) -> NDArray[np.bool_] | None:
    """Mask (n,) of the points in the box of those that are no far outliers; None if all are."""
    from scipy.spatial import KDTree

    if len(points) < 4 * _NEIGHBOURS:
        return None
    sample = points
    if len(points) > _SAMPLE:
        sample = points[np.random.default_rng(seed).integers(0, len(points), _SAMPLE)]
    size = float((np.quantile(sample, 0.95, axis=0) - np.quantile(sample, 0.05, axis=0)).max())
    if size <= 0:
        return None
    # relative to the middle, so that squares of coordinates stay small
    local = (sample - np.median(sample, axis=0)) / size
    tree = KDTree(local)
    apart = tree.query(local, k=_NEIGHBOURS + 1)[0][:, -1]
    typical = float(np.median(apart))
    # few points are uneven by chance, so they must be farther off to be lonely
    factor = _USUAL * np.sqrt(1 + 3000 / len(sample))
    reach = float(np.clip(factor * typical, _SIZE_SHARE, 1.0))
    belongs = apart <= reach
    belongs[belongs] = _not_in_tiny_clump(local[belongs], reach, len(local))
    _rejoin(local, apart, belongs)
    if belongs.all() or (~belongs).mean() > _MOST_OUTLIERS:
        return None
    low, high = sample[belongs].min(axis=0), sample[belongs].max(axis=0)
    outside = ((points < low) | (points > high)).any(axis=1)
    if len(sample) < len(points):
        # what the sample missed at the rim still belongs if it is near to what it has
        rim = points[outside]
        inner = KDTree(sample[belongs])
        near = inner.query(rim, distance_upper_bound=4 * typical * size + 1e-300)[0] < np.inf
        outside[np.flatnonzero(outside)[near]] = False
    kept = ~outside
    if not kept.any() or outside.mean() > _MOST_OUTLIERS:
        return None
    before = float((points.max(axis=0) - points.min(axis=0)).max())
    after = float((points[kept].max(axis=0) - points[kept].min(axis=0)).max())
    return kept if after < _WORTH * before and after > 0 else None


def _rejoin(
    points: NDArray[np.float64], apart: NDArray[np.float64], belongs: NDArray[np.bool_]
) -> None:
    """Take back, in place, what lies as near to the rest as is usual at its rim.

    A scan thins out step by step, so its far end is reached by steps that grow a little each; a
    stray is a leap away.
    """
    from scipy.spatial import KDTree

    step = apart.copy()
    while belongs.any() and not belongs.all():
        inside, lonely = np.flatnonzero(belongs), np.flatnonzero(~belongs)
        distance, nearest = KDTree(points[inside]).query(points[lonely])
        usual = step[inside[nearest]]
        near = distance <= _LEAP * usual
        if not near.any():
            return
        step[lonely[near]] = np.minimum(step[lonely[near]], 2 * usual[near])
        belongs[lonely[near]] = True


def _not_in_tiny_clump(points: NDArray[np.float64], reach: float, total: int) -> NDArray[np.bool_]:
    """Mask of the points whose clump (cells of `reach` that touch) is not tiny."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    if len(points) == 0:
        return np.zeros(0, np.bool_)
    cells, cell_of = np.unique(np.floor(points / reach), axis=0, return_inverse=True)
    pairs = KDTree(cells).query_pairs(1.5, p=np.inf, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (len(cells),) * 2)
    clump = connected_components(graph, directed=False)[1][cell_of.ravel()]
    return np.bincount(clump)[clump] >= max(_CLUMP_SHARE * total, 1)
