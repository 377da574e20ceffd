"""The real window on the analytic model, which makes an ellipsoid of any cloud in milliseconds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio.gui.app import make_application
from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.theme import apply_theme, chosen_theme
from occstudio.shapes.analytic import AnalyticModel
from occstudio.studio.exploration import ReadBook
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

TIMEOUT_MS = 120_000
"""Generous: other work may go on beside the tests. Nothing waits this long when all is well."""


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application, dressed as in real life."""
    app = make_application()
    if app.platformName() in ("offscreen", "minimal"):
        pytest.skip("the 3-D view needs a display: run the tests under xvfb-run")
    apply_theme(app, chosen_theme("dark"))
    return app


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window on the analytic model, with its models listed."""
    window = open_window(qapp, AnalyticModel(), tmp_path)
    qtbot.waitUntil(lambda: bool(window.studio.models), timeout=TIMEOUT_MS)
    yield window
    close_window(qapp, window)


def open_window(
    qapp: QApplication, model: object, tmp_path: Path, read_book: ReadBook | None = None
) -> MainWindow:
    """A shown window that works with one model, and its book if it has one."""
    bridge = Bridge(qapp)
    studio = Studio(
        lambda name, device: model,  # type: ignore[arg-type, return-value]
        lambda: [model.card],  # type: ignore[attr-defined]
        post=bridge.post,
        settings=Settings(theme="dark"),
        read_book=read_book,
    )
    sample = ellipsoid_file(tmp_path / "sample.npy")
    window = MainWindow(studio, probe_opengl(), [sample])
    window.resize(1000, 640)
    window.show()
    studio.refresh_models()
    return window


def close_window(qapp: QApplication, window: MainWindow) -> None:
    """Close it and let Qt delete it."""
    window.close()
    window.deleteLater()
    qapp.processEvents()


def ellipsoid_file(
    path: Path, radii: tuple[float, float, float] = (1.0, 2.0, 0.5), count: int = 2000
) -> Path:
    """A file with points on an ellipsoid; the analytic model makes exactly that of them."""
    points = np.random.default_rng(0).normal(size=(count, 3))
    points *= np.asarray(radii) / np.linalg.norm(points, axis=1, keepdims=True)
    # The outermost points make the box, and so the model's radii, exact.
    points[:6] = np.concatenate([np.diag(radii), -np.diag(radii)])
    np.save(path, points)
    return path
