"""A photo with its background dimmed, on which a person corrects what belongs to the object.

A drag draws a box or strokes; when the hand lets go, `changed` says what the cut-out is to be now.
What comes of it is worked out elsewhere and handed to `show_cut`. All places are pixels of the
photo, whatever the zoom.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from occstudio.exchange.object_mask import Box, Stroke
from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.shapes.image import Image
from occstudio.studio.photo_cut import FOUND, PhotoCut

TOOLS = ("box", "keep", "remove")
"""What a drag does."""

_SHOWN_SIDE = 1400
_DIMMED = 0.22  # of the background's opacity
_TILE = 10
_GRIP = 9.0
_LEAST_BOX = 8.0
_MOST_ZOOM = 12.0
_NOTCH = 1.2
_LEFT, _TOP, _RIGHT, _BOTTOM = range(4)


class CutCanvas(QWidget):
    """Shows a photo and its cut-out.

    Parameters
    ----------
    name : str
        Object name.
    """

    changed = Signal(object)
    """A `PhotoCut`: what the hand has drawn, when it let go."""

    radius_changed = Signal(float)
    """The brush has another size: a part of the photo's longer side."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("The photo and its cut-out"))
        self.setToolTip("")
        self.setMinimumSize(420, 320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.tool, self.radius = "box", 0.02
        self._theme: Theme | None = None
        self._pixels: NDArray[np.uint8] = np.zeros((1, 1, 3), np.uint8)
        self._size = QSizeF(1, 1)
        self._picture: QPixmap | None = None
        self._cut = FOUND
        self._zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self._stroke: list[tuple[float, float]] = []
        self._is_kept = True
        self._box: Box | None = None
        self._sides: frozenset[int] = frozenset()
        self._grabbed: QPointF | None = None
        self._panned: QPointF | None = None
        self._cursor: QPointF | None = None

    # -- what is shown -----------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Colour box, brush and ground."""
        self._theme = theme
        self.update()

    def show_photo(self, photo: Image) -> None:
        """Begin with a photo, all of it in view."""
        height, width = photo.pixels.shape[:2]
        self._size = QSizeF(width, height)
        step = max(round(max(width, height) / _SHOWN_SIDE), 1)
        self._pixels = np.ascontiguousarray(photo.pixels[::step, ::step, :3])
        self._zoom, self._middle = 1.0, QPointF(width / 2, height / 2)
        self._picture = _pixmap(self._pixels)
        self.update()

    def show_cut(self, cut: PhotoCut, opacity: NDArray[np.uint8] | None) -> None:
        """Show what is cut out: opacity (H, W) of the photo, or None for all of it."""
        self._cut, self._box = cut, cut.box
        if opacity is None:
            self._picture = _pixmap(self._pixels)
        else:
            height, width = self._pixels.shape[:2]
            rows = np.linspace(0, opacity.shape[0] - 1, height).round().astype(int)
            columns = np.linspace(0, opacity.shape[1] - 1, width).round().astype(int)
            self._picture = self._dimmed(opacity[np.ix_(rows, columns)])
        self.update()

    def set_radius(self, radius: float) -> None:
        """Use a brush of this size, as a part of the photo's longer side."""
        self.radius = min(max(radius, 0.002), 0.2)
        self.update()

    def place_of(self, column: float, row: float) -> QPointF:
        """Where a pixel of the photo is on the widget."""
        origin, scale = self._origin(), self._scale()
        return QPointF(origin.x() + column * scale, origin.y() + row * scale)

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw it."""
        theme = self._theme
        if theme is None or self._picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(theme.field))
        scale = self._scale()
        where = QRectF(self._origin(), self._size * scale)
        painter.fillRect(where, QColor(theme.panel))
        painter.save()
        painter.setClipRect(where)
        seen = where.intersected(QRectF(self.rect()))
        painter.setBrush(QColor(theme.line))
        painter.setPen(Qt.PenStyle.NoPen)
        for row in range(int(seen.top()) // _TILE, int(seen.bottom()) // _TILE + 1):
            for column in range(int(seen.left()) // _TILE, int(seen.right()) // _TILE + 1):
                if (row + column) % 2:
                    painter.drawRect(column * _TILE, row * _TILE, _TILE, _TILE)
        painter.restore()
        painter.drawPixmap(where, self._picture, QRectF(self._picture.rect()))
        if self._cut.is_whole:
            painter.end()
            return
        self._paint_box(painter, theme)
        self._paint_stroke(painter, theme)
        painter.end()

    def _paint_box(self, painter: QPainter, theme: Theme) -> None:
        box = self._box
        if box is None:
            return
        rect = QRectF(self.place_of(box[0], box[1]), self.place_of(box[2], box[3]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(theme.accent), 1.5)):
            painter.setPen(QPen(color, width))
            painter.drawRect(rect)
        if self.tool != "box":
            return
        painter.setPen(QPen(QColor(theme.on_accent), 1))
        painter.setBrush(QColor(theme.accent))
        for at in (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()):
            painter.drawEllipse(at, 5, 5)

    def _paint_stroke(self, painter: QPainter, theme: Theme) -> None:
        color = QColor(theme.success if self._is_kept else theme.error)
        radius = self._radius() * self._scale()
        if self._stroke:
            color.setAlpha(130)
            cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            painter.setPen(QPen(color, 2 * radius, Qt.PenStyle.SolidLine, cap, join))
            places = [self.place_of(*point) for point in self._stroke]
            painter.drawPolyline(QPolygonF(places if len(places) > 1 else places * 2))
        elif self._cursor is not None and self.tool != "box":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            rim = QColor(theme.success if self.tool == "keep" else theme.error)
            for pen in (QPen(QColor(0, 0, 0, 130), 3), QPen(rim, 1.5)):
                painter.setPen(pen)
                painter.drawEllipse(self._cursor, radius, radius)

    # -- the hand ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a box, a stroke, or to move the picture."""
        at = self._pixel(event.position())
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned = event.position()
        elif self._cut.is_whole:
            return
        elif self.tool == "box" and event.button() == Qt.MouseButton.LeftButton:
            self._sides = self._touched(event.position())
            self._grabbed = at
            if not self._sides:
                self._box = (at.x(), at.y(), at.x(), at.y())
                self._sides = frozenset({_RIGHT, _BOTTOM})
        elif self.tool != "box":
            # The other button does the opposite.
            is_other = event.button() == Qt.MouseButton.RightButton
            self._is_kept = (self.tool == "keep") != is_other
            self._stroke = [(at.x(), at.y())]
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on."""
        at = self._pixel(event.position())
        self._cursor = event.position()
        if self._panned is not None:
            moved = (event.position() - self._panned) / self._scale()
            self._panned, self._middle = event.position(), self._middle - moved
        elif self._grabbed is not None and self._box is not None:
            sides = list(self._box)
            if len(self._sides) == 4:
                moved = at - self._grabbed
                for side in range(4):
                    sides[side] += moved.y() if side % 2 else moved.x()
                self._grabbed = at
            for side in self._sides if len(self._sides) < 4 else ():
                sides[side] = at.y() if side % 2 else at.x()
            self._box = (sides[0], sides[1], sides[2], sides[3])
        elif self._stroke:
            self._stroke.append((at.x(), at.y()))
        else:
            self.setCursor(self._shape(event.position()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt says so
        """Say what was drawn."""
        if self._panned is not None:
            self._panned = None
        elif self._grabbed is not None:
            self._grabbed = None
            self._end_box()
        elif self._stroke:
            stroke = Stroke(tuple(self._stroke), self._radius(), self._is_kept)
            self._stroke = []
            self.changed.emit(replace(self._cut, strokes=(*self._cut.strokes, stroke)))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Come nearer to what is under the cursor, or go away."""
        before = self._pixel(event.position())
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._zoom = min(max(self._zoom * _NOTCH ** (turned / 120), 1.0), _MOST_ZOOM)
        self._middle += before - self._pixel(event.position())
        self._hold()
        self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Brackets change the brush."""
        factors = {Qt.Key.Key_BracketLeft: 1 / _NOTCH, Qt.Key.Key_BracketRight: _NOTCH}
        factor = factors.get(Qt.Key(event.key()))
        if factor is None:
            event.ignore()
            return
        self.set_radius(self.radius * factor)
        self.radius_changed.emit(self.radius)

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002 - Qt says so
        """No brush is drawn where there is no cursor."""
        self._cursor = None
        self.update()

    # -- private -----------------------------------------------------------------------------

    def _end_box(self) -> None:
        assert self._box is not None
        left, right = sorted((self._box[0], self._box[2]))
        top, bottom = sorted((self._box[1], self._box[3]))
        box = (
            max(left, 0.0),
            max(top, 0.0),
            min(right, self._size.width()),
            min(bottom, self._size.height()),
        )
        if box[2] - box[0] < _LEAST_BOX or box[3] - box[1] < _LEAST_BOX:
            self._box = self._cut.box  # a click is no box
        elif box != self._cut.box:
            self.changed.emit(replace(self._cut, box=box))

    def _touched(self, position: QPointF) -> frozenset[int]:
        """The sides of the box under the cursor; all four within it; none beside it."""
        box = self._box
        if box is None:
            return frozenset()
        low, high = self.place_of(box[0], box[1]), self.place_of(box[2], box[3])
        x, y = position.x(), position.y()
        if not (low.x() - _GRIP < x < high.x() + _GRIP and low.y() - _GRIP < y < high.y() + _GRIP):
            return frozenset()
        near = {
            _LEFT: abs(x - low.x()),
            _TOP: abs(y - low.y()),
            _RIGHT: abs(x - high.x()),
            _BOTTOM: abs(y - high.y()),
        }
        return frozenset(side for side, away in near.items() if away < _GRIP) or frozenset(near)

    def _shape(self, position: QPointF) -> Qt.CursorShape:
        if self._cut.is_whole:
            return Qt.CursorShape.ArrowCursor
        if self.tool != "box":
            return Qt.CursorShape.BlankCursor
        sides = self._touched(position)
        shapes = {
            frozenset({_LEFT}): Qt.CursorShape.SizeHorCursor,
            frozenset({_RIGHT}): Qt.CursorShape.SizeHorCursor,
            frozenset({_TOP}): Qt.CursorShape.SizeVerCursor,
            frozenset({_BOTTOM}): Qt.CursorShape.SizeVerCursor,
            frozenset({_LEFT, _TOP}): Qt.CursorShape.SizeFDiagCursor,
            frozenset({_RIGHT, _BOTTOM}): Qt.CursorShape.SizeFDiagCursor,
            frozenset({_RIGHT, _TOP}): Qt.CursorShape.SizeBDiagCursor,
            frozenset({_LEFT, _BOTTOM}): Qt.CursorShape.SizeBDiagCursor,
            frozenset({_LEFT, _TOP, _RIGHT, _BOTTOM}): Qt.CursorShape.SizeAllCursor,
        }
        return shapes.get(sides, Qt.CursorShape.CrossCursor)

    def _radius(self) -> float:
        return self.radius * max(self._size.width(), self._size.height())

    def _scale(self) -> float:
        """Widget pixels per pixel of the photo."""
        fits = min(self.width() / self._size.width(), self.height() / self._size.height())
        return self._zoom * fits

    def _origin(self) -> QPointF:
        scale = self._scale()
        middle = QPointF(self.width() / 2, self.height() / 2)
        return middle - QPointF(self._middle.x() * scale, self._middle.y() * scale)

    def _pixel(self, position: QPointF) -> QPointF:
        return (position - self._origin()) / self._scale()

    def _hold(self) -> None:
        """Keep the picture in the middle as far as it is smaller than the widget."""
        half = QPointF(self.width(), self.height()) / (2 * self._scale())
        width, height = self._size.width(), self._size.height()
        self._middle = QPointF(
            width / 2
            if 2 * half.x() >= width
            else min(max(self._middle.x(), half.x()), width - half.x()),
            height / 2
            if 2 * half.y() >= height
            else min(max(self._middle.y(), half.y()), height - half.y()),
        )

    def _dimmed(self, opacity: NDArray[np.uint8]) -> QPixmap:
        weight = _DIMMED + (1 - _DIMMED) * opacity.astype(np.float32) / 255
        alpha = np.rint(255 * weight).astype(np.uint8)
        inside = opacity >= 128
        rim = np.zeros_like(inside)
        rim[1:] |= inside[1:] != inside[:-1]
        rim[:, 1:] |= inside[:, 1:] != inside[:, :-1]
        rim[:-1] |= rim[1:]  # two pixels wide
        pixels = np.dstack([self._pixels, alpha])
        if self._theme is not None:
            color = QColor(self._theme.accent)
            pixels[rim] = (color.red(), color.green(), color.blue(), 255)
        return _pixmap(pixels)


def _pixmap(pixels: NDArray[np.uint8]) -> QPixmap:
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
    data = np.ascontiguousarray(pixels).tobytes()
    return QPixmap.fromImage(QImage(data, width, height, channels * width, kind))
