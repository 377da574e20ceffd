"""``occstudio demo``: what the window does, without a window.

Every bundled scan becomes a mesh and a picture of scan and mesh side by side.
"""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from occstudio import paths
from occstudio.cli.progress import TerminalWatch
from occstudio.errors import UnreadableFileError, UnwritableFileError


def demo_command(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of meshes and pictures.")] = Path(
        "out"
    ),
    resolution: Annotated[int, typer.Option(min=16, max=1024)] = 128,
    model: Annotated[str, typer.Option(help="Name in the library.")] = "scan-any",
) -> None:
    """Reconstruct the bundled scans; write meshes and pictures."""
    from occstudio.cli.picture import side_by_side
    from occstudio.exchange.mesh_writer import write_mesh
    from occstudio.exchange.point_cloud_reader import read_point_cloud
    from occstudio.inference.library import load_model
    from occstudio.inference.reconstruction import reconstruct

    scans = sorted(paths.samples().glob("*.ply"))
    if not scans:
        raise UnreadableFileError(paths.samples(), "no bundled scans; reinstall occstudio")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(out, error.strerror or str(error)) from error
    console = Console()
    shape_model = load_model(model)
    for scan in scans:
        began = time.perf_counter()
        with TerminalWatch(scan.name) as watch:
            cloud = read_point_cloud(scan)
            mesh = reconstruct(cloud, shape_model, resolution=resolution, watch=watch)
            target = out / f"{scan.stem}.glb"
            write_mesh(mesh, target)
        seconds = time.perf_counter() - began
        side_by_side(cloud.points, mesh, out / f"{scan.stem}.png")
        console.print(
            f"{target}: {len(mesh.faces):,} triangles from {len(cloud):,} points "
            f"in {seconds:.1f} s, picture beside it",
            highlight=False,
            soft_wrap=True,
        )
