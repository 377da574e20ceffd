"""The wheel belongs to the panel that scrolls, even right after a slider was dragged."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSlider
from pytestqt.qtbot import QtBot

from occstudio.gui.widgets.number_slider import NumberSlider


def test_a_focused_slider_leaves_the_wheel_to_its_panel(qapp: QApplication, qtbot: QtBot) -> None:
    part = NumberSlider("Smooth", "smooth", "Rounds", span=(0, 40), decimals=0)
    qtbot.addWidget(part)
    part.set_value(5)
    part.show()
    slider = part.findChild(QSlider)
    slider.setFocus()
    before = slider.value()
    turn = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    slider.wheelEvent(turn)
    assert not turn.isAccepted()
    assert slider.value() == before
