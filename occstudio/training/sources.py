"""Where a training run's shapes come from: a built data set, and procedural ones beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.furniture_catalogue import FURNITURE_CLASSES
from occstudio.datasets.procedural import ProceduralSolid, draw, read_cache
from occstudio.datasets.shape_store import ShapeStore, StoredShape
from occstudio.datasets.training_samples import LabelledShape, Source
from occstudio.errors import EmptyShapeError
from occstudio.shapes.arrays import Points


@dataclass(frozen=True, slots=True)
class ShapeSources:
    """Opens training sources and validation shapes; picklable, so that every process may.

    Parameters
    ----------
    dataset : Path
        A folder that ``occstudio dataset build`` made.
    procedural : float
        Share of the samples that are procedural, 0 for none.
    cache : Path, optional
        Ready-made procedural shapes; drawn while training if None, which costs more time.
    furniture : float
        How much more often a piece of furniture is drawn than another real model.
    kinds : tuple of str
        Kinds of procedural solids to take from the cache; all of them if empty.
    """

    dataset: Path
    procedural: float = 0.4
    cache: Path | None = None
    furniture: float = 3.0
    kinds: tuple[str, ...] = ()

    def __call__(self) -> tuple[list[Source], Sequence[LabelledShape]]:
        """Sources to train on, and furniture of the validation split.

        A data set too small to have validation shapes is validated on what it is trained on.

        Raises
        ------
        EmptyShapeError
            If the data set has no shape to train on.
        """
        store = ShapeStore.open(self.dataset)
        chosen = [i for i, record in enumerate(store.records) if record.split == "train"]
        if not chosen:
            raise EmptyShapeError(f"'{self.dataset}' has no shape to train on: add more meshes")
        weights = np.array(
            [self.furniture if _is_furniture(store, i) else 1.0 for i in chosen], np.float64
        )
        shapes = [StoredSurface(store[i]) for i in chosen]
        real = Source(shapes, 1 - self.procedural, weights / weights.sum())
        sources = [real]
        if self.procedural > 0:
            sources.append(self._solids())
        return sources, _validation(store)

    def _solids(self) -> Source:
        if self.cache is None:
            return Source(_Endless(), self.procedural)
        solids = read_cache(self.cache)
        if not self.kinds:
            return Source(solids, self.procedural)
        chances = np.isin(solids.kinds, self.kinds).astype(np.float64)
        if not chances.any():
            raise EmptyShapeError(
                f"'{self.cache}' has no {' or '.join(self.kinds)}: draw a cache with more shapes"
            )
        return Source(solids, self.procedural, chances / chances.sum())


@dataclass(frozen=True, slots=True, eq=False)
class StoredSurface:
    """A stored shape as training wants it: points at random, labels by reading the lattice."""

    shape: StoredShape

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Stored surface points and normals, each at most once as long as there are enough."""
        held = len(self.shape.points)
        chosen = rng.permutation(held)[:n] if n <= held else rng.integers(held, size=n)
        return self.shape.points[chosen], self.shape.normals[chosen]

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Whether points (n, 3) are inside."""
        return self.shape.occupancy(points)


class _Endless(Sequence[ProceduralSolid]):
    """A million procedural shapes, each drawn when asked for."""

    def __len__(self) -> int:
        return 1_000_000

    def __getitem__(self, index: int) -> ProceduralSolid:  # type: ignore[override]
        return draw(np.random.default_rng([7, index]))


def _validation(store: ShapeStore) -> list[LabelledShape]:
    held_out = [i for i, record in enumerate(store.records) if record.split == "validation"]
    furniture = [i for i in held_out if _is_furniture(store, i)]
    trained = [i for i, record in enumerate(store.records) if record.split == "train"]
    return [StoredSurface(store[i]) for i in furniture or held_out or trained[:8]]


def _is_furniture(store: ShapeStore, index: int) -> bool:
    return store.records[index].shape_class in FURNITURE_CLASSES
