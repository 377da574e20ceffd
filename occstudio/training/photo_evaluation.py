"""How good a model of photos is, on rendered views of shapes that it never saw.

Beside what the model says, and what the fit to the photo makes of it, stand two baselines that
know the training shapes by heart. The *nearest* one answers with the training shape of the view
that looks most alike to the encoder itself; whoever is no better than that has learned to look up
and nothing else. The *mean* one is told the class and answers with where most training shapes
of it are solid, at the share that serves them best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from occstudio.datasets.furniture_catalogue import FURNITURE_CLASSES
from occstudio.datasets.render_store import RenderStore
from occstudio.datasets.shape_store import LATTICE_SIDE, ShapeStore
from occstudio.datasets.training_samples import LabelledShape
from occstudio.errors import ModelError, NoSurfaceError, OccStudioError
from occstudio.extraction.surface import extract_surface
from occstudio.inference.photo_model import PhotoModel
from occstudio.inference.photo_reader import CALIBRATION, distinct, framed_for, guesses, signs_of
from occstudio.latents.code_book import CODE
from occstudio.metrics import SurfaceScores, contains_points
from occstudio.networks.photo_encoder import PhotoEncoder
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.field import level_of
from occstudio.shapes.image import Image
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.photo_reading import PhotoReading
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.training.evaluation_case import (
    EvaluationCase,
    EvaluationSettings,
    ShapeScores,
    draw_case,
    true_surface,
)
from occstudio.training.evaluation_table import EvaluationTable
from occstudio.training.sources import StoredSurface
from occstudio.training.stretched_views import drawn_view

NEAREST: Final = "nearest training view"
MEAN: Final = "mean of the class"

_CELLS = 64
_SIDE = 128
_KNOWN_VIEWS = 8


@dataclass(frozen=True, slots=True, eq=False)
class PhotoExample:
    """One view, what was made of it, and the truth.

    Attributes
    ----------
    photo : Image
    mesh : Mesh or None
        None if the model saw no surface.
    truth : Mesh
    iou : float
    azimuth, elevation : float
        Of the true camera, in degrees.
    """

    photo: Image
    mesh: Mesh | None
    truth: Mesh
    iou: float
    azimuth: float
    elevation: float


def evaluate_photos(
    model: PhotoModel,
    store: ShapeStore,
    renders: Path,
    *,
    split: str = "test",
    classes: Iterable[str] | None = tuple(FURNITURE_CLASSES),
    views: int = 4,
    fit: bool = False,
    settings: EvaluationSettings | None = None,
    seen: Callable[[PhotoExample], None] | None = None,
    watch: Watch = UNWATCHED,
) -> EvaluationTable:
    """Scores of a model, of its fits to the photo if wanted, and of both baselines.

    Parameters
    ----------
    model : PhotoModel
    store : ShapeStore
        Labels.
    renders : Path
        Views of it, with those of the training part.
    split : str
    classes : iterable of str, optional
        Only shapes of these classes; all if None.
    views : int
        Of each shape, evenly among those that there are.
    fit : bool
        Whether each photo is fitted, too: some seconds a view.
    settings : EvaluationSettings, optional
        Only resolution, samples, padding, seed and F-score distance matter.
    seen : callable, optional
        Given each view with its result (of the fit, if there is one).

    Raises
    ------
    OccStudioError
        If there is nothing to evaluate.
    """
    settings = settings or EvaluationSettings()
    shown = RenderStore.open(renders, split)
    chosen = None if classes is None else tuple(classes)
    wanted = store.where(split=split, classes=chosen)
    rows: list[ShapeScores] = []
    known = _Known.of(model, store, RenderStore.open(renders, "train"), chosen, watch)
    fitted = f"{model.card.name}, fitted"
    for done, row in enumerate(wanted):
        number = shown.index_of(store.records[row].id)
        if number is None:
            continue
        case, truth = draw_case(store[row], settings), true_surface(store[row])
        mean = known.mean_of(case)
        if mean is not None:
            rows.append(mean)
        there = len(shown.shapes[number].offsets)
        for view in np.linspace(0, there, min(views, there), endpoint=False).astype(int).tolist():
            watch.check()
            watch.report("evaluate", done / len(wanted))
            stored = shown.read(number, view)
            photo = Image(stored.view.pixels, name=f"{case.id}#{view}")
            one = replace(case, id=photo.name)
            score, mesh = _scored(model, one, model.read_photo(photo), model.card.name)
            rows += [score, known.nearest_of(photo, one)]
            if fit:
                score, mesh = _scored(model, one, model.fit_photo(photo), fitted)
                rows.append(score)
            if seen is not None:
                seen(PhotoExample(photo, mesh, truth, score.iou, stored.azimuth, stored.elevation))
    if not rows:
        raise OccStudioError(f"'{renders}' shows no '{split}' shape of this data set: render some")
    order = [model.card.name, fitted, NEAREST, MEAN]
    rows.sort(key=lambda row: (order.index(row.method), row.id))
    told = {"split": split, "views": views} | asdict(settings)
    return EvaluationTable(tuple(rows), told)


def calibration_of(
    model: PhotoModel, store: ShapeStore, renders: Path, *, split: str = "validation"
) -> dict[str, float]:
    """How the signs of a good reading are weighed to foretell its IoU, by least squares.

    Views of furniture teach what is good; drawings of everything else in the same part of the data
    set, which the model can only get wrong, what is not.

    Returns
    -------
    dict
        For `ModelCard.calibration`; empty if the part was not rendered.
    """
    try:
        shown = RenderStore.open(renders, split)
    except OccStudioError:
        return {}
    signs: list[NDArray[np.float64]] = []
    reached: list[float] = []
    half = LATTICE_SIDE / 2

    def note(photos: Sequence[Image], shape: LabelledShape, number: int) -> None:
        rng = np.random.default_rng([41, number])
        queries = rng.uniform(-half, half, (20_000, 3)).astype(np.float32)
        truth = shape.occupancy(queries)
        for photo in photos:
            kept = distinct(guesses(model, framed_for(model, photo)))
            latent = Latent({CODE: kept[0].code}, model.card.name)
            inside = _inside(model, latent, queries)
            union = int((inside | truth).sum())
            signs.append(signs_of(kept))
            reached.append(int((inside & truth).sum()) / max(union, 1))

    for number, shape in enumerate(shown.shapes):
        views = [Image(shown.pixels(number, v)) for v in range(0, len(shape.offsets), 4)]
        note(views, StoredSurface(store[store.index_of(shape.id)]), number)
    others = set(store.where(split=split)) - set(
        store.where(split=split, classes=FURNITURE_CLASSES)
    )
    for row in sorted(others):
        other = StoredSurface(store[row])
        rng = np.random.default_rng([43, row])
        note([Image(drawn_view(other, _SIDE, rng)[0]) for _ in range(2)], other, row)
    weights = np.linalg.lstsq(np.array(signs), np.array(reached), rcond=None)[0]
    return dict(zip(CALIBRATION, weights.round(4).tolist(), strict=True))


def _scored(
    model: PhotoModel, case: EvaluationCase, reading: PhotoReading, method: str
) -> tuple[ShapeScores, Mesh | None]:
    iou = case.iou(_inside(model, reading.latent, case.queries))
    try:
        mesh = extract_surface(
            model.field(reading.latent),
            resolution=case.settings.resolution,
            threshold=model.card.threshold,
            normals=False,
        ).mesh
    except NoSurfaceError:
        return case.scores(method, iou, SurfaceScores.worst()), None
    return case.scores(method, iou, case.surface_scores(mesh)), mesh


def _inside(model: PhotoModel, latent: Latent, queries: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(model.field(latent)(queries)) > level_of(model.card.threshold)


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the baselines know: how training views look, and the solids of the classes."""

    model: PhotoModel
    store: ShapeStore
    features: NDArray[np.float32]
    shown: NDArray[np.int64]
    means: dict[str, Mesh]

    @classmethod
    def of(
        cls,
        model: PhotoModel,
        store: ShapeStore,
        renders: RenderStore,
        classes: Sequence[str] | None,
        watch: Watch,
    ) -> _Known:
        features: list[NDArray[np.float32]] = []
        shown: list[int] = []
        known = set(store.where(split="train", classes=classes))
        for number, shape in enumerate(renders.shapes):
            if shape.solid is not None:
                continue
            watch.check()
            watch.report("training views", number / len(renders.shapes))
            row = store.index_of(shape.id)
            if row not in known:
                continue
            for view in range(min(_KNOWN_VIEWS, len(shape.offsets))):
                features.append(_feature(model, Image(renders.pixels(number, view))))
                shown.append(row)
        means: dict[str, Mesh] = {}
        for name in sorted({store.records[row].shape_class for row in known}):
            mesh = _mean_solid(store, [r for r in known if store.records[r].shape_class == name])
            if mesh is not None:
                means[name] = mesh
        return cls(model, store, np.array(features), np.array(shown), means)

    def nearest_of(self, photo: Image, case: EvaluationCase) -> ShapeScores:
        alike = self.features @ _feature(self.model, photo)
        shape = self.store[int(self.shown[int(alike.argmax())])]
        inside = shape.occupancy(case.queries)
        return case.scores(NEAREST, case.iou(inside), case.surface_scores(true_surface(shape)))

    def mean_of(self, case: EvaluationCase) -> ShapeScores | None:
        mesh = self.means.get(case.shape_class)
        if mesh is None:
            return None
        inside = contains_points(mesh, case.queries)
        return case.scores(MEAN, case.iou(inside), case.surface_scores(mesh))


def _feature(model: PhotoModel, photo: Image) -> NDArray[np.float32]:
    """How a photo looks to the encoder, of length one."""
    network = model.network
    if not isinstance(network, ShapeSpace) or not isinstance(network.encoder, PhotoEncoder):
        raise ModelError(f"'{model.card.name}' does not see photos: choose one for photos")
    inputs = framed_for(model, photo).inputs
    with torch.inference_mode():
        seen = network.encoder.features(torch.from_numpy(inputs)[None].to(model.device))
    return torch.nn.functional.normalize(seen[0].float(), dim=0).cpu().numpy()


def _mean_solid(store: ShapeStore, rows: Sequence[int]) -> Mesh | None:
    """Where so many of some shapes are solid that the rest agrees with them best."""
    half = LATTICE_SIDE / 2
    axis = (np.arange(_CELLS) + 0.5) / _CELLS * 2 * half - half
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    solids = np.stack([store[row].occupancy(points.astype(np.float32)) for row in rows])
    share = solids.mean(axis=0)

    def agreement(least: float) -> float:
        inside = share >= least
        return float(np.mean((solids & inside).sum(1) / np.maximum((solids | inside).sum(1), 1)))

    best = max((step / 20 for step in range(1, 20)), key=agreement)
    values = np.pad(share.reshape((_CELLS,) * 3), 1)
    if not (values >= best).any():
        return None
    vertices, faces, _, _ = marching_cubes(  # pyright: ignore[reportUnknownVariableType]
        values, best - 1e-3, gradient_direction="ascent"
    )
    # Index 1 is the middle of the first cell.
    placed = (np.asarray(vertices, np.float32) - 0.5) * np.float32(2 * half / _CELLS) - half
    return Mesh(placed.astype(np.float32), np.asarray(faces, np.int32))
