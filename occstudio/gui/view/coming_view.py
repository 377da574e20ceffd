"""Stands in for the 3-D view until VTK is imported: the bare ground that it will have.

Where the view will be an OpenGL widget there is one in this one, with the format that the view will
ask for. A window that is shown without one is drawn in another way, and cannot take one in later:
the compositor's shaders fail to compile and the process dies (PySide 6.12 on xcb).
"""

from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from occstudio.gui.opengl import view_format
from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.studio.document import Document
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.settings import Settings

_GL_COLOR_BUFFER_BIT = 0x4000


class ComingView(QWidget):
    """Shows nothing, in the right colour.

    Parameters
    ----------
    parent : QWidget
        Its owner.
    is_software : bool
        Whether OpenGL is computed on the CPU: then the view will paint pictures.
    """

    def __init__(self, parent: QWidget, *, is_software: bool) -> None:
        super().__init__(parent)
        self.setObjectName("comingView")
        self.setAccessibleName(tr("3-D view, loading"))
        self.orbit = OrbitCamera()
        self._ground = QColor()
        self._glass = None if is_software else _Glass(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the widget."""
        QPainter(self).fillRect(event.rect(), self._ground)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the widget."""
        super().resizeEvent(event)
        if self._glass is not None:
            self._glass.setGeometry(self.rect())

    def set_theme(self, theme: Theme) -> None:
        """The middle of the view's gradient, so that little flashes when it comes."""
        sky, ground = QColor(theme.sky), QColor(theme.ground)
        self._ground = QColor(
            (sky.red() + ground.red()) // 2,
            (sky.green() + ground.green()) // 2,
            (sky.blue() + ground.blue()) // 2,
        )
        if self._glass is not None:
            self._glass.color = self._ground
        self.update()

    def show_document(self, document: Document, results: dict[int, ShapeResult]) -> None:
        """The view will show it."""

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:
        """The view will show it."""

    def show_settings(self, settings: Settings) -> None:
        """The view will follow them."""

    def frame(self, item_ids: tuple[int, ...] | None) -> None:
        """There is nothing to look at yet."""

    def look(self, azimuth: float, elevation: float) -> None:
        """There is nothing to look at yet."""

    def turn(self, camera: OrbitCamera) -> None:
        """There is nothing to look at yet."""


class _Glass(QOpenGLWidget):
    """A pane of one colour."""

    def __init__(self, parent: QWidget) -> None:
        # For the whole process, and before its first window: see pyvistaqt's widget.
        QSurfaceFormat.setDefaultFormat(view_format())
        super().__init__(parent)
        self.color = QColor()

    def paintGL(self) -> None:
        """Fill the widget."""
        functions = self.context().functions()
        functions.glClearColor(self.color.redF(), self.color.greenF(), self.color.blueF(), 1.0)
        functions.glClear(_GL_COLOR_BUFFER_BIT)
