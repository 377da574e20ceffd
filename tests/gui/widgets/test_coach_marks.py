"""The tour leads from stop to stop, and ends when one has seen enough."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.widgets.coach_marks import CoachMark, CoachMarks


def tour(qtbot: QtBot) -> CoachMarks:
    """Two stops over a plain widget; a third one is not to be seen."""
    around = QWidget()
    qtbot.addWidget(around)
    around.resize(900, 600)
    parts = [QWidget(around) for _ in range(3)]
    for place, part in enumerate(parts):
        part.setGeometry(40 + 300 * place, 60, 200, 100)
    marks = CoachMarks(around)
    around.show()
    parts[2].hide()
    marks.start([CoachMark(part, f"Stop {k}", "Text.") for k, part in enumerate(parts)])
    return marks


def test_keys_go_on_and_back_and_the_last_stop_ends_it(qtbot: QtBot) -> None:
    marks = tour(qtbot)
    title = marks.findChild(QLabel, "coachMarks-title")
    assert title.text() == "Stop 0"
    qtbot.keyClick(marks, Qt.Key.Key_Right)
    assert title.text() == "Stop 1"
    assert marks.findChild(QPushButton, "coachMarks-next").text() == "Done"
    qtbot.keyClick(marks, Qt.Key.Key_Left)
    assert title.text() == "Stop 0"
    qtbot.keyClick(marks, Qt.Key.Key_Return)
    with qtbot.waitSignal(marks.ended):
        qtbot.keyClick(marks, Qt.Key.Key_Return)
    assert marks.isHidden()


def test_the_bubble_leaves_its_target_free(qtbot: QtBot) -> None:
    marks = tour(qtbot)
    bubble = marks.findChild(QWidget, "coachMarks-bubble")
    assert not bubble.geometry().intersects(marks._marks[0].target.geometry())
    assert marks.rect().contains(bubble.geometry())


def test_the_tour_is_offered_once_and_can_be_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    offer = window.findChild(QPushButton, "emptyState-tour")
    assert offer.isVisible()
    offer.click()
    assert window.coach_marks.isVisible()
    qtbot.keyClick(window.coach_marks, Qt.Key.Key_Escape)
    assert window.coach_marks.isHidden()
    assert window.studio.settings.has_toured
    assert not offer.isVisible()
    window.actions_table["tour"].trigger()
    assert window.coach_marks.isVisible()
    window.coach_marks.end()
