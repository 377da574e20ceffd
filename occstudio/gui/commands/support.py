"""The Help menu."""

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.dialogs import show_about, show_shortcuts

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
