"""A flat map of a library: similar shapes near each other, and a shape for every place on it.

The map is made of the first two principal axes (UMAP, McInnes et al. 2018, where the package is
installed and wanted). The way back from a place is a blend of the shapes around it, weighted by
the inverse square of their distance (Shepard 1968): on a shape's own place it is that shape, and
nothing between is far from all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import MissingExtraError
from occstudio.latents.code_book import CodeBook, Codes
from occstudio.latents.principal_axes import PrincipalAxes
from occstudio.shapes.latent import Latent

_BLENDED: Final = 6

Places = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CodeMap:
    """A map of a book.

    Parameters
    ----------
    book : CodeBook
    places : (N, 2) float32
        Of the named shapes, from -1 to 1.
    anchor_places : (M, 2) float32
        Of the codes without a name.
    """

    book: CodeBook
    places: Places
    anchor_places: Places

    @classmethod
    def of(cls, book: CodeBook, method: str = "pca") -> CodeMap:
        """The map of a book.

        Raises
        ------
        MissingExtraError
            If UMAP is wanted and not installed.
        """
        codes = np.concatenate([book.codes, book.anchors])
        if method == "umap":
            try:
                from umap import UMAP  # pyright: ignore[reportMissingImports]
            except ImportError as error:
                raise MissingExtraError("the UMAP of a library", "umap-learn", "umap") from error
            flat = np.asarray(UMAP(random_state=0).fit_transform(codes), np.float32)
        else:
            axes = PrincipalAxes.of(book.codes, 2)
            flat = axes.coordinates(codes)
            if flat.shape[1] < 2:
                flat = np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
        # Ranks in part: outliers would press all others into the middle.
        low, high = np.quantile(flat[: len(book)], [0.02, 0.98], axis=0)
        flat = 1.6 * (flat - low) / np.maximum(high - low, 1e-9) - 0.8
        flat = np.where(np.abs(flat) > 0.8, np.sign(flat) * _pressed(np.abs(flat)), flat)
        flat = flat.astype(np.float32)
        return cls(book, flat[: len(book)], flat[len(book) :])

    def latent_at(self, x: float, y: float) -> Latent:
        """The shape at a place."""
        offsets = self.places - np.array([x, y], np.float32)
        distances = np.square(offsets).sum(1)
        near = np.argsort(distances, kind="stable")[: min(_BLENDED, len(distances))]
        # Their influence ends where the next one would begin, so that nothing jumps.
        reach = distances[near[-1]] + 1e-9
        weights = np.maximum(1 / (distances[near] + 1e-6) - 1 / (reach + 1e-6), 0)
        if weights.sum() <= 0:
            weights = np.ones_like(weights)
        code = (weights / weights.sum()).astype(np.float32) @ self.book.codes[near]
        return self.book.latent(code)

    def place_of(self, latent: Latent) -> tuple[float, float]:
        """Where a latent of the model lies: among its nearest named shapes."""
        code = self.book.code_of(latent)
        distances = np.square(self.book.codes - code).sum(1)
        near = np.argsort(distances, kind="stable")[: min(_BLENDED, len(distances))]
        weights = 1 / (distances[near] + 1e-6)
        x, y = (weights / weights.sum()) @ self.places[near]
        return float(x), float(y)


def _pressed(beyond: Codes) -> Codes:
    """From 0.8 on, ever slower towards 1."""
    return np.asarray(1 - 0.2 * np.exp(-(beyond - 0.8) / 0.2), np.float32)
