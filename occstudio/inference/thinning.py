"""Fewer points where a scan has many more than the network was trained with.

Local features pool all points of a cell; a million points would only make that slow. A spread
sample keeps sparse parts: one point is drawn per voxel first, the rest at random.
"""

import numpy as np

from occstudio.shapes.arrays import Points

MOST_TIMES = 10
"""A cloud may be this many times larger than in training before it is thinned."""


def thinned(points: Points, expected: int, seed: int = 0) -> Points:
    """At most ``MOST_TIMES * expected`` of the points, spread over the shape.

    Parameters
    ----------
    points : (n, 3) float32
        In the model's cube.
    expected : int
        Points the network was trained with.
    seed : int
        The same cloud gives the same sample.
    """
    most = MOST_TIMES * expected
    if len(points) <= most:
        return points
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(points))
    cells = np.floor((points[order] + 1) * 128).astype(np.int64)
    keys = (cells[:, 0] * 512 + cells[:, 1]) * 512 + cells[:, 2]
    _, first = np.unique(keys, return_index=True)
    if len(first) > most:
        return points[order[np.sort(rng.permutation(first)[:most])]]
    others = np.setdiff1d(np.arange(len(points)), first, assume_unique=True)
    return points[order[np.concatenate([first, others[: most - len(first)]])]]
