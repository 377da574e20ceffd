"""The models a person has: those that ship, and their own."""

from pathlib import Path

from occstudio import paths
from occstudio.errors import UnknownNameError, UnreadableFileError
from occstudio.inference.checkpoint import read_card, read_checkpoint
from occstudio.inference.device import choose_device
from occstudio.inference.predictor import NeuralModel
from occstudio.shapes.model_card import ModelCard

MODEL_FILE = "model.safetensors"


def list_models() -> list[ModelCard]:
    """Cards of all models in the library, the person's own last; damaged files are left out."""
    cards: list[ModelCard] = []
    for path in _folders().values():
        try:
            cards.append(read_card(path / MODEL_FILE))
        except UnreadableFileError:
            continue
    return cards


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
    if Path(name).is_file():
        return Path(name)
    if Path(name, MODEL_FILE).is_file():
        return Path(name, MODEL_FILE)
    raise UnknownNameError("model", name, list(folders))


def load_model(name: str = "scan-any", device: str = "auto") -> NeuralModel:
    """A model of the library, or a checkpoint file, ready to use.

    Parameters
    ----------
    name : str
        Name in the library or path of a checkpoint.
    device : str
        ``auto``, ``cpu``, ``cuda`` ...

    Raises
    ------
    UnknownNameError, UnreadableFileError, ModelError
        If there is none, or it can't be used.
    """
    return NeuralModel(read_checkpoint(model_path(name)), choose_device(device))


def _folders() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for home in (paths.bundled_models(), paths.user_models()):
        if home.is_dir():
            for folder in sorted(home.iterdir()):
                if (folder / MODEL_FILE).is_file():
                    found.setdefault(folder.name, folder)
    return found
