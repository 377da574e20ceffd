"""``occstudio models``: what is in the library, and how it gets there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import UnwritableFileError
from occstudio.shapes.mesh import Mesh

if TYPE_CHECKING:
    from occstudio.shapes.model_card import ModelCard

_CONFIG = "YAML or JSON that states the hyper-parameters."

app = typer.Typer(help="The models that can be used.", no_args_is_help=True)


@app.command("list")
def list_command() -> None:
    """List all models."""
    from occstudio.inference.library import list_models

    table = Table("name", "input", "family", "scores", "licence", box=None)
    for card in list_models():
        scores = ", ".join(f"{name} {value:.3f}" for name, value in card.scores.items())
        table.add_row(card.name, card.input_kind, card.family, scores, card.licence)
    Console().print(table)


@app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(help="Name in the library, or a checkpoint.")],
    config: Annotated[Path | None, typer.Option(help=_CONFIG)] = None,
) -> None:
    """Show the card of one model, and what of it was assumed."""
    from occstudio.inference.checkpoint import read_checkpoint
    from occstudio.inference.hyperparameters import value_of
    from occstudio.inference.library import codes_of, model_path

    path = model_path(name)
    checkpoint = read_checkpoint(path, config=config)
    card = checkpoint.card
    count = sum(weights.numel() for weights in checkpoint.weights.values())
    codes = codes_of(name)
    table = Table(show_header=False, box=None)
    for label, value in (
        ("name", card.name),
        ("title", card.title),
        ("file", str(path)),
        ("family", card.family),
        ("parameters", f"{count:,}"),
        ("input", _input_of(card)),
        ("threshold", f"{card.threshold:g}"),
        ("box", f"{card.input_spec.box_side:g} along each side"),
        ("codes", f"{len(codes):,}: {', '.join(list(codes)[:3])} ..." if codes else ""),
        ("training data", card.training_data),
        ("scores", ", ".join(f"{k} {v:g}" for k, v in card.scores.items())),
        ("licence", card.licence),
        *((f"assumed {n}", str(value_of(card.hyperparameters, n))) for n in card.assumed),
    ):
        if value:
            table.add_row(label, value)
    Console().print(table)


@app.command("add")
def add_command(
    file: Annotated[Path, typer.Argument(help="A checkpoint, or a folder of DeepSDF's.")],
    name: Annotated[str, typer.Option(help="In the library; by default the file's.")] = "",
    config: Annotated[Path | None, typer.Option(help=_CONFIG)] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A hyper-parameter, by dotted name."),
    ] = None,
) -> None:
    """Bring a checkpoint into the library."""
    from occstudio.inference.library import add_model

    with TerminalWatch(file.name) as watch:
        card = add_model(
            file, name=name, config=config, settings=_settings(settings or []), watch=watch
        )
    _tell(card, "added")


@app.command("get")
def get_command(
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="On the hub.")],
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit.")] = None,
    file: Annotated[str | None, typer.Option(help="Which checkpoint, if it has several.")] = None,
    name: Annotated[str, typer.Option(help="In the library; by default the hub's.")] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A hyper-parameter, by dotted name."),
    ] = None,
) -> None:
    """Download a model from the Hugging Face hub; an interrupted download goes on."""
    from occstudio.inference.hub import get_model

    told = _settings(settings or [])
    with TerminalWatch(repository) as watch:
        card = get_model(
            repository, revision=revision, file=file, name=name, settings=told, watch=watch
        )
    _tell(card, "added")


@app.command("change")
def change_command(
    name: Annotated[str, typer.Argument(help="Name in the library.")],
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="NAME=VALUE", help="A hyper-parameter, by dotted name."),
    ],
) -> None:
    """Correct what was assumed of one of your models."""
    from occstudio.inference.library import change_hyperparameters

    _tell(change_hyperparameters(name, _settings(settings)), "changed")


@app.command("remove")
def remove_command(
    name: Annotated[str, typer.Argument(help="Name in the library.")],
) -> None:
    """Remove one of your own models from the library."""
    from occstudio.inference.library import remove_model

    remove_model(name)
    Console().print(f"'{name}' is removed", highlight=False, soft_wrap=True)


@app.command("portrait")
def portrait_command(
    name: Annotated[str, typer.Argument(help="Name in the library.")],
    scan: Annotated[Path, typer.Argument(help="A scan that it reconstructs well.")],
    resolution: Annotated[int, typer.Option(min=16, max=512, help="Cells along each side.")] = 128,
) -> None:
    """Make the picture of a model's card, from what it makes of a scan."""
    from occstudio.cli.picture import portrait
    from occstudio.exchange.point_cloud_reader import read_point_cloud
    from occstudio.inference.library import load_model, model_path
    from occstudio.inference.reconstruction import reconstruct
    from occstudio.studio.model_files import THUMBNAIL

    target = model_path(name).with_name(THUMBNAIL)
    with TerminalWatch(scan.name) as watch:
        cloud = read_point_cloud(scan)
        mesh = reconstruct(cloud, load_model(name), resolution=resolution, watch=watch)
    upright = Mesh(cloud.frame.to_model(mesh.vertices), mesh.faces)
    try:
        portrait(upright, target)
    except OSError as error:
        raise UnwritableFileError(target, error.strerror or str(error)) from error
    Console().print(str(target), highlight=False, soft_wrap=True)


def _tell(card: "ModelCard", what: str) -> None:
    from occstudio.inference.hyperparameters import value_of

    console = Console()
    console.print(
        f"{what} '{card.name}': {card.title}, takes {_input_of(card)}",
        highlight=False,
        soft_wrap=True,
    )
    if card.assumed:
        console.print("not known from the file, so assumed (change with --set NAME=VALUE):")
        for name in card.assumed:
            value = value_of(card.hyperparameters, name)
            console.print(f"  {name} = {value}", highlight=False, soft_wrap=True)


def _settings(given: list[str]) -> dict[str, Any]:
    """``name=value`` pairs; a value is read as YAML, so that numbers and lists are such."""
    found: dict[str, Any] = {}
    for pair in given:
        name, sign, text = pair.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(f"'{pair}' is not NAME=VALUE", param_hint="--set")
        try:
            found[name.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise typer.BadParameter(f"'{text}' is no value", param_hint="--set") from error
    return found


def _input_of(card: "ModelCard") -> str:
    """What the network is given, in words."""
    spec = card.input_spec
    if spec.kind == "points":
        how = "exactly" if spec.is_drawn else "about"
        return f"points, {how} {spec.points:,}, in a {spec.normalisation}"
    if spec.kind == "image":
        return f"a photo, {spec.resolution} pixels square"
    if spec.kind == "voxels":
        return f"voxels, {spec.resolution} along each axis"
    return "no observation: a code"
