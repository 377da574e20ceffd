"""``occstudio models list|show``: what is in the library."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from occstudio.shapes.model_card import ModelCard

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
) -> None:
    """Show the card of one model."""
    from occstudio.inference.checkpoint import read_checkpoint
    from occstudio.inference.library import model_path

    path = model_path(name)
    checkpoint = read_checkpoint(path)
    card = checkpoint.card
    count = sum(weights.numel() for weights in checkpoint.weights.values())
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
        ("training data", card.training_data),
        ("scores", ", ".join(f"{k} {v:g}" for k, v in card.scores.items())),
        ("licence", card.licence),
        ("assumed", ", ".join(card.assumed)),
    ):
        if value:
            table.add_row(label, value)
    Console().print(table)


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
