"""Directions in the space of codes that people have words for: taller, wider, with arms.

Each attribute that was measured on the training shapes is regressed on their codes (ridge
regression). The direction of steepest growth in the metric of the codes themselves, that is the
regression's weights times the codes' covariance, changes the attribute while the shape stays among
those that exist; weights alone would leave the data. Kept is what predicts shapes that were left
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from occstudio.latents.code_book import CodeBook, Codes

LEAST_R2: Final = 0.3
"""A direction is offered only if it explains this much of the variance in shapes left out."""

ENDS: Final = {
    "height": ("lower", "taller"),
    "width": ("narrower", "wider"),
    "depth": ("shallower", "deeper"),
    "volume": ("lighter", "more massive"),
    "thickness": ("thinner parts", "thicker parts"),
    "seat_height": ("lower seat", "higher seat"),
    "back_share": ("lower back", "higher back"),
    "arms": ("without arms", "with arms"),
    "openness": ("closed", "open"),
}
"""What the two ends of an attribute's direction are called."""

_FOLDS: Final = 5
_PENALTIES: Final = (1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A named direction.

    Parameters
    ----------
    attribute : str
        What grows along it.
    low, high : str
        What its ends are called.
    step : (L,) float32
        The change of a code for one standard deviation of the attribute.
    r2 : float
        How well the attribute is predicted in shapes left out, at most 1.
    """

    attribute: str
    low: str
    high: str
    step: Codes
    r2: float

    def moved(self, code: Codes, amount: float) -> Codes:
        """A code (L,) moved by so many standard deviations of the attribute."""
        return np.asarray(code + np.float32(amount) * self.step, np.float32)


def find_directions(
    book: CodeBook, *, kind: str = "", least_r2: float = LEAST_R2
) -> tuple[Direction, ...]:
    """The directions that a book's attributes give, the most certain first.

    Parameters
    ----------
    book : CodeBook
    kind : str
        Regress within one class; over all shapes if empty.
    least_r2 : float
        What explains less is left out.
    """
    rows = np.array(book.rows_of(kind) if kind else range(len(book)), np.int64)
    found: list[Direction] = []
    for column, attribute in enumerate(book.attribute_names):
        values = book.attributes[rows, column].astype(np.float64)
        usable = np.isfinite(values)
        if usable.sum() < 4 * _FOLDS or values[usable].std() < 1e-6:
            continue
        codes = book.codes[rows[usable]].astype(np.float64)
        direction = _regressed(attribute, codes, values[usable])
        if direction.r2 >= least_r2:
            found.append(direction)
    return tuple(sorted(found, key=lambda direction: -direction.r2))


def _regressed(
    attribute: str, codes: NDArray[np.float64], values: NDArray[np.float64]
) -> Direction:
    unit = values.std()
    target = (values - values.mean()) / unit
    centred = codes - codes.mean(0)
    folds = np.random.default_rng(0).permutation(len(target)) % _FOLDS
    scores: list[float] = []
    for penalty in _PENALTIES:
        guessed = np.zeros_like(target)
        for fold in range(_FOLDS):
            kept = folds != fold
            weights, offset = _ridge(centred[kept], target[kept], penalty)
            guessed[~kept] = centred[~kept] @ weights + offset
        scores.append(1 - float(np.square(guessed - target).sum() / np.square(target).sum()))
    best = int(np.argmax(scores))
    weights, _ = _ridge(centred, target, _PENALTIES[best])
    along = centred.T @ (centred @ weights) / len(centred)  # covariance times weights
    rise = float(weights @ along)
    step = along / rise if rise > 1e-12 else np.zeros_like(along)
    low, high = ENDS.get(attribute, (f"less {attribute}", f"more {attribute}"))
    return Direction(attribute, low, high, step.astype(np.float32), scores[best])


def _ridge(
    codes: NDArray[np.float64], target: NDArray[np.float64], penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Weights (L,) and offset; solved among the shapes, who are fewer than the numbers."""
    mean, level = codes.mean(0), target.mean()
    centred = codes - mean
    scale = penalty * np.square(centred).sum() / max(len(centred), 1) / 100
    gram = centred @ centred.T + scale * np.eye(len(centred))
    weights = centred.T @ np.linalg.solve(gram, target - level)
    return weights, float(level - mean @ weights)
