"""The File menu: pictures and films of the view."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, needs_any_shape, needs_view

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def save_picture(window: "MainWindow") -> None:
    """Ask how large and where to, and take a picture of the view."""
    # Imported here: it loads VTK, which is of no use without OpenGL.
    from occstudio.gui.view.capture_dialogs import PictureDialog
    from occstudio.gui.view.viewport import Viewport

    if isinstance(window.viewport, Viewport):
        PictureDialog(window, window.viewport).show()


def film_turn(window: "MainWindow") -> None:
    """Ask how long and where to, and film one turn around the shapes."""
    from occstudio.gui.view.capture_dialogs import TurntableDialog
    from occstudio.gui.view.viewport import Viewport

    if isinstance(window.viewport, Viewport):
        TurntableDialog(window, window.viewport).show()


def _needs_something_in_view(window: "MainWindow") -> str:
    return needs_view(window) or needs_any_shape(window)


ROWS = (
    ActionSpec(
        "save_picture",
        "File",
        "Save &Picture…",
        save_picture,
        "camera-outline",
        ("Ctrl+Shift+E",),
        "Take a picture of the view, up to four times as large, with or without background",
        _needs_something_in_view,
        separated=True,
    ),
    ActionSpec(
        "film_turn",
        "File",
        "Film a &Turn…",
        film_turn,
        "rotate-3d-variant",
        tip="Write one turn around the shapes as GIF, WebP, PNG frames or MP4",
        blocked=_needs_something_in_view,
    ),
)
