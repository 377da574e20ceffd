"""The part of the File menu that is about sessions."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.translation import tr

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def _needs_changes(window: "MainWindow") -> str:
    session = window.studio.session
    return "" if session.is_dirty or session.path is None else tr("everything is saved")


NEW = ActionSpec(
    "new",
    "File",
    "&New Session",
    lambda window: window.saving.new(),
    "file-outline",
    ("Ctrl+N",),
    "Begin with an empty window",
)

ROWS = (
    ActionSpec(
        "save",
        "File",
        "&Save Session",
        lambda window: window.saving.save(),
        "content-save-outline",
        ("Ctrl+S",),
        "Save shapes, settings and inputs in one file",
        _needs_changes,
        separated=True,
    ),
    ActionSpec(
        "save_as",
        "File",
        "Save Session &As…",
        lambda window: window.saving.save_as(),
        "content-save-edit-outline",
        ("Ctrl+Shift+S",),
        "Save the session under another name",
    ),
    ActionSpec(
        "recover",
        "File",
        "&Recover Work…",
        lambda window: window.studio.session.find_recoverable(all_of_it=True),
        "backup-restore",
        (),
        "Find work that was closed or lost without being saved",
    ),
)
