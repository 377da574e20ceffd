"""How good a model is: its reconstructions of shapes that it never saw, beside a baseline's.

Each test shape of a store becomes a case (`evaluation_case`): a noisy scan and the truth. The
model encodes the scan, its field answers the queries of the IoU, and the contour of the field is
compared with the true surface. Screened Poisson (`poisson_baseline`) works on the same scans
meanwhile, in processes of its own. What comes out is one table.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import numpy as np

from occstudio.datasets.furniture_catalogue import FURNITURE_CLASSES
from occstudio.datasets.shape_store import ShapeStore
from occstudio.errors import NoSurfaceError, OccStudioError, UnknownNameError
from occstudio.extraction.surface import extract_surface
from occstudio.metrics import SurfaceScores
from occstudio.shapes.field import level_of
from occstudio.shapes.frame import IDENTITY
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import ShapeModel
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.training.evaluation_case import (
    EvaluationCase,
    EvaluationSettings,
    ShapeScores,
    draw_case,
)
from occstudio.training.evaluation_table import EvaluationTable
from occstudio.training.poisson_baseline import PoissonBaseline, PoissonRecipe, methods_of

BASELINES = ("poisson",)
"""Baselines that `evaluate_model` knows."""


def evaluate_model(
    model: ShapeModel | None,
    store: ShapeStore,
    *,
    split: str = "test",
    classes: Iterable[str] | None = tuple(FURNITURE_CLASSES),
    settings: EvaluationSettings | None = None,
    threshold: float | None = None,
    baselines: Iterable[str] = BASELINES,
    recipe: PoissonRecipe | None = None,
    workers: int = 1,
    watch: Watch = UNWATCHED,
) -> EvaluationTable:
    """Scores of a model and of baselines on the shapes of one part of a store.

    Parameters
    ----------
    model : ShapeModel or None
        Takes point clouds; None to score only the baselines.
    store : ShapeStore
        Labelled shapes.
    split : str
        Which part: ``test``, ``validation`` or ``train``.
    classes : iterable of str, optional
        Only shapes of these classes; all if None.
    settings : EvaluationSettings, optional
        Scan, noise, resolution, samples, seed; the papers' if None.
    threshold : float, optional
        Probability of the model's surface; its card's if None.
    baselines : iterable of str
        Any of `BASELINES`.
    recipe : PoissonRecipe, optional
        How Poisson is run.
    workers : int
        Processes for the baseline; they work while the model does.
    watch : Watch
        Told of progress, asked whether to go on before each shape.

    Returns
    -------
    EvaluationTable
        The model's rows first.

    Raises
    ------
    OccStudioError
        If no shape is to be evaluated.
    UnknownNameError
        If a baseline is unknown.
    MissingExtraError
        If the baseline's package is not installed.
    """
    settings, recipe = settings or EvaluationSettings(), recipe or PoissonRecipe()
    chosen = _checked(baselines)
    wanted = store.where(split=split, classes=classes)
    if not wanted:
        raise OccStudioError(
            f"the store '{store.path}' has no '{split}' shapes of these classes: "
            "choose another split or other classes"
        )
    rows: list[ShapeScores] = []
    pending: list[Future[list[ShapeScores]]] = []
    with ExitStack() as stack:
        poisson = stack.enter_context(PoissonBaseline(recipe, workers)) if chosen else None
        for done, index in enumerate(wanted):
            watch.check()
            watch.report("evaluate", done / len(wanted))
            case = draw_case(store[index], settings)
            if poisson is not None:
                pending.append(poisson.submit(case))
                if len(pending) > workers:  # no more cases in memory than are being worked on
                    rows += poisson.collect(pending.pop(0))
            if model is not None:
                rows.append(score_model(model, case, threshold=threshold))
        if poisson is not None:
            rows += [row for future in pending for row in poisson.collect(future)]
    watch.report("evaluate", 1.0)
    told: dict[str, Any] = {"split": split} | asdict(settings)
    if model is not None:
        told["threshold"] = model.card.threshold if threshold is None else threshold
    return _table(rows, told, model, recipe)


def score_model(
    model: ShapeModel, case: EvaluationCase, *, threshold: float | None = None
) -> ShapeScores:
    """Scores of a model on one case; a field without a surface gets the worst.

    Parameters
    ----------
    model : ShapeModel
        Takes point clouds.
    case : EvaluationCase
        Scan and truth, and how the scan's frame is found.
    threshold : float, optional
        Probability of the surface; the card's if None.
    """
    scan = np.asarray(case.scan, np.float64)
    fitted = case.settings.frame == "fit"
    cloud = PointCloud.of(scan) if fitted else PointCloud(scan, IDENTITY)
    field = model.field(model.encode(cloud))
    probability = model.card.threshold if threshold is None else threshold
    logits = np.asarray(field(cloud.frame.to_model(case.queries)))
    iou = case.iou(logits > level_of(probability))
    try:
        found = extract_surface(
            field, resolution=case.settings.resolution, threshold=probability, normals=False
        )
        surface = case.surface_scores(found.mesh.placed(cloud.frame))
    except NoSurfaceError:
        surface = SurfaceScores.worst()
    return case.scores(model.card.name, iou, surface)


def _checked(baselines: Iterable[str]) -> list[str]:
    names = list(baselines)
    for name in names:
        if name not in BASELINES:
            raise UnknownNameError("baseline", name, list(BASELINES))
    return names


def _table(
    rows: list[ShapeScores], told: dict[str, Any], model: ShapeModel | None, recipe: PoissonRecipe
) -> EvaluationTable:
    """The rows method by method, the model's first."""
    order = [*([model.card.name] if model is not None else []), *methods_of(recipe)]
    rows.sort(key=lambda row: (order.index(row.method), row.id))
    return EvaluationTable(tuple(rows), told)
