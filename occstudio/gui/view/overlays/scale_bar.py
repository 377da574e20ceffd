"""How large things are: a bar of a round length at the depth that is looked at."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import numeral, tr, with_thin_spaces
from occstudio.gui.view.floor import round_length
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.shapes.frame import Frame

_WANTED, _HEIGHT, _MARGIN = 110.0, 34, 8


def length_text(length: float, unit: str) -> str:
    """A length in words: ``20 cm``, ``5`` where the unit is not known."""
    is_plain = 1e-4 <= length < 1e7
    number = with_thin_spaces(numeral(length, ",.10g")) if is_plain else numeral(length, ".3g")
    return f"{number}\u2009{unit}" if unit else number


class ScaleBar(QWidget):
    """A bar with its length; hidden while there is no world to measure in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("scaleBar")
        self.setAccessibleName(tr("Scale"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme: Theme | None = None
        self._frame: Frame | None = None
        self.length, self._pixels, self._cell = 1.0, _WANTED, 0.0
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        """Colour bar and text."""
        self._theme = theme
        self.update()

    def show_scale(
        self, camera: OrbitCamera, height: int, frame: Frame | None, cell: float | None
    ) -> None:
        """Measure anew.

        Parameters
        ----------
        camera : OrbitCamera
            Of the view.
        height : int
            Of the view, in logical pixels.
        frame : Frame or None
            Of the world that is measured in.
        cell : float or None
            Side of a cell of the floor, in model units, if it is drawn.
        """
        self._frame = frame
        self.setVisible(frame is not None and height > 0)
        if frame is None or height <= 0:
            return
        per_pixel = camera.height / height / frame.scale
        self.length = round_length(_WANTED * per_pixel)
        self._pixels = self.length / per_pixel
        self._cell = 0.0 if cell is None else cell / frame.scale
        self.resize(self.sizeHint())
        self.setToolTip(self.text)
        self.setAccessibleDescription(self.text)
        self.update()

    @property
    def text(self) -> str:
        """What stands over the bar."""
        if self._frame is None:
            return ""
        said = length_text(self.length, self._frame.unit)
        if self._cell:
            said += "  ·  " + tr(
                "grid {length}", length=length_text(round_length(self._cell), self._frame.unit)
            )
        return said

    def sizeHint(self) -> QSize:
        """As wide as the bar or its text."""
        words = QFontMetricsF(self.font()).horizontalAdvance(self.text)
        return QSize(round(max(self._pixels, words)) + 2 * _MARGIN, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw text, bar and two ticks."""
        if self._theme is None or self._frame is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(self._theme.text)
        painter.setPen(color)
        box = QRectF(_MARGIN, 0, self.width() - _MARGIN, 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text)
        painter.setPen(QPen(color, 1.6))
        y, left, right = 25.0, float(_MARGIN), _MARGIN + self._pixels
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        for x in (left, right):
            painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
        painter.end()
