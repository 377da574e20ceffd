"""The Tools menu."""

from occstudio.gui.action_spec import ActionSpec

ROWS = (
    ActionSpec(
        "palette",
        "Tools",
        "&Command Palette…",
        lambda window: window.show_palette(),
        "magnify",
        ("Ctrl+Shift+P", "F3"),
        "Find anything that can be done by its name",
    ),
)
