"""The house itself: what a start loads, what an installation names, what the repository holds."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

LARGEST_TRACKED_FILE = 40 * 2**20

# Modules that take seconds to load: nobody who asks for help should wait for them.
HEAVY = {"torch", "vtk", "vtkmodules", "pyvista", "PySide6", "lightning", "scipy", "skimage"}


def test_import_occstudio_loads_neither_torch_nor_vtk() -> None:
    assert _loaded_by("import occstudio") & HEAVY == set()


def test_help_loads_neither_torch_nor_vtk() -> None:
    code = (
        "import contextlib, io, runpy, sys\n"
        "sys.argv = ['occstudio', '--help']\n"
        "with contextlib.redirect_stdout(io.StringIO()) as text:\n"
        "    try:\n"
        "        runpy.run_module('occstudio', run_name='__main__')\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, end.code\n"
        "assert 'reconstruct' in text.getvalue(), text.getvalue()"
    )
    assert _loaded_by(code) & HEAVY == set()


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("console_scripts", "occstudio", "occstudio.cli:main"),
        ("gui_scripts", "occstudio-gui", "occstudio.gui.app:main"),
        ("occstudio.model_families", "conv_onet", "occstudio.networks.conv_onet:FAMILY"),
    ],
)
def test_metadata_names_the_entry_points(group: str, name: str, value: str) -> None:
    found = {
        entry.name: entry.value
        for entry in metadata.distribution("occstudio").entry_points
        if entry.group == group
    }
    assert found.get(name) == value


def test_every_entry_point_of_ours_can_be_loaded() -> None:
    for entry in metadata.distribution("occstudio").entry_points:
        assert entry.load() is not None


def test_wheel_takes_models_and_resources_with_it(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert taken == {
        "models": "occstudio/_bundled/models",
        "resources": "occstudio/_bundled/resources",
    }
    for folder in taken:
        assert any((repository / folder).iterdir()), folder


def test_torch_is_pinned_without_a_local_label(repository: Path) -> None:
    pins = (repository / ".setup" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    torch = [line for line in pins if line.startswith("torch==")]
    assert len(torch) == 1
    assert "+" not in torch[0]


def test_no_tracked_file_is_over_40_megabytes(repository: Path) -> None:
    if not (repository / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True, text=True
    )
    paths = [repository / name for name in listing.stdout.split("\0") if name]
    large = [str(p) for p in paths if p.is_file() and p.stat().st_size > LARGEST_TRACKED_FILE]
    assert large == []


def _loaded_by(code: str) -> set[str]:
    """Top-level names in sys.modules of a fresh interpreter after `code`."""
    ask = "import json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    script = f"{code}\n{ask}"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))
