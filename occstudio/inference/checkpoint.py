"""Checkpoints: ours (safetensors with a model card) and the papers' (torch files).

What stands in a configuration beside the file, or is known of a published file by its name, is
believed; the rest is inferred from keys and shapes; and what leaves no trace there gets the
paper's default and is listed in the card as assumed, for a person to correct.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from occstudio.errors import ModelError, UnreadableFileError, UnwritableFileError
from occstudio.inference.config_file import StatedConfig, config_beside, merged, read_config
from occstudio.inference.deep_sdf_folder import deep_sdf_checkpoint, deep_sdf_codes
from occstudio.inference.hyperparameters import (
    built,
    stated_names,
    with_settings,
)
from occstudio.inference.presets import preset
from occstudio.inference.torch_file import check_size, read_torch_file, state_dict_of
from occstudio.networks.families import ModelFamily, load_families, model_family
from occstudio.shapes.latent import Array
from occstudio.shapes.model_card import ModelCard

CARD_KEY = "occstudio.card"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Weights with the card that says how to use them.

    Parameters
    ----------
    card : ModelCard
        What is known of the model.
    weights : mapping of str to Tensor
        Its state dict.
    codes : mapping of str to array
        Named latent codes that came with an auto-decoder.
    """

    card: ModelCard
    weights: Mapping[str, Tensor]
    codes: Mapping[str, Array] = field(default_factory=dict[str, Array])

    def network(self) -> nn.Module:
        """The network with these weights, in evaluation mode, float32.

        Raises
        ------
        ModelError
            If the weights do not fit the card's hyper-parameters or are not finite.
        """
        card = self.card
        module = built(model_family(card.family), card.hyperparameters, self.weights, card.name)
        if not all(bool(torch.isfinite(w).all()) for w in self.weights.values()):
            raise ModelError(
                f"the weights of '{card.name}' are not finite (NaN or infinity): the training "
                "that made them diverged; use an earlier checkpoint"
            )
        own = module.state_dict()
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
    write_weights(
        {
            name: (w.half() if half and w.is_floating_point() else w)
            for name, w in module.state_dict().items()
        },
        card,
        path,
    )


def write_weights(weights: Mapping[str, Tensor], card: ModelCard, path: Path) -> None:
    """Write a state dict and a card; see `write_checkpoint`."""
    # Tensors of a torch file may share their storage, which safetensors refuses.
    own = {name: w.detach().cpu().clone().contiguous() for name, w in weights.items()}
    fresh = path.with_name(path.name + ".new")
    try:
        save_file(own, fresh, metadata={CARD_KEY: card.to_json()})
        fresh.replace(path)
    except (OSError, SafetensorError) as error:
        fresh.unlink(missing_ok=True)
        raise UnwritableFileError(path, str(error)) from error


def weights_version(weights: Mapping[str, Tensor]) -> str:
    """Twelve hexadecimal digits that say which weights these are, in whatever precision.

    Codes keep it, so that they are never decoded by other weights than those they were fitted to.
    """
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(weights[name].detach().cpu().half().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def read_checkpoint(
    path: Path,
    *,
    config: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    weights_too: bool = True,
) -> Checkpoint:
    """Read a checkpoint of ours or of a paper.

    Parameters
    ----------
    path : Path
        ``.safetensors`` with or without a card, a torch file, or a folder of DeepSDF's with
        ``specs.json`` and ``ModelParameters``.
    config : Path, optional
        YAML or JSON of hyper-parameters; by default what lies beside the file.
    settings : mapping, optional
        Hyper-parameters by dotted name that overrule all others.
    weights_too : bool
        False to keep of a safetensors file the card alone.

    Raises
    ------
    UnreadableFileError
        If it is no checkpoint.
    ModelError
        If no family of networks knows its keys.
    """
    if path.is_dir():
        path = deep_sdf_checkpoint(path)
    check_size(path)
    if _is_safetensors(path):
        weights, card = _read_safetensors(path, weights_too=weights_too)
        if card is not None:
            return Checkpoint(_restated(card, config, settings), weights)
    else:
        weights, card = state_dict_of(path, read_torch_file(path)), None
    card = _card(path, weights, _stated(path, config), settings or {})
    return Checkpoint(card, weights, deep_sdf_codes(path))


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


def _is_safetensors(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(9)
    return head[8:9] == b"{" or path.suffix == ".safetensors"


def _read_safetensors(
    path: Path, *, weights_too: bool
) -> tuple[dict[str, Tensor], ModelCard | None]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            card = ModelCard.from_json(metadata[CARD_KEY]) if CARD_KEY in metadata else None
            if card is not None and not weights_too:
                return {}, card
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise UnreadableFileError(
            path, "the file is damaged, cut off or no safetensors file; copy or download it again"
        ) from error
    return (weights if card is not None else state_dict_of(path, weights)), card


def _stated(path: Path, config: Path | None) -> StatedConfig:
    """What is stated of a file: by the person, by a file beside it, or by its published name."""
    beside = config or config_beside(path)
    if beside is not None:
        return read_config(beside)
    return preset(path) or StatedConfig()


def _card(
    path: Path, weights: Mapping[str, Tensor], stated: StatedConfig, settings: Mapping[str, Any]
) -> ModelCard:
    family = _family_of(path, weights, stated.family)
    inferred = family.infer(weights)
    told = with_settings(stated.hyperparameters, settings)
    base = dict(inferred.hyperparameters)
    for part in ("encoder", "decoder", "encoder_latent"):
        # another kind of part has other arguments
        if part in told and told[part] != base.get(part) and f"{part}_kwargs" in told:
            base.pop(f"{part}_kwargs", None)
    hyperparameters = merged(base, told)
    known = stated_names(told)
    spec = family.input_spec(hyperparameters)
    return ModelCard(
        name=path.stem,
        family=family.name,
        title=f"{family.title} ({path.name})",
        input_spec=spec if stated.points is None else replace(spec, points=stated.points),
        hyperparameters=hyperparameters,
        threshold=family.threshold if stated.threshold is None else stated.threshold,
        assumed=()
        if stated.is_whole
        else tuple(name for name in inferred.assumed if name not in known),
    )


def _restated(
    card: ModelCard, config: Path | None, settings: Mapping[str, Any] | None
) -> ModelCard:
    """The card with what a person states otherwise."""
    stated = StatedConfig() if config is None else read_config(config)
    told = with_settings(stated.hyperparameters, settings or {})
    if not told and stated.threshold is None:
        return card
    hyperparameters = merged(card.hyperparameters, told)
    spec = model_family(card.family).input_spec(hyperparameters)
    points = card.input_spec.points if stated.points is None else stated.points
    known = stated_names(told)
    return replace(
        card,
        hyperparameters=hyperparameters,
        input_spec=replace(spec, points=points),
        threshold=card.threshold if stated.threshold is None else stated.threshold,
        assumed=tuple(name for name in card.assumed if name not in known),
    )


def _family_of(path: Path, weights: Mapping[str, Tensor], named: str) -> ModelFamily:
    families = load_families()
    usable = [family for family in families.values() if family.recognises(weights)]
    for family in usable:
        if family.name == named:
            return family
    if usable:
        return usable[0]
    raise ModelError(
        f"'{path}' holds a kind of network that is not known here (its first weights are called "
        f"'{next(iter(weights))}'): OccStudio runs {', '.join(f.title for f in families.values())}"
    )
