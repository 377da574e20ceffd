"""Without OpenGL the window works, with still pictures and a reason."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import OpenGl
from occstudio.gui.view.still_view import StillView
from occstudio.shapes.analytic import AnalyticModel
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio
from tests.gui.conftest import TIMEOUT_MS, close_window, ellipsoid_file


@pytest.fixture
def blind(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on a computer without OpenGL."""
    model, bridge = AnalyticModel(), Bridge(qapp)
    studio = Studio(
        lambda name, device: model,
        lambda: [model.card],
        post=bridge.post,
        settings=Settings(theme="dark"),
    )
    window = MainWindow(studio, OpenGl("", "no driver"))
    window.resize(900, 600)
    window.show()
    studio.refresh_models()
    qtbot.waitUntil(lambda: bool(studio.models), timeout=TIMEOUT_MS)
    yield window
    close_window(qapp, window)


def test_shapes_are_drawn_turned_and_zoomed_without_opengl(
    blind: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    view = blind.viewport
    assert isinstance(view, StillView)
    blind.studio.open_files([ellipsoid_file(tmp_path / "egg.npy", (2.0, 0.5, 0.5))])

    def settle() -> np.ndarray:
        qtbot.waitUntil(
            lambda: (
                bool(blind.studio.results)
                and not blind.studio.is_busy
                and not view.is_busy
                and view.picture is not None
                and view.picture.shape[:2] == (view.height(), view.width())
            ),
            timeout=TIMEOUT_MS,
        )
        assert view.picture is not None
        return view.picture

    blind.actions_table["front"].trigger()
    front = (settle()[..., 3] > 128).sum()
    blind.actions_table["right"].trigger()
    side = (settle()[..., 3] > 128).sum()
    # Four times as long as wide.
    assert front == pytest.approx(4 * side, rel=0.15)
    before = view.orbit
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    qtbot.mouseMove(view, QPoint(260, 220))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(260, 220))
    assert view.orbit != before
    settle()
    label = view.findChild(QLabel, "noView")
    assert "no driver" in label.text()
    assert "libgl1-mesa-dri" in label.text()


def test_what_needs_opengl_says_so(blind: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    blind.studio.open_files([ellipsoid_file(tmp_path / "egg.npy")])
    qtbot.waitUntil(lambda: bool(blind.studio.results), timeout=TIMEOUT_MS)
    for name in ("slice", "compare", "next_shading", "save_picture", "film_turn"):
        action = blind.actions_table[name]
        assert not action.isEnabled()
        assert "no 3-D view" in action.toolTip()
    qtbot.waitUntil(lambda: not blind.studio.is_busy, timeout=TIMEOUT_MS)


def test_stills_do_not_outlive_the_window(blind: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    blind.studio.open_files([ellipsoid_file(tmp_path / "egg.npy")])
    qtbot.waitUntil(lambda: bool(blind.studio.results), timeout=TIMEOUT_MS)
    blind.close()  # the leak fixtures do the rest
