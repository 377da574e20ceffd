"""The shapes along a way as files: meshes in a folder, steps of an animation, or a film."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import NoSurfaceError, UnwritableFileError
from occstudio.shapes.latent import Latent
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.shape_model import ShapeModel
from occstudio.shapes.watch import Watch

Draw = Callable[[Mesh | None], NDArray[np.uint8]]
"""A picture (h, w, 3 or 4) of a mesh in the model's cube, or of none; on a worker."""

WAY_SUFFIXES = (".glb", ".gif", ".webp", ".mp4", ".png", ".ply", ".obj", ".stl", ".off")
"""An animated GLB; films, of which ``.png`` is a folder of pictures; folders of meshes."""


def write_way(
    latents: Sequence[Latent],
    model: ShapeModel,
    path: Path,
    *,
    draw: Draw,
    watch: Watch,
    resolution: int = 96,
    frames_per_second: int = 12,
) -> Path:
    """Write the shapes of latents, in their order.

    Parameters
    ----------
    latents : sequence of Latent
        Of the model.
    model : ShapeModel
    path : Path
        Its suffix, one of `WAY_SUFFIXES`, says what is written; several files are written into a
        folder of its name without the suffix.
    draw : callable
        Draws the frames of films.
    watch : Watch
        Asked for each shape, told how many are done.
    resolution : int
        Cells along an axis.
    frames_per_second : int
        Of films and animations.

    Returns
    -------
    Path
        The file or the folder.

    Raises
    ------
    UnknownNameError, UnwritableFileError, EmptyShapeError
        If it can't be written; a film or an animation is there whole or not at all.
    Cancelled
        If the watch says so.
    """
    from occstudio.exchange.film import FORMATS, write_film
    from occstudio.exchange.gltf_animation import write_steps
    from occstudio.exchange.mesh_writer import mesh_format

    coming = _surfaces(latents, model, resolution, watch)
    suffix = path.suffix.lower()
    if suffix == ".glb":
        nothing = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
        write_steps([mesh or nothing for mesh in coming], path, steps_per_second=frames_per_second)
        return path
    if suffix in FORMATS:
        write_film(path, (draw(mesh) for mesh in coming), frames_per_second)
        return path.with_suffix("") if suffix == ".png" else path
    folder = path.with_suffix("")
    _write_meshes(coming, folder, mesh_format(path).suffix)
    return folder


def _surfaces(
    latents: Sequence[Latent], model: ShapeModel, resolution: int, watch: Watch
) -> Iterator[Mesh | None]:
    """The surface of each, None where there is none."""
    from occstudio.extraction.wholeness import extract_imagined

    for done, latent in enumerate(latents):
        watch.check()
        watch.report(f"shape {done + 1} of {len(latents)}", done / len(latents))
        try:
            found, _ = extract_imagined(model, latent, resolution=resolution, watch=_Untold(watch))
            yield found.mesh
        except NoSurfaceError:
            yield None


def _write_meshes(coming: Iterator[Mesh | None], folder: Path, suffix: str) -> None:
    from occstudio.exchange.mesh_writer import write_mesh

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(folder, error.strerror or str(error)) from error
    for number, mesh in enumerate(coming, start=1):
        if mesh is not None:
            write_mesh(mesh, folder / f"{folder.name}-{number:04d}{suffix}")


class _Untold:
    """A watch whose stages are not told: shapes are counted."""

    def __init__(self, inner: Watch) -> None:
        self._inner = inner

    def check(self) -> None:
        """As the inner one."""
        self._inner.check()

    def report(self, stage: str, fraction: float) -> None:
        """Say nothing."""
