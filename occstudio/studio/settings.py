"""What the app remembers between starts: a small JSON file with a version in it.

It is written to a temporary file, synced and renamed, so that a crash leaves the old one. A file
that cannot be read is put aside as ``.bad`` and the defaults are used: settings must never keep
the app from starting.
"""

import json
import logging
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from occstudio import paths

SCHEMA = 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of the person, with their defaults.

    Parameters
    ----------
    theme : str
        ``system``, ``dark`` or ``light``.
    device : str
        ``auto`` or a device's name.
    model : str
        The model used last; empty for the library's first.
    folder : str
        Where the last file was opened or exported.
    shows_points : bool
        Whether the input is ghosted over the result.
    shows_floor : bool
        Whether the floor grid is drawn.
    window : str
        Qt's geometry and dock layout, base64; empty for the default.
    """

    theme: str = "system"
    device: str = "auto"
    model: str = ""
    folder: str = ""
    shows_points: bool = True
    shows_floor: bool = True
    window: str = ""


def settings_path() -> Path:
    """Where settings are kept."""
    return paths.user_config() / "settings.json"


def load_settings(path: Path | None = None) -> Settings:
    """The settings in a file; defaults for what is missing, unknown or of a wrong type.

    A file that is no JSON object is renamed to ``.bad``.
    """
    where = path or settings_path()
    try:
        found = _object(where.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        _log.warning("settings could not be read (%s): using defaults", error)
        _put_aside(where)
        return Settings()
    return Settings(**_known(found))  # type: ignore[arg-type]


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write settings, atomically; a folder that can't be written is logged, not raised."""
    where = path or settings_path()
    draft = where.with_suffix(".tmp")
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"schema": SCHEMA, **asdict(settings)}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(where)
    except OSError as error:
        _log.warning("settings could not be written to '%s': %s", where, error)


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - as json says of what it can't read
    return found


def _known(found: dict[str, Any]) -> dict[str, object]:
    defaults = Settings()
    kept: dict[str, object] = {}
    for field in fields(Settings):
        value = found.get(field.name)
        if type(value) is type(getattr(defaults, field.name)):
            kept[field.name] = value
    return kept


def _put_aside(where: Path) -> None:
    try:
        where.replace(where.with_suffix(".json.bad"))
    except OSError as error:
        _log.warning("'%s' could not be put aside: %s", where, error)
