"""Checkpoints on disk: ours (safetensors with a model card) and the papers' (torch files).

Nothing in a file is ever executed: torch files are read with ``weights_only=True`` and an
allow-list that names only NumPy scalars, which the papers' training scripts leave beside the
weights. A file that would need more is refused.
"""

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from occstudio.errors import ModelError, UnreadableFileError, UnwritableFileError
from occstudio.networks.families import ModelFamily, load_families, model_family
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.model_card import ModelCard

_SHAPING = ("padding", "unit_size", "query_vol_size", "input_type")
"""Entries of the papers' ``data`` section that the network depends on."""
CARD_KEY = "occstudio.card"
LARGEST_FILE = 4 << 30
_CONTAINERS = ("model", "model_state_dict", "state_dict")
_NUMPY_SCALARS: list[Any] = [
    np._core.multiarray.scalar,  # type: ignore[attr-defined]
    (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # type: ignore[attr-defined]
    np.dtype,
    *(type(np.dtype(kind)) for kind in ("float64", "float32", "int64", "int32", "bool")),
]


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Weights with the card that says how to use them."""

    card: ModelCard
    weights: Mapping[str, Tensor]

    def network(self) -> nn.Module:
        """The network with these weights, in evaluation mode, float32.

        Raises
        ------
        ModelError
            If the weights do not fit the card's hyper-parameters or are not finite.
        """
        module = model_family(self.card.family).build(self.card.hyperparameters)
        own = module.state_dict()
        problems = _differences(own, self.weights)
        if problems:
            raise ModelError(
                f"the weights of '{self.card.name}' do not fit its hyper-parameters: {problems}"
            )
        if not all(bool(torch.isfinite(w).all()) for w in self.weights.values()):
            raise ModelError(
                f"the weights of '{self.card.name}' are not finite: the training that made "
                "them diverged; use an earlier checkpoint"
            )
        module.load_state_dict({name: w.to(own[name].dtype) for name, w in self.weights.items()})
        return module.eval()


def write_checkpoint(module: nn.Module, card: ModelCard, path: Path, *, half: bool = False) -> None:
    """Write weights and card as one safetensors file, whole or not at all.

    Parameters
    ----------
    module : nn.Module
        Its state dict is written.
    card : ModelCard
        Goes into the metadata.
    path : Path
        Where to.
    half : bool
        Store floating-point weights as float16.

    Raises
    ------
    UnwritableFileError
        If the file could not be written.
    """
    weights = {
        name: (w.half() if half and w.is_floating_point() else w).detach().cpu().contiguous()
        for name, w in module.state_dict().items()
    }
    fresh = path.with_name(path.name + ".new")
    try:
        save_file(weights, fresh, metadata={CARD_KEY: card.to_json()})
        fresh.replace(path)
    except (OSError, SafetensorError) as error:
        fresh.unlink(missing_ok=True)
        raise UnwritableFileError(path, str(error)) from error


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint of ours or of a paper.

    Parameters
    ----------
    path : Path
        ``.safetensors`` with a card, or a torch file with or without a YAML or JSON of the same
        name beside it.

    Raises
    ------
    UnreadableFileError
        If it is no checkpoint.
    ModelError
        If no family of networks knows its keys.
    """
    if not path.is_file():
        raise UnreadableFileError(path, "there is no such file; check the path")
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableFileError(path, "it is larger than 4 GB, which no shape network is")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    return _with_card(path, _state_dict(path, _unpickled(path)))


def read_card(path: Path) -> ModelCard:
    """The card of a safetensors file, without reading its weights."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise UnreadableFileError(path, f"damaged ({error}); copy it again") from error
    if CARD_KEY not in metadata:
        raise UnreadableFileError(path, "it has no model card, so OccStudio did not write it")
    return ModelCard.from_json(metadata[CARD_KEY])


def _read_safetensors(path: Path) -> Checkpoint:
    card = read_card(path)
    with safe_open(path, framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return Checkpoint(card, weights)


def _unpickled(path: Path) -> object:
    try:
        with torch.serialization.safe_globals(_NUMPY_SCALARS), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old formats, which are read all the same
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise UnreadableFileError(
            path,
            "it is no torch file, or holds more than weights and would have to run code to load, "
            "which OccStudio never does; save its state_dict alone",
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(path, "the file is damaged or cut off; copy it again") from error


def _state_dict(path: Path, found: object) -> dict[str, Tensor]:
    if isinstance(found, Mapping):
        for key in _CONTAINERS:
            if isinstance(found.get(key), Mapping):
                found = found[key]
                break
    if not isinstance(found, Mapping):
        raise UnreadableFileError(path, f"it holds a {type(found).__name__}, not weights")
    weights = {k: v for k, v in found.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if not weights or len(weights) != len(found):
        raise UnreadableFileError(path, "it holds no state dict of a network")
    if all(name.startswith("module.") for name in weights):
        weights = {name.removeprefix("module."): w for name, w in weights.items()}
    return weights


def _with_card(path: Path, weights: dict[str, Tensor]) -> Checkpoint:
    family = _family_of(path, weights)
    stated = _stated(path)
    data, model = stated.get("data", {}), dict(stated.get("model", {}))
    if model:
        shaping = {name: data[name] for name in _SHAPING if name in data}
        hyperparameters: Mapping[str, Any] = {**shaping, **model}
        assumed: tuple[str, ...] = ()
    else:
        inferred = family.infer(weights)
        hyperparameters, assumed = inferred.hyperparameters, inferred.assumed
    card = ModelCard(
        name=path.stem,
        family=family.name,
        title=f"{family.title} ({path.name})",
        input_spec=_input_spec(family, hyperparameters, data),
        hyperparameters=hyperparameters,
        threshold=float(stated.get("test", {}).get("threshold", family.threshold)),
        assumed=assumed,
    )
    return Checkpoint(card, weights)


def _input_spec(
    family: ModelFamily, hyperparameters: Mapping[str, Any], data: Mapping[str, Any]
) -> InputSpec:
    spec = family.input_spec(hyperparameters)
    return replace(spec, points=int(data["pointcloud_n"])) if "pointcloud_n" in data else spec


def _family_of(path: Path, weights: Mapping[str, Tensor]) -> ModelFamily:
    for family in load_families().values():
        if family.recognises(weights):
            return family
    raise ModelError(
        f"'{path}' is of a kind of network that is not known here "
        f"(its first key is '{next(iter(weights))}')"
    )


def _stated(path: Path) -> Mapping[str, Any]:
    for suffix in (".yaml", ".yml", ".json"):
        beside = path.with_suffix(suffix)
        if not beside.is_file():
            continue
        try:
            found = yaml.safe_load(beside.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UnreadableFileError(beside, "it is neither YAML nor JSON") from error
        if isinstance(found, Mapping):
            return found
    return {}


def _differences(own: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> str:
    """What does not fit, in words; empty if everything does."""
    missing, extra = own.keys() - given.keys(), given.keys() - own.keys()
    if missing:
        return f"{len(missing)} are missing, '{min(missing)}' first"
    if extra:
        return f"{len(extra)} are too many, '{min(extra)}' first"
    for name, tensor in own.items():
        if tensor.shape != given[name].shape:
            return f"'{name}' is {tuple(given[name].shape)} and should be {tuple(tensor.shape)}"
    return ""
