"""The window is there before the 3-D view, which takes its place in it."""

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.startup import FirstPaint, seconds_since_launch
from occstudio.gui.view.coming_view import ComingView
from occstudio.gui.view.viewport import Viewport
from occstudio.shapes.analytic import AnalyticModel
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio
from tests.gui.conftest import TIMEOUT_MS, close_window, ellipsoid_file


def test_the_view_comes_into_a_window_that_is_shown_and_worked_with(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = Studio(
        lambda name, device: AnalyticModel(),
        lambda: [AnalyticModel.card],
        post=Bridge(qapp).post,
        settings=Settings(theme="dark"),
    )
    window = MainWindow(studio, probe_opengl(), builds_view=False)
    try:
        painted: list[bool] = []
        FirstPaint(window, lambda: painted.append(True))
        window.show()
        qtbot.waitUntil(lambda: bool(painted), timeout=TIMEOUT_MS)
        assert isinstance(window.viewport, ComingView)
        studio.refresh_models()
        studio.open_files([ellipsoid_file(tmp_path / "egg.npy")])
        qtbot.waitUntil(lambda: bool(studio.results) and not studio.is_busy, timeout=TIMEOUT_MS)
        window.build_view()
        assert isinstance(window.viewport, Viewport)
        assert window.director is not None
        qtbot.waitUntil(lambda: window.findChild(ComingView) is None, timeout=TIMEOUT_MS)
        item = studio.document.items[0]
        assert window.viewport.scene.bounds((item.id,)) is not None
        assert window.viewport.isVisible()
        assert painted == [True]
    finally:
        close_window(qapp, window)


def test_the_time_since_the_launch_grows() -> None:
    first = seconds_since_launch()
    assert 0 < first <= seconds_since_launch()
