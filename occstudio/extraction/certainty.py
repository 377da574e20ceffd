"""How sure a field is of its surface: how far it would move if the threshold were another.

Where the probability falls steeply across the surface, thresholds of 0.3 and 0.7 give the same
shape; where it falls slowly, the network has not decided, and the surface could lie anywhere in a
wide band. The width of that band is the answer, in model units, and to first order: the step of
the logit between the two thresholds over its slope along the normal.
"""

import numpy as np

from occstudio.shapes.arrays import Normals, Points, Values
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.watch import UNWATCHED, Watch

SPREAD = 0.2
"""The band reaches from this much below the threshold to this much above."""

_CLEAR = 0.02  # thresholds of the band stay this far from 0 and 1
_STEP = 0.004  # half the distance between the two places at which the slope is taken
_WIDEST = 1.0  # a cube's edge: where there is no slope at all


def band(threshold: float, spread: float = SPREAD) -> tuple[float, float]:
    """The lower and the upper threshold of the band around one."""
    return max(threshold - spread, _CLEAR), min(threshold + spread, 1 - _CLEAR)


def band_widths(
    field: Field,
    vertices: Points,
    normals: Normals,
    threshold: float,
    spread: float = SPREAD,
    watch: Watch = UNWATCHED,
) -> Values:
    """Width of the band between two thresholds at each vertex of a surface.

    Parameters
    ----------
    field : Field
        Whose surface it is.
    vertices : (n, 3) float32
        On the surface, in model space.
    normals : (n, 3) float32
        Unit, outward.
    threshold : float
        Probability of the surface.
    spread : float
        The band reaches so far below and above the threshold.
    watch : Watch
        Told the stage ``certainty``; asked before each batch.

    Returns
    -------
    (n,) float32
        In model units, at most 1 (the cube's edge).
    """
    low, high = band(threshold, spread)
    step = level_of(high) - level_of(low)
    widths = np.empty(len(vertices), np.float32)
    size = max(field.batch // 2, 1)
    for first in range(0, len(vertices), size):
        watch.check()
        piece = slice(first, first + size)
        along = (_STEP * normals[piece]).astype(np.float32)
        places = np.concatenate([vertices[piece] - along, vertices[piece] + along])
        inner, outer = np.split(np.asarray(field(places), np.float64), 2)
        slope = np.maximum(inner - outer, 0) / (2 * _STEP)
        widths[piece] = np.minimum(step / np.maximum(slope, step / _WIDEST), _WIDEST)
        watch.report("certainty", min(first + size, len(vertices)) / len(vertices))
    return widths
