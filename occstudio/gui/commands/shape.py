"""The Shape menu: what is done to the selected shapes."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, needs_any_shape, needs_shape
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


def move(window: "MainWindow", step: int) -> None:
    """Move the selected shapes up or down the list."""
    studio = window.studio
    items, selection = studio.document.items, studio.document.selection
    rows = [row for row, item in enumerate(items) if item.id in selection]
    if rows:
        place = max(rows[0] - 1, 0) if step < 0 else min(rows[-1] + 2, len(items))
        studio.apply(edits.move_items(selection, place))


def show_only(window: "MainWindow") -> None:
    """Hide all other shapes, or show them again if they are hidden."""
    studio = window.studio
    studio.apply(edits.show_only(studio.document.selection))


def select_all(window: "MainWindow") -> None:
    """Select all shapes; the current one stays the current one."""
    document = window.studio.document
    others = tuple(item.id for item in document.items if item.id not in document.selection)
    window.studio.apply(edits.select(document.selection + others))


def retry(window: "MainWindow") -> None:
    """Try again what failed or was cancelled."""
    item = window.studio.document.current
    if item is not None:
        window.studio.retry(item.id)


def complete(window: "MainWindow") -> None:
    """Find whole shapes that agree with what was seen of the selected one."""
    item = window.studio.document.current
    if item is not None:
        window.studio.completions.start(item.id)


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
        "show_only",
        "Shape",
        "Show &Only This",
        show_only,
        "eye-circle-outline",
        ("Shift+H",),
        "Hide all other shapes, or show all again",
        needs_shape,
    ),
    ActionSpec(
        "color",
        "Shape",
        "Co&lour…",
        lambda window: window.shapes.choose_color(),
        "palette-outline",
        (),
        "Give the selected shapes a colour",
        needs_shape,
    ),
    ActionSpec(
        "duplicate",
        "Shape",
        "Duplica&te",
        lambda window: window.studio.duplicate(window.studio.document.selection),
        "content-duplicate",
        ("Ctrl+D",),
        "Copy the selected shapes, to try something else with the copies",
        needs_shape,
        separated=True,
    ),
    ActionSpec(
        "move_up",
        "Shape",
        "Move U&p",
        lambda window: move(window, -1),
        "arrow-up",
        ("Alt+Up",),
        "Move the selected shapes up the list",
        needs_shape,
    ),
    ActionSpec(
        "move_down",
        "Shape",
        "Move Do&wn",
        lambda window: move(window, 1),
        "arrow-down",
        ("Alt+Down",),
        "Move the selected shapes down the list",
        needs_shape,
    ),
    ActionSpec(
        "select_all",
        "Shape",
        "Select &All",
        select_all,
        "select-all",
        ("Ctrl+A",),
        "Select all shapes",
        needs_any_shape,
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
        "complete",
        "Shape",
        "Co&mplete",
        complete,
        "puzzle-outline",
        (),
        "Find whole shapes that agree with a scan of a part (an experiment)",
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
