"""The panels around the view: docked once, closed and found again, put back where they were."""

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from occstudio.gui.translation import tr
from occstudio.gui.widgets.panel_title import PanelTitle


class Docks(QObject):
    """The docked panels of a window.

    Parameters
    ----------
    window : QMainWindow
        Where they are docked.
    """

    changed = Signal()
    """A panel was opened or closed."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        # What lies below lies below the view only: the inspector needs the height.
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            window.setCorner(corner, area)
        self._docks: dict[str, QDockWidget] = {}
        self._widths: dict[str, int] = {}
        self._heights: dict[str, int] = {}
        self._first = QByteArray()

    def add(
        self, name: str, title: str, body: QWidget, area: Qt.DockWidgetArea, width: int
    ) -> None:
        """Dock a panel under a name; below those that the area has already."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock-{name}")
        dock.setAccessibleName(tr("Panel {title}", title=title))
        dock.setTitleBarWidget(PanelTitle(name, title, dock))
        dock.setWidget(body)
        body.setMinimumWidth(body.minimumWidth() or min(width, 200))
        self._window.addDockWidget(area, dock)
        self._docks[name], self._widths[name] = dock, width
        if area == Qt.DockWidgetArea.BottomDockWidgetArea:
            self._heights[name] = self._widths.pop(name)
        dock.visibilityChanged.connect(lambda _shown: self.changed.emit())

    def remember(self) -> None:
        """The layout is complete: this is what `reset` goes back to."""
        self._set_widths()
        self._first = self._window.saveState()

    def is_open(self, name: str) -> bool:
        """Whether a panel is shown."""
        return not self._docks[name].isHidden()

    def toggle(self, name: str) -> None:
        """Open or close a panel."""
        self.show(name, not self.is_open(name))

    def show(self, name: str, shown: bool = True) -> None:
        """Open a panel and bring it to the front, or close it."""
        self._docks[name].setVisible(shown)
        if shown:
            self._docks[name].raise_()

    def reset(self) -> None:
        """All panels open, where and as wide as they were at first."""
        self._window.restoreState(self._first)
        for dock in self._docks.values():
            dock.setFloating(False)
            dock.show()
        self._set_widths()

    def _set_widths(self) -> None:
        for sizes, way in (
            (self._widths, Qt.Orientation.Horizontal),
            (self._heights, Qt.Orientation.Vertical),
        ):
            docks = [self._docks[name] for name in sizes]
            self._window.resizeDocks(docks, list(sizes.values()), way)
