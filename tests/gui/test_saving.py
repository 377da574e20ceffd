"""Sessions as a person meets them: save, reopen, close with unsaved work, recover."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from occstudio.exchange.session_file import read_thumbnail
from occstudio.gui.main_window import MainWindow
from occstudio.gui.recovery_dialog import RecoveryDialog
from occstudio.shapes.analytic import AnalyticModel
from occstudio.studio import edits
from occstudio.studio.autosave import autosave_folder, recoverable
from tests.gui.conftest import TIMEOUT_MS, close_window, ellipsoid_file, open_window

LEFT = Qt.MouseButton.LeftButton


def with_a_shape(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.studio.open_files([ellipsoid_file(tmp_path / "egg.npy")])
    qtbot.waitUntil(
        lambda: bool(window.studio.results) and not window.studio.is_busy, timeout=TIMEOUT_MS
    )


def choose_file(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> None:
    chosen = ("" if path is None else str(path), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)


def question(qtbot: QtBot, window: MainWindow) -> QMessageBox:
    qtbot.waitUntil(
        lambda: window.findChild(QMessageBox, "unsavedQuestion") is not None, timeout=TIMEOUT_MS
    )
    return window.findChild(QMessageBox, "unsavedQuestion")


def answer(qtbot: QtBot, window: MainWindow, button: QMessageBox.StandardButton) -> None:
    qtbot.mouseClick(question(qtbot, window).button(button), LEFT)


def test_a_session_is_saved_and_opened_through_the_menu(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    assert window.isWindowModified()
    choose_file(monkeypatch, tmp_path / "mine")
    window.actions_table["save"].trigger()
    qtbot.waitUntil(lambda: not window.isWindowModified(), timeout=TIMEOUT_MS)
    assert window.windowTitle().startswith("mine")
    assert not window.actions_table["save"].isEnabled()
    picture = QImage.fromData(read_thumbnail(tmp_path / "mine.occ"))
    assert picture.width() > 100
    item = window.studio.document.items[0]
    window.studio.apply(edits.rename(item.id, "other"))
    assert window.isWindowModified()
    window.actions_table["save"].trigger()
    qtbot.waitUntil(lambda: not window.isWindowModified(), timeout=TIMEOUT_MS)
    window.actions_table["new"].trigger()
    assert not window.studio.document.items
    assert window.stage.empty.isVisible()
    window.studio.open_files([tmp_path / "mine.occ"])
    qtbot.waitUntil(lambda: bool(window.studio.document.items), timeout=TIMEOUT_MS)
    assert window.studio.document.items[0].name == "other"
    assert window.studio.document.items[0].id != item.id
    qtbot.waitUntil(lambda: bool(window.studio.results), timeout=TIMEOUT_MS)


def test_closing_with_unsaved_work_asks_and_cancel_stays(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    window.saving.asks = True
    window.close()
    answer(qtbot, window, QMessageBox.StandardButton.Cancel)
    assert window.isVisible()
    assert window.studio.document.items
    # Saving that is given up keeps the window as well.
    choose_file(monkeypatch, None)
    qtbot.waitUntil(
        lambda: window.findChild(QMessageBox, "unsavedQuestion") is None, timeout=TIMEOUT_MS
    )
    window.close()
    answer(qtbot, window, QMessageBox.StandardButton.Save)
    assert window.isVisible()
    window.saving.asks = False


def test_closing_saves_first_when_that_is_wanted(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    window.saving.asks = True
    choose_file(monkeypatch, tmp_path / "last.occ")
    window.close()
    answer(qtbot, window, QMessageBox.StandardButton.Save)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=TIMEOUT_MS)
    assert (tmp_path / "last.occ").is_file()
    assert not list(autosave_folder().glob("*.occ"))


def test_closing_without_saving_keeps_the_work_aside(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    window.saving.asks = True
    window.close()
    answer(qtbot, window, QMessageBox.StandardButton.Discard)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=TIMEOUT_MS)
    (found,) = recoverable()
    assert found.was_discarded


def test_recent_sessions_are_in_the_menu_and_missing_ones_are_grey(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    for name in ("one", "two"):
        window.studio.session.save(tmp_path / f"{name}.occ")
        qtbot.waitUntil(lambda: not window.isWindowModified(), timeout=TIMEOUT_MS)
        window.studio.apply(edits.rename(window.studio.document.items[0].id, name))
    (tmp_path / "one.occ").unlink()
    menu = window.findChild(QMenu, "menu-file-recent")
    menu.aboutToShow.emit()
    entries = [(action.text(), action.isEnabled()) for action in menu.actions()]
    assert entries == [("two.occ", True), ("one.occ", False)]
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: not window.isWindowModified(), timeout=TIMEOUT_MS)
    assert window.studio.document.items[0].name == "one"


def test_work_of_a_killed_program_is_offered_restored_and_discarded(
    qapp: QApplication, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    dead = window.studio.session
    window.studio.apply(edits.rename(window.studio.document.items[0].id, "lost and found"))
    dead.autosave()
    wanted = replace(window.studio.document, selection=())
    qtbot.waitUntil(lambda: dead._autosaved == wanted, timeout=TIMEOUT_MS)
    dead._autosave.close()  # as the system does when a program is killed
    next_tmp = tmp_path / "next"
    next_tmp.mkdir()
    other = open_window(qapp, AnalyticModel(), next_tmp)
    try:
        other.studio.session.find_recoverable()
        qtbot.waitUntil(lambda: other.findChild(RecoveryDialog) is not None, timeout=TIMEOUT_MS)
        dialog = other.findChild(RecoveryDialog)
        qtbot.mouseClick(dialog.findChild(QPushButton, "recoveryDialog-restore"), LEFT)
        qtbot.waitUntil(lambda: bool(other.studio.document.items), timeout=TIMEOUT_MS)
        assert other.studio.document.items[0].name == "lost and found"
        assert other.isWindowModified()
        assert other.findChild(RecoveryDialog) is None
    finally:
        close_window(qapp, other)


def test_later_and_escape_leave_the_work_where_it_is(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    window.actions_table["new"].trigger()
    window.actions_table["recover"].trigger()
    qtbot.waitUntil(lambda: window.findChild(RecoveryDialog) is not None, timeout=TIMEOUT_MS)
    dialog = window.findChild(RecoveryDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert len(recoverable()) == 1
    assert not window.studio.document.items


def test_the_autosave_timer_follows_the_settings(window: MainWindow) -> None:
    timer = window.saving._timer
    assert timer.isActive()
    assert timer.interval() == 60_000
    window.change_settings(replace(window.studio.settings, autosave_s=0))
    assert not timer.isActive()
    window.change_settings(replace(window.studio.settings, autosave_s=5))
    assert timer.interval() == 5000


def test_a_bad_session_is_one_line_and_the_shapes_stay(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with_a_shape(qtbot, window, tmp_path)
    document = window.studio.document
    (tmp_path / "broken.occ").write_bytes(b"PK\x03\x04 no")
    window.studio.open_files([tmp_path / "broken.occ"])
    qtbot.waitUntil(lambda: "broken.occ" in window.status.message(), timeout=TIMEOUT_MS)
    assert window.studio.document is document


def test_an_empty_window_offers_to_go_on_with_the_last_session(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.resize(1440, 900)  # a low window has no room for it, only for the menu
    again = window.findChild(QPushButton, "emptyState-again")
    assert not again.isVisible()
    with_a_shape(qtbot, window, tmp_path)
    window.studio.session.save(tmp_path / "lamp.occ")
    qtbot.waitUntil(lambda: bool(window.studio.settings.recent), timeout=TIMEOUT_MS)
    window.studio.apply(edits.remove_items((window.studio.document.items[0].id,)))
    qtbot.waitUntil(again.isVisible, timeout=TIMEOUT_MS)
    assert "lamp" in again.text()
    again.click()
    qtbot.waitUntil(lambda: len(window.studio.document.items) == 1, timeout=TIMEOUT_MS)
    (tmp_path / "lamp.occ").unlink()
    window.studio.apply(edits.remove_items((window.studio.document.items[0].id,)))
    assert not again.isVisible()


def test_written_settings_leave_no_progress_behind(window: MainWindow, qtbot: QtBot) -> None:
    said: list[object] = []
    window.studio.activity_changed.subscribe(said.append)
    window.studio.change_settings(replace(window.studio.settings, unit="mm"))
    qtbot.waitUntil(lambda: bool(said) and said[-1] is None, timeout=TIMEOUT_MS)
