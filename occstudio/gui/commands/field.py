"""The View menu: two shapes against each other, and a look into the field."""

from dataclasses import replace
from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, needs_shape, needs_view
from occstudio.gui.translation import marked, tr
from occstudio.studio import edits
from occstudio.studio.compared import candidates
from occstudio.studio.document import Comparison

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

COMPARISONS = (
    (
        "side_by_side",
        marked("Side by &Side"),
        marked("One beside the other, looked at from one side"),
    ),
    ("overlay", marked("&Overlay"), marked("Both in one place, the second translucent")),
    ("wipe", marked("&Wipe"), marked("Both in one place, with an edge between them to drag")),
    (
        "distance",
        marked("&Distance"),
        marked("The first, coloured by its distance from the second"),
    ),
)
"""Ways to compare: mode, menu text, tip."""


def compare(window: "MainWindow", mode: str) -> None:
    """Compare the first two selected shapes, or those that are compared already, in a way."""
    document = window.studio.document
    old = document.comparison
    if old.mode == mode:
        end_comparison(window)
        return
    first, second = old.first, old.second
    if old.mode == "off" or first is None or second is None:
        pair = candidates(document)
        if pair is None:
            return
        first, second = pair[0].id, pair[1].id
    window.studio.apply(edits.set_comparison(Comparison(mode, first, second, old.wipe)))


def end_comparison(window: "MainWindow") -> None:
    """Show all shapes again."""
    wipe = window.studio.document.comparison.wipe
    window.studio.apply(edits.set_comparison(Comparison(wipe=wipe)))


def toggle_comparison(window: "MainWindow") -> None:
    """Wipe between the two selected shapes, or stop comparing."""
    if window.studio.document.comparison.mode == "off":
        compare(window, "wipe")
    else:
        end_comparison(window)


def swap(window: "MainWindow") -> None:
    """Make the first of the compared shapes the second."""
    old = window.studio.document.comparison
    window.studio.apply(edits.set_comparison(replace(old, first=old.second, second=old.first)))


def toggle_slice(window: "MainWindow") -> None:
    """Look into the field, or put the slice away."""
    old = window.studio.document.slice
    window.studio.apply(edits.set_slice(replace(old, visible=not old.visible)))


def toggle_cut(window: "MainWindow") -> None:
    """Let the slice cut the surface open, or leave it whole."""
    settings = window.studio.settings
    window.change_settings(replace(settings, slice_cuts=not settings.slice_cuts))


def _needs_two(window: "MainWindow") -> str:
    if needs_view(window):
        return needs_view(window)
    return "" if candidates(window.studio.document) else tr("open a second shape first")


def _needs_comparison(window: "MainWindow") -> str:
    is_off = window.studio.document.comparison.mode == "off"
    return tr("nothing is compared") if is_off else ""


def _needs_field(window: "MainWindow") -> str:
    if needs_view(window) or needs_shape(window):
        return needs_view(window) or needs_shape(window)
    item = window.studio.document.current
    return "" if item is not None and item.model else tr("choose a model first")


def _row(mode: str, text: str, tip: str) -> ActionSpec:
    return ActionSpec(
        f"compare_{mode}",
        "View/Compare",
        text,
        lambda window: compare(window, mode),
        tip=tip,
        blocked=_needs_two,
        checked=lambda window: window.studio.document.comparison.mode == mode,
    )


ROWS = (
    ActionSpec(
        "compare",
        "View/Compare",
        "&Compare",
        toggle_comparison,
        "compare",
        ("C",),
        "Compare the two selected shapes, or stop comparing",
        _needs_two,
        checked=lambda window: window.studio.document.comparison.mode != "off",
    ),
    *(_row(*row) for row in COMPARISONS),
    ActionSpec(
        "compare_swap",
        "View/Compare",
        "Swap the &Two",
        swap,
        "swap-horizontal",
        ("Shift+C",),
        "Make the first of the compared shapes the second",
        _needs_comparison,
        separated=True,
    ),
    ActionSpec(
        "slice",
        "View/Field Slice",
        "Field S&lice",
        toggle_slice,
        "layers-outline",
        ("S",),
        "Look into the field: what the network believes on a plane",
        _needs_field,
        checked=lambda window: window.studio.document.slice.visible,
    ),
    ActionSpec(
        "slice_cut",
        "View/Field Slice",
        "Cut the Surface &Open",
        toggle_cut,
        keys=("Shift+S",),
        tip="Leave away the part of the surface before the slice",
        blocked=needs_view,
        checked=lambda window: window.studio.settings.slice_cuts,
    ),
)
