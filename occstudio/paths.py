"""Where things lie: bundled models and resources, and the person's own folders.

In a checkout, ``models/`` and ``resources/`` are at its top; in an installed wheel the same
folders are inside the package (``_bundled``). No other module knows this. ``OCCSTUDIO_HOME``
moves everything that is written (settings, models, caches, autosave, logs) into one folder.
"""

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def bundled_models() -> Path:
    """Folder of the models that ship with OccStudio, one subfolder each."""
    return _bundled("models")


def resources() -> Path:
    """Folder of icons, matcaps and sample inputs that ship with OccStudio."""
    return _bundled("resources")


def samples() -> Path:
    """Folder of the bundled sample inputs."""
    return resources() / "samples"


def user_models() -> Path:
    """Folder of the person's own models (not created until something is put there)."""
    return _user("models", platformdirs.user_data_dir)


def user_config() -> Path:
    """Folder of settings."""
    return _user("config", platformdirs.user_config_dir)


def user_cache() -> Path:
    """Folder of things that can be made again (calibrations, thumbnails)."""
    return _user("cache", platformdirs.user_cache_dir)


def user_state() -> Path:
    """Folder of autosaved sessions and logs."""
    return _user("state", platformdirs.user_state_dir)


def _bundled(name: str) -> Path:
    beside = _CHECKOUT / name
    if (_CHECKOUT / "pyproject.toml").is_file() and beside.is_dir():
        return beside
    return _PACKAGE / "_bundled" / name


def _user(name: str, default: object) -> Path:
    home = os.environ.get("OCCSTUDIO_HOME")
    if home:
        return Path(home) / name
    folder = Path(default("occstudio", appauthor=False))  # type: ignore[operator]
    return folder / "models" if name == "models" else folder
