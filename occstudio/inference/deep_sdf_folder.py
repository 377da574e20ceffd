"""DeepSDF's folders: specs.json, weights in ModelParameters, codes in LatentCodes.

The codes of the training shapes come with the weights; they are kept under the names of the
shapes, if the list of those can be found, so that a person can choose one.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from occstudio.errors import UnreadableFileError
from occstudio.inference.torch_file import read_torch_file
from occstudio.shapes.latent import Array

WEIGHTS, CODES, SPECS = "ModelParameters", "LatentCodes", "specs.json"


def is_deep_sdf_folder(path: Path) -> bool:
    """Whether a folder holds a DeepSDF experiment."""
    return (path / SPECS).is_file() and (path / WEIGHTS).is_dir()


def deep_sdf_checkpoint(folder: Path) -> Path:
    """The newest weights in a folder of DeepSDF's: ``latest.pth``, else the highest epoch.

    Raises
    ------
    UnreadableFileError
        If the folder is none.
    """
    if not is_deep_sdf_folder(folder):
        raise UnreadableFileError(
            folder,
            f"it is a folder without a model (no {SPECS} with {WEIGHTS}, no model.safetensors); "
            "give the checkpoint file in it",
        )
    found = sorted((folder / WEIGHTS).glob("*.pth"), key=_epoch)
    if not found:
        raise UnreadableFileError(folder, f"there is no .pth file in its {WEIGHTS}")
    return found[-1]


def deep_sdf_codes(weights: Path) -> dict[str, Array]:
    """Codes (code_length,) by name that belong to a file of weights; none of any other file.

    Raises
    ------
    UnreadableFileError
        If the file of codes is damaged.
    """
    folder = weights.parent.parent
    path = folder / CODES / weights.name
    if weights.parent.name != WEIGHTS or not path.is_file():
        return {}
    found: Any = read_torch_file(path)
    codes = found.get("latent_codes") if isinstance(found, Mapping) else found
    if isinstance(codes, Mapping):
        codes = codes.get("weight")
    if not isinstance(codes, Tensor) or codes.ndim < 2:
        raise UnreadableFileError(path, "it holds no latent codes; copy it again")
    rows = codes.reshape(len(codes), -1).float()
    if not bool(torch.isfinite(rows).all()):
        raise UnreadableFileError(path, "its codes are not finite; use an earlier epoch")
    names = _instances(folder)
    if len(names) != len(rows):
        names = [f"code {number:04d}" for number in range(len(rows))]
    return {name: row.numpy() for name, row in zip(names, rows, strict=True)}


def _epoch(path: Path) -> tuple[bool, int, str]:
    return path.stem == "latest", int(path.stem) if path.stem.isdigit() else -1, path.stem


def _instances(folder: Path) -> list[str]:
    """Names of the training shapes, in the order of their codes, if their list is to be found."""
    try:
        split = json.loads((folder / SPECS).read_text(encoding="utf-8")).get("TrainSplit")
        for place in (folder, *folder.resolve().parents):
            if isinstance(split, str) and (place / split).is_file():
                found = json.loads((place / split).read_text(encoding="utf-8"))
                return [
                    str(instance)
                    for classes in found.values()
                    for instances in classes.values()
                    for instance in instances
                ]
    except (OSError, ValueError, AttributeError):
        return []
    return []
