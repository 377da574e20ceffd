"""The Tools menu."""

from occstudio.gui.action_spec import ActionSpec, needs_shape

ROWS = (
    ActionSpec(
        "doctor",
        "Tools",
        "&Why Does It Look Bad?",
        lambda window: window.doctor.ask(),
        "stethoscope",
        ("F8",),
        "Measure the selected shape and say what may be wrong with it",
        needs_shape,
    ),
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
