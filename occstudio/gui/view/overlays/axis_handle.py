"""A grip that is dragged along one direction of the scene: of the field slice, of the crop box."""

import math

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from occstudio.gui.theme import Theme

SIDE = 40
_KNOB = 8.0


class AxisHandle(QWidget):
    """A knob with two arrows in the direction in which it moves.

    Parameters
    ----------
    parent : QWidget
        The view.
    name, title, tip : str
        Object name, what it is called, and what it does.
    size : float
        Factor of its size.
    """

    dragged = Signal(float)
    """How far the hand moved along the direction, in model units."""

    stepped = Signal(int)
    """An arrow key: one step back (-1) or forth (1)."""

    released = Signal()
    """The hand has let go."""

    def __init__(self, parent: QWidget, name: str, title: str, tip: str, size: float = 1.0) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tip)
        self._size = size
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(round(SIDE * size), round(SIDE * size))
        self._theme: Theme | None = None
        self._along = QPointF(0, -1)
        self._per_unit = 100.0
        self._last = QPointF()
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        """Colour the knob."""
        self._theme = theme
        self.update()

    def stand(self, at: QPointF, along: QPointF) -> None:
        """Sit at a place of the view.

        Parameters
        ----------
        at : QPointF
            Middle, in the parent's pixels.
        along : QPointF
            What one model unit along the direction is on the screen, in pixels.
        """
        self._per_unit = max(math.hypot(along.x(), along.y()), 1.0)
        self._along = along / self._per_unit
        self.move(round(at.x() - self.width() / 2), round(at.y() - self.height() / 2))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw knob and arrows."""
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(self._size, self._size)
        if math.hypot(self._along.x(), self._along.y()) > 0.1:
            painter.rotate(math.degrees(math.atan2(self._along.y(), self._along.x())))
        painter.setPen(QPen(QColor(0, 0, 0, 110), 1))
        painter.setBrush(QColor(self._theme.accent))
        for sign in (-1, 1):
            tip, back = QPointF(sign * 18, 0), sign * 11.5
            painter.drawPolygon(QPolygonF([tip, QPointF(back, -5), QPointF(back, 5)]))
        painter.setBrush(QColor(self._theme.accent if self.hasFocus() else "#ffffff"))
        painter.drawEllipse(QPointF(0, 0), _KNOB, _KNOB)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = event.globalPosition()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go as far along the direction as the hand went along its picture."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            moved = event.globalPosition() - self._last
            self._last = event.globalPosition()
            # Seen along the direction there is no direction: then up is nearer.
            along = self._along if self._per_unit > 12 else QPointF(0, -1)
            pixels = moved.x() * along.x() + moved.y() * along.y()
            self.dragged.emit(pixels / max(self._per_unit, 120.0))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.released.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move it by one step."""
        forth = (Qt.Key.Key_Up, Qt.Key.Key_Right)
        back = (Qt.Key.Key_Down, Qt.Key.Key_Left)
        key = Qt.Key(event.key())
        if key in forth or key in back:
            self.stepped.emit(1 if key in forth else -1)
        else:
            event.ignore()
