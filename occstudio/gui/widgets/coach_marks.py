"""A tour over the real window: all is dimmed but one part, and a bubble says what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from occstudio.gui.theme import DARK, SPACE, Theme
from occstudio.gui.translation import tr

_BUBBLE = 320
_ROUND = 8


@dataclass(frozen=True, slots=True)
class CoachMark:
    """One stop of the tour: a widget, a title and a sentence or two."""

    target: QWidget
    title: str
    text: str


class CoachMarks(QWidget):
    """The tour.

    Parameters
    ----------
    parent : QWidget
        The window that it leads through.
    """

    ended = Signal()
    """The last stop was left, or the person has seen enough."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._theme: Theme = DARK
        self._marks: tuple[CoachMark, ...] = ()
        self._place = 0
        self._focused_before: QWidget | None = None
        self.setObjectName("coachMarks")
        self.setAccessibleName(tr("Tour of the window"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._bubble = QFrame(self)
        self._bubble.setObjectName("coachMarks-bubble")
        self._bubble.setProperty("role", "popup")
        self._title, self._text, self._count = (QLabel(self._bubble) for _ in range(3))
        self._title.setObjectName("coachMarks-title")
        self._title.setProperty("role", "panelTitle")
        self._text.setWordWrap(True)
        self._count.setProperty("role", "muted")
        self._skip = self._button("skip", tr("Skip"), tr("End the tour (Esc)"))
        self._back = self._button("back", tr("Back"), tr("The stop before (left arrow)"))
        self._next = self._button("next", tr("Next"), tr("The next stop (right arrow or Enter)"))
        self._next.setProperty("role", "primary")
        self._build()
        self._skip.clicked.connect(self.end)
        self._back.clicked.connect(lambda: self._go(self._place - 1))
        self._next.clicked.connect(lambda: self._go(self._place + 1))
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Colour the dimming."""
        self._theme = theme
        self.update()

    def start(self, marks: Sequence[CoachMark]) -> None:
        """Lead through these stops; those that are not to be seen are left out."""
        self._marks = tuple(mark for mark in marks if mark.target.isVisible())
        if not self._marks:
            return
        self._focused_before = QApplication.focusWidget()
        self.setGeometry(self._window.rect())
        self._window.installEventFilter(self)
        self.show()
        self.raise_()
        self._go(0)

    def end(self) -> None:
        """Leave."""
        if self.isHidden():
            return
        self._window.removeEventFilter(self)
        self.hide()
        before, self._focused_before = self._focused_before, None
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window whatever its size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self._put_bubble()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """No key is a shortcut of the window meanwhile."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and Enter go on, Escape ends."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(self._place + 1)
        elif event.key() == Qt.Key.Key_Left:
            self._go(self._place - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the bubble goes on."""
        self._go(self._place + 1)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Dim all but the target."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QPainterPath()
        shade.addRect(QRectF(self.rect()))
        hole = QPainterPath()
        hole.addRoundedRect(QRectF(self._hole()), _ROUND, _ROUND)
        dim = QColor("#000000")
        dim.setAlphaF(0.5 if self._theme.is_dark else 0.35)
        painter.fillPath(shade.subtracted(hole), dim)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.drawPath(hole)
        painter.end()

    def _go(self, place: int) -> None:
        if place >= len(self._marks):
            self.end()
            return
        self._place = max(place, 0)
        mark = self._marks[self._place]
        is_last = self._place == len(self._marks) - 1
        self._title.setText(mark.title)
        self._text.setText(mark.text)
        self._count.setText(
            tr("{number} of {count}", number=self._place + 1, count=len(self._marks))
        )
        self._back.setEnabled(self._place > 0)
        self._back.setToolTip(
            tr("The stop before (left arrow)") if self._place else tr("The first stop")
        )
        self._next.setText(tr("Done") if is_last else tr("Next"))
        self._skip.setVisible(not is_last)
        self.setAccessibleDescription(f"{mark.title}. {mark.text}")
        self._put_bubble()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def _hole(self) -> QRect:
        if not self._marks:
            return QRect()
        target = self._marks[self._place].target
        corner = target.mapTo(self._window, QPoint(0, 0)) if isValid(target) else QPoint()
        return QRect(corner, target.size()).adjusted(-4, -4, 4, 4).intersected(self.rect())

    def _put_bubble(self) -> None:
        """Beside the target: right, left, below or above of it, or else inside."""
        self._bubble.setFixedWidth(_BUBBLE)
        self._bubble.adjustSize()
        hole, size, gap = self._hole(), self._bubble.size(), 2 * SPACE
        room = self.rect().adjusted(gap, gap, -gap, -gap)
        corners = (
            QPoint(hole.right() + gap, hole.top()),
            QPoint(hole.left() - gap - size.width(), hole.top()),
            QPoint(hole.left(), hole.bottom() + gap),
            QPoint(hole.left(), hole.top() - gap - size.height()),
            hole.center() - QPoint(size.width() // 2, size.height() // 2),
        )
        for corner in corners:
            x = min(max(corner.x(), room.left()), room.right() - size.width())
            y = min(max(corner.y(), room.top()), room.bottom() - size.height())
            found = QRect(QPoint(x, y), size)
            if not found.intersects(hole) or corner == corners[-1]:
                self._bubble.setGeometry(found)
                return

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addWidget(self._count)
        buttons.addStretch()
        for button in (self._skip, self._back, self._next):
            buttons.addWidget(button)
        layout = QVBoxLayout(self._bubble)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(SPACE)
        layout.addLayout(buttons)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self._bubble)
        button.setObjectName(f"coachMarks-{name}")
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button
