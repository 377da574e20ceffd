"""Whatever falls on the window, and whatever fails inside it, the session goes on."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio.gui.app import catch_everything
from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.studio import edits
from occstudio.studio.notice import Notice, Severity
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file
from tests.gui.test_workflows import drop, opened, settle


def fall(window: MainWindow, data: QMimeData) -> bool:
    """Drag something over the window and let it fall; whether it was welcome."""
    place = QPointF(400, 300)
    action, button, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(place, action, data, button, none)
    window.dragEnterEvent(enter)
    if enter.isAccepted():
        window.dropEvent(QDropEvent(place, action, data, button, none))
    return enter.isAccepted()


@pytest.fixture
def notices(window: MainWindow) -> list[Notice]:
    """Warnings and errors that the person is told."""
    told: list[Notice] = []
    grave = (Severity.WARNING, Severity.ERROR)
    window.studio.noticed.subscribe(
        lambda notice: told.append(notice) if notice.severity in grave else None
    )
    return told


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("text", "it is text, not a file"),
        ("url", "it is on the network"),
        ("nothing", ""),
    ],
)
def test_what_is_no_file_is_refused_with_a_reason(
    window: MainWindow, qtbot: QtBot, notices: list[Notice], kind: str, reason: str
) -> None:
    data = QMimeData()
    if kind == "text":
        data.setText("a chair with four legs")
    elif kind == "url":
        data.setUrls([QUrl("https://example.org/chair.ply")])
    assert fall(window, data) == bool(reason)
    if reason:
        qtbot.waitUntil(lambda: len(notices) == 1, timeout=TIMEOUT_MS)
        assert reason in notices[0].text + notices[0].details


def test_a_text_with_paths_opens_them(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setText(f"  {ellipsoid_file(tmp_path / 'egg.npy')}\n")
    fall(window, data)
    settle(qtbot, window)
    assert window.studio.document.items[0].name == "egg"


def test_a_dragged_picture_is_opened_as_a_photo(
    window: MainWindow, qtbot: QtBot, notices: list[Notice]
) -> None:
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    data = QMimeData()
    data.setImageData(picture)
    fall(window, data)
    qtbot.waitUntil(lambda: bool(notices or window.studio.document.items), timeout=TIMEOUT_MS)
    if window.studio.document.items:
        assert window.studio.document.items[0].name == "picture"
    else:  # no model of the library takes photos
        assert "picture" in notices[0].text + notices[0].details


def test_a_folder_is_opened_file_by_file_and_the_rest_is_listed_once(
    window: MainWindow, qtbot: QtBot, notices: list[Notice], tmp_path: Path
) -> None:
    folder = tmp_path / "scans"
    (folder / "deep").mkdir(parents=True)
    ellipsoid_file(folder / "a.npy")
    ellipsoid_file(folder / "deep" / "b.npy")
    (folder / "film.mov").write_bytes(b"\x00\x00\x00\x14ftypqt  " + bytes(400))
    (folder / ".hidden").write_text("no")
    (tmp_path / "empty").mkdir()
    drop(window, folder, tmp_path / "empty", tmp_path / "vanished.ply")
    settle(qtbot, window)
    assert [item.name for item in window.studio.document.items] == ["a", "b"]
    assert len(notices) == 1
    assert notices[0].text == "3 of 5 files could not be used"
    assert "empty: the folder is empty" in notices[0].details
    assert "film.mov" in notices[0].details


def test_two_hundred_files_are_one_list(
    window: MainWindow, qtbot: QtBot, notices: list[Notice], tmp_path: Path
) -> None:
    files = [ellipsoid_file(tmp_path / "egg.npy")]
    for number in range(200):
        files.append(tmp_path / f"junk{number}.ply")
        files[-1].write_bytes(bytes([number, 7, 255]) * 40)
    drop(window, *files)
    settle(qtbot, window)
    assert len(window.studio.document.items) == 1
    assert [notice.text for notice in notices] == ["200 of 201 files could not be used"]
    assert len(notices[0].details.splitlines()) == 200


def test_a_place_that_cannot_be_written_is_one_sentence(
    window: MainWindow, qtbot: QtBot, notices: list[Notice], tmp_path: Path
) -> None:
    item_id = opened(qtbot, window, tmp_path)
    (tmp_path / "file").write_text("a file, not a folder")
    window.studio.export(item_id, tmp_path / "file" / "egg.ply")
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert notices[0].severity is Severity.ERROR
    assert "egg.ply" in notices[0].text
    assert window.studio.is_current(window.studio.document.items[0])


@pytest.fixture
def caught(window: MainWindow, qapp: QApplication) -> Iterator[MainWindow]:
    """The window, guarded as in real life."""
    before = sys.excepthook, threading.excepthook
    catch_everything(window.studio, Bridge(qapp))
    yield window
    sys.excepthook, threading.excepthook = before


@pytest.mark.expects_log("no such luck")
def test_a_failing_slot_is_one_line_with_details_and_the_session_goes_on(
    caught: MainWindow, qtbot: QtBot, notices: list[Notice], tmp_path: Path
) -> None:
    item_id = opened(qtbot, caught, tmp_path)

    def fail() -> None:
        raise ZeroDivisionError("no such luck")

    QTimer.singleShot(0, fail)
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert "no such luck" in caught.status.message()
    assert "Traceback" in notices[0].details
    assert caught.isVisible()
    caught.studio.apply(edits.set_threshold((item_id,), 0.7))
    settle(qtbot, caught)
    assert len(notices) == 1, "the same failure is told once"


@pytest.mark.expects_log("no such luck")
def test_a_failing_panel_keeps_nobody_else_from_hearing(
    caught: MainWindow, qtbot: QtBot, notices: list[Notice], tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such luck")

    caught.studio.changed._subscribers.insert(0, fail)
    drop(caught, ellipsoid_file(tmp_path / "egg.npy"))
    settle(qtbot, caught)
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert "egg" in caught.windowTitle()
    assert caught.studio.undo_label is not None
    caught.studio.changed._subscribers.remove(fail)


@pytest.mark.expects_log("no such luck")
def test_a_failing_thread_is_one_line(
    caught: MainWindow, qtbot: QtBot, notices: list[Notice]
) -> None:
    def fail() -> None:
        raise RuntimeError("no such luck")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert "no such luck" in caught.status.message()
