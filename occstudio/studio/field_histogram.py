"""How often a field takes which value: what a person sees behind the handle of the threshold.

Counted on the coarsest lattice, which fills the box evenly, so that the picture does not depend on
where the surface was looked for. The axis is the logit, on which a network's values spread, and
not the probability, at whose ends nearly all of them lie.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import frozen

SPAN = 8.0
"""Logits from -8 to 8 are told apart (probabilities from 0.0003 to 0.9997)."""

BINS = 64
"""Bars of the histogram."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldHistogram:
    """Counts of logits.

    Parameters
    ----------
    edges : (BINS + 1,) float32
        Logits between which is counted; what lies beyond them is counted in the last bars.
    counts : (BINS,) int64
        Lattice points.
    low, high : float
        Least and greatest logit.
    """

    edges: NDArray[np.float32]
    counts: NDArray[np.int64]
    low: float
    high: float

    @classmethod
    def of(cls, logits: NDArray[np.floating]) -> "FieldHistogram | None":
        """The histogram of logits of any shape; None if there are none."""
        if logits.size == 0:
            return None
        low, high = float(logits.min()), float(logits.max())
        inner = np.clip(logits.ravel(), -SPAN, SPAN)
        counts, edges = np.histogram(inner, BINS, (-SPAN, SPAN))
        made = frozen(edges, np.float32), frozen(counts, np.int64)
        return cls(made[0], made[1], low, high)  # type: ignore[arg-type]
