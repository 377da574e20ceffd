"""Frozen values as JSON objects by their fields, and back as far as they are right."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from occstudio.errors import OccStudioError


def plain(value: object, leave: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a frozen value as JSON has them, without arrays and what is left out."""
    parts = {field.name: getattr(value, field.name) for field in fields(cast(Any, value))}
    return {
        name: _plain_part(part)
        for name, part in parts.items()
        if name not in leave and not isinstance(part, np.ndarray)
    }


def told_fields(
    kind: type, told: Mapping[str, Any], leave: tuple[str, ...] = (), *, strictly: bool = False
) -> dict[str, Any]:
    """The fields of a frozen value that were told; those of a wrong type are left out.

    Parameters
    ----------
    kind : type
        A dataclass.
    told : mapping
        A JSON object; what `kind` doesn't know is ignored.
    leave : tuple of str
        Fields that are not looked for.
    strictly : bool
        Raise instead of leaving out.

    Raises
    ------
    TypeError, ValueError, OccStudioError
        If a field is of a wrong type, and `strictly` they must be right.
    """
    hints = get_type_hints(kind)
    right: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in told and field.name not in leave:
            try:
                right[field.name] = _typed(told[field.name], hints[field.name])
            except (TypeError, ValueError, OccStudioError):
                if strictly:
                    raise
    return right


def _plain_part(part: object) -> object:
    if is_dataclass(part) and not isinstance(part, type):
        return plain(part)
    if isinstance(part, tuple):
        return [_plain_part(one) for one in cast(tuple[object, ...], part)]
    return part


def _typed(value: object, hint: object) -> object:
    """A JSON value as the type that a field has; `TypeError` if it isn't one."""
    arguments = get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, Mapping):
        # Half of a frame is no frame: the whole value, or the default.
        return hint(**told_fields(hint, cast(Mapping[str, Any], value), strictly=True))
    if get_origin(hint) in (Union, UnionType):
        for choice in arguments:
            try:
                return _typed(value, choice)
            except (TypeError, ValueError):
                continue
    elif get_origin(hint) is tuple and isinstance(value, list):
        parts = cast(list[object], value)
        if arguments[-1] is ...:
            return tuple(_typed(part, arguments[0]) for part in parts)
        return tuple(_typed(*pair) for pair in zip(parts, arguments, strict=True))
    elif hint is float and isinstance(value, int | float) and type(value) is not bool:
        if math.isfinite(value):
            return float(value)
    elif hint in (int, str, bool, type(None)) and type(value) is hint:
        return value
    raise TypeError(f"{value!r} is no {hint}")
