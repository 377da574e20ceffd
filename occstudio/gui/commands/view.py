"""The View menu: where one looks from, and what is drawn."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from occstudio.gui.action_spec import ActionSpec, needs_any_shape, needs_shape, needs_view
from occstudio.gui.translation import marked, tr
from occstudio.studio import edits

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

THEMES = (
    ("system", marked("As the &System"), marked("The colours that the system has")),
    ("dark", marked("&Dark"), marked("Dark colours")),
    ("light", marked("&Light"), marked("Light colours")),
)
"""Themes: setting, menu text, tip."""

HABITS = (
    ("blender", marked("As in &Blender"), marked("The middle button orbits, with Shift it pans")),
    ("meshlab", marked("As in &MeshLab"), marked("The left button orbits, the middle one pans")),
)
"""Mouse habits: setting, menu text, tip."""

SIDES = (
    ("front", marked("&Front"), "1", (0, 0), marked("Look from the front")),
    ("back", marked("&Back"), "Ctrl+1", (180, 0), marked("Look from the back")),
    ("right", marked("&Right"), "3", (90, 0), marked("Look from the right")),
    ("left", marked("&Left"), "Ctrl+3", (270, 0), marked("Look from the left")),
    ("top", marked("&Top"), "7", (0, 90), marked("Look from above")),
    ("bottom", marked("Botto&m"), "Ctrl+7", (0, -90), marked("Look from below")),
    ("corner", marked("Three-&quarter"), "0", (35, 20), marked("Look from the corner")),
)
"""Sides to look from: name, text, key, azimuth and elevation in degrees, tip."""


def toggle_points(window: "MainWindow") -> None:
    """Ghost the input points over the surface, or not."""
    settings = window.studio.settings
    window.change_settings(replace(settings, shows_points=not settings.shows_points))


def toggle_floor(window: "MainWindow") -> None:
    """Draw the floor, or not."""
    settings = window.studio.settings
    window.change_settings(replace(settings, shows_floor=not settings.shows_floor))


def toggle_crop(window: "MainWindow") -> None:
    """Crop the input by a box in the view, or put the box away."""
    window.studio.apply(edits.show_crop(not window.studio.document.shows_crop))


def _needs_scan(window: "MainWindow") -> str:
    reason = needs_view(window) or needs_shape(window)
    item = window.studio.document.current
    if not reason and item is not None and not item.can_be_cropped:
        return tr("only scans can be cropped")
    return reason


def toggle_parallel(window: "MainWindow") -> None:
    """Look without perspective, or with it."""
    settings = window.studio.settings
    window.change_settings(replace(settings, is_parallel=not settings.is_parallel))


def _use_habit(name: str) -> "Callable[[MainWindow], None]":
    return lambda window: window.change_settings(replace(window.studio.settings, mouse=name))


def _has_habit(name: str) -> "Callable[[MainWindow], bool]":
    return lambda window: window.studio.settings.mouse == name


def _use_theme(name: str) -> "Callable[[MainWindow], None]":
    return lambda window: window.change_settings(replace(window.studio.settings, theme=name))


def _has_theme(name: str) -> "Callable[[MainWindow], bool]":
    return lambda window: window.studio.settings.theme == name


def _look(azimuth: float, elevation: float) -> "Callable[[MainWindow], None]":
    return lambda window: window.viewport.look(azimuth, elevation)


def toggle_fullscreen(window: "MainWindow") -> None:
    """Fill the screen with the window, or not."""
    window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)


ROWS = (
    ActionSpec(
        "fullscreen",
        "View",
        "F&ull Screen",
        toggle_fullscreen,
        "fullscreen",
        ("F11",),
        "Fill the screen with the window",
        checked=lambda window: window.isFullScreen(),
    ),
    ActionSpec(
        "frame",
        "View",
        "Frame &Selected",
        lambda window: window.viewport.frame(window.studio.document.selection),
        "image-filter-center-focus",
        ("F",),
        "Fill the view with the selected shapes",
        needs_shape,
    ),
    ActionSpec(
        "frame_all",
        "View",
        "Frame &All",
        lambda window: window.viewport.frame(None),
        "fit-to-page-outline",
        ("Home",),
        "Bring everything into view",
        needs_any_shape,
    ),
    *(
        ActionSpec(f"{name}", "View/From", text, _look(*angles), "", (key,), tip)
        for name, text, key, angles, tip in SIDES
    ),
    ActionSpec(
        "parallel",
        "View/From",
        "&Orthographic",
        toggle_parallel,
        keys=("5",),
        tip="Look without perspective: what is parallel stays parallel",
        checked=lambda window: window.studio.settings.is_parallel,
        separated=True,
    ),
    ActionSpec(
        "points",
        "View",
        "Input &Points",
        toggle_points,
        "scatter-plot-outline",
        ("P",),
        "Ghost the input over the surface",
        checked=lambda window: window.studio.settings.shows_points,
        separated=True,
    ),
    ActionSpec(
        "crop_box",
        "View",
        "Crop &Box",
        toggle_crop,
        "cube-scan",
        ("B",),
        "Crop the input by dragging the sides of a box",
        _needs_scan,
        checked=lambda window: window.studio.document.shows_crop,
    ),
    ActionSpec(
        "floor",
        "View",
        "Floor &Grid",
        toggle_floor,
        "grid",
        ("G",),
        "Draw the floor",
        checked=lambda window: window.studio.settings.shows_floor,
    ),
    *(
        ActionSpec(
            f"mouse_{name}",
            "View/Mouse",
            text,
            _use_habit(name),
            tip=tip,
            checked=_has_habit(name),
            group="mouse",
        )
        for name, text, tip in HABITS
    ),
    *(
        ActionSpec(
            f"theme_{name}",
            "View/Theme",
            text,
            _use_theme(name),
            tip=tip,
            checked=_has_theme(name),
            group="theme",
        )
        for name, text, tip in THEMES
    ),
)
