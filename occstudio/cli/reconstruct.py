"""``occstudio reconstruct SCAN... -o OUT``: scans to meshes, one or a whole folder."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import OccStudioError, UnreadableFileError, UnwritableFileError

if TYPE_CHECKING:
    from occstudio.finishing.finishing import Finishing
    from occstudio.shapes.shape_model import ShapeModel

RESOLUTIONS = (16, 1024)
MOST_SMOOTHING = 200


def reconstruct_command(
    scans: Annotated[list[Path], typer.Argument(help="Point clouds, or folders of them.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A mesh file, or a folder.")] = Path(
        "out"
    ),
    model: Annotated[str, typer.Option(help="Name in the library, or a checkpoint.")] = "scan-any",
    resolution: Annotated[
        int, typer.Option(min=RESOLUTIONS[0], max=RESOLUTIONS[1], help="Cells along each side.")
    ] = 128,
    threshold: Annotated[
        float | None, typer.Option(help="Probability of the surface, in (0, 1).")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda ...")] = "auto",
    format_: Annotated[
        str | None, typer.Option("--format", help="obj, ply, stl, glb or off.")
    ] = None,
    up: Annotated[str | None, typer.Option(help="Axis that is up: +y, +z ...")] = None,
    smooth: Annotated[
        int, typer.Option(min=0, max=MOST_SMOOTHING, help="Rounds of smoothing; keeps the volume.")
    ] = 0,
    simplify: Annotated[
        int | None, typer.Option(min=4, help="Triangles to simplify to; no limit by default.")
    ] = None,
    keep_largest: Annotated[
        bool, typer.Option("--keep-largest", help="Keep only the largest connected piece.")
    ] = False,
) -> None:
    """Reconstruct meshes from point clouds."""
    from occstudio.finishing.finishing import Finishing
    from occstudio.inference.library import load_model
    from occstudio.shapes.field import level_of

    if threshold is not None:
        level_of(threshold)
    found = _scans(scans)
    targets = _targets(found, out, format_)
    shape_model = load_model(model, device)
    finishing = Finishing(keep_largest, smooth, simplify)
    console, failures = Console(stderr=True), 0
    for scan, target in zip(found, targets, strict=True):
        try:
            line = _reconstruct_one(scan, target, shape_model, resolution, threshold, up, finishing)
        except OccStudioError as error:
            failures += 1
            console.print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
        else:
            console.print(line, highlight=False, soft_wrap=True)
    if failures and len(found) > 1:
        console.print(f"{len(found) - failures} of {len(found)} scans were reconstructed")
    raise typer.Exit(1 if failures else 0)


def _reconstruct_one(
    scan: Path,
    target: Path,
    model: "ShapeModel",
    resolution: int,
    threshold: float | None,
    up: str | None,
    finishing: "Finishing",
) -> str:
    from occstudio.exchange.mesh_writer import write_mesh
    from occstudio.exchange.point_cloud_reader import read_point_cloud_with_notes
    from occstudio.extraction.surface import extract_surface
    from occstudio.finishing.finishing import finished

    began = time.perf_counter()
    with TerminalWatch(scan.name) as watch:
        watch.report("read", 0.0)
        file = read_point_cloud_with_notes(scan, up=up)
        field = model.field(model.encode(file.cloud, watch))
        level = model.card.threshold if threshold is None else threshold
        result = extract_surface(field, resolution=resolution, threshold=level, watch=watch)
        made = finished(result.mesh, finishing, watch)
        mesh = made.mesh
        watch.report("write", 0.0)
        write_mesh(mesh, target, frame=file.cloud.frame)
    notes = "".join(f"\n  note: {note}" for note in (*file.notes, *made.notes))
    return (
        f"{target}: {len(mesh.vertices):,} vertices, {len(mesh.faces):,} triangles from "
        f"{len(file.cloud):,} points in {time.perf_counter() - began:.1f} s{notes}"
    )


def _scans(given: list[Path]) -> list[Path]:
    """All files that were named, and what is readable in the folders that were."""
    from occstudio.exchange.formats import kind_of

    found: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if kind_of(p) in {"points", "mesh"})
            if not inside:
                raise UnreadableFileError(path, "no file in this folder is a point cloud")
            found += inside
        else:
            found.append(path)
    return found


def _targets(scans: list[Path], out: Path, format_: str | None) -> list[Path]:
    """Where each mesh goes: one file, or a folder with the scans' names."""
    from occstudio.exchange.mesh_encoders import MESH_FORMATS

    suffixes = set(MESH_FORMATS)
    suffix = f".{format_.lstrip('.').lower()}" if format_ else None
    if suffix is not None and suffix not in suffixes:
        raise UnwritableFileError(
            out, f"'{format_}' is no mesh format; use one of {', '.join(sorted(suffixes))}"
        )
    if len(scans) == 1 and out.suffix.lower() in suffixes and not out.is_dir():
        if suffix is not None and suffix != out.suffix.lower():
            raise UnwritableFileError(out, f"its suffix and --format {format_} disagree")
        folder, targets = out.parent, [out]
    else:
        if out.suffix and not out.is_dir():
            reason = "several scans need a folder" if len(scans) > 1 else "not a mesh suffix"
            raise UnwritableFileError(out, f"{reason}; give a folder with -o")
        folder, targets = out, _unique([out / (s.stem + (suffix or ".ply")) for s in scans])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(folder, error.strerror or str(error)) from error
    return targets


def _unique(targets: list[Path]) -> list[Path]:
    """Scans of one name in several folders get numbers."""
    seen: dict[Path, int] = {}
    result: list[Path] = []
    for target in targets:
        count = seen.get(target, 0)
        seen[target] = count + 1
        result.append(target.with_stem(f"{target.stem}-{count + 1}") if count else target)
    return result
