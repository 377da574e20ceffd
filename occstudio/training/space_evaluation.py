"""How good a space of shapes is: what it can say, what lies between, and what it draws.

Four questions, each with a figure. How well are the shapes that it was trained on decoded from
their codes, and unseen ones from codes that were fitted to them? Is the shape half-way between two
chairs in one piece? Are drawn shapes like those of the test part: how many of these are some
sample's nearest (coverage), and how far is the nearest sample from each (minimum matching
distance; both as in Achlioptas et al. 2018, with the Chamfer-L1 distance of 2048 points)?
Training shapes in the place of samples show what could be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from occstudio.datasets.shape_store import LATTICE_SIDE, ShapeStore
from occstudio.errors import NoSurfaceError
from occstudio.extraction.lattice import Lattice
from occstudio.extraction.surface import Extraction, extract_surface
from occstudio.extraction.wholeness import (
    extract_imagined,
    imagined_threshold,
    volume_share,
    whole,
)
from occstudio.metrics import chamfer_l1, iou, sample_surface
from occstudio.shapes.arrays import Points
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.latent import Latent
from occstudio.shapes.shape_model import ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch

_QUERIES = 100_000
_CLOUD = 2048
_RESOLUTION = 64
_WHOLE_RESOLUTION = 128


@dataclass(frozen=True, slots=True)
class SampleScores:
    """How like the reference shapes some samples are.

    Parameters
    ----------
    coverage : float
        Share of the references that are the nearest one of some sample.
    distance : float
        Mean over the references of the Chamfer-L1 to the nearest sample, longest side 1.
    samples, references : int
        How many were compared.
    """

    coverage: float
    distance: float
    samples: int
    references: int


def decoded_iou(
    model: ShapeModel, latents: Sequence[Latent], store: ShapeStore, rows: Sequence[int]
) -> NDArray[np.float64]:
    """IoU (n,) of what latents decode to with shapes of a store, at 100,000 uniform queries."""
    scores: list[float] = []
    half = LATTICE_SIDE / 2
    for latent, row in zip(latents, rows, strict=True):
        rng = np.random.default_rng([31, row])
        queries = rng.uniform(-half, half, (_QUERIES, 3)).astype(np.float32)
        inside = np.asarray(model.field(latent)(queries)) > level_of(model.card.threshold)
        truth = store[row].occupancy(queries)
        scores.append(iou(inside, truth) if truth.any() else float(not inside.any()))
    return np.array(scores)


def whole_share(
    model: ShapeModel,
    latents: Sequence[Latent],
    between: Callable[[Latent, Latent], Latent],
    *,
    pairs: int = 100,
    in_one_piece: bool = True,
    seed: int = 0,
    watch: Watch = UNWATCHED,
) -> NDArray[np.float64]:
    """The largest piece's share of the volume half-way between random two of the latents.

    Parameters
    ----------
    between : callable
        Gives the latent in the middle.
    in_one_piece : bool
        Whether the threshold is lowered for it as for every shape that nobody made, or is the
        card's.

    Returns
    -------
    (pairs, 2) float64
        Of the surface at 128**3, crumbs included, and of cells at 96**3 that share faces, which
        tears what hangs together by less than a cell.
    """
    rng = np.random.default_rng(seed)
    shares: list[tuple[float, float]] = []
    for done in range(pairs):
        watch.check()
        watch.report("midpoints", done / pairs)
        first, second = rng.choice(len(latents), 2, replace=False)
        middle = between(latents[first], latents[second])
        field, threshold = model.field(middle), model.card.threshold
        lattice = Lattice(field)

        def surface(tried: float, field: Field = field, lattice: Lattice = lattice) -> Extraction:
            return extract_surface(
                field,
                resolution=_WHOLE_RESOLUTION,
                threshold=tried,
                normals=False,
                lattice=lattice,
            )

        try:
            if in_one_piece:
                found, threshold = whole(surface, imagined_threshold(threshold))
            else:
                found = surface(threshold)
        except NoSurfaceError:
            shares.append((0.0, 0.0))
            continue
        shares.append((volume_share(found.mesh), largest_share(field, level_of(threshold))))
    return np.array(shares)


def largest_share(field: Field, level: float, cells: int = 96) -> float:
    """Share of a solid's volume that its largest piece has; 0 if there is none.

    Parameters
    ----------
    field : Field
    level : float
        Logit of the surface.
    cells : int
        Along each axis, looked at in their middle; cells that share a face belong together.
    """
    low, high = np.array(field.box.lower), np.array(field.box.upper)
    axes = [
        np.linspace(a, b, cells, endpoint=False) + (b - a) / (2 * cells)
        for a, b in zip(low, high, strict=True)
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    solid = (np.asarray(field(points)) > level).reshape((cells,) * 3)
    labelled: tuple[NDArray[np.int32], int] = ndimage.label(solid)  # pyright: ignore[reportAssignmentType]
    pieces, count = labelled
    if not count:
        return 0.0
    sizes = np.bincount(pieces.reshape(-1))[1:]
    return float(sizes.max() / sizes.sum())


def surface_clouds(
    model: ShapeModel, latents: Sequence[Latent], watch: Watch = UNWATCHED
) -> list[Points]:
    """2048 points on the surface of each latent's shape; those without a surface are left out."""
    clouds: list[Points] = []
    for done, latent in enumerate(latents):
        watch.check()
        watch.report("samples", done / len(latents))
        try:
            found, _ = extract_imagined(model, latent, resolution=_RESOLUTION, normals=False)
        except NoSurfaceError:
            continue
        sample = sample_surface(found.mesh, _CLOUD, seed=done)
        clouds.append(np.asarray(sample.points, np.float32))
    return clouds


def stored_clouds(store: ShapeStore, rows: Sequence[int]) -> list[Points]:
    """2048 points on the surface of stored shapes."""
    clouds: list[Points] = []
    for row in rows:
        points = store[row].points
        chosen = np.random.default_rng([37, row]).choice(len(points), _CLOUD, replace=False)
        clouds.append(points[chosen])
    return clouds


def compare_samples(samples: Sequence[Points], references: Sequence[Points]) -> SampleScores:
    """Coverage and minimum matching distance of samples against references.

    Parameters
    ----------
    samples, references : sequences of (n, 3) float32
        Clouds on the surfaces.
    """
    table = np.array([[chamfer_l1(a, b) for b in references] for a in samples])
    covered = len(set(table.argmin(axis=1).tolist()))
    return SampleScores(
        coverage=covered / len(references),
        distance=float(table.min(axis=0).mean()),
        samples=len(samples),
        references=len(references),
    )
