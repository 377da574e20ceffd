"""Ways from one shape to another through the space of codes.

The straight line is the shortest way, but may lead over ground where no shape ever was. On the
sphere the code keeps its length, as it does among samples of a normal prior (White 2016). And the
way through the data goes from neighbour to neighbour between shapes that exist, so that each step
is a small one. All go through two or more keys, and a fraction of the way is a fraction of its
length.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import ModelError, UnknownNameError
from occstudio.latents.code_book import CODE, CodeBook, Codes
from occstudio.latents.neighbours import NeighbourGraph
from occstudio.shapes.latent import Latent

PATH_KINDS: Final = ("linear", "spherical", "data")
"""Straight, on the sphere, or through the data."""

_SMOOTH_STEPS: Final = 64


class Path(Protocol):
    """A way through the space of codes."""

    def at(self, fraction: float) -> Latent:
        """The latent at a fraction of the way, from 0 to 1; what lies beyond is held there."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Polyline:
    """Codes (P, L) joined by straight or spherical pieces; each key at its own fraction."""

    model: str
    codes: Codes
    stops: NDArray[np.float64]
    is_spherical: bool = False

    def at(self, fraction: float) -> Latent:
        held = min(max(float(fraction), 0.0), 1.0)
        piece = int(np.searchsorted(self.stops, held, side="right")) - 1
        piece = min(max(piece, 0), len(self.codes) - 2)
        start, end = self.stops[piece], self.stops[piece + 1]
        along = (held - start) / (end - start) if end > start else 0.0
        a, b = self.codes[piece], self.codes[piece + 1]
        code = slerp(a, b, along) if self.is_spherical else _lerp(a, b, along)
        return Latent({CODE: code}, self.model)


def path_between(
    keys: Sequence[Latent],
    kind: str = "linear",
    book: CodeBook | None = None,
    *,
    graph: NeighbourGraph | None = None,
) -> Path:
    """The way through some latents.

    Parameters
    ----------
    keys : sequence of Latent
        Two or more, of one model; equal ones make a way that stands still. Their places on the
        way are evenly spread.
    kind : str
        One of `PATH_KINDS`. The last one needs a book, the second one codes of a single array;
        latents of several arrays go straight.
    book : CodeBook, optional
        The data.
    graph : NeighbourGraph, optional
        Of the book, if it is at hand already.

    Raises
    ------
    ModelError
        If there are fewer than two, they are of different models or not finite, or the kind
        can't be had of them.
    UnknownNameError
        If the kind is unknown.
    """
    if kind not in PATH_KINDS:
        raise UnknownNameError("path", kind, list(PATH_KINDS))
    if len(keys) < 2:
        raise ModelError("a way needs two shapes at least: choose another one")
    _check(keys)
    if set(keys[0].arrays) != {CODE} or keys[0].arrays[CODE].ndim != 1:
        if kind != "linear":
            raise ModelError(
                f"'{keys[0].model}' has no single code for a shape: only the linear path is "
                "possible; choose it, or a model with a space of shapes"
            )
        return _Blend(tuple(keys))
    codes = np.stack([key.arrays[CODE] for key in keys])
    stops = np.linspace(0, 1, len(keys))
    if kind != "data":
        return _Polyline(keys[0].model, codes, stops, kind == "spherical")
    if book is None:
        raise ModelError(
            f"there are no codes beside '{keys[0].model}' to find a way through: "
            "choose the linear path"
        )
    for key in keys:
        book.code_of(key)
    return _through_data(keys[0].model, codes, graph or NeighbourGraph.of_book(book))


def slerp(a: Codes, b: Codes, fraction: float) -> Codes:
    """Between two codes (L,) on the great circle; their lengths change evenly."""
    long_a, long_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if long_a < 1e-9 or long_b < 1e-9:
        return _lerp(a, b, fraction)
    angle = float(np.arccos(np.clip(np.dot(a / long_a, b / long_b), -1, 1)))
    if angle < 1e-4 or angle > np.pi - 1e-4:  # the same, or no circle is shorter than another
        return _lerp(a, b, fraction)
    direction = np.sin((1 - fraction) * angle) * (a / long_a) + np.sin(fraction * angle) * (
        b / long_b
    )
    length = long_a + fraction * (long_b - long_a)
    return np.asarray(direction / np.sin(angle) * length, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Blend:
    """Straight pieces between latents of any arrays."""

    keys: tuple[Latent, ...]

    def at(self, fraction: float) -> Latent:
        place = min(max(float(fraction), 0.0), 1.0) * (len(self.keys) - 1)
        piece = min(int(place), len(self.keys) - 2)
        return self.keys[piece].toward(self.keys[piece + 1], place - piece)


def _lerp(a: Codes, b: Codes, fraction: float) -> Codes:
    part = np.float32(fraction)
    return np.asarray((1 - part) * a + part * b, np.float32)  # exact at both ends


def _check(keys: Sequence[Latent]) -> None:
    for key in keys:
        keys[0].toward(key, 0.0)  # says what differs
        if not all(np.isfinite(array).all() for array in key.arrays.values()):
            raise ModelError(
                "one of the codes is not finite (NaN or infinity): encode or fit its shape again"
            )


def _through_data(model: str, keys: Codes, graph: NeighbourGraph) -> _Polyline:
    """From key to key by neighbours, smoothed, and in even steps between two keys."""
    codes: list[Codes] = [keys[:1]]
    stops: list[NDArray[np.float64]] = [np.zeros(1)]
    count = len(keys) - 1
    for piece, (a, b) in enumerate(itertools.pairwise(keys)):
        way = _smooth(_way(a, b, graph))
        lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
        total = lengths.sum()
        share = np.cumsum(lengths) / total if total > 1e-9 else np.linspace(0, 1, len(way))[1:]
        share[-1] = 1.0  # sums are rounded
        codes.append(way[1:])
        stops.append((piece + share) / count)
    return _Polyline(model, np.concatenate(codes), np.concatenate(stops))


def _way(a: Codes, b: Codes, graph: NeighbourGraph) -> Codes:
    """The codes from one to another by neighbours, both included."""
    start, end = int(graph.nearest(a, 1)[0]), int(graph.nearest(b, 1)[0])
    between = [graph.codes[row] for row in graph.way(start, end)]
    # The keys stand for the codes that they are nearest to.
    inner = between[1:-1] if len(between) > 2 else []
    return np.stack([a, *inner, b])


def _smooth(way: Codes) -> Codes:
    """A smooth curve (P, L) from the first to the last, near those between (Chaikin 1974)."""
    while len(way) < _SMOOTH_STEPS and len(way) > 2:
        cut = np.empty((2 * (len(way) - 1), way.shape[1]), np.float32)
        cut[0::2] = 0.75 * way[:-1] + 0.25 * way[1:]
        cut[1::2] = 0.25 * way[:-1] + 0.75 * way[1:]
        cut[0], cut[-1] = way[0], way[-1]
        way = cut
    return way
