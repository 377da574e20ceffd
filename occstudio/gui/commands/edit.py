"""The Edit menu."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.dropped import dropped
from occstudio.gui.preferences import Preferences
from occstudio.gui.translation import told, tr

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def _nothing_to_undo(window: "MainWindow") -> str:
    return tr("there is nothing to undo") if window.studio.undo_label is None else ""


def _nothing_to_redo(window: "MainWindow") -> str:
    return tr("there is nothing to redo") if window.studio.redo_label is None else ""


def _undo_text(window: "MainWindow") -> str:
    label = window.studio.undo_label
    return tr("&Undo") if label is None else tr("&Undo “{label}”", label=told(label))


def _redo_text(window: "MainWindow") -> str:
    label = window.studio.redo_label
    return tr("&Redo") if label is None else tr("&Redo “{label}”", label=told(label))


def paste(window: "MainWindow") -> None:
    """Open the files, paths or the picture on the clipboard."""
    fallen = dropped(QGuiApplication.clipboard().mimeData())
    window.studio.open_files(fallen.files, fallen.refused)


def show_preferences(window: "MainWindow") -> None:
    """Show the preferences."""
    studio = window.studio
    Preferences(
        lambda: studio.settings, window.change_settings, studio.library.find_devices, window
    ).show()


ROWS = (
    ActionSpec(
        "undo",
        "Edit",
        "&Undo",
        lambda window: window.studio.undo(),
        "undo",
        ("Ctrl+Z",),
        "Take the last step back",
        _nothing_to_undo,
        label=_undo_text,
    ),
    ActionSpec(
        "redo",
        "Edit",
        "&Redo",
        lambda window: window.studio.redo(),
        "redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Do the step again",
        _nothing_to_redo,
        label=_redo_text,
    ),
    ActionSpec(
        "paste",
        "Edit",
        "&Paste",
        paste,
        "content-paste",
        ("Ctrl+V",),
        "Open the files, the paths or the picture on the clipboard",
        separated=True,
    ),
    ActionSpec(
        "preferences",
        "Edit",
        "Pre&ferences…",
        show_preferences,
        "cog-outline",
        ("Ctrl+,",),
        "Theme, mouse, device, unit, folders, safety copies",
        separated=True,
    ),
)
