"""Files of torch, read without ever running what is in them.

`torch.load` with ``weights_only=True`` and an allow-list that names only NumPy scalars, which the
papers' training scripts leave beside the weights (under the names of NumPy 1 and 2). What would
need more is refused, by name. Before that the first bytes are looked at, so that a person who
gives a web page or an archive is told so.
"""

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from occstudio.errors import UnreadableFileError

LARGEST_FILE = 4 << 30
"""Bytes; no shape network comes near."""

_CONTAINERS = ("model", "model_state_dict", "state_dict", "net", "network", "weights")
_PREFIXES = ("_orig_mod.", "model.", "net.", "network.")
_NUMPY_SCALARS: list[Any] = [
    np._core.multiarray.scalar,  # type: ignore[attr-defined]
    (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # type: ignore[attr-defined]
    np.dtype,
    *(type(np.dtype(kind)) for kind in ("float64", "float32", "int64", "int32", "bool")),
]
_DAMAGED = "the file is damaged or cut off; copy or download it again"


def read_torch_file(path: Path) -> object:
    """What a torch file holds: tensors, numbers and text in dictionaries and lists.

    Raises
    ------
    UnreadableFileError
        If it is missing, too large, damaged, something else, or would have to run code.
    """
    check_size(path)
    with path.open("rb") as file:
        head = file.read(4096)
    reason = _what_else(head)
    if reason:
        raise UnreadableFileError(path, reason)
    _check_archive(path, head)
    # A damaged pickle may end in almost any exception, and torch passes it on.
    try:
        with torch.serialization.safe_globals(_NUMPY_SCALARS), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old formats, which are read all the same
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise UnreadableFileError(path, _refusal(head, str(error))) from error
    except MemoryError as error:
        raise UnreadableFileError(path, "it does not fit into memory") from error
    except RuntimeError as error:
        raise UnreadableFileError(path, _unloadable(str(error))) from error
    except Exception as error:
        raise UnreadableFileError(path, _DAMAGED) from error


def check_size(path: Path) -> None:
    """Raise unless there is a file that a network may be in."""
    try:
        if path.is_dir():
            raise UnreadableFileError(
                path, "it is a folder without a model; give the checkpoint file in it"
            )
        if not path.is_file():
            raise UnreadableFileError(path, "there is no such file; check the path")
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFileError(path, error.strerror or str(error)) from error
    if size > LARGEST_FILE:
        raise UnreadableFileError(
            path,
            f"it is {size / 1e9:.0f} GB, larger than 4 GB, which no shape network is; "
            "give the checkpoint alone",
        )
    if size == 0:
        raise UnreadableFileError(path, "it is empty (0 bytes); copy or download it again")


def state_dict_of(path: Path, found: object) -> dict[str, Tensor]:
    """The weights in what a torch file held, under the papers' names.

    They may lie in a container beside an optimizer, be split into one dictionary for the encoder
    and one for the decoder, and carry the prefixes of `DataParallel` and of compiled modules.

    Raises
    ------
    UnreadableFileError
        If there are none.
    """
    if isinstance(found, Mapping):
        for key in _CONTAINERS:
            if isinstance(found.get(key), Mapping):
                return state_dict_of(path, found[key])
    if not isinstance(found, Mapping):
        raise UnreadableFileError(
            path, f"it holds {_named(found)}, not the weights of a network; give its state dict"
        )
    weights = _flat(found)
    if not weights:
        keys = ", ".join(str(key) for key in list(found)[:4]) or "nothing"
        raise UnreadableFileError(
            path, f"it holds no weights of a network (it has {keys}); give its state dict"
        )
    weights = {re.sub(r"(^|\.)module\.", r"\1", name): w for name, w in weights.items()}
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): w for name, w in weights.items()}
    for name, w in weights.items():
        if w.layout != torch.strided or w.numel() * w.element_size() > w.untyped_storage().nbytes():
            raise UnreadableFileError(path, f"its tensor '{name}' claims more than it holds")
    return weights


def _flat(found: Mapping[Any, Any]) -> dict[str, Tensor]:
    """Tensors by name; those of parts (``encoder``, ``decoder``) get the part's name in front."""
    weights = {k: v for k, v in found.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if not weights:
        for part, inside in found.items():
            if isinstance(part, str) and isinstance(inside, Mapping) and "optim" not in part:
                weights |= {f"{part}.{k}": v for k, v in inside.items() if isinstance(v, Tensor)}
    return weights


def _named(found: object) -> str:
    return "a single tensor" if isinstance(found, Tensor) else f"a {type(found).__name__}"


def _what_else(head: bytes) -> str:
    """What the first bytes say that it is, if it is no torch file."""
    if head.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS, not the weights; fetch them with 'git lfs pull'"
    if head.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        return "it is a web page, not a model; the download went wrong, try again"
    if head[257:262] == b"ustar":
        return "it is an archive of files; unpack it and give the checkpoint inside"
    if head.startswith(b"\x1f\x8b"):
        return "it is compressed with gzip; unpack it first"
    if head.startswith(b"\x89HDF"):
        return "it is an HDF5 file, as Keras writes; only networks of torch are read"
    if head.startswith(b"\x93NUMPY"):
        return "it is a NumPy array, not a model"
    return ""


def _check_archive(path: Path, head: bytes) -> None:
    if not head.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFileError(path, _DAMAGED) from error
    if not any(info.filename.endswith("data.pkl") for info in members):
        raise UnreadableFileError(
            path, "it is a zip archive without a torch model; unpack it and give the file inside"
        )
    if sum(info.file_size for info in members) > LARGEST_FILE:
        raise UnreadableFileError(path, "it would unpack to more than 4 GB, which no network does")


def _refusal(head: bytes, message: str) -> str:
    name = re.search(r"GLOBAL ([\w.]+)|global ([\w.]+)", message)
    if name or ("weights_only" in message and head.startswith((b"PK", b"\x80"))):
        refers = f" (it refers to '{name[1] or name[2]}')" if name else ""
        return (
            "it holds more than weights and would have to run code to load"
            f"{refers}, which OccStudio never does; save its state_dict alone"
        )
    return "it is no torch file, or it is damaged; give a .pt, .pth, .tar or .safetensors file"


def _unloadable(message: str) -> str:
    if "TorchScript" in message:
        return "it is a TorchScript program, which would have to run; save its state_dict alone"
    return _DAMAGED
