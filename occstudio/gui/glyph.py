"""A letter of an icon font, and nothing where a squeezed widget leaves it no room.

Styles ask an icon for the size that is left of its button, which may be negative in a low window;
the font's own engine would then paint into a picture that does not exist.
"""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap


class Glyph(QIconEngine):
    """Draws another icon wherever there is room for one.

    Parameters
    ----------
    drawn : QIcon
        Of a font.
    """

    def __init__(self, drawn: QIcon) -> None:
        super().__init__()
        self._drawn = drawn
        self._kept: dict[object, QPixmap] = {}

    def clone(self) -> QIconEngine:
        """Another one alike."""
        return Glyph(self._drawn)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the letter."""
        if not rect.isEmpty():
            self._drawn.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The letter in a picture of so many pixels."""
        if size.isEmpty():
            return QPixmap()
        key = (size.toTuple(), mode, state)
        if key not in self._kept:  # to draw a letter takes longer than all else of a button
            # They are real pixels: with a ratio of one Qt does not multiply them once more.
            self._kept[key] = self._drawn.pixmap(size, 1.0, mode, state)
        return self._kept[key]
