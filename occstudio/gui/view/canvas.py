"""What VTK draws on: the window's own OpenGL, or a picture that Qt paints like any other widget.

A window with one OpenGL widget in it is put together by OpenGL as a whole: whenever anything in it
changes, be it a label, all of it is uploaded and drawn anew. A graphics card does that in no time.
On the CPU it takes longer than the scene itself, and each panel that shows a new number pays for
it, too. So where OpenGL is software the scene is drawn beside the window and read back, which
takes a millisecond, and what lies over it is painted without drawing the scene again.
"""

import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyvista as pv
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QOpenGLContext
from PySide6.QtWidgets import QWidget
from pyvista.plotting.plotter import BasePlotter
from pyvistaqt import QtInteractor
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

from occstudio.gui.opengl import drawing_surface, symbol_loader, view_format


class GlCanvas(QtInteractor):
    """Fills a widget with the window's own OpenGL.

    Parameters
    ----------
    parent : QWidget
        What it fills; the mouse and the keys are its parent's.
    """

    drawn = Signal(float)
    """Seconds that a frame took."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, auto_update=False, multi_samples=8, shape=(1, 2), border=False)
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)
        self.reset_key_events()

    def paintGL(self) -> None:
        """Draw, and tell how long it took."""
        started = time.perf_counter()
        super().paintGL()
        self.drawn.emit(time.perf_counter() - started)

    def make_current(self) -> None:
        """Be ready to draw outside of a paint event."""
        self._check_has_ren_win()


class PaintedCanvas(BasePlotter):
    """Makes pictures, with an OpenGL context of its own."""

    def __init__(self) -> None:
        super().__init__(shape=(1, 2), border=False)
        self._context = QOpenGLContext()
        self._context.setFormat(view_format())
        self._context.create()
        self._surface = drawing_surface()
        window: Any = vtkGenericOpenGLRenderWindow()
        self._window = window
        window.SetReadyForRendering(False)
        window.SetFrameBlitModeToNoBlit()
        window.SetMultiSamples(0)
        self._observers = [
            window.AddObserver("WindowMakeCurrentEvent", self._be_current),
            window.AddObserver("WindowIsCurrentEvent", self._tell_whether_current),
        ]
        self._be_current()
        if loader := symbol_loader():
            window.SetOpenGLSymbolLoader2(loader, 0)
        window.OpenGLInitContext()
        window.OpenGLInit()
        window.SetOwnContext(0)
        window.SetReadyForRendering(True)
        for renderer in self.renderers:
            window.AddRenderer(renderer)
        self.ren_win = window
        self._first_time = False
        self._pixels = vtkUnsignedCharArray()

    def picture(self, width: int, height: int, ratio: float) -> QImage:
        """The scene, drawn now.

        Parameters
        ----------
        width, height : int
            Of the widget, in logical pixels.
        ratio : float
            Pixels per logical pixel.
        """
        wide, high = max(1, round(width * ratio)), max(1, round(height * ratio))
        window = self._window
        window.MakeCurrent()
        if tuple(window.GetSize()) != (wide, high):
            window.SetSize(wide, high)
            window.SetDPI(round(72 * ratio))
        window.Render()
        window.GetRGBACharPixelData(0, 0, wide - 1, high - 1, 0, self._pixels)
        rows = np.ascontiguousarray(vtk_to_numpy(self._pixels).reshape(high, 4 * wide)[::-1])
        read = QImage(rows.data, wide, high, 4 * wide, QImage.Format.Format_RGBX8888)
        image = read.convertToFormat(QImage.Format.Format_RGB32)  # as windows have it
        image.setDevicePixelRatio(ratio)
        return image

    def make_current(self) -> None:
        """Be ready to draw."""
        self._window.MakeCurrent()

    def render(self) -> None:
        """Whoever shows the picture says when it is drawn."""

    def close(self) -> None:
        """Give everything back."""
        if self._closed:
            return
        self._window.MakeCurrent()
        super().close()
        for observer in self._observers:
            self._window.RemoveObserver(observer)
        self._context.doneCurrent()

    def _be_current(self, *_: object) -> None:
        self._context.makeCurrent(self._surface)

    def _tell_whether_current(self, *_: object) -> None:
        self._window.SetIsCurrent(QOpenGLContext.currentContext() is self._context)


def changed_at(renderers: Iterable[pv.Renderer]) -> int:
    """The number of VTK's last change of anything that these draw."""
    latest = 0
    for renderer in renderers:
        latest = max(latest, renderer.GetMTime(), renderer.GetActiveCamera().GetMTime())
        props: Any = renderer.GetViewProps()
        latest = max(latest, *(prop.GetRedrawMTime() for prop in props), 0)
    return latest
