"""``occstudio dataset``: folders of meshes become training sets, with views for photos."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from occstudio.cli.progress import TerminalWatch

app = typer.Typer(help="Training sets from folders of meshes.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Training sets from folders of meshes."""


@app.command("build")
def build_command(
    source: Annotated[Path, typer.Argument(help="Folder, zip or .sh3f library of meshes.")],
    out: Annotated[Path, typer.Argument(help="Folder of the data set; a build goes on there.")],
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per core.")] = 0,
    surface_points: Annotated[int, typer.Option(min=1000, help="Kept per shape.")] = 10_000,
) -> None:
    """Label the inside of every mesh, however broken, and store it compactly."""
    from occstudio.datasets.build import available_workers, build_dataset

    with TerminalWatch("labelling") as watch:
        report = build_dataset(
            source,
            out,
            workers=workers or available_workers(),
            surface_points=surface_points,
            watch=watch,
        )
    console = Console()
    table = Table("class", "train", "validation", "test", box=None)
    for name in sorted({shape_class for shape_class, _ in report.counts}):
        counts = (report.counts.get((name, part), 0) for part in ("train", "validation", "test"))
        table.add_row(name, *map(str, counts))
    console.print(table)
    for model_id, reason in report.skipped:
        console.print(f"left out: {model_id}: {reason}", highlight=False, soft_wrap=True)
    total = sum(report.counts.values())
    console.print(
        f"{total} shapes in '{report.path}', {report.size_mb:.1f} MB "
        f"({report.labelled} labelled now, {len(report.groups)} groups of near-twins)",
        highlight=False,
        soft_wrap=True,
    )


@app.command("procedural")
def procedural_command(
    out: Annotated[Path, typer.Argument(help="File to write.")],
    count: Annotated[int, typer.Option(min=1, help="How many solids.")] = 4000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same solids.")] = 0,
) -> None:
    """Draw procedural furniture once, so that training need not."""
    from occstudio.datasets.build import available_workers
    from occstudio.datasets.procedural import write_cache

    write_cache(out, count, seed, workers=available_workers())
    Console().print(f"{count} solids in '{out}'", highlight=False, soft_wrap=True)


@app.command("scan")
def scan_command(
    dataset: Annotated[Path, typer.Argument(help="Made by 'dataset build'.")],
    shape: Annotated[str, typer.Argument(help="Id of a shape in it.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A .ply file.")] = Path("scan.ply"),
    points: Annotated[int, typer.Option(min=50, help="How many.")] = 3000,
    noise: Annotated[float, typer.Option(min=0, help="Deviation, longest side 1.")] = 0.005,
    seed: Annotated[int, typer.Option(help="The same seed gives the same scan.")] = 0,
    picture: Annotated[bool, typer.Option("--picture", help="A small PNG beside it.")] = False,
) -> None:
    """Scan a shape of the data set: noisy surface points in metres, +Y up."""
    import numpy as np

    from occstudio.datasets.shape_store import ShapeStore
    from occstudio.exchange.point_cloud_writer import write_point_cloud
    from occstudio.shapes.point_cloud import PointCloud

    store = ShapeStore.open(dataset)
    stored = store[store.index_of(shape)]
    rng = np.random.default_rng(seed)
    chosen = stored.points[rng.integers(len(stored.points), size=points)]
    noisy = chosen + rng.normal(0, noise, chosen.shape)
    metres = max(stored.record.size_cm) / 100
    write_point_cloud(PointCloud.of(noisy * metres, unit="m"), out)
    if picture:
        from occstudio.cli.picture import thumbnail

        thumbnail(noisy * metres, out.with_suffix(".png"))
    Console().print(f"{points} points in '{out}'", highlight=False, soft_wrap=True)


@app.command("render")
def render_command(
    source: Annotated[Path, typer.Argument(help="Folder, zip or .sh3f library of meshes.")],
    dataset: Annotated[Path, typer.Argument(help="Built from it; tells training from test.")],
    out: Annotated[Path, typer.Argument(help="Folder of the views; a run goes on there.")],
    views: Annotated[int, typer.Option(min=1, help="Of each model.")] = 24,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Pixels, both ways.")] = 224,
    classes: Annotated[str, typer.Option(help="Such as chair,table; 'furniture'.")] = "",
    cache: Annotated[
        Path | None, typer.Option("--procedural", help="Made by 'dataset procedural'.")
    ] = None,
    solid_views: Annotated[int, typer.Option("--procedural-views", min=1)] = 4,
    kinds: Annotated[str, typer.Option(help="Of procedural shapes; all if empty.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same views.")] = 0,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per core.")] = 0,
) -> None:
    """Render training views: colours, opacity, depth and camera of each."""
    from occstudio.datasets.build import available_workers
    from occstudio.datasets.furniture_catalogue import FURNITURE_CLASSES
    from occstudio.datasets.mesh_source import MeshSource
    from occstudio.datasets.render import RenderRecipe, render_dataset
    from occstudio.datasets.shape_store import ShapeStore

    recipe = RenderRecipe(size, views, solid_views, seed)
    chosen = FURNITURE_CLASSES if classes == "furniture" else _words(classes)
    with TerminalWatch("rendering") as watch:
        report = render_dataset(
            MeshSource(source),
            ShapeStore.open(dataset),
            out,
            recipe,
            classes=chosen,
            cache=cache,
            kinds=_words(kinds),
            workers=workers or available_workers(),
            watch=watch,
        )
    console = Console()
    for shape_id, reason in report.failures:
        console.print(f"left out: {shape_id}: {reason}", highlight=False, soft_wrap=True)
    counts = ", ".join(f"{n} {part}" for part, n in report.counts.items())
    console.print(
        f"{counts} shapes in '{out}' ({report.rendered} rendered now)",
        highlight=False,
        soft_wrap=True,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
