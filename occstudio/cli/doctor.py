"""``occstudio doctor``: what this machine has, and what to do about what is missing."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import typer
from rich.console import Console
from rich.table import Table

from occstudio import __version__, paths

_REQUIRED = ("torch", "numpy", "vtk", "pyvista", "pyvistaqt", "PySide6-Essentials", "trimesh")
_OPTIONAL = {
    "lightning": ("train", "training"),
    "numba": ("train", "labelling meshes"),
    "tensorboard": ("train", "live curves"),
    "open3d": ("baseline", "comparing with screened Poisson"),
    "laspy": ("clouds", "LAS and LAZ scans"),
    "pye57": ("clouds", "E57 scans"),
}
# In a process of its own: a broken OpenGL driver ends the process that asks.
_PROBE = """
import vtk
window = vtk.vtkRenderWindow()
window.SetOffScreenRendering(1)
window.AddRenderer(vtk.vtkRenderer())
window.Render()
lines = window.ReportCapabilities().splitlines()
for key in ("renderer string", "version string"):
    print(next((l.split(":", 1)[1].strip() for l in lines if key in l), "?"))
"""


def doctor_command() -> None:
    """Say what is here, what is missing, and what to do about it."""
    table = Table(show_header=False, box=None)
    advice: list[str] = []
    table.add_row("occstudio", __version__)
    table.add_row("python", f"{sys.version.split()[0]} on {platform.platform()}")
    _packages(table, advice)
    _devices(table, advice)
    _display(table, advice)
    _models(table, advice)
    for name, folder in (
        ("settings", paths.user_config()),
        ("own models", paths.user_models()),
        ("cache", paths.user_cache()),
    ):
        table.add_row(name, str(folder))
    console = Console()
    console.print(table, soft_wrap=True)
    for line in advice or ["everything that is needed is here"]:
        console.print(f"- {line}", highlight=False, soft_wrap=True)
    raise typer.Exit(0)


def _packages(table: Table, advice: list[str]) -> None:
    for name in _REQUIRED:
        found = _version(name)
        table.add_row(name, found or "missing")
        if found is None:
            advice.append(f"'{name}' is missing: reinstall with \"pip install occstudio\"")
    for name, (extra, purpose) in _OPTIONAL.items():
        found = _version(name)
        need = f"not installed; {purpose} needs \"pip install 'occstudio[{extra}]'\""
        table.add_row(name, found or need)


def _devices(table: Table, advice: list[str]) -> None:
    import torch

    table.add_row("cpu", f"{os.cpu_count()} cores, torch uses {torch.get_num_threads()}")
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            table.add_row(f"cuda:{index}", torch.cuda.get_device_name(index))
        return
    table.add_row("cuda", "none")
    if "+cpu" in torch.__version__:
        advice.append(
            "this torch is built for the CPU only, which is fine; with an NVIDIA GPU, install "
            "the CUDA build from pytorch.org for more speed"
        )


def _display(table: Table, advice: list[str]) -> None:
    has_display = sys.platform != "linux" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    table.add_row("display", "yes" if has_display else "none")
    if not has_display:
        advice.append("there is no display: the studio can't open, the shell commands work")
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=60, check=False
        )
        lines = probe.stdout.split("\n")
    except subprocess.TimeoutExpired:
        lines = []
    if len(lines) >= 2 and lines[0]:
        table.add_row("opengl", f"{lines[1]} ({lines[0]})")
    else:
        table.add_row("opengl", "none")
        advice.append(
            "OpenGL does not work: on Debian or Ubuntu install libegl1 libgl1 libglx-mesa0, "
            "elsewhere the graphics driver"
        )


def _models(table: Table, advice: list[str]) -> None:
    from occstudio.inference.library import list_models

    names = [card.name for card in list_models()]
    table.add_row("models", ", ".join(names) or "none")
    if not names:
        advice.append("there is no model: reinstall occstudio, or add one of your own")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
