"""``occstudio reconstruct INPUT... -o OUT``: scans, photos, voxels to meshes, one or a folder."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from occstudio.cli.progress import TerminalWatch
from occstudio.errors import ModelError, OccStudioError, UnreadableFileError, UnwritableFileError
from occstudio.shapes.watch import Watch

if TYPE_CHECKING:
    from occstudio.finishing.finishing import Finishing
    from occstudio.inference.photo_reconstruction import PhotoWishes
    from occstudio.shapes.image import Image
    from occstudio.shapes.mesh import Mesh
    from occstudio.shapes.shape_model import Observation, ShapeModel

RESOLUTIONS = (16, 1024)
MOST_SMOOTHING = 200


def reconstruct_command(
    scans: Annotated[list[Path], typer.Argument(help="Scans, meshes, photos, voxels, or folders.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A mesh file, or a folder.")] = Path(
        "out"
    ),
    model: Annotated[
        str,
        typer.Option(help="Name in the library, or a checkpoint; by default one that fits."),
    ] = "",
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
    time: Annotated[float, typer.Option(min=0, max=1, help="Of a shape that moves.")] = 0.0,
    config: Annotated[
        Path | None, typer.Option(help="YAML or JSON that states the hyper-parameters.")
    ] = None,
    smooth: Annotated[
        int, typer.Option(min=0, max=MOST_SMOOTHING, help="Rounds of smoothing; keeps the volume.")
    ] = 0,
    simplify: Annotated[
        int | None, typer.Option(min=4, help="Triangles to simplify to; no limit by default.")
    ] = None,
    keep_largest: Annotated[
        bool, typer.Option("--keep-largest", help="Keep only the largest connected piece.")
    ] = False,
    box: Annotated[
        str, typer.Option(help="Photos: left,top,right,bottom around the object, in pixels.")
    ] = "",
    cut_out: Annotated[
        bool, typer.Option("--cut-out/--no-cut-out", help="Photos: cut the object out first.")
    ] = True,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Photos: colour the mesh by the photo.")
    ] = True,
    fit: Annotated[
        bool, typer.Option("--fit/--no-fit", help="Photos: fit shape and camera to the outline.")
    ] = True,
    rembg: Annotated[
        bool, typer.Option("--rembg", help="Photos: let a network cut the object out.")
    ] = False,
    rembg_network: Annotated[
        Path | None, typer.Option(help="Photos: an ONNX file for it, instead of a download.")
    ] = None,
) -> None:
    """Reconstruct meshes from scans, photos or voxels."""
    from occstudio.cli.photo import photo_wishes
    from occstudio.finishing.finishing import Finishing
    from occstudio.inference.library import load_model
    from occstudio.shapes.field import level_of

    if threshold is not None:
        level_of(threshold)
    shape_model = load_model(model, device, config=config) if model else None
    found = _scans(scans, "points" if shape_model is None else shape_model.card.input_kind)
    targets = _targets(found, out, format_)
    models = _Models(shape_model, device)
    photos = photo_wishes(
        box, cuts=cut_out, colours=colour, fits=fit, learned=rembg, network=rembg_network
    )
    wishes = _Wishes(resolution, threshold, up, time, photos)
    finishing = Finishing(keep_largest, smooth, simplify)
    console, failures = Console(stderr=True), 0
    for scan, target in zip(found, targets, strict=True):
        try:
            line = _reconstruct_one(scan, target, models, wishes, finishing)
        except OccStudioError as error:
            failures += 1
            console.print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
        else:
            console.print(line, highlight=False, soft_wrap=True)
    if failures and len(found) > 1:
        console.print(f"{len(found) - failures} of {len(found)} scans were reconstructed")
    raise typer.Exit(1 if failures else 0)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What is wanted of each mesh."""

    resolution: int
    threshold: float | None
    up: str | None
    time: float
    photos: "PhotoWishes"


def _reconstruct_one(
    scan: Path, target: Path, models: "_Models", wishes: _Wishes, finishing: "Finishing"
) -> str:
    from occstudio.exchange.mesh_writer import write_mesh
    from occstudio.exchange.observation_reader import read_observation
    from occstudio.shapes.image import Image

    began = perf_counter()
    with TerminalWatch(scan.name) as watch:
        watch.report("read", 0.0)
        file = read_observation(scan, up=wishes.up)
        seen = file.observation
        model = models.for_observation(seen)
        if isinstance(seen, Image):
            mesh, notes = _of_photo(seen, model, wishes, finishing, watch)
        else:
            mesh, notes = _of_scan(seen, model, wishes, finishing, watch)
        watch.report("write", 0.0)
        write_mesh(mesh, target, frame=seen.frame)
    said = "".join(f"\n  note: {note}" for note in (*file.notes, *notes))
    return (
        f"{target}: {len(mesh.vertices):,} vertices, {len(mesh.faces):,} triangles from "
        f"{seen.summary} in {perf_counter() - began:.1f} s{said}"
    )


def _of_scan(
    seen: "Observation", model: "ShapeModel", wishes: _Wishes, finishing: "Finishing", watch: Watch
) -> tuple["Mesh", tuple[str, ...]]:
    from occstudio.extraction.surface import extract_surface
    from occstudio.finishing.finishing import finished

    field = model.field(model.encode(seen, watch), wishes.time)
    level = model.card.threshold if wishes.threshold is None else wishes.threshold
    found = extract_surface(field, resolution=wishes.resolution, threshold=level, watch=watch)
    made = finished(found.mesh, finishing, watch)
    return made.mesh, made.notes


def _of_photo(
    photo: "Image", model: "ShapeModel", wishes: _Wishes, finishing: "Finishing", watch: Watch
) -> tuple["Mesh", tuple[str, ...]]:
    from occstudio.cli.photo import said_of
    from occstudio.inference.photo_reconstruction import reconstruct_photo

    made = reconstruct_photo(
        photo,
        model,
        wishes.photos,
        resolution=wishes.resolution,
        threshold=wishes.threshold,
        finishing=finishing,
        watch=watch,
    )
    return made.mesh, said_of(made)


class _Models:
    """The model that a person named, or for each kind of input one of the library that takes it."""

    def __init__(self, named: "ShapeModel | None", device: str) -> None:
        self._named, self._device = named, device
        self._loaded: dict[str, ShapeModel] = {}

    def for_observation(self, seen: "Observation") -> "ShapeModel":
        """The model to reconstruct this with."""
        from occstudio.inference.library import list_models, load_model
        from occstudio.shapes.shape_model import fitting_model

        if self._named is not None:
            return self._named
        card = fitting_model(list_models(), seen, "scan-any")
        if card is None:
            raise ModelError(
                f"no model of the library takes a {seen.summary}: name one with --model, or add "
                "one with 'occstudio models add FILE'"
            )
        if card.name not in self._loaded:
            self._loaded[card.name] = load_model(card.name, self._device)
        return self._loaded[card.name]


def _scans(given: list[Path], input_kind: str) -> list[Path]:
    """All files that were named, and of the folders that were what such a model takes."""
    from occstudio.exchange.formats import kind_of

    wanted = {"image"} if input_kind == "image" else {"points", "mesh", "voxels"}
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if kind_of(p) in wanted)
            if not inside:
                raise UnreadableFileError(path, "no file in this folder can be reconstructed")
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
