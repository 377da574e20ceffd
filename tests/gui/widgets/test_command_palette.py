"""What the palette lists, and how keys choose from it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.theme import DARK
from occstudio.gui.widgets.command_palette import CommandPalette, PaletteEntry, ranked

ENTRIES = (
    PaletteEntry("open", "Open", "File", "Read a file", "Ctrl+O"),
    PaletteEntry("export", "Export", "File", "Write a mesh", "Ctrl+E", "open something first"),
    PaletteEntry("frame", "Frame Selected", "View", "Fill the view", "F"),
    PaletteEntry("frame_all", "Frame All", "View", "See everything", "Home"),
    PaletteEntry("dark", "Dark", "View › Theme", "Dark colours"),
)


def names(query: str, *recent: str) -> list[str]:
    return [entry.name for entry, _ in ranked(ENTRIES, query, recent)]


def test_without_a_query_what_was_used_last_comes_first_and_what_cannot_be_done_last() -> None:
    assert names("", "dark", "frame") == ["dark", "frame", "open", "frame_all", "export"]


def test_what_was_used_lately_wins_among_equals() -> None:
    assert names("frame")[0] == "frame_all"
    assert names("frame", "frame")[0] == "frame"


def test_menus_and_descriptions_are_searched_as_well() -> None:
    assert names("theme") == ["dark"]
    assert names("mesh") == ["export"]


def test_letters_strewn_over_a_description_are_no_match() -> None:
    assert names("rdlr") == []


@pytest.fixture
def palette(qtbot: QtBot) -> Iterator[CommandPalette]:
    """An open palette over a plain widget."""
    around = QWidget()
    qtbot.addWidget(around)
    around.resize(800, 600)
    made = CommandPalette(around)
    made.set_theme(DARK)
    around.show()
    made.ask(ENTRIES, ())
    yield made
    made.hide()


def press(qtbot: QtBot, palette: CommandPalette, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(palette.findChild(QLineEdit), key)


def test_letters_and_enter_choose(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.findChild(QLineEdit), "fall")
    assert palette.shown() == ["frame_all"]
    with qtbot.waitSignal(palette.chosen) as got:
        press(qtbot, palette, Qt.Key.Key_Return)
    assert got.args == ["frame_all"]
    assert palette.isHidden()


def test_arrows_go_round(palette: CommandPalette, qtbot: QtBot) -> None:
    press(qtbot, palette, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.chosen) as got:
        press(qtbot, palette, Qt.Key.Key_Return)
    assert got.args == [palette.shown()[1]]


def test_what_cannot_be_done_is_not_chosen_and_the_row_says_why(
    palette: CommandPalette, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.findChild(QLineEdit), "export")
    with qtbot.assertNotEmitted(palette.chosen):
        press(qtbot, palette, Qt.Key.Key_Return)
    assert not palette.isHidden()


def test_escape_closes_it_and_nonsense_lists_nothing(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.findChild(QLineEdit), "zzzz")
    assert palette.shown() == []
    press(qtbot, palette, Qt.Key.Key_Return)
    assert not palette.isHidden()
    press(qtbot, palette, Qt.Key.Key_Escape)
    assert palette.isHidden()
