"""The report of the machine is made beside the window and can be copied."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

import occstudio
from occstudio.gui.main_window import MainWindow
from occstudio.gui.system_report import SystemReport
from tests.gui.conftest import TIMEOUT_MS


def made(window: MainWindow, *command: str) -> SystemReport:
    report = SystemReport(window.studio.settings, window.opengl, window, command)
    report.show()
    return report


@pytest.mark.slow
def test_the_help_menu_reports_what_the_shell_does_and_what_the_window_knows(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.actions_table["system_report"].trigger()
    report = window.findChild(SystemReport, "systemReport")
    copy = report.findChild(QPushButton, "systemReport-copy")
    assert not copy.isEnabled()
    qtbot.waitUntil(copy.isEnabled, timeout=TIMEOUT_MS)
    for words in (occstudio.__version__, "torch", "own models", "drawn by", window.opengl.renderer):
        assert words in report.report
    copy.click()
    assert QGuiApplication.clipboard().text() == report.report
    report.close()


def test_the_card_of_the_doctor_leads_to_the_report(window: MainWindow) -> None:
    heard: list[bool] = []
    window.actions_table["system_report"].triggered.disconnect()
    window.actions_table["system_report"].triggered.connect(lambda: heard.append(True))
    window.doctor_card.findChild(QToolButton, "doctorCard-report").click()
    assert heard


def test_an_examination_that_breaks_off_shows_what_it_said(
    window: MainWindow, qtbot: QtBot
) -> None:
    report = made(window, "-c", "import sys; print('so far'); sys.exit('the driver is lost')")
    qtbot.waitUntil(lambda: bool(report.report), timeout=TIMEOUT_MS)
    assert "so far" in report.report
    assert "the driver is lost" in report.report
    assert "broke off" in report.findChild(QLabel, "systemReport-said").text()
    report.close()


def test_closing_ends_an_examination_that_hangs(window: MainWindow) -> None:
    report = made(window, "-c", "while True: pass")
    assert report._process.waitForStarted()
    report.close()
    assert report._process.state() == report._process.ProcessState.NotRunning
