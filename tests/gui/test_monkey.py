"""A monkey at the keyboard: random actions and keys, seeded, and nothing breaks or is left over.

What would ask for a file is answered with Cancel. Exceptions in slots fail the test by themselves
(pytest-qt), threads, timers and windows left over by the fixtures around each test.
"""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QColorDialog, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.actions import TABLE
from occstudio.gui.main_window import MainWindow
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file

STEPS = 300
KEYS = (
    *(Qt.Key(code) for code in range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)),
    *(Qt.Key(code) for code in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)),
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Space,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Delete,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
)


@pytest.fixture(autouse=True)
def _no_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """File and colour dialogs that wait for an answer are cancelled."""
    for name, answer in (
        ("getOpenFileName", ("", "")),
        ("getOpenFileNames", ([], "")),
        ("getSaveFileName", ("", "")),
        ("getExistingDirectory", ""),
    ):
        monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer)
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_, **__: QColor())
    monkeypatch.setattr(QDialog, "exec", lambda _dialog: 0)


def close_dialogs(window: MainWindow) -> None:
    for dialog in window.findChildren(QDialog):
        dialog.close()


@pytest.mark.timeout(600)
def test_three_hundred_random_actions_and_keys_break_nothing(
    window: MainWindow, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    random = np.random.default_rng(20)
    files = [ellipsoid_file(tmp_path / f"{name}.npy", (1.0, 0.5, 2.0)) for name in "ab"]
    window.studio.open_files(files)
    qtbot.waitUntil(lambda: len(window.studio.document.items) == 2, timeout=TIMEOUT_MS)
    names = [row.name for row in TABLE if row.name != "quit"]
    done: list[str] = []
    for step in range(STEPS):
        if random.random() < 0.6:
            name = names[random.integers(len(names))]
            done.append(name)
            window.actions_table[name].trigger()
        else:
            key = KEYS[random.integers(len(KEYS))]
            done.append(key.name)
            target: QWidget = QApplication.focusWidget() or window
            if target.window() is window:
                qtbot.keyClick(target, key)
        if step % 10 == 0:
            close_dialogs(window)
        if not window.studio.document.items and step % 20 == 0:
            window.studio.open_files(files)
        qapp.processEvents()
        assert window.isVisible(), done[-5:]
        for item in window.studio.document.items:
            assert window.studio.document.find(item.id) is item
    close_dialogs(window)
    window.coach_marks.end()
    qtbot.waitUntil(lambda: not window.studio.is_busy, timeout=TIMEOUT_MS)
    window.leave()
