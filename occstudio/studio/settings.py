"""What the app remembers between starts: a small JSON file with a version in it.

It is written to a temporary file, synced and renamed, so that a crash leaves the old one. A file
that cannot be read is put aside as ``.bad`` and the defaults are used: settings must never keep
the app from starting.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from occstudio import paths
from occstudio.errors import UnwritableFileError
from occstudio.exchange.atomic_file import atomic_file

SCHEMA = 2

THEMES = ("system", "dark", "light")
MOUSE_HABITS = ("meshlab", "blender")
UNITS = ("", "mm", "cm", "m", "in", "ft")
RECENT_SESSIONS = 10
"""As many are remembered."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of the person, with their defaults.

    Parameters
    ----------
    theme : str
        One of `THEMES`.
    mouse : str
        One of `MOUSE_HABITS`: which button orbits and which one pans.
    device : str
        ``auto`` or a device's name.
    unit : str
        One of `UNITS`: what the numbers of a file mean that doesn't say so itself.
    language : str
        ``system`` or a code such as ``de``.
    model : str
        The model used last; empty for the library's first.
    folder : str
        Where the last file was opened.
    export_folder : str
        Where the last file was exported; empty for where the last one was opened.
    export_format : str
        Suffix of the file that was exported last; empty for the first that is offered.
    recent : tuple of str
        Session files, the last one first, whether they are still there or not.
    autosave_s : int
        Seconds between autosaves; 0 for never.
    shows_points : bool
        Whether the input is ghosted over the result.
    shows_floor : bool
        Whether the floor grid is drawn.
    shading : str
        How surfaces are painted: ``studio``, ``matcap``, ``flat``, ``wireframe``, ``normals``,
        ``colors`` or ``doubt``.
    matcap : str
        Which one: ``clay``, ``porcelain`` or ``jade``.
    shows_wires : bool
        Whether the triangles' edges are drawn over the surface.
    shows_shell : bool
        Whether the surfaces a little below and above the threshold are drawn instead.
    every_triangle : bool
        Whether dense surfaces are drawn in full even where OpenGL is computed by the processor.
    fits_photos : bool
        Whether the shape of a new photo is fitted to its outline by itself.
    slice_cuts : bool
        Whether the field slice cuts the surface open.
    is_parallel : bool
        Whether the view is orthographic.
    recent_actions : str
        Names of the actions last chosen in the command palette, newest first.
    has_toured : bool
        Whether the tour was taken or ended, so that it is offered no more.
    window : str
        Qt's geometry and dock layout, base64; empty for the default.
    """

    theme: str = "system"
    mouse: str = "meshlab"
    device: str = "auto"
    unit: str = ""
    language: str = "system"
    model: str = ""
    folder: str = ""
    export_folder: str = ""
    export_format: str = ""
    recent: tuple[str, ...] = ()
    autosave_s: int = 60
    shows_points: bool = True
    shows_floor: bool = True
    shading: str = "studio"
    matcap: str = "clay"
    shows_wires: bool = False
    shows_shell: bool = False
    every_triangle: bool = False
    fits_photos: bool = True
    slice_cuts: bool = True
    is_parallel: bool = False
    recent_actions: str = ""
    has_toured: bool = False
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
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("settings could not be read (%s): using defaults", error)
        _put_aside(where)
        return Settings()
    return Settings(**_known(_migrated(found)))  # type: ignore[arg-type]


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write settings, atomically; a folder that can't be written is logged, not raised."""
    where = path or settings_path()
    text = json.dumps({"schema": SCHEMA, **asdict(settings)}, indent=1)
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(where) as (file, _):
            file.write(text.encode("utf-8"))
    except (OSError, UnwritableFileError) as error:
        _log.warning("settings could not be written to '%s': %s", where, error)


def with_recent(recent: tuple[str, ...], path: Path) -> tuple[str, ...]:
    """The list of recent sessions with this one first."""
    name = str(path.absolute())
    return (name, *(other for other in recent if other != name))[:RECENT_SESSIONS]


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - as json says of what it can't read
    return found


def _with_export_folder(found: dict[str, Any]) -> dict[str, Any]:
    # One folder was remembered for opening and exporting.
    return {"export_folder": found.get("folder", ""), **found}


_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_export_folder}
"""From the schema of the key to the next."""


def _migrated(found: dict[str, Any]) -> dict[str, Any]:
    schema = found.get("schema")
    while isinstance(schema, int) and schema in _MIGRATIONS:
        found = _MIGRATIONS[schema](found)
        schema += 1
    return found


def _known(found: dict[str, Any]) -> dict[str, object]:
    defaults = Settings()
    kept: dict[str, object] = {}
    for field in fields(Settings):
        value, default = found.get(field.name), getattr(defaults, field.name)
        if isinstance(default, tuple):
            if isinstance(value, list) and all(isinstance(part, str) for part in value):
                kept[field.name] = tuple(value)
        elif type(value) is type(default):
            kept[field.name] = value
    for name, allowed in (("theme", THEMES), ("mouse", MOUSE_HABITS), ("unit", UNITS)):
        if kept.get(name, allowed[0]) not in allowed:
            del kept[name]
    return kept


def _put_aside(where: Path) -> None:
    try:
        where.replace(where.with_suffix(".json.bad"))
    except OSError as error:
        _log.warning("'%s' could not be put aside: %s", where, error)
