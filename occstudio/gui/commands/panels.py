"""The part of the View menu that opens and closes panels, and finds lost ones again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.translation import marked

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

PANELS = (
    ("shapes", marked("&Shapes"), "Alt+1"),
    ("inspector", marked("&Inspector"), "Alt+2"),
    ("models", marked("&Models"), "Alt+3"),
    ("explorer", marked("&Explorer"), "Alt+4"),
)
"""Docked panels: the name that the window docked them under, text, key."""


def _toggle(name: str) -> "Callable[[MainWindow], None]":
    return lambda window: window.docks.toggle(name)


def _is_open(name: str) -> "Callable[[MainWindow], bool]":
    return lambda window: window.docks.is_open(name)


ROWS = (
    *(
        ActionSpec(
            f"panel_{name}",
            "View/Panels",
            text,
            _toggle(name),
            "dock-window",
            (key,),
            marked("Show or hide this panel"),
            checked=_is_open(name),
        )
        for name, text, key in PANELS
    ),
    ActionSpec(
        "reset_layout",
        "View/Panels",
        "&Reset Layout",
        lambda window: window.docks.reset(),
        "view-dashboard-outline",
        (),
        "Put all panels back where they were at first",
        separated=True,
    ),
)
