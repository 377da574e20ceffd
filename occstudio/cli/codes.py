"""``occstudio codes``: name the shapes of a data set in a trained space of shapes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import ModelError

if TYPE_CHECKING:
    from occstudio.networks.shape_space import ShapeSpace


def codes_command(
    dataset: Annotated[Path, typer.Argument(help="Made by 'occstudio dataset build'.")],
    model: Annotated[Path, typer.Argument(help="A trained space: 'occstudio train'.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the model.")],
    name: Annotated[str, typer.Option(help="Name of the model.")] = "my-space",
    title: Annotated[str, typer.Option(help="One line about it.")] = "A space of shapes",
    licence: Annotated[str, typer.Option(help="Of the model.")] = "",
    steps: Annotated[int, typer.Option(min=0, help="Of tuning; 0 only encodes.")] = 1400,
    cache: Annotated[Path | None, typer.Option(help="From 'dataset procedural'.")] = None,
    kinds: Annotated[str, typer.Option(help="Procedural kinds, with commas between.")] = "",
    anchors: Annotated[int, typer.Option(min=0, help="Nameless codes of the cache.")] = 1500,
    every_class: Annotated[bool, typer.Option("--all", help="Not furniture alone.")] = False,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 0,
) -> None:
    """Fit a code to each training shape, tune the decoder to them, and write a model with both."""
    from dataclasses import replace

    from occstudio.datasets.furniture_catalogue import CLASSES, FURNITURE_CLASSES
    from occstudio.datasets.procedural import read_cache
    from occstudio.datasets.shape_store import ShapeStore
    from occstudio.inference.checkpoint import read_checkpoint
    from occstudio.training.book_making import anchors_of, training_rows, write_space
    from occstudio.training.code_tuning import codes_of, tune_together, tuning_recipe
    from occstudio.training.sources import ShapeSources, StoredSurface

    checkpoint = read_checkpoint(model)
    network = _space(checkpoint.network(), model)
    store = ShapeStore.open(dataset)
    rows = training_rows(store, CLASSES if every_class else FURNITURE_CLASSES)
    if not rows:
        raise ModelError(f"'{dataset}' has no training shapes of these classes: use --all")
    shapes = [StoredSurface(store[row]) for row in rows]
    wanted = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
    with TerminalWatch("fitting codes") as watch:
        codes = codes_of(network, shapes)
        if steps:
            procedural = 0.6 if cache else 0.0
            others, _ = ShapeSources(dataset, procedural, cache, 20.0, wanted)()
            recipe = tuning_recipe(steps, seed)
            network, codes = tune_together(network, shapes, codes, others, recipe, watch=watch)
        loose, loose_kinds = codes[:0], tuple[str, ...]()
        if cache is not None and anchors:
            solids = read_cache(cache)
            chosen, loose_kinds = anchors_of(solids, wanted or sorted(set(solids.kinds)), anchors)
            loose = codes_of(network, [solids[row] for row in chosen])
        card = replace(checkpoint.card, name=name, title=title, licence=licence)
        book = write_space(
            out, network, card, store, rows, codes.numpy(), loose.numpy(), loose_kinds
        )
    Console().print(f"{len(book)} named codes of '{name}' are in '{out}'", highlight=False)


def _space(network: object, path: Path) -> "ShapeSpace":
    from occstudio.networks.shape_space import ShapeSpace

    if not isinstance(network, ShapeSpace):
        raise ModelError(
            f"'{path}' is no space of shapes: train one with a configuration of the family "
            "'shape_space'"
        )
    return network
