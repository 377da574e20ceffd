"""Which shapes of a book have a surface where points are, and how the points lie in them.

Before codes are fitted to a part of a shape they must begin near a shape that has such a part.
For each shape of the book the distance to its surface is kept on a grid; points are laid into all
of them, in hundreds of places and sizes, and those where they lie on the surface are where to
begin. What a shape has between the points and they do not show counts as well, but less: it may
have been hidden. A field's own values would say less: one that is unsure everywhere is near nought
at any point.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from occstudio import paths
from occstudio.errors import NoSurfaceError
from occstudio.extraction.surface import extract_surface
from occstudio.latents.code_book import CodeBook
from occstudio.latents.completion import Start
from occstudio.shapes.arrays import Points
from occstudio.shapes.shape_model import ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch

_CELLS: Final = 40
_DECODED: Final = 48
"""Cells along an axis where surfaces are taken from; those of `distances` are coarser."""

_SIDE: Final = 1.1
_FAR: Final = 0.12
"""Distances are kept up to here; a point farther off than this is no worse."""

_ASKED: Final = 160
"""Points that are laid into all shapes."""

_SHOWN: Final = 200
"""Places on a shape's surface that are looked for among the points."""

_UNSEEN: Final = 0.4
"""How much it counts, beside the points' distances, that a surface between them was not seen."""

_SIZES: Final = (1.0, 0.87, 0.75, 0.65, 0.56, 0.48)
_STEPS: Final = 5
_UNUSUAL: Final = 0.004
"""What a place owes that is small and off the middle, as a distance; see `CompletionSettings`."""

_log = logging.getLogger(__name__)

Distances = Annotated[NDArray[np.uint8], "(N, R, R, R)"]


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceIndex:
    """Distances to the surfaces of a book's shapes.

    Parameters
    ----------
    book : CodeBook
    distances : (N, R, R, R) uint8
        To the surface of each entry at the cells' centres, x first; 255 stands for `_FAR`.
    """

    book: CodeBook
    distances: Distances

    @classmethod
    def of(cls, model: ShapeModel, book: CodeBook, watch: Watch = UNWATCHED) -> SurfaceIndex:
        """The index of a book; made once for each version of its weights, then read from disk.

        Raises
        ------
        Cancelled
            If the watch says so.
        """
        shape = (len(book), _CELLS, _CELLS, _CELLS)
        place = paths.user_cache() / "surfaces" / f"{book.model}-{book.version}-{_CELLS}.npy"
        if book.version and place.is_file():
            try:
                kept = np.load(place)
                if kept.shape == shape and kept.dtype == np.uint8:
                    return cls(book, kept)
            except (OSError, ValueError) as error:
                _log.info("the index of surfaces is made anew: %s", error)
        distances = np.full(shape, 255, np.uint8)
        for row, code in enumerate(book.codes):
            watch.check()
            watch.report("surfaces", row / len(book))
            try:
                found = extract_surface(
                    model.field(book.latent(code)),
                    resolution=_DECODED,
                    threshold=model.card.threshold,
                    normals=False,
                    watch=watch,
                )
            except NoSurfaceError:
                continue
            mesh = found.mesh
            surface = np.concatenate([mesh.vertices, mesh.vertices[mesh.faces].mean(1)])
            distances[row] = _distances(surface.astype(np.float32))
        if book.version:
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                fresh = place.with_suffix(f".{os.getpid()}.npy")
                np.save(fresh, distances)
                fresh.replace(place)
            except OSError as error:
                _log.info("the index of surfaces could not be kept: %s", error)
        return cls(book, distances)

    def starts(self, points: Points, *, is_part: bool, count: int) -> list[Start]:
        """Shapes and places that points lie on, the best first, no two of one shape.

        Parameters
        ----------
        points : (n, 3) float32
            In the model's cube.
        is_part : bool
            Whether their place and size in the whole are open.
        count : int
            As many are given at most.
        """
        rng = np.random.default_rng(0)
        asked = points[rng.permutation(len(points))[:_ASKED]]
        places = _places(asked) if is_part else np.array([[0, 0, 0, 1]], np.float32)
        laid = asked[None] * places[:, None, 3:] + places[:, None, :3]
        # grid_sample counts axes from the last one, and from -1 to 1 over all cells.
        at = torch.from_numpy(np.ascontiguousarray(laid[None, None, ..., ::-1])) * (2 / _SIDE)
        seen = _Seen.of(points)
        misfits = np.empty((len(self.distances), len(places)), np.float32)
        for row, grid in enumerate(self.distances):
            volume = torch.from_numpy(grid[None, None].astype(np.float32))
            found = functional.grid_sample(volume, at, align_corners=False, padding_mode="border")
            misfits[row] = found[0, 0, 0].mean(1).numpy() * (_FAR / 255)
            surface = _middles(grid == 0)
            if len(surface):
                some = surface[rng.permutation(len(surface))[:_SHOWN]]
                misfits[row] += _UNSEEN * seen.missing(some, places)
        misfits += _UNUSUAL * unusual(places)
        best = misfits.argmin(1)
        rows = misfits[np.arange(len(best)), best].argsort()[:count]
        return [
            Start(self.book.codes[row], (*(float(part) for part in places[best[row]]),))  # type: ignore[arg-type]
            for row in rows
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The box that points fill, and how far its cells are from them."""

    low: NDArray[np.float32]
    cell: float
    distances: NDArray[np.float32]

    @classmethod
    def of(cls, points: Points) -> _Seen:
        from scipy.spatial import KDTree

        low, high = points.min(0), points.max(0)
        cell = max(float((high - low).max()) / _CELLS, 1e-6)
        counts = np.maximum(np.ceil((high - low) / cell), 1).astype(np.int64)
        middles = low + (np.argwhere(np.ones(counts, np.bool_)) + 0.5) * cell
        away, _ = KDTree(points).query(middles)
        return cls(low, cell, away.reshape(counts).astype(np.float32))

    def missing(self, surface: Points, places: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean distance (K,) to the points of what a surface (n, 3) has in the box, at places."""
        size = places[:, None, 3:]
        at = (surface[None] - places[:, None, :3]) / size
        cells = np.floor((at - self.low) / self.cell).astype(np.int64)
        counts = np.array(self.distances.shape)
        is_inside = ((cells >= 0) & (cells < counts)).all(-1)
        x, y, z = np.moveaxis(cells.clip(0, counts - 1), -1, 0)
        away = np.minimum(self.distances[x, y, z] * size[..., 0], _FAR) * is_inside
        return (away.sum(1) / np.maximum(is_inside.sum(1), 1)).astype(np.float32)


def unusual(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far places (K, 4) are from the usual one, in its deviations, squared."""
    moved = np.square(places[:, :3] / 0.2).sum(1) + np.square(np.log(places[:, 3]) / 0.4)
    return moved.astype(np.float32)


def _places(points: Points) -> NDArray[np.float32]:
    """Shifts and scales (K, 4) that leave points within the cube."""
    low, high = points.min(0), points.max(0)
    found: list[NDArray[np.floating]] = []
    for size in _SIZES:
        axes = [
            np.linspace(-0.5 - size * a, 0.5 - size * b, _STEPS)
            if size * (b - a) < 0.9
            else np.array([-size * (a + b) / 2])
            for a, b in zip(low, high, strict=True)
        ]
        shifts = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
        found.append(np.column_stack([shifts, np.full(len(shifts), size)]))
    return np.concatenate(found).astype(np.float32)


def _middles(cells: NDArray[np.bool_]) -> Points:
    return (((np.argwhere(cells) + 0.5) / _CELLS - 0.5) * _SIDE).astype(np.float32)


def _distances(surface: Points) -> NDArray[np.uint8]:
    from scipy.ndimage import distance_transform_edt

    cells = np.floor((surface / _SIDE + 0.5) * _CELLS).astype(np.int64).clip(0, _CELLS - 1)
    is_free = np.ones((_CELLS,) * 3, np.bool_)
    is_free[tuple(cells.T)] = False
    distance = np.asarray(distance_transform_edt(is_free)) * (_SIDE / _CELLS)
    return np.rint(np.minimum(distance / _FAR, 1) * 255).astype(np.uint8)
