"""The title of a docked panel: its name and a button that closes it (the View menu has it)."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr


class PanelTitle(QWidget):
    """Name and close button.

    Parameters
    ----------
    name : str
        Object names end with it.
    title : str
        The panel's name.
    dock : QDockWidget
        What is closed, and dragged by this.
    """

    def __init__(self, name: str, title: str, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setObjectName(f"panelTitle-{name}")
        self.setProperty("role", "panelTitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        label = QLabel(title, self)
        label.setProperty("role", "panelTitle")
        self._close = QToolButton(self)
        self._close.setObjectName(f"panelClose-{name}")
        self._close.setProperty("role", "quiet")
        self._close.setIconSize(QSize(14, 14))
        self._close.setAccessibleName(tr("Close {title}", title=title))
        self._close.setToolTip(tr("Close {title} (View menu brings it back)", title=title))
        self._close.clicked.connect(dock.close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 8, 6)
        layout.addWidget(label, 1)
        layout.addWidget(self._close)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cross."""
        self._close.setIcon(icon("close", theme, color=theme.muted))
