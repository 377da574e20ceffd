"""The Edit menu."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def _nothing_to_undo(window: "MainWindow") -> str:
    return "there is nothing to undo" if window.studio.undo_label is None else ""


def _nothing_to_redo(window: "MainWindow") -> str:
    return "there is nothing to redo" if window.studio.redo_label is None else ""


def _undo_text(window: "MainWindow") -> str:
    label = window.studio.undo_label
    return "&Undo" if label is None else f"&Undo “{label}”"


def _redo_text(window: "MainWindow") -> str:
    label = window.studio.redo_label
    return "&Redo" if label is None else f"&Redo “{label}”"


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
)
