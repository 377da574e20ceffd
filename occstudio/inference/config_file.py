"""Hyper-parameters that stand in a file beside the weights: the papers' YAML, or JSON.

ONet's, ConvONet's and OFlow's configurations have the sections ``data``, ``model``, ``test`` and
inherit from each other by paths relative to their repository; DeepSDF has a ``specs.json``; others
state the constructor's arguments flatly. All become one `StatedConfig`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml

from occstudio.errors import UnreadableFileError

_SHAPING = ("padding", "unit_size", "query_vol_size", "input_type")
"""Entries of the ``data`` section that the network depends on."""
_FAMILIES = {"convonet": "conv_onet", "ifnet": "if_net", "deepsdf": "deep_sdf"}
_LARGEST = 1 << 20
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class StatedConfig:
    """What a configuration says.

    Parameters
    ----------
    hyperparameters : mapping
        For the family's `build`.
    family : str
        Its name, or empty if the file does not tell.
    threshold : float, optional
        Probability of the surface.
    points : int, optional
        Points that the encoder was trained with.
    is_whole : bool
        Whether it describes a network, so that what it leaves out has the paper's default.
    """

    hyperparameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    family: str = ""
    threshold: float | None = None
    points: int | None = None
    is_whole: bool = False

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """What the entries of a configuration mean, whichever layout they have."""
        data, test = _section(found, "data"), _section(found, "test")
        sections = {"data", "test", "training", "generation", "model", "inherit_from"}
        sections |= {"n_parameters"}  # only says what the others come to
        if isinstance(found.get("model"), Mapping):
            inner = _section(found, "model")
        else:
            inner = {key: value for key, value in found.items() if key not in sections}
        shaping = {name: data[name] for name in _SHAPING if name in data}
        named = str(found.get("method") or found.get("family") or "")
        return cls(
            {**shaping, **inner},
            _FAMILIES.get(named, named),
            _number(test.get("threshold")),
            _count(data.get("pointcloud_n")),
            bool(inner.keys() & {"encoder", "decoder", "class", "NetworkSpecs"}),
        )


def config_beside(path: Path) -> Path | None:
    """The configuration that lies beside a checkpoint: of its name, or the only one there is."""
    for suffix in (".yaml", ".yml", ".json"):
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix)
    for folder in (path.parent, path.parent.parent):
        if path.parent.name == "ModelParameters" and (folder / "specs.json").is_file():
            return folder / "specs.json"
    beside = [path.parent / name for name in ("config.yaml", "config.yml", "config.json")]
    return next((one for one in beside if one.is_file()), None)


def read_config(path: Path) -> StatedConfig:
    """The configuration in a YAML or JSON file, with what it inherits.

    A parent in ``inherit_from`` is looked for relative to the file and to the folders above it; if
    it is not there, what only it states is inferred from the weights.

    Raises
    ------
    UnreadableFileError
        If a file is neither YAML nor JSON, or inherits from itself.
    """
    return StatedConfig.of(_inherited(path, ()))


def _inherited(path: Path, chain: tuple[Path, ...]) -> dict[str, Any]:
    if path.resolve() in chain or len(chain) > _DEEPEST:
        raise UnreadableFileError(path, "it inherits from itself; correct its inherit_from")
    found = _mapping_in(path)
    parent = found.get("inherit_from")
    if not isinstance(parent, str):
        return found
    for folder in path.resolve().parents:
        if (folder / parent).is_file():
            return merged(_inherited(folder / parent, (*chain, path.resolve())), found)
    return found


def _mapping_in(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableFileError(path, "it is too large to be a configuration")
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise UnreadableFileError(
            path, "it is neither YAML nor JSON; give the configuration of the training"
        ) from error
    if not isinstance(found, dict):
        raise UnreadableFileError(path, "it states no hyper-parameters ('name: value' lines)")
    return {str(key): value for key, value in found.items()}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Nested mappings as one; where both say something, `over` is right."""
    result = dict(base)
    for key, value in over.items():
        mine = result.get(key)
        both = isinstance(mine, Mapping) and isinstance(value, Mapping)
        result[key] = merged(mine, value) if both else value  # pyright: ignore
    return result


def _section(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = found.get(name)
    return dict(section) if isinstance(section, Mapping) else {}


def _number(value: object) -> float | None:
    is_probability = isinstance(value, int | float) and 0 < value < 1
    return float(value) if is_probability else None  # pyright: ignore


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
