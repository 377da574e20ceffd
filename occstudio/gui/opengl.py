"""Is there an OpenGL that the 3-D view can draw with? Asked before the view is built."""

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


def probe_opengl() -> OpenGl:
    """Make a context as the view would, ask the driver's name, and throw it away."""
    platform = QGuiApplication.platformName()
    if platform in _BLIND_PLATFORMS:
        return OpenGl("", tr("the display '{platform}' has none", platform=platform))
    wanted = view_format()
    context = QOpenGLContext()
    context.setFormat(wanted)
    if not _kept:
        _kept.append(QOffscreenSurface())
        _kept[0].setFormat(wanted)
        _kept[0].create()
    (surface,) = _kept
    if not context.create() or not context.makeCurrent(surface):
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
