"""The File menu."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from occstudio.exchange.formats import readable_suffixes
from occstudio.exchange.session_file import SUFFIX
from occstudio.gui.action_spec import ActionSpec, needs_shape
from occstudio.gui.commands import session
from occstudio.gui.translation import marked, tr

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

EXPORT_FILTERS = {
    ".glb": marked("Binary glTF (*.glb)"),
    ".obj": marked("Wavefront OBJ (*.obj)"),
    ".ply": "PLY (*.ply)",
    ".stl": "STL (*.stl)",
}
"""The first one is offered first, until another one was chosen."""


def open_files(window: "MainWindow") -> None:
    """Ask for files and open them."""
    suffixes = " ".join(f"*{suffix}" for suffix in (*readable_suffixes(), SUFFIX))
    names, _ = QFileDialog.getOpenFileNames(
        window,
        tr("Open"),
        window.studio.settings.folder,
        tr("Scans, meshes and sessions ({suffixes});;All files (*)", suffixes=suffixes),
    )
    if names:
        _remember_folder(window, Path(names[0]))
        window.studio.open_files([Path(name) for name in names])


def export(window: "MainWindow") -> None:
    """Ask where to, and export the selected shape."""
    item = window.studio.document.current
    if item is None:
        return
    settings = window.studio.settings
    last = settings.export_format if settings.export_format in EXPORT_FILTERS else ""
    suffixes = sorted(EXPORT_FILTERS, key=lambda suffix: suffix != last)
    folder = Path(settings.export_folder or settings.folder or Path.home())
    name, chosen = QFileDialog.getSaveFileName(
        window,
        tr("Export {name}", name=item.name),
        str(folder / f"{item.name}{suffixes[0]}"),
        ";;".join(tr(EXPORT_FILTERS[suffix]) for suffix in suffixes),
    )
    if name:
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(chosen.rpartition("*")[2].rstrip(")"))
        settings = replace(
            window.studio.settings,
            export_folder=str(path.parent),
            export_format=path.suffix.lower(),
        )
        window.change_settings(settings)
        window.studio.export(item.id, path)


def _remember_folder(window: "MainWindow", path: Path) -> None:
    window.change_settings(replace(window.studio.settings, folder=str(path.parent)))


ROWS = (
    session.NEW,
    ActionSpec(
        "open",
        "File",
        "&Open…",
        open_files,
        "folder-open-outline",
        ("Ctrl+O",),
        "Open scans, meshes and sessions",
    ),
    ActionSpec(
        "open-model",
        "File",
        "Open &Model…",
        lambda window: window.model_cards.choose_file(),
        "brain",
        ("Ctrl+Shift+O",),
        "Bring a checkpoint into the library",
    ),
    *session.ROWS,
    ActionSpec(
        "export",
        "File",
        "&Export…",
        export,
        "export-variant",
        ("Ctrl+E",),
        "Write the selected surface as GLB, OBJ, PLY or STL",
        needs_shape,
        separated=True,
    ),
)

LAST_ROWS = (
    ActionSpec(
        "quit",
        "File",
        "&Quit",
        lambda window: window.close(),
        "",
        ("Ctrl+Q",),
        "Close the window",
        separated=True,
    ),
)
"""What stands below everything else that is put into the menu."""
