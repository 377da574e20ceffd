"""Pictures of the window in its main states: ``python -m occstudio.gui.screenshots FOLDER``.

They are made to be looked at. The shipped model is used where it is, else the analytic one.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from occstudio.gui.app import (
    bundled_samples,
    list_models_of_library,
    load_model_of_library,
    make_application,
)
from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.theme import apply_theme, chosen_theme
from occstudio.gui.view.shading import ALL_SHADINGS
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.model_card import ModelCard
from occstudio.studio import edits
from occstudio.studio.document import COMPARISONS, Comparison, FieldSlice
from occstudio.studio.pipeline import LoadModel
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

SIZE = (1440, 900)
"""Of the pictures, in pixels."""


def write_screenshots(folder: Path) -> list[Path]:
    """Write the main states in both themes; the files are returned."""
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    written: list[Path] = []
    for theme in ("dark", "light"):
        written += _session(app, theme, folder)
    return written


def _session(app: QApplication, theme: str, folder: Path) -> list[Path]:
    load, names = _models()
    bridge = Bridge(app)
    studio = Studio(load, names, post=bridge.post, settings=Settings(theme=theme))
    # Files and results of pictures are nobody's preferences.
    studio.change_settings = lambda settings: setattr(studio, "settings", settings)  # type: ignore[method-assign]
    apply_theme(app, chosen_theme(theme))
    window = MainWindow(studio, probe_opengl(), bundled_samples())
    window.resize(*SIZE)
    window.show()
    written: list[Path] = []

    def shoot(name: str) -> None:
        _wait(lambda: not (studio.is_busy or _asks(studio)))
        _pause(400)
        path = folder / f"{name}-{theme}.png"
        window.grab().save(str(path))
        written.append(path)

    with tempfile.TemporaryDirectory() as place:
        files = list(bundled_samples()) or [_blob(Path(place))]
        studio.refresh_models()
        shoot("1-empty")
        studio.open_files(files[:1])
        _wait(lambda: bool(studio.document.items))
        shoot("2-reconstructed")
        window.change_settings(replace(studio.settings, shows_points=False))
        shoot("3-surface")
        item = studio.document.items[0]
        studio.apply(edits.set_threshold((item.id,), 0.999))
        shoot("4-high-threshold")
        studio.undo()
        nothing = Path(place) / "nothing"
        nothing.mkdir()
        studio.open_files([*files[1:3], nothing, nothing / "film.mov"])
        _wait(lambda: not studio.is_busy, extra_ms=800)
        shoot("5-several-and-rejected")
        _shoot_view(window, shoot)
    window.close()
    return written


def _shoot_view(window: MainWindow, shoot: Callable[[str], None]) -> None:
    """Every way to paint, to look into the field and to compare."""
    studio = window.studio
    if window.opengl.problem or len(studio.document.items) < 2:
        return
    ids = tuple(item.id for item in studio.document.items)
    first, second = ids[:2]
    studio.apply(edits.set_visible(ids[1:], False))
    studio.apply(edits.select((first,)))
    plain = studio.settings
    for shading in ALL_SHADINGS:
        window.change_settings(replace(plain, shading=shading, shows_points=False))
        shoot(f"6-shading-{shading}")
    window.change_settings(replace(plain, shows_shell=True, shows_points=False))
    shoot("7-shell")
    window.change_settings(replace(plain, shows_points=False))
    for axis, offset in (("z", 0.0), ("y", -0.05), ("x", 0.1)):
        studio.apply(edits.set_slice(FieldSlice(True, axis, offset)))
        shoot(f"8-slice-{axis}")
    studio.apply(edits.set_slice(FieldSlice()))
    studio.apply(edits.set_visible(ids[1:], True))
    for mode in COMPARISONS[1:]:
        studio.apply(edits.set_comparison(Comparison(mode, first, second)))
        shoot(f"9-compare-{mode}")
    studio.apply(edits.set_comparison(Comparison()))


def _asks(studio: Studio) -> bool:
    return studio.inquiries.is_busy or studio.inquiries.slice.is_busy


def _models() -> tuple[LoadModel, Callable[[], Sequence[ModelCard]]]:
    if list_models_of_library():
        return load_model_of_library, list_models_of_library
    return lambda _name, _device: AnalyticModel(), lambda: [AnalyticModel.card]


def _blob(folder: Path) -> Path:
    points = np.random.default_rng(0).normal(size=(3000, 3))
    points *= np.array([1.0, 0.7, 0.5]) / np.linalg.norm(points, axis=1, keepdims=True)
    path = folder / "pebble.npy"
    np.save(path, points)
    return path


def _wait(done: Callable[[], bool], extra_ms: int = 0) -> None:
    _pause(200 + extra_ms)
    for _ in range(3000):
        if done():
            return
        _pause(100)


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    write_screenshots(Path(sys.argv[1] if len(sys.argv) > 1 else "out/screenshots"))
