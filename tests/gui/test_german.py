"""The window in another language: every word is translated, and every word has room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from superqt import QElidingLabel

from occstudio.gui.actions import TABLE
from occstudio.gui.main_window import MainWindow
from occstudio.gui.translation import tr, use_language
from occstudio.shapes.analytic import AnalyticModel
from tests.gui.conftest import TIMEOUT_MS, close_window, open_window
from tests.gui.test_workflows import opened

SAME = frozenset(
    {"Explorer", "Latent", "Matcap", "Jade", "Sand", "Details", "Status", "Name", "Format"}
)
"""The same word in both languages."""


@pytest.fixture
def german(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window in German."""
    assert use_language("de") == "de"
    window = open_window(qapp, AnalyticModel(), tmp_path)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: bool(window.studio.models), timeout=TIMEOUT_MS)
    yield window
    close_window(qapp, window)
    use_language("en")


def said(menu: QMenu) -> Iterator[str]:
    for action in menu.actions():
        if action.text():
            yield action.text().replace("&", "")
        below = action.menu()
        if isinstance(below, QMenu):
            yield from said(below)


def test_no_english_is_left_in_menus_and_tooltips(german: MainWindow) -> None:
    english = {spec.text.replace("&", "") for spec in TABLE} | {
        part for spec in TABLE for part in spec.menu.split("/")
    }
    texts = [action.text().replace("&", "") for action in german.menuBar().actions()]
    for menu in german.menuBar().findChildren(QMenu):
        texts += said(menu)
    assert len(texts) > 60
    assert not [text for text in texts if text in english and text not in SAME]
    table = german.actions_table
    assert not [
        spec.tip for spec in TABLE if spec.tip and table[spec.name].toolTip().startswith(spec.tip)
    ]
    assert german.menuBar().actions()[0].text() == "&Datei"


def test_every_row_of_the_table_of_actions_is_in_the_catalogue(german: MainWindow) -> None:
    missing = [
        text
        for spec in TABLE
        for text in (spec.text, spec.tip)
        if text and tr(text) == text and text.replace("&", "") not in SAME
    ]
    assert not missing, "run `make translations` and fill in the .po file"


def test_undo_says_in_german_what_it_takes_back(
    german: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, german, tmp_path)
    assert german.actions_table["undo"].text() == "&Rückgängig: „egg öffnen“"


def test_buttons_that_qt_makes_are_german_too(german: MainWindow) -> None:
    german.actions_table["preferences"].trigger()
    texts = {button.text() for button in german.findChildren(QPushButton)}
    assert "Schließen" in {text.replace("&", "") for text in texts}


@pytest.mark.parametrize("state", ["empty", "open"])
def test_every_word_has_room(german: MainWindow, qtbot: QtBot, tmp_path: Path, state: str) -> None:
    if state == "open":
        opened(qtbot, german, tmp_path)
    QApplication.processEvents()
    assert not list(clipped(german))


@pytest.mark.parametrize("name", ["preferences", "shortcuts", "about"])
def test_every_word_of_a_dialog_has_room(german: MainWindow, name: str) -> None:
    german.actions_table[name].trigger()
    QApplication.processEvents()
    (dialog,) = german.findChildren(QDialog)
    assert not list(clipped(dialog))


def test_the_test_sees_a_clipped_word(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    label = QLabel("Donaudampfschifffahrt", host)
    label.setFixedWidth(20)
    button = QPushButton("Donaudampfschifffahrt", host)
    button.setFixedWidth(40)
    box = QComboBox(host)
    box.addItem("Donaudampfschifffahrt")
    box.setFixedWidth(50)
    host.show()
    assert len(list(clipped(host))) == 3


def clipped(top: QWidget) -> Iterator[str]:
    """Parts of a window whose words are cut off."""
    for part in top.findChildren(QWidget):
        if not part.isVisible() or isinstance(part, QElidingLabel):
            continue
        if isinstance(part, QLabel) and part.text() and part.textFormat() != Qt.TextFormat.RichText:
            needed, room = _label(part)
        elif isinstance(part, (QPushButton, QToolButton)) and part.text():
            needed, room = _button(part), part.width()
        elif isinstance(part, QComboBox):
            needed, room = _combo(part)
        else:
            continue
        if needed > room + 1:
            text = part.currentText() if isinstance(part, QComboBox) else part.text()
            yield f"{part.objectName()!r} {text!r}: {needed} in {room}"


def _label(label: QLabel) -> tuple[int, int]:
    if label.wordWrap():
        return label.heightForWidth(label.width()), label.height()
    lines = label.text().split("\n")
    widest = max(QFontMetrics(label.font()).horizontalAdvance(line) for line in lines)
    return widest, label.contentsRect().width()


def _button(button: QPushButton | QToolButton) -> int:
    if isinstance(button, QToolButton) and (
        button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
        or (
            not button.icon().isNull()
            and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonFollowStyle
        )
    ):
        return 0
    words = QFontMetrics(button.font()).horizontalAdvance(button.text().replace("&", ""))
    under = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    is_beside = not button.icon().isNull() and not (
        isinstance(button, QToolButton) and button.toolButtonStyle() == under
    )
    return words + (button.iconSize().width() if is_beside else 0)


def _combo(box: QComboBox) -> tuple[int, int]:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    room = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox,
        option,
        QStyle.SubControl.SC_ComboBoxEditField,
        box,
    )
    icon = 0 if box.itemIcon(box.currentIndex()).isNull() else box.iconSize().width() + 4
    return QFontMetrics(box.font()).horizontalAdvance(box.currentText()) + icon, room.width()
