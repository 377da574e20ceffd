"""Which hand movement does what: the habits that people bring from other programs.

Dragging with the left button orbits in both, so that a touchpad without a middle button does
everything; they differ in what the other buttons and the modifiers do, and in what two fingers on
a touchpad do (Blender: orbit; MeshLab: zoom).
"""

from enum import Enum

from PySide6.QtCore import Qt

from occstudio.gui.translation import marked, tr

HABITS = ("blender", "meshlab")
"""Names of the habits, as in the settings."""

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
_COUNTED = SHIFT | CTRL

LEFT, MIDDLE, RIGHT = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)


class Move(Enum):
    """What the camera does."""

    ORBIT = "orbit"
    PAN = "pan"
    ZOOM = "zoom"


_DRAGS: dict[str, dict[tuple[Qt.MouseButton, Qt.KeyboardModifier], Move]] = {
    "blender": {
        (MIDDLE, NONE): Move.ORBIT,
        (MIDDLE, SHIFT): Move.PAN,
        (MIDDLE, CTRL): Move.ZOOM,
        (LEFT, NONE): Move.ORBIT,
        (LEFT, SHIFT): Move.PAN,
        (LEFT, CTRL): Move.ZOOM,
        (RIGHT, NONE): Move.PAN,
    },
    "meshlab": {
        (LEFT, NONE): Move.ORBIT,
        (LEFT, CTRL): Move.PAN,
        (LEFT, SHIFT): Move.ZOOM,
        (MIDDLE, NONE): Move.PAN,
        (RIGHT, NONE): Move.ZOOM,
    },
}

_FINGERS = {
    "blender": {NONE: Move.ORBIT, SHIFT: Move.PAN, CTRL: Move.ZOOM},
    "meshlab": {NONE: Move.ZOOM, SHIFT: Move.PAN, CTRL: Move.PAN},
}


def drag(habit: str, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Move | None:
    """What dragging with a button does; None for nothing. Unknown habits are Blender's."""
    table = _DRAGS.get(habit, _DRAGS["blender"])
    return table.get((button, modifiers & _COUNTED))


def fingers(habit: str, modifiers: Qt.KeyboardModifier) -> Move:
    """What two fingers on a touchpad do; a wheel always zooms."""
    table = _FINGERS.get(habit, _FINGERS["blender"])
    return table.get(modifiers & _COUNTED, Move.ORBIT)


def sheet(habit: str) -> tuple[tuple[str, str], ...]:
    """What the mouse does, in words, for the sheet of shortcuts."""
    rows = _SHEETS.get(habit, _SHEETS["blender"])
    return tuple((tr(keys), tr(text)) for keys, text in rows)


_ALWAYS = (
    (marked("Wheel, Pinch"), marked("Zoom to the cursor")),
    (marked("Click"), marked("Select a shape")),
    (marked("Double click"), marked("Frame what is under the cursor")),
    (marked("Arrow keys"), marked("Orbit")),
    ("+, -", marked("Zoom")),
)
_SHEETS = {
    "blender": (
        (marked("Middle drag, Drag"), marked("Orbit")),
        (marked("Shift+Middle drag, Right drag"), marked("Pan")),
        (marked("Ctrl+Middle drag"), marked("Zoom")),
        (marked("Two fingers"), marked("Orbit; with Shift pan")),
        *_ALWAYS,
    ),
    "meshlab": (
        (marked("Drag"), marked("Orbit")),
        (marked("Middle drag, Ctrl+Drag"), marked("Pan")),
        (marked("Shift+Drag, Right drag"), marked("Zoom")),
        (marked("Two fingers"), marked("Zoom; with Shift pan")),
        *_ALWAYS,
    ),
}
