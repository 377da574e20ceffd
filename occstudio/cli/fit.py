"""``occstudio fit partial.ply -o out.glb``: whole shapes that agree with a part of one."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from occstudio.cli.progress import TerminalWatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def fit_command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="PARTIAL",
            help="A scan of a part, some strokes of points, or voxels (an array with -1 where "
            "it is unknown whether a cell is full).",
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="A mesh file; others get -2, -3 ...")],
    alternatives: Annotated[int, typer.Option(min=1, max=9, help="At most so many answers.")] = 3,
    place: Annotated[
        bool | None,
        typer.Option(
            "--place/--no-place",
            help="Find the part's place and size in the whole, too; by default of scans.",
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="Name in the library; by default one with codes.")] = (
        ""
    ),
    steps: Annotated[int, typer.Option(min=1, max=5000, help="Of the fit.")] = 60,
    restarts: Annotated[int, typer.Option(min=1, max=64, help="Codes that start.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed gives the same shapes.")] = 0,
    resolution: Annotated[int, typer.Option(min=16, max=512, help="Cells along each side.")] = 128,
    up: Annotated[str | None, typer.Option(help="Axis that is up: +y, +z ...")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda ...")] = "auto",
) -> None:
    """Complete a part of a shape, with alternatives where it leaves the rest open."""
    from occstudio.cli.space import ShellSpace, made_folder, say
    from occstudio.exchange.mesh_writer import mesh_format, write_mesh
    from occstudio.exchange.observation_reader import read_observation
    from occstudio.inference.completion import complete_shape
    from occstudio.latents.code_file import write_code
    from occstudio.latents.completion import CompletionSettings
    from occstudio.shapes.point_cloud import PointCloud

    mesh_format(out)
    seen = read_observation(source, up=up).observation
    space = ShellSpace.open(model, device)
    is_part = isinstance(seen, PointCloud) if place is None else place
    settings = CompletionSettings(
        alternatives, max(restarts, alternatives), steps, is_part=is_part, seed=seed
    )
    began = perf_counter()
    made_folder(out.parent)
    with TerminalWatch(source.name) as watch:
        found = complete_shape(
            seen,
            space.model,
            book=space.book,
            known=_known(source),
            settings=settings,
            watch=watch,
        )
        for number, shape in enumerate(found, start=1):
            target = out if number == 1 else out.with_stem(f"{out.stem}-{number}")
            mesh = space.mesh(shape.latent, resolution, watch)
            write_mesh(mesh, target, frame=shape.frame)
            write_code(shape.latent, target.with_suffix(".safetensors"), space.book.version)
            near = ", ".join(entry.name for entry in space.book.nearest(shape.latent, 2))
            say(f"{target}: misfit {shape.loss:.3f}, nearest in the book: {near}")
    say(f"{len(found)} of {alternatives} alternatives in {perf_counter() - began:.1f} s")


def _known(path: Path) -> "NDArray[np.bool_] | None":
    """Which cells of an array of voxels are known; None if nothing is said of it."""
    if path.suffix.lower() not in (".npy", ".npz"):
        return None
    from occstudio.exchange.numpy_file import read_voxel_array

    array = read_voxel_array(path)
    return None if array is None or array.dtype.kind not in "if" else array >= 0
