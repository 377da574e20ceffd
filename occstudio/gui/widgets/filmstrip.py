"""A slider that shows what it slides through: frames of the way, and its keys below them.

It is a slider in all that matters (keys, wheel, screen readers); only what is painted is its own.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr

STEPS = 1000
_TRACK = 26
_EDGE = 12


class Filmstrip(QAbstractSlider):
    """Frames side by side, a track with the keys, and a handle.

    Parameters
    ----------
    theme : Theme
        Colours.
    """

    dragged = Signal(float)
    """The fraction while the hand moves, or at a key."""

    released = Signal()
    """The hand has let go."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explorer-strip")
        self.setAccessibleName(tr("Place between the shapes"))
        self.setToolTip(tr("Drag to go from shape to shape; arrow keys go in small steps"))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self._frames: list[QPixmap | None] = []
        self._keys = 2
        self.actionTriggered.connect(self._acted)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.update()

    def set_frames(self, frames: Sequence[QPixmap | None]) -> None:
        """Pictures at even steps of the way; None for those that are still to come."""
        self._frames = list(frames)
        self.update()

    def set_keys(self, count: int) -> None:
        """How many shapes the way passes."""
        if max(count, 2) != self._keys:
            self._keys = max(count, 2)
            self.update()

    def set_fraction(self, fraction: float) -> None:
        """Put the handle somewhere without telling anybody; not from under a hand."""
        if not self.isSliderDown() and self.value() != round(fraction * STEPS):
            blocked = self.blockSignals(True)
            self.setValue(round(fraction * STEPS))
            self.blockSignals(blocked)
            self.update()

    @property
    def fraction(self) -> float:
        """Where the handle is, from 0 to 1."""
        return self.sliderPosition() / STEPS

    def frame_count(self) -> int:
        """As many frames as there is room for."""
        width = self.width() - 2 * _EDGE
        return max(min(width // max(self._strip().height(), 40), 15), 3)

    def sizeHint(self) -> QSize:
        """A low strip."""
        return QSize(480, 110)

    def minimumSizeHint(self) -> QSize:
        """Three small frames."""
        return QSize(200, 76)

    # -- the hand ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold, wherever it is pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event.position().toPoint())
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self.isSliderDown():
            self._follow(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.released.emit()

    def _follow(self, place: QPoint) -> None:
        part = (place.x() - _EDGE) / max(self.width() - 2 * _EDGE, 1)
        position = round(min(max(part, 0.0), 1.0) * STEPS)
        # A key attracts the hand a little, so that the shapes themselves are easy to find.
        for key in range(self._keys):
            stop = round(STEPS * key / (self._keys - 1))
            if abs(position - stop) <= STEPS // 125:
                position = stop
        if position != self.sliderPosition():
            self.setSliderPosition(position)
            self.dragged.emit(position / STEPS)
            self.update()

    def _acted(self, action: int) -> None:
        if action != QAbstractSlider.SliderAction.SliderMove.value:
            self.dragged.emit(self.sliderPosition() / STEPS)
            self.released.emit()
            self.update()

    # -- the picture -------------------------------------------------------------------------

    def _strip(self) -> QRect:
        return self.rect().adjusted(_EDGE, 2, -_EDGE, -_TRACK)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Frames, track, keys, handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        theme, strip = self._theme, self._strip()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(strip, 6, 6)
        self._draw_frames(painter, strip)
        y = strip.bottom() + _TRACK / 2 + 1
        left, right = float(strip.left()), float(strip.right())
        at = left + self.fraction * (right - left)
        painter.setPen(QPen(QColor(theme.line), 3, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        painter.setPen(QPen(QColor(theme.accent), 3, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, y), QPointF(at, y))
        for key in range(self._keys):
            self._draw_key(painter, left + (right - left) * key / (self._keys - 1), y)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawLine(QPointF(at, strip.top()), QPointF(at, y))
        painter.setBrush(QColor(theme.accent))
        painter.setPen(QPen(QColor(theme.panel), 2))
        painter.drawEllipse(QPointF(at, y), 8, 8)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)

    def _draw_frames(self, painter: QPainter, strip: QRect) -> None:
        count = len(self._frames)
        if not count:
            return
        side = min(strip.height() - 4, strip.width() // count)
        for number, frame in enumerate(self._frames):
            # The first and the last frame stand at the ends, as the keys do.
            part = number / max(count - 1, 1)
            x = strip.left() + part * (strip.width() - side)
            area = QRectF(x, strip.top() + (strip.height() - side) / 2, side, side)
            if frame is None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self._theme.line))
                painter.drawEllipse(area.center(), 2.5, 2.5)
            else:
                painter.drawPixmap(area.toRect(), frame)

    def _draw_key(self, painter: QPainter, x: float, y: float) -> None:
        painter.setPen(QPen(QColor(self._theme.panel), 1.5))
        painter.setBrush(QColor(self._theme.text))
        corners = [QPointF(x, y - 6), QPointF(x + 6, y), QPointF(x, y + 6), QPointF(x - 6, y)]
        painter.drawPolygon(QPolygonF(corners))
