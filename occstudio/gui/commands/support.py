"""The Help menu."""

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.dialogs import show_about, show_shortcuts
from occstudio.gui.tour import stops

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
        "about",
        "Help",
        "&About OccStudio",
        lambda window: show_about(window, window.studio, window.opengl),
        "information-outline",
        (),
        "Version, device and display",
        separated=True,
    ),
)
