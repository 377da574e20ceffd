"""The real window with shapes in it, and its pixels."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.view.viewport import Viewport
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file
from tests.gui.conftest import qapp as qapp  # noqa: PLC0414 - pytest wants the fixture by name

Open = Callable[..., int]


@pytest.fixture
def view(window: MainWindow) -> Viewport:
    """The 3-D view of the window."""
    assert isinstance(window.viewport, Viewport)
    return window.viewport


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> Open:
    """Opens points on an ellipsoid and waits for the surface; gives its id."""

    def open_one(radii: tuple[float, float, float] = (1.0, 2.0, 0.5), name: str = "egg") -> int:
        count = len(window.studio.document.items)
        window.studio.open_files([ellipsoid_file(tmp_path / f"{name}.npy", radii)])
        qtbot.waitUntil(lambda: len(window.studio.document.items) > count, timeout=TIMEOUT_MS)
        settle(qtbot, window)
        return window.studio.document.items[-1].id

    return open_one


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until every surface and every answer is there."""
    studio = window.studio

    def is_settled() -> None:
        # One by one, so that a test that waits in vain says for what.
        assert not studio.is_busy
        for name in ("slice", "distance", "certainty", "shell"):
            assert not getattr(studio.inquiries, name).is_busy, name
        for item in studio.document.items:
            assert studio.is_current(item) or not item.visible, item.name

    qtbot.waitUntil(is_settled, timeout=TIMEOUT_MS)


def pixels(view: Viewport) -> NDArray[np.uint8]:
    """What the view has drawn, (h, w, 3), without what lies over it."""
    view.update()
    view.smooth_edges(True)  # as when the view is at rest
    image = view.picture().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def set_settings(window: MainWindow, **changes: object) -> None:
    """Choose, as a person does in menus."""
    window.change_settings(replace(window.studio.settings, **changes))  # type: ignore[arg-type]
