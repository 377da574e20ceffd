"""The 3-D view: a scene, a turntable camera, and the habits people bring from other programs.

Mouse and keys never reach VTK. Its interactor styles roll the camera and bind plain letters
(``3`` switches to stereo, ``w`` to wireframe); here the left or middle button orbits, the right
button or Shift pans, the wheel comes nearer to what is under the cursor, and keys are actions of
the window.
"""

import time

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from pyvistaqt import QtInteractor

from occstudio.gui.theme import Theme
from occstudio.gui.view.orbit_camera import VIEW_ANGLE, OrbitCamera
from occstudio.gui.view.scene import Scene
from occstudio.studio.document import Document
from occstudio.studio.pipeline import ShapeResult

SLOW_FRAME_S = 0.04
"""When a frame takes longer than this, previews are drawn while the camera moves."""

_REST_MS = 180
_DEGREES_PER_HEIGHT = 230.0


class Viewport(QtInteractor):
    """Shows the visible shapes of a document.

    Parameters
    ----------
    parent : QWidget
        Its owner.
    is_software : bool
        Whether OpenGL is computed on the CPU: then edges are smoothed after the fact (FXAA)
        instead of by sampling each pixel several times.
    """

    def __init__(self, parent: QWidget, *, is_software: bool) -> None:
        super().__init__(parent, auto_update=False, multi_samples=0 if is_software else 8)
        self.setObjectName("viewport")
        self.setAccessibleName("3-D view")
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(False)
        self.reset_key_events()
        if is_software:
            self.renderer.enable_anti_aliasing("fxaa")
        self.scene = Scene(self.renderer)
        self.orbit = OrbitCamera()
        self._grabbed: QPointF | None = None
        self._pans = False
        self._frame_s = 0.0
        self._framed = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._come_to_rest)
        self._aim()

    # -- what is shown -----------------------------------------------------------------------

    def show_document(self, document: Document, results: dict[int, ShapeResult]) -> None:
        """Make the view what the document says; it is framed anew if shapes came or went."""
        if self.scene.show(document, results):
            self.frame_all()
        self.update()

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:
        """Swap in a new surface; the camera stays."""
        self.scene.show_result(item_id, result)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Colour background, floor and shapes."""
        self.scene.set_theme(theme)
        self.update()

    def show_points(self, shown: bool) -> None:
        """Ghost the inputs over the results, or not."""
        self.scene.show_points(shown)
        self.update()

    def show_floor(self, shown: bool) -> None:
        """Draw the floor's lines, or not."""
        self.scene.show_floor(shown)
        self.update()

    # -- where one looks from ----------------------------------------------------------------

    def frame_all(self) -> None:
        """Bring everything into view."""
        self.frame(None)

    def frame(self, item_ids: tuple[int, ...] | None) -> None:
        """Bring these shapes (or all) into view, from the same side."""
        bounds = self.scene.bounds(item_ids)
        if bounds is not None:
            aspect = self.width() / max(self.height(), 1)
            self._turn(self.orbit.framing(*bounds, aspect))

    def look(self, azimuth: float, elevation: float) -> None:
        """Look from a side: degrees from the front, and above the floor."""
        self._turn(self.orbit.looking(azimuth, elevation))

    def _turn(self, camera: OrbitCamera) -> None:
        self.orbit = camera
        self._aim()
        self.update()

    def _aim(self) -> None:
        camera = self.renderer.camera
        camera.SetPosition(*self.orbit.eye)
        camera.SetFocalPoint(*self.orbit.target)
        camera.SetViewUp(*self.orbit.up)
        camera.SetViewAngle(VIEW_ANGLE)
        camera.SetClippingRange(0.01 * self.orbit.distance, self.orbit.distance + 20)

    # -- events ------------------------------------------------------------------------------

    def paintGL(self) -> None:
        """Draw, and remember how long it took."""
        started = time.perf_counter()
        super().paintGL()
        if not self.scene.is_light:
            self._frame_s = time.perf_counter() - started

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Grab the view."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        shift = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._pans = shift or ev.button() == Qt.MouseButton.RightButton
        self._grabbed = ev.position()
        ev.accept()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Orbit or pan by as much as the hand moved."""
        if self._grabbed is None:
            return
        moved = ev.position() - self._grabbed
        self._grabbed = ev.position()
        height = max(self.height(), 1)
        right, up = moved.x() / height, -moved.y() / height
        self._move()
        if self._pans:
            self._turn(self.orbit.panned(-right, -up))
        else:
            self._turn(self.orbit.orbited(-right * _DEGREES_PER_HEIGHT, -up * _DEGREES_PER_HEIGHT))
        ev.accept()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None
        ev.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring everything into view."""
        self.frame_all()
        event.accept()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """Come nearer to what is under the cursor, or go away from it."""
        self._move()
        self._zoom(1.15 ** (ev.angleDelta().y() / 120), ev.position())
        ev.accept()

    def event(self, event: QEvent) -> bool:
        """Pinching on a touchpad zooms."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._zoom(1 + event.value(), event.position())
            return True
        return bool(super().event(event))

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Keys are the window's actions; arrows orbit, plus and minus zoom."""
        turns = {
            Qt.Key.Key_Left: (-7.5, 0.0),
            Qt.Key.Key_Right: (7.5, 0.0),
            Qt.Key.Key_Up: (0.0, 7.5),
            Qt.Key.Key_Down: (0.0, -7.5),
        }
        zooms = {Qt.Key.Key_Plus: 1.15, Qt.Key.Key_Equal: 1.15, Qt.Key.Key_Minus: 1 / 1.15}
        key = Qt.Key(ev.key())
        if key in turns:
            self._turn(self.orbit.orbited(*turns[key]))
        elif key in zooms:
            self._turn(self.orbit.zoomed(zooms[key]))
        else:
            ev.ignore()

    def keyReleaseEvent(self, ev: QKeyEvent) -> None:
        """VTK hears of no key."""
        ev.ignore()

    def enterEvent(self, ev: object) -> None:
        """VTK hears of no pointer."""

    def leaveEvent(self, ev: object) -> None:
        """VTK hears of no pointer."""

    def contextMenuEvent(self, event: object) -> None:
        """The right button pans."""

    def _zoom(self, factor: float, at: QPointF) -> None:
        height = max(self.height(), 1)
        right = (at.x() - self.width() / 2) / height
        up = (self.height() / 2 - at.y()) / height
        self._turn(self.orbit.zoomed(factor, right, up))

    def _move(self) -> None:
        if self._frame_s > SLOW_FRAME_S:
            self.scene.use_light(True)
            self._rest.start()

    def _come_to_rest(self) -> None:
        if self._grabbed is not None:
            self._rest.start()
            return
        self.scene.use_light(False)
        self.update()
