"""From shapes to training batches: what a scanner would see, and questions with known answers.

One sample is a noisy cloud of surface points (the network's input) and query points with their
occupancy. Shapes are drawn from weighted sources (the real library, procedural furniture), each
deformed anew (`augmentation`), so no two samples are alike. The stream is endless and decided
by one seed and the rank of the process.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.augmentation import AugmentationRecipe, draw_deformation
from occstudio.errors import ModelError
from occstudio.shapes.arrays import Points


class LabelledShape(Protocol):
    """A shape in the unit cube whose inside is known."""

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Points, Points]:
        """Points on the surface and their outward normals, (n, 3) each."""
        ...

    def occupancy(self, points: Points) -> NDArray[np.bool_]:
        """Whether points (n, 3) are inside."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Shapes, and how often one of them is drawn.

    Parameters
    ----------
    shapes : sequence of LabelledShape
        Where to draw from.
    weight : float
        Share of the samples that come from here, relative to the other sources.
    shape_weights : (n,) float, optional
        How often each shape is drawn; all alike if None.
    """

    shapes: Sequence[LabelledShape]
    weight: float = 1.0
    shape_weights: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class ScanRecipe:
    """What the scans look like.

    Parameters
    ----------
    points : int
        Points of an ordinary scan.
    noise : float
        Standard deviation of an ordinary scan's Gaussian noise, in units of the longest side.
    ordinary : float
        Share of batches that are ordinary; the others vary in all that follows.
    fewest, most : int
        Range of the number of points, drawn evenly on a logarithmic scale.
    noisiest : float
        Largest standard deviation.
    partial : float
        Probability that part of a scan is cut away.
    outliers : float
        Largest share of points that lie anywhere in the cube.
    """

    points: int = 3000
    noise: float = 0.005
    ordinary: float = 0.65
    fewest: int = 300
    most: int = 10_000
    noisiest: float = 0.015
    partial: float = 0.35
    outliers: float = 0.03


@dataclass(frozen=True, slots=True)
class QueryRecipe:
    """Where the network is asked.

    Parameters
    ----------
    count : int
        Queries a shape.
    uniform : float
        Share that is uniform in the padded cube; the rest is near the surface.
    spreads : tuple of float
        Standard deviations of the distance from the surface, each for an equal share.
    padding : float
        The cube has the side ``1 + padding``.
    """

    count: int = 2048
    uniform: float = 0.35
    spreads: tuple[float, ...] = (0.01, 0.02, 0.06)
    padding: float = 0.1


@dataclass(frozen=True, slots=True)
class SampleRecipe:
    """All that decides a batch, besides the shapes."""

    batch_size: int = 16
    scan: ScanRecipe = field(default_factory=ScanRecipe)
    query: QueryRecipe = field(default_factory=QueryRecipe)
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)

    def asking(self, entries: Mapping[str, Any]) -> "SampleRecipe":
        """The same with these entries of `QueryRecipe` instead.

        Raises
        ------
        ModelError
            If one is unknown or makes no sense.
        """
        entries = {k: tuple(v) if isinstance(v, list) else v for k, v in entries.items()}
        try:
            return replace(self, query=replace(self.query, **entries))
        except TypeError as error:
            raise ModelError(
                f"could not read the queries of the configuration ({error}): it knows "
                f"{', '.join(entry.name for entry in fields(QueryRecipe))}"
            ) from error


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Input points (B, N, 3), queries (B, T, 3) float32 and their occupancy (B, T) float32."""

    points: NDArray[np.float32]
    queries: NDArray[np.float32]
    occupancy: NDArray[np.float32]


def batches(
    sources: Sequence[Source], recipe: SampleRecipe, seed: int, first: int = 0
) -> Iterator[Batch]:
    """Endless training batches; batch ``k`` depends only on the seed and on ``k``.

    Parameters
    ----------
    sources : sequence of Source
        Where shapes come from.
    recipe : SampleRecipe
        Scans, queries and deformations.
    seed : int
        Different for every process of a training run.
    first : int
        Index of the first batch, to go on where a run was interrupted.
    """
    weights = np.array([source.weight for source in sources], np.float64)
    weights /= weights.sum()
    index = first
    while True:
        rng = np.random.default_rng([seed, index])
        points, noise, varied = _scan_size(recipe.scan, rng)
        samples = [
            _sample(_pick(sources, weights, rng), recipe, points, noise, varied, rng)
            for _ in range(recipe.batch_size)
        ]
        yield Batch(*(np.stack(part) for part in zip(*samples, strict=True)))
        index += 1


def _pick(
    sources: Sequence[Source], weights: NDArray[np.float64], rng: np.random.Generator
) -> LabelledShape:
    source = sources[int(rng.choice(len(sources), p=weights))]
    chances = source.shape_weights
    return source.shapes[int(rng.choice(len(source.shapes), p=chances))]


def _scan_size(scan: ScanRecipe, rng: np.random.Generator) -> tuple[int, float, bool]:
    if rng.random() < scan.ordinary:
        return scan.points, scan.noise, False
    count = int(np.exp(rng.uniform(np.log(scan.fewest), np.log(scan.most))))
    return count, float(rng.uniform(0, scan.noisiest)), True


def _sample(
    shape: LabelledShape,
    recipe: SampleRecipe,
    points: int,
    noise: float,
    varied: bool,
    rng: np.random.Generator,
) -> tuple[Points, Points, NDArray[np.float32]]:
    query = recipe.query
    near = round(query.count * (1 - query.uniform))
    stored, _ = shape.sample_surface(points + near, rng)
    deformation = draw_deformation(stored, recipe.augmentation, rng)
    surface = deformation.forward(stored)

    scan = surface[:points]
    if varied and rng.random() < recipe.scan.partial:
        scan = _cut(scan, rng)
    scan = scan + rng.normal(0, noise, scan.shape).astype(np.float32)
    if varied:
        strays = int(points * rng.uniform(0, recipe.scan.outliers))
        scan[:strays] = rng.uniform(-0.55, 0.55, (strays, 3))

    queries = _queries(surface[points:], query, rng)
    asked = deformation.inverse(np.asarray(queries, np.float32))
    inside = shape.occupancy(np.ascontiguousarray(asked, np.float32))
    return (
        np.ascontiguousarray(scan, np.float32),
        np.ascontiguousarray(queries, np.float32),
        inside.astype(np.float32),
    )


def draw_queries(
    shape: LabelledShape, recipe: QueryRecipe, rng: np.random.Generator
) -> tuple[Points, NDArray[np.float32]]:
    """Queries (T, 3) about a shape as it is stored, and their occupancy (T,)."""
    near = round(recipe.count * (1 - recipe.uniform))
    surface, _ = shape.sample_surface(near, rng)
    queries = _queries(surface, recipe, rng)
    return queries, shape.occupancy(queries).astype(np.float32)


def _queries(near: Points, recipe: QueryRecipe, rng: np.random.Generator) -> Points:
    """Beside these points of a surface, then anywhere in the padded cube."""
    half = (1 + recipe.padding) / 2
    many = len(near)
    spreads = np.asarray(recipe.spreads, np.float32)
    spread = np.repeat(spreads, -(-many // len(spreads)))[:many, None]
    queries = np.concatenate(
        [
            near + rng.normal(0, 1, (many, 3)).astype(np.float32) * spread,
            rng.uniform(-half, half, (recipe.count - many, 3)).astype(np.float32),
        ]
    )
    return np.clip(queries, -half, half).astype(np.float32)


def _cut(scan: Points, rng: np.random.Generator) -> Points:
    """The scan without what lies past a random plane; the rest is drawn again to the same count."""
    normal = rng.normal(size=3)
    height = scan @ (normal / np.linalg.norm(normal)).astype(np.float32)
    kept = scan[height <= np.quantile(height, rng.uniform(0.5, 0.95))]
    return kept[rng.integers(len(kept), size=len(scan))]
