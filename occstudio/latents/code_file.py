"""One code in a file: what was drawn, blended or fitted once can be taken up again.

A safetensors file with the code and, in its metadata, whose it is; or an NPZ with the code alone,
as scripts write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from occstudio.errors import ModelError, UnreadableFileError, UnwritableFileError
from occstudio.latents.code_book import CODE, CodeBook
from occstudio.shapes.latent import Latent

SUFFIXES: Final = (".safetensors", ".npz")
"""Of files that hold a code."""

_MODEL, _VERSION = "occstudio.model", "occstudio.version"


def read_code(path: Path, book: CodeBook) -> Latent:
    """The code in a file, for the model of a book.

    Raises
    ------
    UnreadableFileError
        If it is damaged or holds no code.
    ModelError
        If the code is of another model, of other weights of it, or not finite.
    """
    told, code = _content(path)
    model, version = told.get(_MODEL, book.model), told.get(_VERSION, "")
    if model == book.model and version and book.version and version != book.version:
        raise ModelError(
            f"the code in '{path}' belongs to other weights of '{model}' ({version}, not "
            f"{book.version}): fit the shape again"
        )
    latent = Latent({CODE: code}, model)
    book.code_of(latent)
    return latent


def write_code(latent: Latent, path: Path, version: str = "") -> None:
    """Write a latent of one code, with the weights' version if it is known.

    Raises
    ------
    UnwritableFileError
        If it could not be written; nothing half-written is left.
    """
    told = {_MODEL: latent.model, _VERSION: version}
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(save({CODE: np.array(latent.arrays[CODE])}, metadata=told))
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UnwritableFileError(path, error.strerror or str(error)) from error


def _content(path: Path) -> tuple[Mapping[str, str], NDArray[np.float32]]:
    told: Mapping[str, str] = {}
    try:
        if path.suffix.lower() == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
        else:
            with safe_open(path, "numpy") as file:  # pyright: ignore[reportUnknownVariableType]
                told = cast("Mapping[str, str] | None", file.metadata()) or {}
                found = {name: np.asarray(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
        if CODE not in found:
            held = ", ".join(sorted(found)) or "nothing"
            raise UnreadableFileError(path, f"it has no array '{CODE}' (but {held}); give a code")
        return told, np.asarray(found[CODE], np.float32).reshape(-1)
    except (OSError, SafetensorError, ValueError, BadZipFile, EOFError) as error:
        raise UnreadableFileError(path, f"no code, or damaged ({error})") from error
