"""What changes often is shown a few times a second."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio.gui.lately import Lately


def test_the_first_is_shown_at_once_and_of_many_others_the_last(
    qapp: QApplication, qtbot: QtBot
) -> None:
    owner, shown, value = QObject(), list[int](), [0]
    lately = Lately(lambda: shown.append(value[0]), owner)
    for value[0] in range(1, 30):
        lately.soon()
    assert shown == [1]
    qtbot.waitUntil(lambda: len(shown) == 2)
    assert shown == [1, 29]
    value[0] = 30
    lately.now()
    assert shown[-1] == 30
    owner.deleteLater()
    qapp.processEvents()
