"""``occstudio evaluate``: a model and screened Poisson on the same scans, in one table."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import ModelError, UnwritableFileError


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
    Console().print(table.to_rich())
    if out is not None:
        _write(out, table.to_json() if out.suffix == ".json" else table.to_markdown())


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
