"""Shown over the window while files are dragged across it: here is where they may fall."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr, trn


class DropOverlay(QFrame):
    """A dashed frame with a word; lets the mouse through.

    Parameters
    ----------
    parent : QWidget
        What it covers.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setObjectName("dropOverlay")
        self.setAccessibleName(tr("Drop files to open them"))
        self.setProperty("role", "drop")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._sign, self._text = QLabel(self), QLabel(self)
        self._text.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch()
        for part in (self._sign, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        layout.addStretch()
        self.hide()

    def cover(self, count: int, theme: Theme) -> None:
        """Appear over the whole parent, saying how many files would be opened."""
        self._sign.setPixmap(icon("tray-arrow-down", theme, color=theme.accent).pixmap(56, 56))
        text = trn("Drop to open this file", "Drop to open these {count} files", count)
        self._text.setText(text if count else tr("Drop to open this"))
        self.setGeometry(self._covered.rect().adjusted(10, 10, -10, -10))
        self.show()
        self.raise_()
