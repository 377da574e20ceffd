"""What PySide takes from None is there to be taken."""

import sys

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from occstudio.gui.lasting_none import PLENTY


def test_none_outlasts_a_hundred_thousand_calls_of_qt(qapp: QApplication) -> None:
    thing = QObject()
    for _ in range(100_000):
        thing.setObjectName("a")
    if sys.version_info < (3, 12):
        assert sys.getrefcount(None) > PLENTY // 2
