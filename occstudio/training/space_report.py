"""All scores of a space of shapes in one table; see `space_evaluation` for what they mean."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.table import Table

from occstudio.datasets.furniture_catalogue import FURNITURE_CLASSES
from occstudio.datasets.shape_store import ShapeStore
from occstudio.datasets.training_samples import QueryRecipe, SampleRecipe
from occstudio.errors import ModelError
from occstudio.extraction.wholeness import WHOLE
from occstudio.inference.predictor import NeuralModel
from occstudio.latents.code_book import CODE, CodeBook
from occstudio.latents.code_space import CodeSpace
from occstudio.latents.paths import PATH_KINDS
from occstudio.networks.shape_space import ShapeSpace
from occstudio.shapes.field import level_of
from occstudio.shapes.latent import Latent
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.training.book_making import training_rows
from occstudio.training.code_tuning import TuningRecipe, codes_of, fit_codes
from occstudio.training.sources import StoredSurface
from occstudio.training.space_evaluation import (
    SampleScores,
    compare_samples,
    decoded_iou,
    largest_share,
    stored_clouds,
    surface_clouds,
    whole_share,
)

_CHAIRS = "chair"


@dataclass(frozen=True, slots=True)
class SpaceReport:
    """What a space of shapes reached.

    Parameters
    ----------
    trained_iou : float
        Training shapes, decoded from their named codes.
    fitted_iou, encoded_iou : float
        Unseen shapes of the split, from a code fitted to their labels and from the code that the
        encoder gives a clean scan of 4000 points.
    by_class : mapping of str to (trained, fitted, encoded, count)
        The same for each class; NaN where it has no shape in that part.
    whole_chairs : float
        Share of the training chairs that are in one piece themselves.
    whole_midpoints : mapping of str to (float, float)
        By path: the share of pairs of chairs whose middle is in one piece, at the threshold at
        which the studio shows such shapes (`extraction.wholeness`): of their surfaces, and of
        cells.
    whole_unheld : (float, float)
        The same of the linear path at the card's own threshold.
    samples, trained : SampleScores
        Of shapes drawn from the prior, and of as many training shapes, against the split.
    split : str
    """

    trained_iou: float
    fitted_iou: float
    encoded_iou: float
    by_class: dict[str, tuple[float, float, float, int]]
    whole_chairs: float
    whole_midpoints: dict[str, tuple[float, float]]
    whole_unheld: tuple[float, float]
    samples: SampleScores
    trained: SampleScores
    split: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def to_rich(self) -> Table:
        """For a terminal."""
        table = Table("", "value", title=f"space of shapes, '{self.split}' part unseen")
        for name, value in self._lines():
            table.add_row(name, value)
        return table

    def to_markdown(self) -> str:
        """For a README."""
        rows = [f"| {name} | {value} |" for name, value in self._lines()]
        return "\n".join(["| | |", "| --- | ---: |", *rows]) + "\n"

    def _lines(self) -> list[tuple[str, str]]:
        drawn, known = self.samples, self.trained
        lines = [
            ("IoU of training shapes from their codes", f"{self.trained_iou:.3f}"),
            ("IoU of unseen shapes from fitted codes", f"{self.fitted_iou:.3f}"),
            ("IoU of unseen shapes from the encoder", f"{self.encoded_iou:.3f}"),
        ]
        lines += [
            (f"{kind}: trained, fitted, encoded ({count} unseen)", f"{a:.3f}, {b:.3f}, {c:.3f}")
            for kind, (a, b, c, count) in self.by_class.items()
        ]
        lines.append(("training chairs in one piece", f"{self.whole_chairs:.0%}"))
        lines += [
            (f"chairs half-way in one piece, {path} path: surface, cells", f"{a:.0%}, {b:.0%}")
            for path, (a, b) in self.whole_midpoints.items()
        ]
        a, b = self.whole_unheld
        lines.append(("the same, linear path, at the usual threshold", f"{a:.0%}, {b:.0%}"))
        return [
            *lines,
            (f"coverage by {drawn.samples} samples", f"{drawn.coverage:.3f}"),
            (f"coverage by {known.samples} training shapes", f"{known.coverage:.3f}"),
            ("minimum matching distance of samples", f"{drawn.distance:.4f}"),
            ("minimum matching distance of training shapes", f"{known.distance:.4f}"),
        ]


def evaluate_space(
    model: NeuralModel,
    book: CodeBook,
    store: ShapeStore,
    *,
    split: str = "test",
    pairs: int = 100,
    samples: int = 115,
    fit_steps: int = 150,
    seed: int = 0,
    watch: Watch = UNWATCHED,
) -> SpaceReport:
    """Score a space of shapes.

    Parameters
    ----------
    model : NeuralModel
        Of the family ``shape_space``.
    book : CodeBook
        Its named codes, of the training furniture of the store in `training_rows`' order.
    store : ShapeStore
    split : str
        The part that is unseen: ``test`` or ``validation``.
    pairs : int
        Of chairs.
    samples : int
        Drawn from the prior, and training shapes drawn to compare with.
    fit_steps : int
        For each unseen shape.
    seed : int
    watch : Watch

    Raises
    ------
    ModelError
        If the model is no space of shapes, or the book is of other shapes than the store's.
    """
    network = model.network
    if not isinstance(network, ShapeSpace):
        raise ModelError(f"'{model.card.name}' is no space of shapes: choose one of that family")
    rows = training_rows(store, FURNITURE_CLASSES)
    if len(rows) != len(book):
        raise ModelError(
            f"the book of '{model.card.name}' has {len(book)} shapes, and the data set has "
            f"{len(rows)} of furniture to train on: use the one that it was made from"
        )
    unseen = store.where(split=split, classes=FURNITURE_CLASSES)
    known = [book.latent(code) for code in book.codes]
    trained = decoded_iou(model, known, store, rows)
    shapes = [StoredSurface(store[row]) for row in unseen]
    start = codes_of(network, shapes)
    encoded = decoded_iou(model, [_latent(book, code.numpy()) for code in start], store, unseen)
    fitted_codes = fit_codes(
        network, shapes, start, _fit_recipe(fit_steps, len(unseen)), watch=watch
    )
    fitted_latents = [_latent(book, code.numpy()) for code in fitted_codes]
    fitted = decoded_iou(model, fitted_latents, store, unseen)
    level = level_of(model.card.threshold)
    chairs = [known[row] for row in book.rows_of(_CHAIRS)]
    space = CodeSpace.of(book)
    midpoints, unheld = _midpoints(model, chairs, space, pairs, seed, watch)
    drawn = surface_clouds(model, space.prior().sample(samples, seed), watch)
    references = stored_clouds(store, unseen)
    some = np.random.default_rng(seed).permutation(rows)[:samples].tolist()
    return SpaceReport(
        float(trained.mean()),
        float(fitted.mean()),
        float(encoded.mean()),
        _by_class(store, rows, unseen, trained, fitted, encoded),
        float(np.mean([largest_share(model.field(one), level) >= WHOLE for one in chairs])),
        midpoints,
        unheld,
        compare_samples(drawn, references),
        compare_samples(stored_clouds(store, some), references),
        split,
    )


def _midpoints(
    model: NeuralModel,
    chairs: list[Latent],
    space: CodeSpace,
    pairs: int,
    seed: int,
    watch: Watch,
) -> tuple[dict[str, tuple[float, float]], tuple[float, float]]:
    """`SpaceReport.whole_midpoints` and `SpaceReport.whole_unheld`."""

    def whole(path: str, *, in_one_piece: bool) -> tuple[float, float]:
        shares = whole_share(
            model,
            chairs,
            lambda a, b: space.path([a, b], path).at(0.5),
            pairs=pairs,
            in_one_piece=in_one_piece,
            seed=seed,
            watch=watch,
        )
        surface, cells = (shares >= WHOLE).mean(axis=0).tolist()
        return surface, cells

    held = {path: whole(path, in_one_piece=True) for path in PATH_KINDS}
    return held, whole(PATH_KINDS[0], in_one_piece=False)


def _latent(book: CodeBook, code: np.ndarray) -> Latent:
    return Latent({CODE: code}, book.model)


def _fit_recipe(steps: int, shapes: int) -> TuningRecipe:
    return TuningRecipe(
        last_steps=max(steps * shapes // 8, 1),
        code_rate=0.1,
        prior=1e-5,
        samples=SampleRecipe(query=QueryRecipe(count=4096, uniform=0.5, spreads=(0.015, 0.05))),
    )


def _by_class(
    store: ShapeStore,
    rows: list[int],
    unseen: list[int],
    trained: np.ndarray,
    fitted: np.ndarray,
    encoded: np.ndarray,
) -> dict[str, tuple[float, float, float, int]]:
    known = np.array([store.records[row].shape_class for row in rows])
    new = np.array([store.records[row].shape_class for row in unseen])

    def mean(scores: np.ndarray, of: np.ndarray, kind: str) -> float:
        chosen = scores[of == kind]
        return float(chosen.mean()) if len(chosen) else float("nan")

    return {
        kind: (
            mean(trained, known, kind),
            mean(fitted, new, kind),
            mean(encoded, new, kind),
            int((new == kind).sum()),
        )
        for kind in sorted({*known, *new})
    }
