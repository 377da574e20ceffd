"""The table of actions: whole, without clashes, and everything in it reachable and explained."""

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.actions import MENUS, TABLE, TOOLBAR
from occstudio.gui.main_window import MainWindow
from occstudio.gui.theme import DARK, icon
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file


def test_names_and_shortcuts_are_given_once() -> None:
    names = Counter(row.name for row in TABLE)
    keys = Counter(QKeySequence(key).toString() for row in TABLE for key in row.keys)
    assert [name for name, count in names.items() if count > 1] == []
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys, "a shortcut that Qt cannot read"


def test_every_row_is_in_a_menu_and_says_what_it_does() -> None:
    menus = {title.replace("&", "") for title in MENUS}
    for row in TABLE:
        assert row.menu.partition("/")[0] in menus, row.name
        assert row.tip, f"{row.name} has no tip"
    assert set(TOOLBAR) - {""} <= {row.name for row in TABLE}


def test_mnemonics_of_a_menu_differ() -> None:
    for menu in {row.menu for row in TABLE}:
        letters = [
            row.text[row.text.index("&") + 1].lower()
            for row in TABLE
            if row.menu == menu and "&" in row.text
        ]
        clashes = [letter for letter, count in Counter(letters).items() if count > 1]
        assert clashes == [], f"{menu}: Alt+{clashes}"


def test_every_icon_exists(qapp: object) -> None:
    for row in TABLE:
        if row.icon:
            assert not icon(row.icon, DARK).pixmap(16, 16).isNull(), row.name


def test_menus_hold_every_action(window: MainWindow) -> None:
    listed = {action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions()}
    for row in TABLE:
        assert window.actions_table[row.name] in listed, row.name


def test_what_is_disabled_says_why(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    def check() -> None:
        window.actions_table.refresh()
        for row in TABLE:
            action = window.actions_table[row.name]
            reason = row.blocked(window)
            assert action.isEnabled() == (not reason), row.name
            assert reason in action.toolTip(), row.name
            assert reason[:1].islower() or not reason[:1].isalpha(), reason

    check()
    window.studio.open_files([ellipsoid_file(tmp_path / "egg.npy")])
    qtbot.waitUntil(lambda: bool(window.studio.results), timeout=TIMEOUT_MS)
    check()


def test_the_palette_does_what_is_chosen_and_remembers_it(window: MainWindow, qtbot: QtBot) -> None:
    shown = window.studio.settings.shows_floor
    window.actions_table["palette"].trigger()
    field = window.findChild(QLineEdit, "commandPalette-field")
    assert field.isVisible()
    qtbot.keyClicks(field, "floor")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.studio.settings.shows_floor is not shown
    assert window.studio.settings.recent_actions == "floor"
    window.actions_table["palette"].trigger()
    assert window.command_palette.shown()[0] == "floor"
    qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_keys_typed_in_the_palette_are_no_shortcuts(window: MainWindow, qtbot: QtBot) -> None:
    ran: list[str] = []
    window.actions_table.ran.connect(ran.append)
    window.actions_table["palette"].trigger()
    ran.clear()
    field = window.findChild(QLineEdit, "commandPalette-field")
    qtbot.keyClicks(field, "gp17")
    assert ran == []
    assert field.text() == "gp17"
    qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_the_shortcut_sheet_is_the_table_and_can_be_searched(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.actions_table["shortcuts"].trigger()
    sheet = window.findChild(QWidget, "shortcutsDialog")
    shown = sheet.shown()  # type: ignore[attr-defined]
    assert [row.title for row in TABLE if row.keys and row.title not in shown] == []
    qtbot.keyClicks(sheet.findChild(QLineEdit, "shortcutsDialog-field"), "ctrl+e")
    assert sheet.shown() == ["Export"]  # type: ignore[attr-defined]
    sheet.close()


def test_a_closed_panel_is_found_again_and_the_layout_can_be_reset(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel: QAction = window.actions_table["panel_inspector"]
    assert panel.isChecked()
    panel.trigger()
    assert not window.inspector.isVisible()
    assert not panel.isChecked()
    panel.trigger()
    assert window.inspector.isVisible()
    window.actions_table["panel_shapes"].trigger()
    window.actions_table["reset_layout"].trigger()
    qtbot.waitUntil(window.shapes.isVisible, timeout=TIMEOUT_MS)
    assert window.actions_table["panel_shapes"].isChecked()
