"""The View menu: how surfaces are painted."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from occstudio.gui.action_spec import ActionSpec, needs_view
from occstudio.gui.translation import marked

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

# As in `gui.view.shading`, which would load VTK.
SHADINGS = (
    ("studio", marked("&Studio Light"), marked("Soft lights, as in a photographer's studio")),
    ("matcap", marked("&Matcap"), marked("The picture of a lit ball, which shows every bump")),
    ("flat", marked("&Flat"), marked("Each triangle in one shade")),
    ("wireframe", marked("&Wireframe"), marked("Edges only")),
    (
        "normals",
        marked("&Normals"),
        marked("Directions as colours: red right, green up, blue front"),
    ),
    ("colors", marked("Vertex &Colours"), marked("The colours of the mesh, if it has any")),
    (
        "doubt",
        marked("&Uncertainty"),
        marked("How far the surface would move if the threshold were another"),
    ),
)
"""Shadings: setting, menu text, tip. Z goes through all but the last."""

MATCAPS = (
    ("clay", marked("&Clay")),
    ("porcelain", marked("&Porcelain")),
    ("jade", marked("&Jade")),
)


def next_shading(window: "MainWindow") -> None:
    """Paint by the next shading; after the last, by the first."""
    names = [name for name, _, _ in SHADINGS[:-1]]
    now = window.studio.settings.shading
    after = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
    use_shading(window, after)


def use_shading(window: "MainWindow", name: str) -> None:
    """Paint by a shading."""
    window.change_settings(replace(window.studio.settings, shading=name))


def _shading_row(name: str, text: str, tip: str) -> ActionSpec:
    return ActionSpec(
        f"shading_{name}",
        "View/Shading",
        text,
        lambda window: use_shading(window, name),
        tip=tip,
        blocked=needs_view,
        checked=lambda window: window.studio.settings.shading == name,
        group="shading",
        separated=name == "doubt",
    )


def _use_matcap(name: str) -> "Callable[[MainWindow], None]":
    return lambda window: window.change_settings(
        replace(window.studio.settings, shading="matcap", matcap=name)
    )


def _matcap_row(name: str, text: str) -> ActionSpec:
    return ActionSpec(
        f"matcap_{name}",
        "View/Shading/Matcap Material",
        text,
        _use_matcap(name),
        tip=marked("Paint with this matcap"),
        blocked=needs_view,
        checked=lambda window: window.studio.settings.matcap == name,
        group="matcap",
    )


def toggle_wires(window: "MainWindow") -> None:
    """Draw the triangles' edges over the surface, or not."""
    settings = window.studio.settings
    window.change_settings(replace(settings, shows_wires=not settings.shows_wires))


def toggle_shell(window: "MainWindow") -> None:
    """Draw the surfaces below and above the threshold, or not."""
    settings = window.studio.settings
    window.change_settings(replace(settings, shows_shell=not settings.shows_shell))


ROWS = (
    ActionSpec(
        "next_shading",
        "View/Shading",
        "Ne&xt Shading",
        next_shading,
        "palette-outline",
        ("Z",),
        "Studio light, matcap, flat, wireframe, normals, vertex colours, in turn",
        needs_view,
    ),
    *(_shading_row(*row) for row in SHADINGS),
    *(_matcap_row(*row) for row in MATCAPS),
    ActionSpec(
        "wires",
        "View/Shading",
        "&Edges over the Surface",
        toggle_wires,
        keys=("Shift+Z", "W"),
        tip="Draw the triangles' edges over the surface",
        blocked=needs_view,
        checked=lambda window: window.studio.settings.shows_wires,
        separated=True,
    ),
    ActionSpec(
        "shell",
        "View/Shading",
        "S&hell of Doubt",
        toggle_shell,
        keys=("Shift+U",),
        tip="Draw the surface at a lower threshold, translucent, around the one at a higher",
        blocked=needs_view,
        checked=lambda window: window.studio.settings.shows_shell,
    ),
)
