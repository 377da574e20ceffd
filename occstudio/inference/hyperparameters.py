"""Hyper-parameters: named by dots, changed one at a time, and held against the weights.

A network is first compared with the weights by name and shape. Absurd sizes never reach memory:
what asks for large layers is built without storage first.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.families import Hyperparameters, ModelFamily

_LARGE = 4096
_ABSURD = 500_000_000
_SHOWN = 5


def with_settings(hyperparameters: Hyperparameters, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Hyper-parameters with some changed, each by its dotted name.

    Parameters
    ----------
    hyperparameters : mapping
        Nested.
    settings : mapping of str to value
        For example ``{"encoder_kwargs.plane_resolution": 128}``.
    """
    result = dict(hyperparameters)
    for dotted, value in settings.items():
        first, _, rest = dotted.partition(".")
        if not rest:
            result[first] = value
            continue
        inner = result.get(first)
        result[first] = with_settings(inner if isinstance(inner, Mapping) else {}, {rest: value})
    return result


def stated_names(hyperparameters: Mapping[str, Any], root: str = "") -> set[str]:
    """Dotted names of all that is said, at every depth."""
    names: set[str] = set()
    for name, value in hyperparameters.items():
        names.add(root + name)
        if isinstance(value, Mapping):
            names |= stated_names(value, f"{root}{name}.")
    return names


def value_of(hyperparameters: Mapping[str, Any], dotted: str) -> object:
    """The value of a dotted name; None if nothing is said."""
    value: Any = hyperparameters
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def built(
    family: ModelFamily,
    hyperparameters: Hyperparameters,
    weights: Mapping[str, Tensor],
    name: str,
) -> nn.Module:
    """The family's network, fresh, once it is known that the weights fit it.

    Raises
    ------
    ModelError
        If they don't; with the differences, one a line.
    """
    largest = _largest(hyperparameters)
    if largest > _ABSURD:
        raise ModelError(f"the hyper-parameters of '{name}' ask for {largest:,} of something")
    try:
        if largest > _LARGE:
            with torch.device("meta"):
                bare = family.build(hyperparameters)
            _check(bare, weights, name)
        module = family.build(hyperparameters)
    except (RuntimeError, MemoryError) as error:
        raise ModelError(
            f"the network of '{name}' can't be built ({error}): correct its hyper-parameters"
        ) from error
    _check(module, weights, name)
    return module


def differences(own: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> list[str]:
    """What does not fit, in words, one entry a tensor; empty if everything does."""
    found = [f"'{name}' is missing" for name in own if name not in given]
    found += [f"'{name}' has no place" for name in given if name not in own]
    found += [
        f"'{name}' is {_shape(given[name])} in the file and {_shape(tensor)} in the network"
        for name, tensor in own.items()
        if name in given and tensor.shape != given[name].shape
    ]
    return found


def _check(module: nn.Module, weights: Mapping[str, Tensor], name: str) -> None:
    found = differences(module.state_dict(), weights)
    if not found:
        return
    lines = "; ".join(found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise ModelError(
        f"the weights of '{name}' do not fit its hyper-parameters: {lines}{more}. "
        "State the right ones with a configuration beside the file, --config or --set"
    )


def _shape(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "a single number"


def _largest(value: object) -> int:
    if isinstance(value, Mapping):
        return max(map(_largest, value.values()), default=0)
    if isinstance(value, list | tuple):
        return max(map(_largest, value), default=0)
    return abs(value) if isinstance(value, int) else 0
