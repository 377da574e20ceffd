"""The edge between two compared shapes: a line over the view with a knob to drag."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr

WIDTH = 34
_KNOB = 13.0
_STEP = 0.02


class WipeHandle(QWidget):
    """A vertical divider."""

    moved = Signal(float)
    """Where it was dragged to, as a part of the view's width."""

    released = Signal()
    """The hand has let go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.setObjectName("wipeHandle")
        self.setAccessibleName(tr("Edge between the two shapes"))
        self.setToolTip(tr("Drag, or use the arrow keys"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme: Theme | None = None
        self._at = 0.5
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        """Colour line and knob."""
        self._theme = theme
        self.update()

    def stand(self, at: float) -> None:
        """Move to a part of the parent's width."""
        self._at = at
        width, height = self._view.width(), self._view.height()
        self.setGeometry(round(at * width - WIDTH / 2), 0, WIDTH, height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw the line and its knob."""
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y = WIDTH / 2, self.height() / 2
        dark, light = QColor(0, 0, 0, 90), QColor("#ffffff")
        for color, width in ((dark, 4.0), (light, 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setPen(QPen(dark, 1))
        painter.setBrush(QColor(self._theme.accent) if self.hasFocus() else light)
        painter.drawEllipse(QPointF(x, y), _KNOB, _KNOB)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.on_accent if self.hasFocus() else "#20242b"))
        for sign in (-1, 1):
            tip = QPointF(x + sign * 8, y)
            back = x + sign * 3.5
            painter.drawPolygon(QPolygonF([tip, QPointF(back, y - 4), QPointF(back, y + 4)]))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(self.mapToParent(event.position().toPoint()).x())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.released.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move it by two per cent."""
        steps = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
            return
        self.moved.emit(min(max(self._at + step, 0.02), 0.98))
        self.released.emit()

    def _go(self, x: float) -> None:
        self.moved.emit(min(max(x / max(self._view.width(), 1), 0.02), 0.98))
