"""``occstudio evaluate``: a model and screened Poisson on the same scans, in one table."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import ModelError, UnwritableFileError

if TYPE_CHECKING:
    from occstudio.training.evaluation_table import EvaluationTable


def evaluate_command(
    dataset: Annotated[Path, typer.Argument(help="Made by 'occstudio dataset build'.")],
    model: Annotated[str, typer.Option(help="Name in the library, or a checkpoint.")] = "scan-any",
    split: Annotated[str, typer.Option(help="test, validation or train.")] = "test",
    every_class: Annotated[bool, typer.Option("--all", help="Not furniture alone.")] = False,
    points: Annotated[int, typer.Option(min=50, help="Points of a scan.")] = 3000,
    noise: Annotated[float, typer.Option(min=0, help="Deviation, longest side 1.")] = 0.005,
    resolution: Annotated[int, typer.Option(min=16, max=1024)] = 128,
    threshold: Annotated[float | None, typer.Option(help="Probability of the surface.")] = None,
    poisson: Annotated[bool, typer.Option(help="Compare with screened Poisson.")] = True,
    space: Annotated[bool, typer.Option("--space", help="Score a space of shapes.")] = False,
    renders: Annotated[
        Path | None, typer.Option(help="Score a model of photos on the views in this folder.")
    ] = None,
    views: Annotated[int, typer.Option(min=1, help="Of each shape.")] = 4,
    fit: Annotated[bool, typer.Option("--fit", help="Fit each photo, too.")] = False,
    sheet: Annotated[
        Path | None, typer.Option(help="A picture of photos, results and the truth.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda ...")] = "auto",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write .json or .md too.")] = None,
) -> None:
    """Score a model on shapes it never saw: IoU, Chamfer-L1, normal consistency, F-score."""
    from occstudio.datasets.furniture_catalogue import FURNITURE_CLASSES
    from occstudio.datasets.shape_store import ShapeStore
    from occstudio.inference.library import load_model
    from occstudio.training.evaluation import evaluate_model
    from occstudio.training.evaluation_case import EvaluationSettings

    if space:
        _evaluate_space(dataset, model, split, device, out)
        return
    if renders is not None:
        chosen = "photo-furniture" if model == "scan-any" else model
        classes = None if every_class else FURNITURE_CLASSES
        _evaluate_photos(dataset, renders, chosen, split, classes, views, fit, sheet, device, out)
        return
    with TerminalWatch("evaluating") as watch:
        table = evaluate_model(
            load_model(model, device),
            ShapeStore.open(dataset),
            split=split,
            classes=None if every_class else FURNITURE_CLASSES,
            settings=EvaluationSettings(points=points, noise=noise, resolution=resolution),
            threshold=threshold,
            baselines=("poisson",) if poisson else (),
            watch=watch,
        )
    _print(table, out)


def _print(table: "EvaluationTable", out: Path | None) -> None:
    Console().print(table.to_rich())
    if out is not None:
        _write(out, table.to_json() if out.suffix == ".json" else table.to_markdown())


def _evaluate_photos(
    dataset: Path,
    renders: Path,
    name: str,
    split: str,
    classes: Iterable[str] | None,
    views: int,
    fit: bool,
    sheet: Path | None,
    device: str,
    out: Path | None,
) -> None:
    from occstudio.cli.photo_sheet import PhotoSheet
    from occstudio.datasets.shape_store import ShapeStore
    from occstudio.inference.library import load_model
    from occstudio.inference.photo_model import PhotoModel
    from occstudio.training.photo_evaluation import evaluate_photos

    model = load_model(name, device)
    if not isinstance(model, PhotoModel):
        raise ModelError(f"'{name}' does not see photos: choose one for photos")
    page = PhotoSheet()
    with TerminalWatch("evaluating") as watch:
        table = evaluate_photos(
            model,
            ShapeStore.open(dataset),
            renders,
            split=split,
            classes=classes,
            views=views,
            fit=fit,
            seen=None if sheet is None else page.add,
            watch=watch,
        )
    if sheet is not None:
        page.write(sheet)
    _print(table, out)


def _evaluate_space(dataset: Path, name: str, split: str, device: str, out: Path | None) -> None:
    from occstudio.datasets.shape_store import ShapeStore
    from occstudio.inference.library import code_book, load_model
    from occstudio.training.space_report import evaluate_space

    book = code_book(name)
    if book is None:
        raise ModelError(
            f"'{name}' has no named codes to evaluate: make some with 'occstudio codes'"
        )
    book = replace(book, model=name)
    with TerminalWatch("evaluating") as watch:
        model = load_model(name, device)
        report = evaluate_space(model, book, ShapeStore.open(dataset), split=split, watch=watch)
    Console().print(report.to_rich())
    if out is not None:
        is_json = out.suffix == ".json"
        _write(out, json.dumps(report.as_dict(), indent=1) if is_json else report.to_markdown())


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnwritableFileError(out, error.strerror or str(error)) from error
