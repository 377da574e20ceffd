"""``occstudio train-photo``: teach a space of shapes to see photos."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from occstudio.errors import MissingExtraError, ModelError


def train_photo_command(
    dataset: Annotated[Path, typer.Argument(help="Made by 'occstudio dataset build'.")],
    renders: Annotated[Path, typer.Argument(help="Made of it by 'occstudio dataset render'.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the run; it goes on there.")],
    space: Annotated[str, typer.Option(help="The space, by name or path.")] = "furniture-space",
    name: Annotated[str, typer.Option(help="Name of the model.")] = "my-photos",
    title: Annotated[str, typer.Option(help="One line about it.")] = "Photos to shapes",
    licence: Annotated[str, typer.Option(help="Of the model.")] = "",
    cache: Annotated[Path | None, typer.Option(help="The procedural shapes rendered.")] = None,
    real: Annotated[float, typer.Option(min=0, max=1, help="Share of real shapes.")] = 0.5,
    stretched: Annotated[
        int, typer.Option(min=0, help="Quick views of shapes in other proportions, besides.")
    ] = 0,
    crossed: Annotated[
        float, typer.Option(min=0, max=1, help="Share of them whose shape is made of two.")
    ] = 0.5,
    code_steps: Annotated[int, typer.Option(min=0, help="Towards codes.")] = 3000,
    shape_steps: Annotated[int, typer.Option(min=0, help="Towards shapes.")] = 1200,
    pixel_steps: Annotated[int, typer.Option(min=0, help="Towards what pixels say.")] = 6000,
    hypotheses: Annotated[int, typer.Option(min=1, help="Guesses for a photo.")] = 3,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    threads: Annotated[int, typer.Option(min=0, help="Of the processor; 0 for all.")] = 0,
    seed: Annotated[int, typer.Option(help="Of weights and views.")] = 0,
) -> None:
    """Train an encoder of photos for a space of shapes; interrupted runs go on."""
    try:
        from occstudio.training.photo_training import PhotoRecipe, train_photo_encoder
        from occstudio.training.pixel_training import PixelRecipe, train_pixels
    except ImportError as error:
        raise MissingExtraError("training", error.name or "lightning", "train") from error
    from dataclasses import replace

    import torch

    from occstudio.datasets.shape_store import ShapeStore
    from occstudio.inference.checkpoint import read_checkpoint, weights_version, write_checkpoint
    from occstudio.inference.device import choose_device
    from occstudio.inference.library import MODEL_FILE, model_path
    from occstudio.inference.photo_model import PhotoModel
    from occstudio.networks.shape_space import ShapeSpace
    from occstudio.training.photo_evaluation import calibration_of
    from occstudio.training.photo_model import photo_card, photo_network
    from occstudio.training.photo_views import book_codes, read_photo_views
    from occstudio.training.stretched_views import joined, stretched_views

    if threads:
        torch.set_num_threads(threads)
    path = model_path(space)
    checkpoint = read_checkpoint(path)
    origin = checkpoint.network()
    if not isinstance(origin, ShapeSpace):
        raise ModelError(f"'{space}' is no space of shapes: train one of the family 'shape_space'")
    console = Console(stderr=True)

    def told(line: str) -> None:
        console.print(line, highlight=False)

    known = book_codes(path.parent, dataset)
    views = read_photo_views(
        renders, dataset, origin, cache=cache, real=real, known=known, told=told
    )
    if stretched:
        told("drawing shapes in other proportions")
        size = views.photos.shape[1]
        more = stretched_views(
            views.shapes, origin, stretched, size, seed, kinds=views.kinds, crossed=crossed
        )
        views = joined([views, more], [0.4, 0.6])
    told(f"{len(views.photos)} views of {len(views.shapes)} shapes")
    torch.manual_seed(seed)
    card = photo_card(
        checkpoint.card, name, title, licence, hypotheses, looks_at_pixels=pixel_steps > 0
    )
    network = photo_network(origin, card).to(choose_device(device))
    recipe = PhotoRecipe(code_steps=code_steps, shape_steps=shape_steps, seed=seed)
    trained = train_photo_encoder(network, views, out, recipe, told=told)
    if pixel_steps:
        told("learning what is behind pixels")
        pixel_recipe = PixelRecipe(steps=pixel_steps, seed=seed)
        trained = train_pixels(trained, views, out, pixel_recipe, told=told).eval()
    card = replace(card, version=weights_version(trained.state_dict()))
    write_checkpoint(trained, card, out / MODEL_FILE, half=True)
    told("finding out how sure it may be")
    model = PhotoModel(read_checkpoint(out / MODEL_FILE), choose_device(device))
    weights = calibration_of(model, ShapeStore.open(dataset), renders)
    write_checkpoint(trained, replace(card, calibration=weights), out / MODEL_FILE, half=True)
    Console().print(f"the model is '{out / MODEL_FILE}'", highlight=False, soft_wrap=True)
