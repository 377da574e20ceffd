"""``occstudio field MODEL INPUT --points q.npy -o logits.npy``: the field itself, for scripts."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import UnwritableFileError


def field_command(
    model: Annotated[str, typer.Argument(help="Name in the library, or a checkpoint.")],
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="A scan, mesh, photo or voxels; or an .npz with 'inputs' (handed to the encoder "
            "as it is) or a code ('c', 'z', or feature maps under their names).",
        ),
    ],
    points: Annotated[
        Path, typer.Option("--points", help="An .npy of (n, 3) points in model space.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the .npy of logits goes.")],
    config: Annotated[
        Path | None, typer.Option(help="YAML or JSON that states the hyper-parameters.")
    ] = None,
    time: Annotated[float | None, typer.Option(min=0, max=1, help="Of a shape that moves.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda ...")] = "auto",
) -> None:
    """Write a network's logits (float32, positive inside; -sdf of distance networks) at points."""
    import numpy as np

    from occstudio.inference.library import load_model
    from occstudio.inference.raw_field import raw_logits, read_query

    query = read_query(points)
    with TerminalWatch(source.name) as watch:
        shape_model = load_model(model, device, config=config)
        logits = raw_logits(shape_model, source, query, time=time, watch=watch)
    fresh = out.with_name(out.name + ".new")
    try:
        with fresh.open("wb") as file:
            np.save(file, logits, allow_pickle=False)
        fresh.replace(out)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UnwritableFileError(out, error.strerror or str(error)) from error
    span = f", from {logits.min():.4g} to {logits.max():.4g}" if logits.size else ""
    Console(stderr=True).print(
        f"{out}: {logits.size:,} logits{span}", highlight=False, soft_wrap=True
    )
