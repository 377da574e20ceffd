"""Is there an OpenGL that the 3-D view can draw with? Asked before the view is built."""

import ctypes
import sys
from dataclasses import dataclass

from PySide6.QtGui import (
    QGuiApplication,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
)

from occstudio.gui.translation import tr

_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "gdi generic", "basic render")
_BLIND_PLATFORMS = ("offscreen", "minimal", "vnc", "linuxfb")

# One for all: of a surface that was deleted the binding keeps the address, and takes whatever is
# made there later for it, a menu say.
_kept: list[QOffscreenSurface] = []


@dataclass(frozen=True, slots=True)
class OpenGl:
    """What was found.

    Parameters
    ----------
    renderer : str
        The driver's own name; empty if there is none.
    problem : str
        Why the 3-D view can't be built; empty if it can.
    """

    renderer: str
    problem: str = ""

    @property
    def is_software(self) -> bool:
        """True if pictures are computed on the CPU."""
        return any(name in self.renderer.lower() for name in _SOFTWARE)


def view_format() -> QSurfaceFormat:
    """What the 3-D view asks of OpenGL."""
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setVersion(3, 2)
    wanted.setSwapBehavior(QSurfaceFormat.SwapBehavior.DoubleBuffer)
    for set_size in (
        wanted.setRedBufferSize,
        wanted.setGreenBufferSize,
        wanted.setBlueBufferSize,
        wanted.setAlphaBufferSize,
        wanted.setDepthBufferSize,
    ):
        set_size(8)
    return wanted


def drawing_surface() -> QOffscreenSurface:
    """What a context is made current with that draws into no window."""
    if not _kept:
        _kept.append(QOffscreenSurface())
        _kept[0].setFormat(view_format())
        _kept[0].create()
    return _kept[0]


def symbol_loader() -> int:
    """Address of the function by which the platform finds OpenGL's others; 0 to let VTK look."""
    if not sys.platform.startswith("linux"):
        return 0
    if QGuiApplication.platformName().startswith("wayland"):
        found = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
    else:
        found = ctypes.CDLL("libGL.so.1").glXGetProcAddressARB
    return ctypes.cast(found, ctypes.c_void_p).value or 0


def probe_opengl() -> OpenGl:
    """Make a context as the view would, ask the driver's name, and throw it away."""
    platform = QGuiApplication.platformName()
    if platform in _BLIND_PLATFORMS:
        return OpenGl("", tr("the display '{platform}' has none", platform=platform))
    context = QOpenGLContext()
    context.setFormat(view_format())
    if not context.create() or not context.makeCurrent(drawing_surface()):
        return OpenGl("", tr("the driver gives no context"))
    try:
        version = context.format().majorVersion(), context.format().minorVersion()
        if version < (3, 2):
            return OpenGl(
                "", tr("the driver offers only {version}", version=f"{version[0]}.{version[1]}")
            )
        return OpenGl(str(context.functions().glGetString(_GL_RENDERER)))
    finally:
        context.doneCurrent()
