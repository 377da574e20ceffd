"""Where shapes are in the space of codes, and new ones from there.

A normal distribution over all codes has its centre where no shape is. What is drawn here is near
to what exists: a code of the book, mixed with a few of its neighbours in random shares, and moved
a little in the directions in which these differ (a local mixture; the manifold Parzen windows of
Vincent & Bengio 2003 are of that kind). At temperature 0 the mean of the class comes out, at 1
shapes that differ as much as neighbours do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import ModelError, UnknownNameError
from occstudio.latents.code_book import CodeBook, Codes
from occstudio.latents.neighbours import nearest_rows
from occstudio.shapes.latent import Latent

_NEIGHBOURS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """The distribution of a book's codes.

    Parameters
    ----------
    book : CodeBook
    kind : str
        Of one class alone; of all if empty.
    codes : (M, L) float32
        Those that are drawn from.
    mean : (L,) float32
        Of those.
    """

    book: CodeBook
    kind: str
    codes: Codes
    mean: Codes

    @classmethod
    def of(cls, book: CodeBook, kind: str = "") -> Prior:
        """The prior of a book, or of one class in it.

        Raises
        ------
        UnknownNameError
            If the book has no such class.
        ModelError
            If there are fewer than two codes to draw from.
        """
        if kind and kind not in book.kinds:
            raise UnknownNameError("class", kind, book.kinds)
        named = [row for row, entry in enumerate(book.entries) if kind in ("", entry.kind)]
        loose = [row for row, found in enumerate(book.anchor_kinds) if kind in ("", found)]
        codes = np.concatenate([book.codes[named], book.anchors[loose]])
        if len(codes) < 2:
            raise ModelError(
                f"'{book.model}' knows a single shape of this class: sample from all of them"
            )
        return cls(book, kind, codes, codes.mean(0))

    def sample(self, count: int, seed: int = 0, temperature: float = 1.0) -> list[Latent]:
        """New shapes; the same seed gives the same ones, and more of them continue the row.

        Parameters
        ----------
        count, seed : int
        temperature : float
            0 is the mean, 1 is as varied as the library, more is bolder.
        """
        return [self._drawn(seed, index, temperature) for index in range(count)]

    def around(
        self, latent: Latent, count: int, seed: int = 0, spread: float = 0.5
    ) -> list[Latent]:
        """More like this: codes between a latent and mixtures of its neighbours.

        Parameters
        ----------
        latent : Latent
            Of the book's model.
        count, seed : int
        spread : float
            How far from it, from 0 to 1.
        """
        code = self.book.code_of(latent)
        near = self.codes[nearest_rows(self.codes, code, 4 * _NEIGHBOURS)]
        found: list[Latent] = []
        for index in range(count):
            rng = np.random.default_rng([seed, index, 1])
            chosen = rng.choice(len(near), min(3, len(near)), replace=False)
            shares = rng.dirichlet(np.ones(len(chosen))).astype(np.float32)
            goal = shares @ near[chosen]
            moved = code + np.float32(spread) * (goal - code)
            found.append(self.book.latent(np.asarray(moved, np.float32)))
        return found

    def _drawn(self, seed: int, index: int, temperature: float) -> Latent:
        rng = np.random.default_rng([seed, index])
        row = int(rng.integers(len(self.codes)))
        near = self.codes[nearest_rows(self.codes, self.codes[row], _NEIGHBOURS + 1)]
        shares = rng.dirichlet(np.full(len(near), 0.7)).astype(np.float32)
        shares[0] += 1.0  # the code itself leads
        code = (shares / shares.sum()) @ near
        differences: NDArray[np.float32] = near - near.mean(0)
        weights = rng.standard_normal(len(near), np.float32) / np.float32(np.sqrt(len(near)))
        code = code + np.float32(0.35) * (weights @ differences)
        moved = self.mean + np.float32(temperature) * (code - self.mean)
        return self.book.latent(np.asarray(moved, np.float32))
