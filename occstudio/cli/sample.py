"""``occstudio sample --seed 7 --count 16 --sheet sheet.png``: shapes that nobody has made yet."""

from pathlib import Path
from typing import Annotated

import typer

from occstudio.cli.progress import TerminalWatch


def sample_command(
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 16,
    seed: Annotated[int, typer.Option(help="The same seed gives the same shapes.")] = 0,
    kind: Annotated[str, typer.Option(help="Class of the model's book, e.g. chair.")] = "",
    temperature: Annotated[
        float, typer.Option(min=0, max=3, help="0 is the mean, 1 as varied as the book.")
    ] = 0.8,
    around: Annotated[
        str, typer.Option(help="More like this: a name in the book, a scan, or a code.")
    ] = "",
    spread: Annotated[float, typer.Option(min=0, max=1, help="How far around it.")] = 0.5,
    sheet_: Annotated[
        Path | None, typer.Option("--sheet", help="A PNG, JPEG or WebP of all of them.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A folder of meshes and codes.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name in the library; by default one with codes.")] = (
        ""
    ),
    resolution: Annotated[int, typer.Option(min=16, max=512, help="Cells along each side.")] = 96,
    format_: Annotated[str, typer.Option("--format", help="Of the meshes.")] = "glb",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda ...")] = "auto",
) -> None:
    """Draw new shapes from a model's space."""
    from occstudio.cli.space import ShellSpace, made_folder, mesh_suffix, say, write_meshes
    from occstudio.exchange.film import write_picture
    from occstudio.gui.view.portrait import portrait, sheet
    from occstudio.latents.code_file import write_code
    from occstudio.latents.prior import Prior

    suffix = mesh_suffix(format_)
    space = ShellSpace.open(model, device)
    folder = out if out is not None or sheet_ is not None else Path("out")
    with TerminalWatch("sampling") as watch:
        prior = Prior.of(space.book, kind)
        if around:
            latents = prior.around(space.key(around, watch), count, seed, spread)
        else:
            latents = prior.sample(count, seed, temperature)
        coming = space.meshes(latents, resolution, watch)
        if folder is not None:
            coming = write_meshes(coming, folder, "sample", suffix)
        pictures = {}
        for number, mesh in coming:
            if folder is not None:
                path = folder / f"sample-{number + 1:04d}.safetensors"
                write_code(latents[number], path, space.book.version)
            if sheet_ is not None:
                pictures[number] = portrait(mesh, 200)
        if sheet_ is not None:
            made_folder(sheet_.parent)
            pages = [pictures.get(number, portrait(None, 200)) for number in range(count)]
            titles = [f"{number + 1}" for number in range(count)]
            write_picture(sheet_, sheet(pages, titles))
    where = " and ".join(str(path) for path in (folder, sheet_) if path is not None)
    say(f"{where}: {count} shapes of '{space.book.model}', seed {seed}")
