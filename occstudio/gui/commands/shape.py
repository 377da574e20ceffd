"""The Shape menu: what is done to the selected shapes."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, needs_shape
from occstudio.studio import edits

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def delete(window: "MainWindow") -> None:
    """Remove the selected shapes."""
    studio = window.studio
    if studio.document.selection:
        studio.apply(edits.remove_items(studio.document.selection))


def hide(window: "MainWindow") -> None:
    """Show or hide the selected shapes."""
    studio = window.studio
    item = studio.document.current
    if item is not None:
        studio.apply(edits.set_visible(studio.document.selection, not item.visible))


def retry(window: "MainWindow") -> None:
    """Try again what failed or was cancelled."""
    item = window.studio.document.current
    if item is not None:
        window.studio.retry(item.id)


ROWS = (
    ActionSpec(
        "rename",
        "Shape",
        "Re&name",
        lambda window: window.shapes.edit_name(),
        "pencil-outline",
        ("F2",),
        "Give the selected shape another name",
        needs_shape,
    ),
    ActionSpec(
        "hide",
        "Shape",
        "Show or &Hide",
        hide,
        "eye-outline",
        ("H",),
        "Show or hide the selected shapes",
        needs_shape,
    ),
    ActionSpec(
        "delete",
        "Shape",
        "&Delete",
        delete,
        "trash-can-outline",
        ("Del",),
        "Remove the selected shapes",
        needs_shape,
    ),
    ActionSpec(
        "retry",
        "Shape",
        "&Reconstruct Again",
        retry,
        "refresh",
        ("Ctrl+R",),
        "Try again what failed or was cancelled",
        needs_shape,
        separated=True,
    ),
    ActionSpec(
        "cancel",
        "Shape",
        "&Cancel",
        lambda window: window.studio.cancel(),
        "close",
        ("Esc",),
        "Give up what is being made",
    ),
)
