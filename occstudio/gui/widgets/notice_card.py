"""A card with a sentence and one button that does something about it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import sentence, told, tr
from occstudio.studio.notice import Notice, Severity

ICONS = {
    Severity.INFO: "information-outline",
    Severity.SUCCESS: "check-circle-outline",
    Severity.WARNING: "alert-outline",
    Severity.ERROR: "alert-circle-outline",
}


def severity_color(severity: Severity, theme: Theme) -> str:
    """The colour of a severity's icon; the words beside it say the same."""
    return {
        Severity.INFO: theme.muted,
        Severity.SUCCESS: theme.success,
        Severity.WARNING: theme.warning,
        Severity.ERROR: theme.error,
    }[severity]


class NoticeCard(QFrame):
    """Shows a notice; hidden while there is none.

    Parameters
    ----------
    on_remedy : callable
        Is given the notice when its button is pressed.
    """

    def __init__(self, on_remedy: Callable[[Notice], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeCard")
        self.setAccessibleName(tr("Problem with this shape"))
        self.setProperty("role", "card")
        self._notice: Notice | None = None
        self._sign = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setObjectName("noticeCard-text")
        self._remedy = QPushButton(self)
        self._remedy.setObjectName("noticeCard-remedy")
        self._remedy.setProperty("role", "small")
        self._remedy.setAccessibleName(tr("What can be done about it"))
        self._remedy.setToolTip(tr("Do this now; undo takes it back"))
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(10)
        layout.addLayout(line)
        layout.addWidget(self._remedy, 0, Qt.AlignmentFlag.AlignRight)
        self._remedy.clicked.connect(
            lambda: None if self._notice is None else on_remedy(self._notice)
        )
        self.hide()

    def show_notice(self, notice: Notice | None, theme: Theme) -> None:
        """Show a notice, or nothing."""
        self._notice = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        color = severity_color(notice.severity, theme)
        self._sign.setPixmap(icon(ICONS[notice.severity], theme, color=color).pixmap(18, 18))
        self._text.setText(sentence(notice.text) + ".")
        self._remedy.setVisible(notice.remedy is not None)
        self._remedy.setText(told(notice.remedy_label))
        self._remedy.setAccessibleName(told(notice.remedy_label))
        self._remedy.setToolTip(tr("Do this now; undo takes it back"))
