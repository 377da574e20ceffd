"""``occstudio interpolate A B [C...] -o OUT``: the shapes between shapes, as meshes or a film."""

from pathlib import Path
from typing import Annotated

import typer

from occstudio.cli.progress import TerminalWatch


def interpolate_command(
    shapes: Annotated[
        list[str],
        typer.Argument(
            metavar="A B [C...]",
            help="Names in the model's book, scans, or files with a code (.safetensors, .npz).",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            help="A folder of meshes; an animated .glb; a film (.gif, .webp, .mp4); or a .png "
            "sheet of all frames.",
        ),
    ] = Path("out"),
    frames: Annotated[int, typer.Option(min=2, max=1000, help="Shapes, ends included.")] = 24,
    path: Annotated[
        str, typer.Option(help="linear, spherical, or data: from neighbour to neighbour.")
    ] = "linear",
    model: Annotated[str, typer.Option(help="Name in the library; by default one with codes.")] = (
        ""
    ),
    resolution: Annotated[int, typer.Option(min=16, max=512, help="Cells along each side.")] = 96,
    rate: Annotated[int, typer.Option(min=1, max=60, help="Frames a second.")] = 12,
    back: Annotated[bool, typer.Option("--back", help="There and back, for a loop.")] = False,
    side: Annotated[int, typer.Option(min=64, max=1080, help="Pixels of a film's side.")] = 480,
    format_: Annotated[str, typer.Option("--format", help="Of a folder's meshes.")] = "ply",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda ...")] = "auto",
) -> None:
    """Write the shapes between two or more shapes."""
    import numpy as np

    from occstudio.cli.space import ShellSpace, made_folder, mesh_suffix, say
    from occstudio.exchange.film import write_picture
    from occstudio.gui.view.portrait import portrait, sheet
    from occstudio.latents.paths import path_between
    from occstudio.studio.way_export import WAY_SUFFIXES, write_way

    suffix, format_ = out.suffix.lower(), mesh_suffix(format_).lstrip(".")
    space = ShellSpace.open(model, device)
    with TerminalWatch("interpolating") as watch:
        keys = [space.key(text, watch) for text in shapes]
        way = path_between(keys, path, space.book)
        latents = [way.at(fraction) for fraction in np.linspace(0, 1, frames)]
        if back:
            latents += latents[-2:0:-1]
        if suffix == ".png":
            made_folder(out.parent)
            coming = space.meshes(latents, resolution, watch)
            write_picture(out, sheet([portrait(mesh, 200) for _, mesh in coming]))
        else:
            target = out if suffix in WAY_SUFFIXES else out.with_name(f"{out.name}.{format_}")
            made_folder(target.parent)
            out = write_way(
                latents,
                space.model,
                target,
                draw=lambda mesh: portrait(mesh, side),
                watch=watch,
                resolution=resolution,
                frames_per_second=rate,
            )
    say(f"{out}: {len(latents)} shapes on the {path} path through {', '.join(shapes)}")
