"""A titled part of a panel that folds: the heading is the button."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from occstudio.gui.theme import Theme, icon


class Section(QWidget):
    """A heading with something below it.

    Parameters
    ----------
    title : str
        The heading.
    name : str
        Object name; the heading is ``NAME-heading``.
    content : QWidget
        What folds away.
    """

    def __init__(
        self, title: str, name: str, content: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._content = content
        self._theme: Theme | None = None
        self._heading = QToolButton(self)
        self._heading.setObjectName(f"{name}-heading")
        self._heading.setText(title)
        self._heading.setAccessibleName(f"{title} section")
        self._heading.setToolTip(f"Show or hide {title.lower()}")
        self._heading.setProperty("role", "heading")
        self._heading.setCheckable(True)
        self._heading.setChecked(True)
        self._heading.setIconSize(QSize(16, 16))
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._heading)
        layout.addWidget(content)
        self._heading.toggled.connect(self._fold)

    def set_theme(self, theme: Theme) -> None:
        """Colour the arrow."""
        self._theme = theme
        arrow = "chevron-down" if self._heading.isChecked() else "chevron-right"
        self._heading.setIcon(icon(arrow, theme, color=theme.muted))

    def _fold(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        if self._theme is not None:
            self.set_theme(self._theme)
