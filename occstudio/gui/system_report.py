"""What this machine has, to be read and to be copied into a report of a problem.

The facts are those of ``occstudio doctor``. They are found out by a process of its own: it imports
torch and tries the OpenGL driver, and neither may stop the window or take it along.
"""

import sys

from PySide6.QtCore import QByteArray, QProcess, QProcessEnvironment, Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.opengl import OpenGl
from occstudio.gui.translation import language, tr
from occstudio.studio.settings import Settings

COMMAND = ("-m", "occstudio", "doctor")
"""What is run, by this Python."""

_WIDE = "200"
"""Columns: nothing is wrapped."""


class SystemReport(QDialog):
    """Runs the examination and shows what it says.

    Parameters
    ----------
    settings : Settings
        What of the window's choices matters.
    opengl : OpenGl
        What the window draws with.
    command : tuple of str
        What is asked of this Python.
    """

    def __init__(
        self,
        settings: Settings,
        opengl: OpenGl,
        parent: QWidget,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("systemReport")
        self.setAccessibleName(tr("System report"))
        self.setWindowTitle(tr("System report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window_facts = _window_facts(settings, opengl, self)
        self._said = QLabel(tr("Looking at this machine…"), self)
        self._said.setObjectName("systemReport-said")
        self._said.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setObjectName("systemReport-progress")
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setRange(0, 0)
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("systemReport-text")
        self._text.setAccessibleName(tr("System report"))
        self._text.setToolTip(tr("In English, for those who mend it"))
        self._text.setReadOnly(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._copy = QPushButton(tr("Copy"), self)
        self._copy.setObjectName("systemReport-copy")
        self._copy.setAccessibleName(tr("Copy"))
        self._copy.setToolTip(tr("Copy the text, for a report"))
        self._copy.setEnabled(False)
        self._build()
        self._process = QProcess(self)
        self._run(command)

    @property
    def report(self) -> str:
        """What is shown; empty until it is known."""
        return self._text.toPlainText()

    def done(self, result: int) -> None:
        """Nobody waits for what is not known yet."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.finished.disconnect(self._show)
            self._process.kill()
            self._process.waitForFinished(2000)
        super().done(result)

    def _build(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip(tr("Close (Esc)"))
        buttons.rejected.connect(self.reject)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(14)
        layout.addWidget(self._said)
        layout.addWidget(self._bar)
        layout.addWidget(self._text, 1)
        layout.addWidget(buttons)
        self.resize(680, 480)

    def _run(self, command: tuple[str, ...]) -> None:
        environment = QProcessEnvironment.systemEnvironment()
        for name, value in (("COLUMNS", _WIDE), ("NO_COLOR", "1"), ("PYTHONIOENCODING", "utf-8")):
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.finished.connect(self._show)
        self._process.errorOccurred.connect(self._show_failure)
        self._process.start(sys.executable, list(command))

    def _show(self, code: int, status: QProcess.ExitStatus) -> None:
        found = _words(self._process.readAllStandardOutput())
        complaint = _words(self._process.readAllStandardError())
        is_whole = code == 0 and status == QProcess.ExitStatus.NormalExit
        lines = [found, self._window_facts]
        if not is_whole:
            lines += [f"the examination ended with code {code}", complaint[-4000:]]
        self._put("\n".join(line for line in lines if line))
        self._said.setText(
            tr("This is what OccStudio found. Copy it into the report of a problem.")
            if is_whole
            else tr("The examination broke off; what it said is below.")
        )

    def _show_failure(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._put(self._window_facts)
            self._said.setText(tr("The examination could not be started."))

    def _put(self, text: str) -> None:
        self._bar.hide()
        self._text.setPlainText(text)
        self._copy.setEnabled(True)


def _words(data: QByteArray) -> str:
    return bytes(data.data()).decode("utf-8", "replace").rstrip()


def _window_facts(settings: Settings, opengl: OpenGl, widget: QWidget) -> str:
    """What only the window knows; in English, as the rest of the report."""
    rows = {
        "window": f"Qt {qVersion()} on '{QGuiApplication.platformName()}'",
        "drawn by": opengl.renderer or opengl.problem,
        "scale": f"{widget.devicePixelRatioF():g}",
        "compute on": settings.device,
        "language": language(),
    }
    return "\n".join(f"{name:<14}{value}" for name, value in rows.items())
