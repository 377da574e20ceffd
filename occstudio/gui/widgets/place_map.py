"""A flat landscape of pictures with a cross that a hand moves."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr

_EDGE = 26.0
_STEP = 0.02
_SIDES = (54.0, 40.0)
_APART = 0.8


class PlaceMap(QWidget):
    """Places from -1 to 1 with a picture each; as many pictures are drawn as do not overlap.

    Parameters
    ----------
    theme : Theme
        Colours.
    """

    moved = Signal(float, float)
    """The place of the cross, while the hand moves or at a key."""

    released = Signal()
    """The hand has let go."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explorer-map")
        self.setAccessibleName(tr("Map of shapes"))
        self.setToolTip(tr("Drag across the map: the selected shape becomes what lies there"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self._places: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self._loose: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self._names: tuple[str, ...] = ()
        self._pictures: dict[str, QPixmap] = {}
        self._cross: tuple[float, float] | None = None
        self._held = False

    def set_theme(self, theme: Theme) -> None:
        """Other colours; pictures have to be given again."""
        self._theme = theme
        self._pictures.clear()
        self.update()

    def show_places(
        self, names: Sequence[str], places: NDArray[np.float32], loose: NDArray[np.float32]
    ) -> None:
        """Another landscape: named places (n, 2), and nameless ones (m, 2) behind them."""
        self._names, self._places, self._loose = tuple(names), places, loose[:1500]
        self._pictures.clear()
        self._cross = None
        self.update()

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """The picture of a named place has come."""
        self._pictures[name] = picture
        self.update()

    def set_cross(self, place: tuple[float, float] | None) -> None:
        """Where the selected shape lies; not from under a hand."""
        if not self._held:
            self._cross = place
            self.update()

    def shown_names(self) -> list[str]:
        """The named places that are drawn with a picture at the present size."""
        return [self._names[row] for row in self._chosen()]

    def point_of(self, x: float, y: float) -> QPointF:
        """Where on the widget a place is."""
        width, height = self.width() - 2 * _EDGE, self.height() - 2 * _EDGE
        return QPointF(_EDGE + (x + 1) / 2 * width, _EDGE + (1 - y) / 2 * height)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(520, 190)

    # -- the hand ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand; without a button, say who is there."""
        if self._held:
            self._go(event.position())
            return
        row = self._under(event.position())
        QToolTip.showText(
            event.globalPosition().toPoint(), "" if row is None else self._names[row], self
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self._held:
            self._held = False
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go in small steps."""
        key = Qt.Key
        steps = {
            key.Key_Left: (-1, 0),
            key.Key_Right: (1, 0),
            key.Key_Up: (0, 1),
            key.Key_Down: (0, -1),
        }
        step = steps.get(key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        x, y = self._cross or (0.0, 0.0)
        self._tell(x + _STEP * step[0], y + _STEP * step[1])
        self.released.emit()

    def _go(self, point: QPointF) -> None:
        width, height = self.width() - 2 * _EDGE, self.height() - 2 * _EDGE
        self._tell(
            2 * (point.x() - _EDGE) / max(width, 1) - 1,
            1 - 2 * (point.y() - _EDGE) / max(height, 1),
        )

    def _tell(self, x: float, y: float) -> None:
        self._cross = (min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0))
        self.moved.emit(*self._cross)
        self.update()

    def _under(self, point: QPointF) -> int | None:
        for row in self._chosen():
            x, y = self._places[row].tolist()
            away = self.point_of(x, y) - point
            if max(abs(away.x()), abs(away.y())) < _SIDES[1] / 2:
                return row
        return None

    # -- the picture -------------------------------------------------------------------------

    def _side(self) -> float:
        return _SIDES[0] if self.height() > 260 else _SIDES[1]

    def _chosen(self) -> list[int]:
        """Rows whose pictures do not overlap, in the order of the catalogue."""
        side = self._side() * _APART
        taken: list[QPointF] = []
        rows: list[int] = []
        for row, (x, y) in enumerate(self._places.tolist()):
            point = self.point_of(x, y)
            if all(
                abs(point.x() - other.x()) > side or abs(point.y() - other.y()) > side
                for other in taken
            ):
                taken.append(point)
                rows.append(row)
        return rows

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Nameless places, pictures, cross."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        theme = self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(self.rect(), 8, 8)
        painter.setBrush(QColor(theme.line))
        for x, y in self._loose.tolist():
            painter.drawEllipse(self.point_of(x, y), 1.6, 1.6)
        chosen = set(self._chosen())
        side = self._side()
        for row, (x, y) in enumerate(self._places.tolist()):
            point = self.point_of(x, y)
            picture = self._pictures.get(self._names[row]) if row in chosen else None
            if picture is None:
                painter.setBrush(QColor(theme.muted))
                painter.drawEllipse(point, 2.2, 2.2)
            else:
                area = QRectF(point.x() - side / 2, point.y() - side / 2, side, side)
                painter.drawPixmap(area.toRect(), picture)
        if self._cross is not None:
            self._draw_cross(painter, self.point_of(*self._cross))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)

    def _draw_cross(self, painter: QPainter, point: QPointF) -> None:
        painter.setPen(QPen(QColor(self._theme.accent), 1.5))
        painter.drawLine(QPointF(point.x() - 14, point.y()), QPointF(point.x() + 14, point.y()))
        painter.drawLine(QPointF(point.x(), point.y() - 14), QPointF(point.x(), point.y() + 14))
        painter.setBrush(QColor(self._theme.accent))
        painter.setPen(QPen(QColor(self._theme.panel), 2))
        painter.drawEllipse(point, 6, 6)
