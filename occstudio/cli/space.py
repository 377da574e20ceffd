"""A model's space of shapes in the shell: which model, which shapes, and meshes of codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from occstudio.errors import ModelError, NoSurfaceError, UnknownNameError, UnwritableFileError

if TYPE_CHECKING:
    from occstudio.inference.predictor import NeuralModel
    from occstudio.latents.code_book import CodeBook
    from occstudio.shapes.latent import Latent
    from occstudio.shapes.mesh import Mesh
    from occstudio.shapes.watch import Watch


@dataclass(frozen=True, slots=True)
class ShellSpace:
    """A model with its book of codes, as a command uses them.

    Parameters
    ----------
    model : NeuralModel
    book : CodeBook
    """

    model: NeuralModel
    book: CodeBook

    @classmethod
    def open(cls, name: str, device: str) -> ShellSpace:
        """The space of a model; of the first in the library that has one if no name is given.

        Raises
        ------
        ModelError
            If it has none.
        """
        from occstudio.inference.library import code_book, list_models, load_model

        names = [name] if name else [card.name for card in list_models()]
        for candidate in names:
            book = code_book(candidate)
            if book is not None:
                return cls(load_model(candidate, device), book)
        who = f"'{name}' has" if name else "no model of the library has"
        raise ModelError(f"{who} no codes beside it (codes.safetensors): name one that has")

    def key(self, text: str, watch: Watch) -> Latent:
        """A shape by its name in the book, a file with a code, or a file to be encoded.

        Raises
        ------
        UnknownNameError
            If it is neither; the nearest names are offered.
        """
        from occstudio.exchange.observation_reader import read_observation
        from occstudio.latents.code_file import SUFFIXES, read_code

        path = Path(text)
        if text in self.book.names:
            return self.book.find(text)
        if not path.is_file():
            titles = {entry.title: entry.name for entry in self.book.entries}
            if text in titles:
                return self.book.find(titles[text])
            raise UnknownNameError("shape or file", text, self.book.names)
        if path.suffix.lower() in SUFFIXES and not _is_voxels(path):
            return read_code(path, self.book)
        return self.model.encode(read_observation(path).observation, watch)

    def mesh(self, latent: Latent, resolution: int, watch: Watch) -> Mesh:
        """The surface of a latent, in one piece if that can be."""
        from occstudio.extraction.wholeness import extract_imagined

        found, _ = extract_imagined(self.model, latent, resolution=resolution, watch=watch)
        return found.mesh

    def meshes(
        self, latents: Sequence[Latent], resolution: int, watch: Watch
    ) -> Iterator[tuple[int, Mesh]]:
        """The number and the surface of each latent; one that has none is told of and left out."""
        for number, latent in enumerate(latents):
            watch.report(f"shape {number + 1} of {len(latents)}", number / len(latents))
            try:
                mesh = self.mesh(latent, resolution, _Quiet(watch))
            except NoSurfaceError as error:
                say(f"shape {number + 1}: {error}")
                continue
            yield number, mesh


def say(text: str) -> None:
    """A line on the terminal, beside whatever a script reads."""
    Console(stderr=True).print(text, highlight=False, soft_wrap=True)


def made_folder(path: Path) -> Path:
    """The folder, made if it is not there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(path, error.strerror or str(error)) from error
    return path


def mesh_suffix(format_: str) -> str:
    """The suffix of a mesh format by its name; UnknownNameError offers those that there are."""
    from occstudio.exchange.mesh_writer import mesh_format

    return mesh_format("mesh", format_).suffix


def write_meshes(
    found: Iterable[tuple[int, Mesh]], folder: Path, stem: str, suffix: str
) -> Iterator[tuple[int, Mesh]]:
    """Write each mesh as it comes, and pass it on."""
    from occstudio.exchange.mesh_writer import write_mesh

    made_folder(folder)
    for number, mesh in found:
        write_mesh(mesh, folder / f"{stem}-{number + 1:04d}{suffix}")
        yield number, mesh


class _Quiet:
    """A watch whose stages are not told: the bar counts shapes."""

    def __init__(self, inner: Watch) -> None:
        self._inner = inner

    def check(self) -> None:
        """As the inner one."""
        self._inner.check()

    def report(self, stage: str, fraction: float) -> None:
        """Say nothing."""


def _is_voxels(path: Path) -> bool:
    import numpy as np

    if path.suffix.lower() != ".npz":
        return False
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return "z" not in arrays.files
    except (OSError, ValueError):
        return False
