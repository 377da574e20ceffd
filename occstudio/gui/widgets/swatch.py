"""A small button that shows a colour."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from occstudio.gui.translation import tr

_SIDE = 18


class Swatch(QToolButton):
    """Shows a colour; what a click does is its owner's business.

    Parameters
    ----------
    name : str
        Object name.
    tip : str
        What a click does.
    """

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Colour"))
        self.setToolTip(tip)
        self.setProperty("role", "quiet")
        self.setIconSize(QSize(_SIDE, _SIDE))

    def set_color(self, color: str) -> None:
        """Show a colour, as ``#rrggbb``."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(QSize(_SIDE, _SIDE) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(0, 0, 0, 0))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(128, 128, 128))
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(1, 1, _SIDE - 2, _SIDE - 2, 4, 4)
        painter.end()
        self.setIcon(QIcon(picture))
