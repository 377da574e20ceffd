"""The card that says why a shape looks bad is as tall as what it says."""

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.widgets.doctor_card import DoctorCard
from occstudio.studio import edits
from occstudio.studio.diagnosis import Diagnosis
from occstudio.studio.finding import Finding, Weight

FINDING = Finding(
    "no-surface",
    "no surface at threshold 0.999: all values are below it (they range from 8.52e-17 to 0.947); "
    "try a threshold of 0.47",
    "",
    Weight.WORRY,
    remedy=edits.set_threshold((1,), 0.47),
    remedy_label="Use 0.47",
)


@pytest.mark.parametrize("times", [1, 2])
def test_a_single_finding_needs_no_scrolling(qapp: QApplication, qtbot: QtBot, times: int) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(850, 750)
    window.show()
    card = DoctorCard(window)
    for _ in range(times):  # the second time the card is there already
        card.show_diagnosis(Diagnosis(1, (FINDING,)), "poor scan")
        qapp.processEvents()
    scroll = card.findChild(QScrollArea)
    found = card.findChildren(QPushButton, "doctorCard-remedy-no-surface")
    (button,) = [one for one in found if one.isVisible()]  # earlier ones wait to be deleted
    assert scroll is not None
    assert scroll.verticalScrollBar().maximum() == 0
    assert button.visibleRegion().boundingRect().size() == button.size()
