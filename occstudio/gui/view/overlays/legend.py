"""What colours mean: a title, a ramp with readable numbers, and a sentence in plain words."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.view.color_map import ColorMap

WIDTH = 264
_PAD, _RAMP, _GAP = 14, 12, 6


@dataclass(frozen=True, slots=True)
class Key:
    """What a legend says.

    Parameters
    ----------
    title : str
        What is measured.
    colors : ColorMap
        The ramp.
    ticks : tuple of (float, str)
        Places on the ramp from 0 to 1, and what stands under them.
    words : str
        What it means.
    mark : float, optional
        A place on the ramp that is pointed out.
    """

    title: str
    colors: ColorMap
    ticks: tuple[tuple[float, str], ...]
    words: str = ""
    mark: float | None = None


class Legend(QWidget):
    """A card in the corner of the view."""

    def __init__(self, parent: QWidget, name: str = "legend") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Legend"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme: Theme | None = None
        self.key: Key | None = None
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        """Colour card and text."""
        self._theme = theme
        self.update()

    def explain(self, key: Key | None) -> None:
        """Say what colours mean now; None for nothing."""
        self.key = key
        self.setVisible(key is not None)
        if key is not None:
            numbers = ", ".join(text for _, text in key.ticks)
            self.setAccessibleDescription(f"{key.title}: {numbers}. {key.words}")
            self.resize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        """As high as its words need."""
        return QSize(WIDTH, round(self._words_at() + self._words_box().height() + _PAD))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw the card."""
        if self._theme is None or self.key is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._theme.panel)
        ground.setAlpha(232)
        painter.setBrush(ground)
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 8, 8)
        painter.setPen(QColor(self._theme.text))
        painter.setFont(self._title_font())
        inner = QRectF(_PAD, _PAD - 2, WIDTH - 2 * _PAD, 18)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, self.key.title)
        self._draw_ramp(painter)
        painter.setFont(self._small_font())
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(
            QRectF(_PAD, self._words_at(), WIDTH - 2 * _PAD, self._words_box().height() + 2),
            int(Qt.TextFlag.TextWordWrap),
            self.key.words,
        )
        painter.end()

    def _draw_ramp(self, painter: QPainter) -> None:
        assert self._theme is not None
        assert self.key is not None
        ramp = QRectF(_PAD, _PAD + 22, WIDTH - 2 * _PAD, _RAMP)
        table = self.key.colors.table
        image = QImage(table.tobytes(), len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(ramp, image)
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(ramp)
        painter.setFont(self._small_font())
        metrics = QFontMetricsF(self._small_font())
        for place, text in self.key.ticks:
            x = ramp.left() + place * ramp.width()
            painter.setPen(QPen(QColor(self._theme.muted), 1))
            painter.drawLine(QPointF(x, ramp.bottom()), QPointF(x, ramp.bottom() + 4))
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, ramp.left()), ramp.right() - width)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QPointF(left, ramp.bottom() + 6 + metrics.ascent()), text)
        if self.key.mark is not None:
            x = ramp.left() + self.key.mark * ramp.width()
            painter.setPen(QPen(QColor("#14171c"), 4))
            painter.drawLine(QPointF(x, ramp.top() - 3), QPointF(x, ramp.bottom() + 3))
            painter.setPen(QPen(QColor("#ffffff"), 2))
            painter.drawLine(QPointF(x, ramp.top() - 3), QPointF(x, ramp.bottom() + 3))

    def _words_at(self) -> float:
        small = QFontMetricsF(self._small_font()).height()
        return _PAD + 22 + _RAMP + 6 + small + _GAP

    def _words_box(self) -> QRectF:
        words = "" if self.key is None else self.key.words
        if not words:
            return QRectF(0, 0, 0, 0)
        return QFontMetricsF(self._small_font()).boundingRect(
            QRectF(0, 0, WIDTH - 2 * _PAD, 1000), int(Qt.TextFlag.TextWordWrap), words
        )

    def _title_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(13)
        font.setWeight(QFont.Weight.Medium)
        return font

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(11)
        return font
