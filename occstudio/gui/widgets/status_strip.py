"""The line at the bottom: what goes on, what went wrong, what there is.

On the left a sentence with its severity, and while a worker runs its stage, a bar and a way to
cancel; on the right the counts, timings and device of the selected shape. Nothing here opens by
itself.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStatusBar,
    QToolButton,
    QWidget,
)
from superqt import QElidingLabel

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, sentence, told, tr
from occstudio.gui.widgets.notice_card import ICONS, severity_color
from occstudio.studio.notice import Notice, Severity
from occstudio.studio.studio import Activity

_LINGER_MS = 8000

STAGES = {
    "loading model": marked("Loading model"),
    "looking for models": marked("Looking for models"),
    "looking for devices": marked("Looking for devices"),
    "encode": marked("Encoding"),
    "decode": marked("Decoding"),
    "contour": marked("Contouring"),
    "refine": marked("Refining"),
    "normals": marked("Finding the normals of"),
    "input": marked("Editing input of"),
    "fit": marked("Fitting a code to"),
    "smooth": marked("Smoothing"),
    "simplify": marked("Simplifying"),
    "measure": marked("Measuring"),
    "walls": marked("Measuring walls"),
    "opening": marked("Opening"),
    "read": marked("Reading"),
    "check": marked("Checking"),
    "write": marked("Writing"),
    "download": marked("Downloading"),
    "slice": marked("Slicing the field of"),
    "certainty": marked("Asking how sure the field is of"),
}
"""What the stages that workers report are called on the screen."""

READY = marked("ready")
"""What is said when there is nothing to say."""


class StatusStrip(QStatusBar):
    """The window's status bar.

    Parameters
    ----------
    on_cancel : callable
        Gives up what is being made.
    on_details : callable
        Shows a notice in full.
    on_remedy : callable
        Does what a notice proposes.
    """

    def __init__(
        self,
        on_cancel: Callable[[], None],
        on_details: Callable[[Notice], None],
        on_remedy: Callable[[Notice], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("statusStrip")
        self.setAccessibleName(tr("Status"))
        self.setSizeGripEnabled(False)
        self._notice = Notice(READY)
        self._theme: Theme | None = None
        self._sign = QLabel(self)
        self._sign.setFixedWidth(18)
        self._message = QElidingLabel(self)
        self._message.setObjectName("statusStrip-message")
        self._message.setProperty("role", "message")
        self._message.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._details = self._button("details", tr("Details"))
        self._remedy = self._button("remedy", "")
        self._remedy.setAccessibleName(tr("What can be done about it"))
        self._remedy.setToolTip(tr("Do this now; undo takes it back"))
        self._details.setToolTip(tr("Show all of it, to be read or copied"))
        self._cancel = self._button("cancel", tr("Cancel"))
        self._cancel.setToolTip(tr("Give up what is being made (Esc)"))
        self._stage = QLabel(self)
        self._stage.setObjectName("statusStrip-stage")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("statusStrip-progress")
        self._bar.setAccessibleName(tr("Progress"))
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self._bar.setRange(0, 1000)
        self._facts = QLabel(self)
        self._facts.setObjectName("statusStrip-facts")
        self._linger = QTimer(self)
        self._linger.setSingleShot(True)
        self._linger.setInterval(_LINGER_MS)
        self._build()
        self._linger.timeout.connect(lambda: self.show_notice(Notice(READY)))
        self._cancel.clicked.connect(on_cancel)
        self._details.clicked.connect(lambda: on_details(self._notice))
        self._remedy.clicked.connect(lambda: on_remedy(self._notice))
        self.show_activity(None)
        self.show_notice(self._notice)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self._theme = theme
        self._cancel.setIcon(icon("close", theme, color=theme.muted))
        self._show_sign()

    def show_notice(self, notice: Notice) -> None:
        """Show a sentence; what is neither warning nor error goes away by itself."""
        self._notice = notice
        said = sentence(notice.text)
        self._message.setText(said)
        self._message.setToolTip(said if notice.text != READY else "")
        self._details.setVisible(bool(notice.details))
        self._remedy.setVisible(notice.remedy is not None)
        self._remedy.setText(told(notice.remedy_label))
        self._show_sign()
        passes = notice.severity in (Severity.INFO, Severity.SUCCESS) and notice.text != READY
        if passes:
            self._linger.start()
        else:
            self._linger.stop()

    def show_activity(self, activity: Activity | None) -> None:
        """Show what a worker does; None when all rest."""
        for part in (self._stage, self._bar, self._cancel):
            part.setVisible(activity is not None)
        if activity is not None:
            said = tr(STAGES.get(activity.stage, "")) or sentence(activity.stage)
            self._stage.setText(f"{said} {activity.name}".rstrip())
            # A bar repaints at once, and with it the whole window that the 3-D view is in.
            self._bar.setUpdatesEnabled(False)
            self._bar.setValue(round(1000 * activity.fraction))
            self._bar.setUpdatesEnabled(True)

    def show_facts(self, text: str, tip: str = "") -> None:
        """Show counts, timings and device."""
        self._facts.setText(text)
        self._facts.setToolTip(tip)

    def message(self) -> str:
        """The sentence that is shown."""
        return self._message.text()

    def _show_sign(self) -> None:
        if self._theme is not None:
            severity = self._notice.severity
            color = severity_color(severity, self._theme)
            self._sign.setPixmap(icon(ICONS[severity], self._theme, color=color).pixmap(16, 16))

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"statusStrip-{name}")
        button.setText(text)
        button.setAccessibleName(text)
        button.setProperty("role", "quiet")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _build(self) -> None:
        left = QWidget(self)
        layout = QHBoxLayout(left)
        layout.setContentsMargins(10, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._sign, self._message, self._remedy, self._details):
            layout.addWidget(part)
        layout.setStretchFactor(self._message, 1)
        self.addWidget(left, 1)
        right = QWidget(self)
        layout = QHBoxLayout(right)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(10)
        for part in (self._stage, self._bar, self._cancel, self._facts):
            layout.addWidget(part)
        self.addPermanentWidget(right)
