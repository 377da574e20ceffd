"""The Help menu."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.dialogs import show_about, show_shortcuts
from occstudio.gui.system_report import SystemReport
from occstudio.gui.tour import stops

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def show_system_report(window: "MainWindow") -> None:
    """Examine the machine and show what is found."""
    SystemReport(window.studio.settings, window.opengl, window).show()


ROWS = (
    ActionSpec(
        "shortcuts",
        "Help",
        "&Shortcuts",
        show_shortcuts,
        "keyboard-outline",
        ("F1",),
        "All shortcuts",
    ),
    ActionSpec(
        "tour",
        "Help",
        "&Tour of the Window",
        lambda window: window.coach_marks.start(stops(window)),
        "map-marker-path",
        (),
        "Be shown around: what each part is for",
    ),
    ActionSpec(
        "system_report",
        "Help",
        "System &Report…",
        show_system_report,
        "clipboard-pulse-outline",
        (),
        "What this machine has and what is missing, to be copied",
        separated=True,
    ),
    ActionSpec(
        "about",
        "Help",
        "&About OccStudio",
        lambda window: show_about(window, window.studio, window.opengl),
        "information-outline",
        (),
        "Version, device and display",
    ),
)
