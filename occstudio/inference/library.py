"""The models a person has: those that ship, and their own.

A model is a folder with ``model.safetensors``, whose metadata holds its card. A checkpoint of a
paper is brought into that form once, after it was tried; then it lists, loads and shows like all
others.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import save_file

from occstudio import paths
from occstudio.errors import (
    ModelError,
    OccStudioError,
    UnknownNameError,
    UnwritableFileError,
)
from occstudio.inference.checkpoint import (
    Checkpoint,
    read_card,
    read_checkpoint,
    write_weights,
)
from occstudio.inference.deep_sdf_folder import is_deep_sdf_folder
from occstudio.inference.device import choose_device
from occstudio.inference.photo_model import PhotoModel
from occstudio.inference.predictor import NeuralModel
from occstudio.inference.smoke_test import check_decodes
from occstudio.latents.code_book import CodeBook
from occstudio.networks.occupancy_network import OccupancyNetwork
from occstudio.shapes.latent import Array, Latent
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.watch import UNWATCHED, Watch

MODEL_FILE = "model.safetensors"
CODES_FILE = "codes.safetensors"


def list_models() -> list[ModelCard]:
    """Cards of all models in the library, the person's own after those that ship.

    Spaces of shapes come last, since what comes first is offered first; damaged files are left out.
    """
    cards: list[ModelCard] = []
    for name, path in _folders().items():
        try:
            cards.append(replace(read_card(path / MODEL_FILE), name=name))
        except OccStudioError:
            continue
    return sorted(cards, key=lambda card: bool(card.version))


def model_path(name: str) -> Path:
    """The file of a model in the library, or of a checkpoint given by its path.

    Raises
    ------
    UnknownNameError
        If there is neither; the nearest names are offered.
    """
    folders = _folders()
    if name in folders:
        return folders[name] / MODEL_FILE
    given = Path(name)
    if (given / MODEL_FILE).is_file():
        return given / MODEL_FILE
    # what looks like a path is one, so that reading says what is wrong with it
    if given.exists() or is_deep_sdf_folder(given) or "/" in name or given.suffix:
        return given
    raise UnknownNameError("model", name, list(folders))


def load_model(
    name: str = "scan-any", device: str = "auto", *, config: Path | None = None
) -> NeuralModel:
    """A model of the library, or a checkpoint file, ready to use.

    Parameters
    ----------
    name : str
        Name in the library or path of a checkpoint.
    device : str
        ``auto``, ``cpu``, ``cuda`` ...
    config : Path, optional
        YAML or JSON that states the hyper-parameters of a checkpoint.

    Raises
    ------
    UnknownNameError, UnreadableFileError, ModelError
        If there is none, or it can't be used.
    """
    path = model_path(name)
    checkpoint = read_checkpoint(path, config=config)
    if name in _folders():
        checkpoint = replace(
            checkpoint, card=replace(checkpoint.card, name=name), codes=_codes_beside(path)
        )
    kind = PhotoModel if checkpoint.card.input_spec.has_opacity else NeuralModel
    return kind(checkpoint, choose_device(device))


def add_model(
    path: Path,
    *,
    name: str = "",
    config: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    watch: Watch = UNWATCHED,
) -> ModelCard:
    """Bring a checkpoint into the library, after it was tried.

    Parameters
    ----------
    path : Path
        As for `read_checkpoint`.
    name : str
        In the library; by default that of the file, with a number if it is taken.
    config : Path, optional
        YAML or JSON that states the hyper-parameters.
    settings : mapping, optional
        Hyper-parameters by dotted name that overrule all others.
    watch : Watch
        Told of the stages ``read``, ``check`` and ``write``.

    Returns
    -------
    ModelCard
        Its `assumed` names what could not be known; see `change_hyperparameters`.

    Raises
    ------
    OccStudioError
        If it can't be read or run, or the name is taken; then nothing is added.
    """
    watch.report("read", 0.0)
    checkpoint = read_checkpoint(path, config=config, settings=settings)
    wanted = name or _default_name(path, checkpoint.card)
    if name and (name in _folders() or name != _safe(name)):
        raise ModelError(
            f"'{name}' can't be the name of a new model: choose one that is not taken, of letters, "
            "digits, '-', '_' and '.'"
        )
    card = replace(checkpoint.card, name=name or free_name(wanted))
    checkpoint = replace(checkpoint, card=card)
    watch.check()
    watch.report("check", 0.4)
    _try_out(checkpoint)
    watch.check()
    watch.report("write", 0.8)
    _place(checkpoint)
    watch.report("write", 1.0)
    return card


def remove_model(name: str) -> None:
    """Remove one of the person's own models.

    Raises
    ------
    UnknownNameError, ModelError, UnwritableFileError
        If there is none, it ships with OccStudio, or its folder can't be removed.
    """
    folder = _own_folder(name, "removed")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise UnwritableFileError(folder, error.strerror or str(error)) from error


def change_hyperparameters(name: str, settings: Mapping[str, Any]) -> ModelCard:
    """Correct what was assumed of one of the person's own models.

    Parameters
    ----------
    name : str
        In the library.
    settings : mapping of str to value
        By dotted name, e.g. ``{"encoder_kwargs.plane_resolution": 128}``; those are assumed no
        longer.

    Raises
    ------
    ModelError
        If the weights do not fit them; then everything stays as it was.
    """
    path = _own_folder(name, "changed") / MODEL_FILE
    checkpoint = read_checkpoint(path, settings=settings)
    checkpoint = replace(checkpoint, card=replace(checkpoint.card, name=name))
    _try_out(checkpoint)
    write_weights(checkpoint.weights, checkpoint.card, path)
    return checkpoint.card


def codes_of(name: str) -> dict[str, Latent]:
    """Latents by name that came with a model: the training shapes of an auto-decoder.

    Raises
    ------
    UnknownNameError, UnreadableFileError
        If there is no such model, or its codes are damaged.
    """
    path = model_path(name)
    if path.name == MODEL_FILE:
        return {code: Latent({"z": z}, name) for code, z in _codes_beside(path).items()}
    checkpoint = read_checkpoint(path)
    return {code: Latent({"z": z}, checkpoint.card.name) for code, z in checkpoint.codes.items()}


def code_book(name: str) -> CodeBook | None:
    """The named codes that lie beside a model of the library; None where there are none.

    Raises
    ------
    UnknownNameError, UnreadableFileError, ModelError
        If there is no such model, or its codes are damaged or belong to other weights.
    """
    path = model_path(name)
    codes = path.with_name(CODES_FILE)
    if path.name != MODEL_FILE or not codes.is_file():
        return None
    book = replace(CodeBook.read(codes), model=path.parent.name)
    book.check_version(read_card(path).version)
    return book


def _codes_beside(path: Path) -> dict[str, Array]:
    codes = path.with_name(CODES_FILE)
    if path.name != MODEL_FILE or not codes.is_file():
        return {}
    book = CodeBook.read(codes)
    return dict(zip(book.names, book.codes, strict=True))


def _try_out(checkpoint: Checkpoint) -> None:
    network = checkpoint.network()
    if not isinstance(network, OccupancyNetwork):
        raise ModelError(f"networks of the family '{checkpoint.card.family}' can't be run here")
    check_decodes(network, checkpoint.card.input_spec, checkpoint.card.name)


def _place(checkpoint: Checkpoint) -> None:
    """Write the folder of a model, whole or not at all."""
    home = paths.user_models()
    try:
        home.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".adding-", dir=home))
    except OSError as error:
        raise UnwritableFileError(home, error.strerror or str(error)) from error
    try:
        write_weights(checkpoint.weights, checkpoint.card, fresh / MODEL_FILE)
        if checkpoint.codes:
            save_file(dict(checkpoint.codes), fresh / CODES_FILE)
        fresh.chmod(0o755)
        os.replace(fresh, home / checkpoint.card.name)  # noqa: PTH105 - of a folder
    except (OSError, SafetensorError) as error:
        raise UnwritableFileError(home / checkpoint.card.name, str(error)) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _own_folder(name: str, what: str) -> Path:
    folders = _folders()
    if name not in folders:
        raise UnknownNameError("model", name, list(folders))
    if folders[name].parent != paths.user_models():
        raise ModelError(f"'{name}' ships with OccStudio and can't be {what}: add your own model")
    return folders[name]


def _default_name(path: Path, card: ModelCard) -> str:
    name = path.resolve().name if path.is_dir() else card.name
    if path.parent.name == "ModelParameters":
        name = path.resolve().parent.parent.name
    return _safe(name.removesuffix(".pth")) or card.family


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80]


def free_name(name: str) -> str:
    """A name for a new model: this one, made fit for a folder, with a number if it is taken."""
    name = _safe(name)
    taken, number, free = _folders(), 2, name
    while free in taken or (paths.user_models() / free).exists():
        free, number = f"{name}-{number}", number + 1
    return free


def _folders() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for home in (paths.bundled_models(), paths.user_models()):
        if home.is_dir():
            for folder in sorted(home.iterdir()):
                if not folder.name.startswith(".") and (folder / MODEL_FILE).is_file():
                    found.setdefault(folder.name, folder)
    return found
