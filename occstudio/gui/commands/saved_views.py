"""The View menu: places to look from, kept under nine keys."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, key_text, needs_any_shape
from occstudio.gui.saved_views_dialog import SavedViewsDialog
from occstudio.gui.translation import marked, tr
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.studio import edits
from occstudio.studio.notice import Notice, Severity
from occstudio.studio.saved_view import SLOTS, SavedView

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

LOOKS = (
    marked("View &1"),
    marked("View &2"),
    marked("View &3"),
    marked("View &4"),
    marked("View &5"),
    marked("View &6"),
    marked("View &7"),
    marked("View &8"),
    marked("View &9"),
)
"""What the menu says of a view without a name, by its number."""

KEEPS = (
    marked("Save as View &1"),
    marked("Save as View &2"),
    marked("Save as View &3"),
    marked("Save as View &4"),
    marked("Save as View &5"),
    marked("Save as View &6"),
    marked("Save as View &7"),
    marked("Save as View &8"),
    marked("Save as View &9"),
)


def save_view(window: "MainWindow", slot: int) -> None:
    """Keep where one looks from under a number; its name stays."""
    orbit, old = window.viewport.orbit, window.studio.document.view(slot)
    view = SavedView(
        slot,
        "" if old is None else old.name,
        orbit.target,
        orbit.distance,
        orbit.azimuth,
        orbit.elevation,
        orbit.is_parallel,
    )
    window.studio.apply(edits.save_view(view))
    said = tr("Saved as view {slot}; {keys} comes back to it", slot=slot, keys=_key(slot))
    window.status.show_notice(Notice(said, severity=Severity.SUCCESS))


def save_next(window: "MainWindow") -> None:
    """Keep where one looks from under the first number that is free."""
    taken = {view.slot for view in window.studio.document.views}
    save_view(window, next(slot for slot in SLOTS if slot not in taken))


def look_again(window: "MainWindow", slot: int) -> None:
    """Look from where a saved view was."""
    view = window.studio.document.view(slot)
    if view is None:
        return
    settings = window.studio.settings
    if settings.is_parallel != view.is_parallel:
        window.change_settings(replace(settings, is_parallel=view.is_parallel))
    window.viewport.turn(
        OrbitCamera(view.target, view.distance, view.azimuth, view.elevation, view.is_parallel)
    )


def edit_views(window: "MainWindow") -> SavedViewsDialog:
    """Name saved views, or forget them."""
    dialog = SavedViewsDialog(window.studio, lambda slot: look_again(window, slot), window)
    dialog.show()
    return dialog


def _key(slot: int) -> str:
    return key_text(f"Ctrl+Alt+{slot}")


def _is_full(window: "MainWindow") -> str:
    reason = needs_any_shape(window)
    if not reason and len(window.studio.document.views) == len(SLOTS):
        return tr("all nine are taken: save over one of them")
    return reason


def _needs_views(window: "MainWindow") -> str:
    return "" if window.studio.document.views else tr("save a view first")


def _needs_view(slot: int) -> "Callable[[MainWindow], str]":
    def reason(window: "MainWindow") -> str:
        if window.studio.document.view(slot) is not None:
            return ""
        return tr("nothing is saved here: {keys} does it", keys=key_text("Ctrl+Alt+0"))

    return reason


def _label(slot: int) -> "Callable[[MainWindow], str]":
    def said(window: "MainWindow") -> str:
        view = window.studio.document.view(slot)
        name = "" if view is None else view.name.replace("&", "&&")
        return f"&{slot}  {name}" if name else tr(LOOKS[slot - 1])

    return said


def _look(slot: int) -> ActionSpec:
    return ActionSpec(
        f"view_{slot}",
        "View/Saved Views",
        LOOKS[slot - 1],
        lambda window: look_again(window, slot),
        keys=(f"Ctrl+Alt+{slot}",),
        tip="Look from where this view was saved",
        blocked=_needs_view(slot),
        label=_label(slot),
        separated=slot == SLOTS[0],
    )


def _keep(slot: int) -> ActionSpec:
    return ActionSpec(
        f"save_view_{slot}",
        "View/Saved Views/Save As",
        KEEPS[slot - 1],
        lambda window: save_view(window, slot),
        tip="Keep where you look from, to come back to it",
        blocked=needs_any_shape,
    )


ROWS = (
    ActionSpec(
        "save_view",
        "View/Saved Views",
        "&Save This View",
        save_next,
        "camera-plus-outline",
        ("Ctrl+Alt+0",),
        "Keep where you look from, to come back to it",
        _is_full,
    ),
    *(_keep(slot) for slot in SLOTS),
    ActionSpec(
        "edit_views",
        "View/Saved Views",
        "&Edit Saved Views…",
        edit_views,
        tip="Name saved views, or forget them",
        blocked=_needs_views,
    ),
    *(_look(slot) for slot in SLOTS),
)
