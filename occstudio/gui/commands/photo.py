"""What is done to shapes that were made from photos."""

from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, needs_shape, needs_view
from occstudio.gui.translation import tr
from occstudio.shapes.image import Image

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def edit_cut_out(window: "MainWindow") -> None:
    """Show what is taken for the object of the selected photo."""
    item = window.studio.document.current
    if item is not None:
        window.photo_desk.show(item.id)


def fit(window: "MainWindow") -> None:
    """Fit the selected shape to its photo."""
    item = window.studio.document.current
    if item is not None:
        window.studio.photos.fit(item.id)


def look_through(window: "MainWindow") -> None:
    """Look through the photo's camera, or no longer."""
    if window.director is not None:
        window.director.camera.look()
        window.actions_table.refresh()


def _is_through(window: "MainWindow") -> bool:
    return window.director is not None and window.director.camera.is_through


def _needs_photo(window: "MainWindow") -> str:
    item = window.studio.document.current
    if item is None:
        return needs_shape(window)
    if isinstance(item.source.observation, Image):
        return ""
    return tr("“{name}” was not made from a photo", name=item.name)


def _needs_reading(window: "MainWindow") -> str:
    item = window.studio.document.current
    result = None if item is None else window.studio.result_of(item)
    if item is None or _needs_photo(window):
        return _needs_photo(window)
    if result is None or result.reading is None:
        return tr("“{name}” has no shape with a known camera", name=item.name)
    return ""


def _needs_camera(window: "MainWindow") -> str:
    reason = needs_view(window) or _needs_reading(window)
    if reason or window.director is None:
        return reason
    if window.director.camera.can_look(window.studio.document):
        return ""
    return tr("the photo's camera is not in view")


ROWS = (
    ActionSpec(
        "edit_cut_out",
        "Shape",
        "Edit C&ut-out…",
        edit_cut_out,
        "image-edit-outline",
        (),
        "See and correct what is taken for the object of a photo",
        _needs_photo,
        separated=True,
    ),
    ActionSpec(
        "fit_photo",
        "Shape",
        "&Fit to Photo",
        fit,
        "image-filter-center-focus-strong-outline",
        (),
        "Change shape and camera until the outline agrees with the photo's",
        _needs_reading,
    ),
    ActionSpec(
        "photo_camera",
        "View",
        "Look Through the Photo's &Camera",
        look_through,
        "camera-outline",
        ("Shift+P",),
        "See the shape from where the photo was taken, with the photo over it",
        _needs_camera,
        checked=_is_through,
    ),
)
