"""The Latent menu: the explorer's tabs, and ways between shapes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from occstudio.gui.action_spec import ActionSpec
from occstudio.gui.panels.explorer.explorer import TABS
from occstudio.gui.translation import marked, tr
from occstudio.studio.blend import Blend, BlendKey

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

WAY_FILTERS = (
    marked("Animated glTF, step by step (*.glb)"),
    marked("Film (*.gif)"),
    marked("Film (*.webp)"),
    marked("Folder of meshes (*.ply)"),
    marked("Folder of meshes (*.obj)"),
    marked("Folder of meshes (*.stl)"),
    marked("Folder of pictures (*.png)"),
)
_MP4 = marked("Film (*.mp4)")

_SIDE = 480
"""Pixels of a film's side."""

_MOST_KEYS = 12


def open_tab(window: "MainWindow", name: str) -> None:
    """Show a tab of the explorer, and the explorer if it is hidden."""
    if not window.docks.is_open("explorer"):
        window.docks.toggle("explorer")
    window.explorer.open_tab(name)
    tab = window.explorer.tabs.currentWidget()
    if tab is not None:
        tab.setFocus()


def blend_selected(window: "MainWindow") -> None:
    """A shape between those that are selected, in the order of the list."""
    keys = _selected_keys(window)
    if len(keys) > 1:
        window.studio.exploration.blend(keys)
        open_tab(window, "between")


def play(window: "MainWindow") -> None:
    """Go to and fro between the shapes, or stop."""
    open_tab(window, "between")
    window.explorer.between.play.click()


def draw_samples(window: "MainWindow") -> None:
    """Other new shapes."""
    open_tab(window, "samples")
    window.explorer.samples.again.click()


def export_way(window: "MainWindow") -> None:
    """Ask where to, and write the shapes along the way of the selected one."""
    from occstudio.exchange.film import has_video  # not before the window is there
    from occstudio.gui.view.portrait import portrait

    blend = _blend(window)
    if blend is None:
        return
    settings = window.studio.settings
    ends = f"{blend.keys[0].name} to {blend.keys[-1].name}".replace("/", "-")
    start = Path(settings.export_folder or settings.folder or Path.home()) / f"{ends}.glb"
    filters = [*WAY_FILTERS, *((_MP4,) if has_video() else ())]
    name, chosen = QFileDialog.getSaveFileName(
        window,
        tr("Export the Way Between Shapes"),
        str(start),
        ";;".join(tr(entry) for entry in filters),
    )
    if name:
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(chosen.rpartition("*")[2].rstrip(")") or ".glb")
        window.change_settings(replace(window.studio.settings, export_folder=str(path.parent)))
        window.studio.exploration.export_way(blend, path, lambda mesh: portrait(mesh, _SIDE))


def _blend(window: "MainWindow") -> Blend | None:
    item = window.studio.document.current
    return None if item is None else item.blend


def _selected_keys(window: "MainWindow") -> list[BlendKey]:
    document = window.studio.document
    chosen = [item for item in document.items if item.id in document.selection]
    keys = [window.studio.exploration.key_of(item) for item in chosen[:_MOST_KEYS]]
    return [key for key in keys if key is not None]


def _needs_space(window: "MainWindow") -> str:
    if window.studio.exploration.space is not None:
        return ""
    return tr("no model with a space of shapes is in the library")


def _needs_two(window: "MainWindow") -> str:
    if _needs_space(window) or len(_selected_keys(window)) > 1:
        return _needs_space(window)
    return tr("select two shapes of the space first")


def _needs_blend(window: "MainWindow") -> str:
    if _needs_space(window) or _blend(window) is not None:
        return _needs_space(window)
    return tr("select a shape between others first")


def _opens(name: str) -> "Callable[[MainWindow], None]":
    return lambda window: open_tab(window, name)


ROWS = (
    *(
        ActionSpec(
            f"explore_{name}",
            "Latent",
            title,
            _opens(name),
            sign,
            (f"Alt+{4 + number}",),
            marked("Show this tab of the explorer"),
            _needs_space,
        )
        for number, (name, title, sign) in enumerate(TABS, start=1)
    ),
    ActionSpec(
        "blend_selected",
        "Latent",
        "&Blend Selected Shapes",
        blend_selected,
        "vector-line",
        ("Ctrl+B",),
        "Add a shape between the selected ones",
        _needs_two,
        separated=True,
    ),
    ActionSpec(
        "play_way",
        "Latent",
        "&Play Between Shapes",
        play,
        "play",
        ("Ctrl+Space",),
        "Go to and fro between the shapes, or stop",
        _needs_blend,
    ),
    ActionSpec(
        "draw_samples",
        "Latent",
        "Draw &New Shapes",
        draw_samples,
        "creation-outline",
        ("Ctrl+Alt+N",),
        "Draw other shapes that nobody made (another seed)",
        _needs_space,
    ),
    ActionSpec(
        "export_way",
        "Latent",
        "&Export the Way…",
        export_way,
        "export-variant",
        ("Ctrl+Alt+E",),
        "Write the way between shapes as meshes, as an animation or as a film",
        _needs_blend,
    ),
)
