"""A small picture of an input: its points from a corner, or the photo itself."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.shapes.arrays import Points

_MOST_POINTS = 2500
_MOST_SIDE = 700
_HEIGHT = 116

Pixels = Annotated[NDArray[np.uint8], "(H, W, 3 or 4)"]

# From front, right and above, y up: the view that the 3-D view begins with.
_SIDEWAYS = np.array([0.8, 0.0, -0.6])
_UPWARD = np.array([-0.24, 0.92, -0.32])
_TOWARD = np.array([0.55, 0.40, 0.73])


class InputPreview(QWidget):
    """Shows points or a photo.

    Parameters
    ----------
    name : str
        Object name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Picture of the input"))
        self.setToolTip(tr("The input; points that are cropped away are pale"))
        self.setFixedHeight(_HEIGHT)
        self._theme: Theme | None = None
        self._points: NDArray[np.float64] = np.zeros((0, 2))
        self._depth: NDArray[np.float64] = np.zeros(0)
        self._kept: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._photo: QPixmap | None = None
        self._drawn: QPixmap | None = None

    def set_theme(self, theme: Theme) -> None:
        """Colour ground and points."""
        self._theme = theme
        self._drawn = None
        self.update()

    def show_points(self, points: Points, kept: NDArray[np.bool_]) -> None:
        """Draw a sample of points (n, 3) in the model's cube; those not kept are pale."""
        self._drawn = None
        rows = slice(None, None, max(len(points) // _MOST_POINTS, 1))
        self._kept = kept[rows]
        few = points[rows].astype(np.float64)
        flat = np.stack([few @ _SIDEWAYS, -(few @ _UPWARD)], axis=1)
        self._depth = few @ _TOWARD
        self._points = flat - (flat.min(axis=0) + flat.max(axis=0)) / 2 if len(flat) else flat
        self._photo = None
        self.update()

    def show_photo(self, pixels: Pixels) -> None:
        """Draw a photo."""
        step = max(max(pixels.shape[:2]) // _MOST_SIDE, 1)  # smooth scaling of all takes a while
        pixels = pixels[::step, ::step]
        height, width, channels = pixels.shape
        kind = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
        image = QImage(
            np.ascontiguousarray(pixels).tobytes(), width, height, channels * width, kind
        )
        self._drawn = None
        size = self.size() * self.devicePixelRatioF() * 2
        self._photo = QPixmap.fromImage(
            image.scaled(
                size,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw it."""
        if self._theme is None:
            return
        # Thousands of points are painted once, not whenever something near them changes.
        ratio = self.devicePixelRatioF()
        wanted = self.size() * ratio
        if self._drawn is None or self._drawn.size() != wanted:
            self._drawn = QPixmap(wanted)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            self._draw(self._drawn)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.end()

    def _draw(self, picture: QPixmap) -> None:
        assert self._theme is not None
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QColor(self._theme.line))
        painter.setBrush(QColor(self._theme.field))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, 6, 6)
        inner = frame.adjusted(8, 8, -8, -8)
        if self._photo is not None:
            self._paint_photo(painter, self._photo, inner)
        elif len(self._points):
            self._paint_points(painter, inner)
        painter.end()

    def _paint_photo(self, painter: QPainter, photo: QPixmap, inner: QRectF) -> None:
        size = photo.size().scaled(inner.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(inner.center())
        painter.drawPixmap(place, photo, QRectF(photo.rect()))

    def _paint_points(self, painter: QPainter, inner: QRectF) -> None:
        assert self._theme is not None
        extent = np.maximum(np.ptp(self._points, axis=0), 1e-9)
        scale = min(inner.width() / extent[0], inner.height() / extent[1])
        places = self._points * scale + [inner.center().x(), inner.center().y()]
        near = (self._depth - self._depth.min()) / max(float(np.ptp(self._depth)), 1e-9)
        pen = painter.pen()
        pen.setWidthF(1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        # A few strokes of one colour are much quicker than a colour for each point.
        bands = [(~self._kept, self._theme.muted, 0.3)]
        bands += [
            (self._kept & (near >= low) & (near <= high), self._theme.points, strength)
            for low, high, strength in ((0, 0.35, 0.4), (0.35, 0.7, 0.7), (0.7, 1, 1.0))
        ]
        for chosen, name, strength in bands:
            color = QColor(name)
            color.setAlphaF(strength)
            pen.setColor(color)
            painter.setPen(pen)
            painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in places[chosen]]))
