"""``occstudio train``: a network for your own shapes."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from occstudio.errors import MissingExtraError, UnreadableFileError

if TYPE_CHECKING:
    from occstudio.training.recipe import TrainingRecipe
    from occstudio.training.run_log import Report


def train_command(
    dataset: Annotated[Path, typer.Argument(help="Made by 'occstudio dataset build'.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the run; it goes on there.")],
    name: Annotated[str, typer.Option(help="Name of the model.")] = "my-model",
    shapes: Annotated[int, typer.Option(min=1, help="Length of the run.")] = 100_000,
    batch: Annotated[int, typer.Option(min=1, help="Shapes in a batch, per process.")] = 16,
    rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 1e-3,
    procedural: Annotated[float, typer.Option(min=0, max=0.95, help="Share of procedural.")] = 0.4,
    cache: Annotated[Path | None, typer.Option(help="From 'dataset procedural'.")] = None,
    start: Annotated[str, typer.Option(help="Model to train on from, by name or path.")] = "",
    freeze: Annotated[str, typer.Option(help="Leave these parameters, e.g. encoder.")] = "",
    queries: Annotated[int, typer.Option(min=16, help="Asked of each shape.")] = 2048,
    deform: Annotated[float, typer.Option(min=0, max=1, help="How strongly.")] = 1.0,
    in_pose: Annotated[bool, typer.Option("--in-pose", help="Fronts stay in front.")] = False,
    kinds: Annotated[str, typer.Option(help="Procedural kinds, with commas between.")] = "",
    furniture: Annotated[float, typer.Option(min=0, help="Weight beside other things.")] = 3.0,
    config: Annotated[Path | None, typer.Option(help="YAML of hyper-parameters.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    processes: Annotated[int, typer.Option(min=1, help="Data-parallel processes.")] = 1,
    exact: Annotated[bool, typer.Option("--float32", help="No bfloat16.")] = False,
    seed: Annotated[int, typer.Option(help="Of weights and samples.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON per report.")] = False,
) -> None:
    """Train a network; interrupted runs go on where they were."""
    try:
        from occstudio.training.trainer import train
    except ImportError as error:
        raise MissingExtraError("training", error.name or "lightning", "train") from error
    from occstudio.training.recipe import TrainingRecipe
    from occstudio.training.sources import ShapeSources

    recipe = TrainingRecipe(
        name=name,
        shapes=shapes,
        learning_rate=rate,
        precision="32-true" if exact else "bf16-mixed",
        seed=seed,
        freeze=freeze,
    )
    samples = recipe.samples
    augmentation = samples.augmentation.weakened(deform)
    samples = replace(
        samples,
        batch_size=batch,
        query=replace(samples.query, count=queries),
        augmentation=augmentation.in_pose() if in_pose else augmentation,
    )
    recipe = replace(recipe, samples=samples)
    if config is not None:
        recipe = _configured(recipe, config)
    if start:
        recipe = _continued(recipe, start)
    wanted = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
    sources = ShapeSources(dataset, procedural, cache, furniture, wanted)
    if as_json:
        train(recipe, sources, out, device=device, processes=processes, listener=_print_json)
        return
    with _Display(shapes) as display:
        listener = display.show if processes == 1 else _print_line
        train(recipe, sources, out, device=device, processes=processes, listener=listener)
    Console().print(f"the model is '{out / 'model.safetensors'}'", highlight=False, soft_wrap=True)


def _continued(recipe: "TrainingRecipe", start: str) -> "TrainingRecipe":
    """The recipe for the network of an existing model, beginning with its weights."""
    from occstudio.inference.checkpoint import read_checkpoint
    from occstudio.inference.library import model_path

    path = model_path(start)
    card = read_checkpoint(path).card
    return replace(
        recipe, family=card.family, hyperparameters=card.hyperparameters, start=str(path)
    )


def _configured(recipe: "TrainingRecipe", path: Path) -> "TrainingRecipe":
    """The recipe with a family and hyper-parameters from a YAML file."""
    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableFileError(path, f"it is no YAML file ({error})") from error
    if not isinstance(found, dict):
        raise UnreadableFileError(path, "expected hyper-parameters as 'name: value' lines")
    family = str(found.pop("family", recipe.family))
    asked = found.pop("queries", None)
    if asked:
        recipe = replace(recipe, samples=recipe.samples.asking(asked))
    return replace(recipe, family=family, hyperparameters=found.get("model", found))


class _Display:
    """A live bar with the figures of the last report beside it."""

    def __init__(self, shapes: int) -> None:
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self._task = self._bar.add_task("starting", total=shapes)
        self._live = Live(self._bar, console=Console(stderr=True), refresh_per_second=2)
        self._iou = ""

    def __enter__(self) -> "_Display":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, report: "Report") -> None:
        """Move the bar."""
        if report.iou is not None:
            self._iou = f", validation IoU {report.iou:.3f}"
        text = f"loss {report.loss:.4f}{self._iou}, {report.shapes_per_s:.1f} shapes/s"
        self._bar.update(self._task, completed=report.shapes, description=text)


def _print_json(report: "Report") -> None:
    typer.echo(json.dumps(asdict(report)))


def _print_line(report: "Report") -> None:
    Console(stderr=True).print(
        f"{report.shapes} shapes, loss {report.loss:.4f}, {report.shapes_per_s:.1f} shapes/s"
        + ("" if report.iou is None else f", validation IoU {report.iou:.3f}")
    )
