"""Stands in for the 3-D view until VTK is imported: the bare ground that it will have.

It is an OpenGL widget itself, with the format that the view will ask for. A window that is shown
without one is drawn in another way, and cannot take one in later: the compositor's shaders fail
to compile and the process dies (PySide 6.12 on xcb).
"""

from PySide6.QtGui import QColor, QSurfaceFormat
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


class ComingView(QOpenGLWidget):
    """Shows nothing, in the right colour.

    Parameters
    ----------
    parent : QWidget
        Its owner.
    """

    def __init__(self, parent: QWidget) -> None:
        # For the whole process, and before its first window: see pyvistaqt's widget.
        QSurfaceFormat.setDefaultFormat(view_format())
        super().__init__(parent)
        self.setObjectName("comingView")
        self.setAccessibleName(tr("3-D view, loading"))
        self.orbit = OrbitCamera()
        self._ground = QColor()

    def paintGL(self) -> None:
        """Fill the widget."""
        functions = self.context().functions()
        functions.glClearColor(
            self._ground.redF(), self._ground.greenF(), self._ground.blueF(), 1.0
        )
        functions.glClear(_GL_COLOR_BUFFER_BIT)

    def set_theme(self, theme: Theme) -> None:
        """The middle of the view's gradient, so that little flashes when it comes."""
        sky, ground = QColor(theme.sky), QColor(theme.ground)
        self._ground = QColor(
            (sky.red() + ground.red()) // 2,
            (sky.green() + ground.green()) // 2,
            (sky.blue() + ground.blue()) // 2,
        )
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
