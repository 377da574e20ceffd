"""The directions in which the codes of a library differ most, as sliders.

Principal component analysis of the named codes: the first few axes change what most shapes differ
in, and an amount is given in standard deviations, so that a slider from -2 to 2 stays among shapes
that exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import EmptyShapeError
from occstudio.latents.code_book import Codes
from occstudio.shapes.arrays import frozen


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalAxes:
    """Mean and axes of a cloud of codes.

    Parameters
    ----------
    mean : (L,) float32
    axes : (K, L) float32
        Orthonormal, the longest first. The sign is such that the largest entry is positive.
    deviations : (K,) float32
        Standard deviation of the codes along each axis.
    """

    mean: Codes
    axes: Codes
    deviations: Codes

    def __post_init__(self) -> None:
        for name in ("mean", "axes", "deviations"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.float32))

    @classmethod
    def of(cls, codes: Codes, count: int | None = None) -> PrincipalAxes:
        """The axes of codes (N, L); as many as the codes span if `count` is None.

        Raises
        ------
        EmptyShapeError
            If there are fewer than two codes.
        """
        if len(codes) < 2:
            raise EmptyShapeError("one code has no axes: give a library of at least two shapes")
        held = np.asarray(codes, np.float64)
        mean = held.mean(0)
        _, lengths, axes = np.linalg.svd(held - mean, full_matrices=False)
        spans = int((lengths > 1e-6 * max(lengths[0], 1e-12)).sum())
        kept = max(min(spans, count or spans), 1)
        axes, deviations = axes[:kept], lengths[:kept] / np.sqrt(len(held) - 1)
        largest = np.abs(axes).argmax(1)
        signs = np.where(axes[np.arange(kept), largest] < 0, -1.0, 1.0)
        return cls(*(part.astype(np.float32) for part in (mean, axes * signs[:, None], deviations)))

    def __len__(self) -> int:
        return len(self.axes)

    def coordinates(self, codes: Codes) -> Codes:
        """Codes (..., L) in standard deviations along the axes, (..., K)."""
        along = (np.asarray(codes, np.float32) - self.mean) @ self.axes.T
        return np.asarray(along / np.maximum(self.deviations, 1e-12), np.float32)

    def codes(self, coordinates: Codes) -> Codes:
        """Codes (..., L) at coordinates (..., K); what is off the axes is nought."""
        return np.asarray(
            self.mean + (np.asarray(coordinates, np.float32) * self.deviations) @ self.axes,
            np.float32,
        )

    def moved(self, code: Codes, axis: int, amount: float) -> Codes:
        """A code (L,) moved along an axis by so many standard deviations."""
        step = np.float32(amount) * self.deviations[axis] * self.axes[axis]
        return np.asarray(code + step, np.float32)


def variance_shares(axes: PrincipalAxes) -> NDArray[np.float64]:
    """Which share of all variance each axis has, (K,)."""
    squares = np.square(axes.deviations.astype(np.float64))
    return squares / squares.sum()
