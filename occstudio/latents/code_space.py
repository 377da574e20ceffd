"""Everything that can be known of a model's space from its book of codes, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from occstudio.latents.code_book import CodeBook
from occstudio.latents.directions import Direction, find_directions
from occstudio.latents.map2d import CodeMap
from occstudio.latents.neighbours import NeighbourGraph
from occstudio.latents.paths import Path, path_between
from occstudio.latents.principal_axes import PrincipalAxes
from occstudio.latents.prior import Prior
from occstudio.shapes.latent import Latent

AXES = 12
"""As many principal axes are offered."""


@dataclass(frozen=True, slots=True, eq=False)
class CodeSpace:
    """A book, its neighbours, axes, directions, map, and where to draw from.

    Parameters
    ----------
    book : CodeBook
    graph : NeighbourGraph
        Of all its codes.
    axes : PrincipalAxes
        Of the named codes.
    directions : tuple of Direction
    map : CodeMap
    """

    book: CodeBook
    graph: NeighbourGraph
    axes: PrincipalAxes
    directions: tuple[Direction, ...]
    map: CodeMap

    @classmethod
    def of(cls, book: CodeBook) -> CodeSpace:
        """Work it out; some seconds for thousands of codes."""
        return cls(
            book,
            NeighbourGraph.of_book(book),
            PrincipalAxes.of(book.codes, AXES),
            find_directions(book),
            CodeMap.of(book),
        )

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.book.model

    def path(self, keys: Sequence[Latent], kind: str) -> Path:
        """The way through some latents; see `path_between`."""
        return path_between(keys, kind, self.book, graph=self.graph)

    def prior(self, kind: str = "") -> Prior:
        """Where shapes of a class are."""
        return Prior.of(self.book, kind)

    def combined(self, a: Latent, b: Latent, c: Latent) -> Latent:
        """Arithmetic: what `a` has and `b` has not, added to `c`."""
        codes = [self.book.code_of(latent) for latent in (a, b, c)]
        return self.book.latent(np.asarray(codes[0] - codes[1] + codes[2], np.float32))
