"""Saved views: kept and found again by keys, named in a list, undone, and in the session."""

from pathlib import Path

from PySide6.QtWidgets import QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.saved_views_dialog import SavedViewsDialog
from tests.gui.test_workflows import opened, settle


def test_a_view_is_saved_and_looked_from_again_by_its_key(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    table = window.actions_table
    assert not table["save_view_2"].isEnabled()
    opened(qtbot, window, tmp_path)
    window.viewport.look(120, 40)
    kept = window.viewport.orbit
    table["save_view_2"].trigger()
    assert window.studio.undo_label == "Save view 2"
    table["front"].trigger()
    table["parallel"].trigger()
    assert window.viewport.orbit != kept
    assert table["view_2"].shortcut().toString() == "Ctrl+Alt+2"
    table["view_2"].trigger()
    assert window.viewport.orbit == kept
    assert not table["view_1"].isEnabled()
    assert "nothing is saved here" in table["view_1"].toolTip()


def test_views_are_named_looked_from_and_forgotten_in_their_list(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    for side in ("front", "top"):
        window.actions_table[side].trigger()
        window.actions_table["save_view"].trigger()
    window.actions_table["edit_views"].trigger()
    dialog = window.findChild(SavedViewsDialog)
    rows = dialog.findChild(QTableWidget)
    assert rows.rowCount() == 2
    rows.item(0, 1).setText("from the door")
    assert window.studio.document.view(1).name == "from the door"  # type: ignore[union-attr]
    assert "from the door" in window.actions_table["view_1"].text()
    rows.setCurrentCell(0, 1)
    dialog.findChild(QPushButton, "savedViews-look").click()
    assert (window.viewport.orbit.azimuth, window.viewport.orbit.elevation) == (0, 0)
    dialog.findChild(QPushButton, "savedViews-forget").click()
    assert [view.slot for view in window.studio.document.views] == [2]
    assert rows.rowCount() == 1
    window.actions_table["undo"].trigger()
    assert rows.rowCount() == 2
    dialog.close()


def test_all_nine_taken_says_so(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(qtbot, window, tmp_path)
    for _ in range(9):
        window.actions_table["save_view"].trigger()
    assert len(window.studio.document.views) == 9
    assert not window.actions_table["save_view"].isEnabled()
    assert "all nine" in window.actions_table["save_view"].toolTip()


def test_saved_views_come_back_with_the_session(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    window.viewport.look(75, 10)
    window.actions_table["save_view_5"].trigger()
    kept = window.studio.document.views
    window.studio.session.save(tmp_path / "kept.occ")
    qtbot.waitUntil((tmp_path / "kept.occ").is_file)
    settle(qtbot, window)
    window.actions_table["undo"].trigger()
    assert not window.studio.document.views
    window.studio.open_files([tmp_path / "kept.occ"])
    qtbot.waitUntil(lambda: window.studio.document.views == kept)
    settle(qtbot, window)
