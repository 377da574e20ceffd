"""A place for one shape: shows it, and takes another one that is dropped or chosen."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from occstudio.gui.dropped import carries_anything, dropped
from occstudio.gui.theme import Theme, icon, restyle
from occstudio.gui.translation import tr
from occstudio.gui.widgets.picture_grid import MIME

_SIDE = 76


class ShapeWell(QToolButton):
    """A button with a shape on it.

    Parameters
    ----------
    name : str
        Object name.
    title : str
        What the place is called, e.g. ``A``.
    theme : Theme
        Colour of the sign while it is empty.
    """

    named = Signal(str)
    """The name of a shape of the catalogue that was dropped here."""

    files_dropped = Signal(list)
    """Paths of files that were dropped here."""

    def __init__(self, name: str, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Shape {title}", title=title))
        self.setProperty("role", "well")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setFixedWidth(_SIDE + 36)
        self.setMinimumHeight(_SIDE)
        self.setAcceptDrops(True)
        self._title, self._theme = title, theme
        self._held: tuple[str, QPixmap | None] = ("", None)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        """Another colour of the sign."""
        self._theme = theme
        name, picture = self._held
        if name:
            self._held = ("", None)
            self.show_shape(name, picture)
        else:
            self.clear()

    def clear(self) -> None:
        """Nothing is here yet."""
        if self._held[0]:
            restyle(self, isFilled=False)
        self._held = ("", None)
        self.setIcon(self._sign("plus-circle-outline"))
        self.setText(tr("Choose {title}", title=self._title))
        self.setToolTip(tr("Choose a shape, or drop one here: from the catalogue, or a file"))

    def show_shape(self, name: str, picture: QPixmap | None) -> None:
        """The shape that is here; its picture may come later."""
        if (name, picture) == self._held:
            return
        if not self._held[0]:
            restyle(self, isFilled=True)
        self._held = (name, picture)
        self.setIcon(self._sign("cube-scan") if picture is None else QIcon(picture))
        self.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _SIDE + 24))
        self.setToolTip(tr("{name}: click for another shape, or drop one here", name=name))

    def _sign(self, name: str) -> QIcon:
        # Of pixels, so that it stays smaller than the picture that will take its place.
        return QIcon(icon(name, self._theme, color=self._theme.muted).pixmap(QSize(32, 32)))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Shapes of the catalogue and files are welcome."""
        if event.mimeData().hasFormat(MIME) or carries_anything(event.mimeData()):
            event.acceptProposedAction()
            restyle(self, isTarget=True)

    def dragLeaveEvent(self, event: object) -> None:  # noqa: ARG002 - Qt says so
        """It went elsewhere."""
        restyle(self, isTarget=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what fell here."""
        restyle(self, isTarget=False)
        data = event.mimeData()
        if data.hasFormat(MIME):
            event.acceptProposedAction()
            self.named.emit(bytes(data.data(MIME).data()).decode())
            return
        fallen = dropped(data)
        if fallen.files:
            event.acceptProposedAction()
            self.files_dropped.emit(list(fallen.files))
