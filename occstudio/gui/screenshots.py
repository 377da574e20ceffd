"""Pictures of the window in its main states: ``python -m occstudio.gui.screenshots FOLDER``.

They are made to be looked at: both themes, at 1440 x 900 and at twice the pixels. Each scale needs
a process of its own, since Qt reads the factor once. The shipped model is used where it is, else
the analytic one. Dialogs are painted where they stand over the window.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QToolButton, QWidget

from occstudio.finishing.finishing import Finishing
from occstudio.gui.app import (
    book_of_library,
    bundled_samples,
    list_models_of_library,
    load_model_of_library,
    make_application,
)
from occstudio.gui.bridge import Bridge
from occstudio.gui.commands.explore import open_tab
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.panels.explorer.explorer import TABS
from occstudio.gui.theme import apply_theme, chosen_theme
from occstudio.gui.view.shading import ALL_SHADINGS
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.model_card import ModelCard
from occstudio.studio import edits
from occstudio.studio.document import COMPARISONS, Comparison, FieldSlice
from occstudio.studio.photo_cut import FOUND
from occstudio.studio.pipeline import LoadModel
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

SIZE = (1440, 900)
"""Of the pictures, in logical pixels."""

SCALES = (1, 2)
"""Pixels per logical pixel."""

_MOST_WAIT_MS = 120_000
_PICTURES_MS = 2500


def write_screenshots(folder: Path, scale: int) -> list[Path]:
    """Write the main states in both themes at this process's scale; the files are returned."""
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    written: list[Path] = []
    for theme in ("dark", "light"):
        apply_theme(app, chosen_theme(theme))
        window = _opened(app, theme)
        for name in _states(window):
            path = folder / f"{name}-{theme}{'' if scale == 1 else f'@{scale}x'}.png"
            _photograph(window, path)
            written.append(path)
            _close_dialogs(window)
        window.leave()
        window.deleteLater()
        _pause(50)
    return written


def _opened(app: QApplication, theme: str) -> MainWindow:
    load, names = _models()
    studio = Studio(
        load,
        names,
        post=Bridge(app).post,
        settings=Settings(theme=theme),
        read_book=book_of_library,
    )
    # Files and results of pictures are nobody's preferences.
    studio.change_settings = lambda settings: setattr(studio, "settings", settings)  # type: ignore[method-assign]
    window = MainWindow(studio, probe_opengl(), bundled_samples())
    window.resize(*SIZE)
    window.show()
    studio.refresh_models()
    _wait(lambda: bool(studio.models))
    return window


def _states(window: MainWindow) -> Iterator[str]:
    """Bring the window from state to state; the picture is taken at each name."""
    actions, studio = window.actions_table, window.studio
    yield "01-welcome"
    actions["tour"].trigger()
    yield "02-tour"
    window.coach_marks.end()
    with tempfile.TemporaryDirectory() as place:
        files = list(bundled_samples()) or [_pebble(Path(place))]
        _open(studio, files[:1])
        yield "03-reconstructed"
        yield from _dialogs(window)
        yield from _field(window)
        if len(files) > 1:
            _open(studio, files[1:2])
            yield from _comparisons(window)
        yield from _panels(window)
        yield from _photo(window, Path(place))
        yield from _explorer(window)
        _open(studio, [*files[2:3], Path(place) / "film.mov", Path(place) / "lost.ply"])
        yield "12-several-and-rejected"
        for button in window.status.findChildren(QToolButton, "statusStrip-details"):
            button.click()
        yield "13-details"
        _open(studio, [_broken(Path(place))])
        _wait(window.doctor_card.isVisible)
        yield "14-doctor"
        item = studio.document.current
        if item is not None:
            studio.apply(edits.set_threshold((item.id,), 0.999))
        yield "15-failure"


def _dialogs(window: MainWindow) -> Iterator[str]:
    actions = window.actions_table
    actions["palette"].trigger()
    yield "04-palette"
    for field in window.command_palette.findChildren(QLineEdit):
        field.setText("fra")
    yield "05-palette-search"
    window.command_palette.hide()
    actions["shortcuts"].trigger()
    yield "06-shortcuts"
    actions["preferences"].trigger()
    yield "07-preferences"
    for side in ("corner", "front"):
        actions[side].trigger()
        actions["save_view"].trigger()
    actions["edit_views"].trigger()
    yield "07-saved-views"
    actions["corner"].trigger()


def _field(window: MainWindow) -> Iterator[str]:
    """Every way to paint a surface and to look into its field."""
    studio = window.studio
    plain = replace(studio.settings, shows_points=False)
    for shading in ALL_SHADINGS:
        window.change_settings(replace(plain, shading=shading))
        yield f"08-shading-{shading}"
    window.change_settings(replace(plain, shows_shell=True))
    yield "09-shell"
    window.change_settings(plain)
    for axis, offset in (("z", 0.0), ("y", -0.05), ("x", 0.1)):
        studio.apply(edits.set_slice(FieldSlice(True, axis, offset)))
        yield f"09-slice-{axis}"
    studio.apply(edits.set_slice(FieldSlice()))


def _comparisons(window: MainWindow) -> Iterator[str]:
    studio = window.studio
    first, second = (item.id for item in studio.document.items[:2])
    studio.apply(edits.select((first, second)))
    yield "10-two-selected"
    for mode in COMPARISONS:
        if mode != "off":
            studio.apply(edits.set_comparison(Comparison(mode, first, second)))
            yield f"11-compare-{mode}"
    studio.apply(edits.set_comparison(Comparison()))


def _panels(window: MainWindow) -> Iterator[str]:
    """A finished surface, compared with another shape, beside all models and one's details."""
    studio, inspector = window.studio, window.inspector
    item = studio.document.items[0]
    studio.apply(edits.select((item.id,)))
    inspector.input.edit.expand(animate=False)
    yield "16-input"
    actions = window.actions_table
    actions["crop_box"].trigger()
    yield "16-crop-box"
    actions["crop_box"].trigger()
    wanted = Finishing(smooth_iterations=5, target_faces=4000, colouring="height")
    studio.apply(edits.set_finishing((item.id,), wanted))
    window.model_cards.choose_filter("all")
    for section in (inspector.input, inspector.surface):
        section.collapse(animate=False)
    for section in (inspector.latent, inspector.measure):
        section.expand(animate=False)
    _wait(lambda: not studio.is_busy)
    inspector.measure.compare()
    yield "17-finish-and-measure"
    for section in (inspector.input, inspector.surface):
        section.expand(animate=False)
    inspector.input.edit.collapse(animate=False)
    studio.apply(edits.set_finishing((item.id,), item.finishing))
    window.model_cards.show_details(studio.models[0].name)
    yield "18-model-details"


def _photo(window: MainWindow, folder: Path) -> Iterator[str]:
    """A photo with its background, if there is a model that reads photos."""
    studio = window.studio
    if not any(card.input_spec.has_opacity for card in studio.models):
        return
    studio.open_files([_stool(folder)])
    desk = window.photo_desk
    _wait(lambda: desk.dialog is not None and not studio.photos.cuts.is_busy)
    yield "19-cut-out"
    item = studio.document.current
    if item is None:
        return
    studio.photos.accept(item.id, FOUND)
    _wait(lambda: not studio.is_busy)
    yield "20-photo-camera"
    window.actions_table["photo_camera"].trigger()
    yield "21-through-the-photo"
    window.actions_table["photo_camera"].trigger()


def _explorer(window: MainWindow) -> Iterator[str]:
    """Half way between two chairs, and every tab, if there is a space of shapes."""
    studio, explorer = window.studio, window.explorer
    space = studio.exploration.space
    if space is None:
        return
    chairs = [entry.name for entry in space.book.of_kind("chair")] or space.book.names
    for place in (0, 1):
        explorer.between.choose_named(place, chairs[place])
    for tab, _, _ in TABS:
        open_tab(window, tab)
        _pause(_PICTURES_MS)
        yield f"22-explorer-{tab}"
    open_tab(window, "between")


def _open(studio: Studio, files: Sequence[Path]) -> None:
    studio.open_files(files)
    _pause(600)
    _wait(lambda: not studio.is_busy)


def _photograph(window: MainWindow, path: Path) -> None:
    _pause(200)
    _wait(lambda: not (window.studio.is_busy or _asks(window.studio)))
    _pause(500)
    picture = window.grab()
    painter = QPainter(picture)
    for dialog in _open_dialogs(window):
        size = dialog.size()
        corner = QPoint(
            (window.width() - size.width()) // 2, (window.height() - size.height()) // 2
        )
        painter.drawPixmap(corner, dialog.grab())
        painter.drawRect(corner.x() - 1, corner.y() - 1, size.width() + 1, size.height() + 1)
    painter.end()
    picture.save(str(path))


def _open_dialogs(window: QWidget) -> list[QDialog]:
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


def _close_dialogs(window: QWidget) -> None:
    for dialog in _open_dialogs(window):
        dialog.close()


def _asks(studio: Studio) -> bool:
    return studio.inquiries.is_busy or studio.inquiries.slice.is_busy


def _models() -> tuple[LoadModel, Callable[[], Sequence[ModelCard]]]:
    if list_models_of_library():
        return load_model_of_library, list_models_of_library
    return lambda _name, _device: AnalyticModel(), lambda: [AnalyticModel.card]


def _pebble(folder: Path) -> Path:
    points = np.random.default_rng(0).normal(size=(3000, 3))
    points *= np.array([1.0, 0.7, 0.5]) / np.linalg.norm(points, axis=1, keepdims=True)
    path = folder / "pebble.npy"
    np.save(path, points)
    return path


def _stool(folder: Path) -> Path:
    """A stool before a wall."""
    picture = Image.new("RGB", (960, 720), (196, 190, 180))
    pencil = ImageDraw.Draw(picture)
    pencil.rectangle((0, 520, 960, 720), fill=(120, 98, 74))
    for left in (352, 440, 520, 600):
        pencil.line((left, 350, left + (left - 480) // 6, 600), fill=(70, 44, 26), width=20)
    pencil.ellipse((330, 290, 640, 392), fill=(142, 62, 40))
    pencil.ellipse((330, 278, 640, 372), fill=(186, 92, 60))
    path = folder / "stool.png"
    picture.save(path)
    return path


def _broken(folder: Path) -> Path:
    """A few noisy points and a stray one."""
    random = np.random.default_rng(0)
    points = random.normal(size=(70, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    path = folder / "poor scan.npy"
    np.save(path, np.concatenate([points, [[9.0, 0.0, 0.0]]]))
    return path


def _wait(done: Callable[[], bool]) -> None:
    for _ in range(_MOST_WAIT_MS // 100):
        if done():
            return
        _pause(100)


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main(arguments: Sequence[str]) -> int:
    """Write all scales, each in a process of its own."""
    folder = Path(arguments[0] if arguments else "out/screenshots")
    if len(arguments) > 1:
        write_screenshots(folder, int(arguments[1]))
        return 0
    with tempfile.TemporaryDirectory() as home:
        for scale in SCALES:
            environment = os.environ | {"QT_SCALE_FACTOR": str(scale), "OCCSTUDIO_HOME": home}
            command = [sys.executable, "-m", "occstudio.gui.screenshots", str(folder), str(scale)]
            code = subprocess.run(command, env=environment, check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
