"""The 3-D view: a scene, a turntable camera, and the habits people bring from other programs.

Mouse and keys never reach VTK. Its interactor styles roll the camera and bind plain letters
(``3`` switches to stereo, ``w`` to wireframe); here buttons do what `mouse` says, the wheel comes
nearer to what is under the cursor, and keys are actions of the window.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QImage,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from vtkmodules.vtkRenderingCore import vtkCellPicker, vtkRenderWindow

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.view import mouse
from occstudio.gui.view.aiming import aim, aim_through
from occstudio.gui.view.canvas import GlCanvas, PaintedCanvas, changed_at
from occstudio.gui.view.mouse import Move
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.overlay import Overlay
from occstudio.gui.view.scene import Scene
from occstudio.gui.view.through import Through
from occstudio.studio.document import Document
from occstudio.studio.pipeline import Quality, ShapeResult
from occstudio.studio.settings import Settings

SLOW_FRAME_S = 0.04
"""When a frame takes longer than this, previews are drawn while the camera moves."""

CLICK_PIXELS = 4
"""A button that is let go within this distance was a click."""

_REST_MS = 180
_DEGREES_PER_HEIGHT = 230.0
_FINGER_DEGREES = 0.4
_NOTCH = 1.15


class Viewport(QWidget):
    """Shows the visible shapes of a document.

    Parameters
    ----------
    parent : QWidget
        Its owner.
    is_software : bool
        Whether OpenGL is computed on the CPU: then edges are smoothed after the fact (FXAA)
        instead of by sampling each pixel several times, and only when nothing has changed for a
        moment.

    Attributes
    ----------
    is_busy : callable
        Whether shapes are computed; edges are not smoothed meanwhile.
    """

    picked = Signal(int, bool)
    """The id of the shape that was clicked; and whether Shift or Ctrl was held."""

    hovered = Signal(QPointF)
    """Where the cursor is, while nothing is dragged."""

    left = Signal()
    """The cursor is elsewhere."""

    turned = Signal()
    """One looks from elsewhere, or the view has another size."""

    def __init__(self, parent: QWidget, *, is_software: bool) -> None:
        super().__init__(parent)
        self.is_busy: Callable[[], bool] = lambda: False
        self._is_software = is_software
        self.setObjectName("viewport")
        self.setAccessibleName(tr("3-D view"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.canvas: GlCanvas | PaintedCanvas
        if is_software:
            self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
            self.canvas = PaintedCanvas()
        else:
            self.canvas = GlCanvas(self)
            self.canvas.drawn.connect(self._was_drawn)
        self.renderers = self.canvas.renderers
        self._picture = QImage()
        self._is_stale = True
        self._calm, self._soon, self._rest = (QTimer(self) for _ in range(3))
        for timer, wait_ms, due in (
            (self._soon, 0, self._draw),
            (self._calm, _REST_MS, self._be_calm),
            (self._rest, _REST_MS, self._come_to_rest),
        ):
            timer.setSingleShot(True)
            timer.setInterval(wait_ms)
            timer.timeout.connect(due)
        main, beside = self.renderers[0], self.renderers[1]
        if is_software:
            for renderer in (main, beside):
                renderer.enable_anti_aliasing("fxaa")
        self.scene = Scene(main, beside)
        self.scene.is_slow = is_software
        self.orbit = OrbitCamera()
        self.through: Through | None = None
        self.overlay = Overlay(self)
        self._habit = "blender"
        self._move: Move | None = None
        self._grabbed = self._pressed = QPointF()
        self._frame_s = 0.0
        self._drawn_at = -1
        self._picker = vtkCellPicker()
        self._picker.SetTolerance(0.0)
        self.overlay.gizmo.wanted.connect(self.look)
        self._split(False)
        self._aim()

    # -- what is shown -----------------------------------------------------------------------

    def show_document(self, document: Document, results: Mapping[int, ShapeResult]) -> None:
        """Make the view what the document says; it is framed anew if shapes came or went."""
        if self.scene.keeps(document):
            return
        is_new = self.scene.show(document, results)
        pair = self.scene.pair
        self._split(pair is not None and pair.mode == "side_by_side")
        self.overlay.show_document(document, pair)
        if is_new:
            self.frame(None)
        self._aim()
        self.catch_up()

    def catch_up(self) -> None:
        """Draw if anything changed; most edits change nothing before their surface arrives."""
        if changed_at(self.renderers) > self._drawn_at:
            self.update()

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:
        """Swap in a new surface; the camera stays.

        A preview is drawn at once, before panels say what there is to say of it: a hand waits.
        """
        self.scene.show_result(item_id, result)
        self.update()
        if self._is_software and result is not None and result.quality is Quality.PREVIEW:
            self.repaint()

    def set_theme(self, theme: Theme) -> None:
        """Colour background, floor, shapes and what lies over them."""
        self.scene.set_theme(theme)
        self.overlay.set_theme(theme)
        self.update()

    def show_settings(self, settings: Settings) -> None:
        """Paint, light and move as the person chose."""
        self._habit = settings.mouse
        self.scene.show_settings(settings)
        self.overlay.shows_floor = settings.shows_floor
        if settings.is_parallel != self.orbit.is_parallel:
            self.orbit = replace(self.orbit, is_parallel=settings.is_parallel)
        self._aim()
        self.update()

    @property
    def ren_win(self) -> vtkRenderWindow:
        """VTK's window."""
        window = self.canvas.ren_win
        assert window is not None
        return window

    # -- where one looks from ----------------------------------------------------------------

    @property
    def aspect(self) -> float:
        """Width over height of one picture: of half the view while two shapes stand apart."""
        parts = 2 if self.is_split else 1
        return self.width() / parts / max(self.height(), 1)

    @property
    def is_split(self) -> bool:
        """True while two shapes are looked at side by side."""
        return bool(self.renderers[1].GetDraw())

    def frame(self, item_ids: tuple[int, ...] | None) -> None:
        """Bring these shapes (or all) into view, from the same side."""
        bounds = self.scene.bounds(item_ids)
        if bounds is not None:
            self.turn(self.orbit.framing(*bounds, self.aspect))

    def look(self, azimuth: float, elevation: float) -> None:
        """Look from a side: degrees from the front, and above the floor."""
        self.turn(self.orbit.looking(azimuth, elevation))

    def turn(self, camera: OrbitCamera) -> None:
        """Look from elsewhere."""
        self.orbit, self.through = camera, None
        self._aim()
        self.update()

    def look_through(self, through: Through) -> None:
        """Look through a photo's camera, until somebody turns the view."""
        self.orbit, self.through = through.orbit(self.orbit), through
        self._aim()
        self.update()

    def sight(self, position: QPointF) -> tuple[float, float]:
        """A place of the widget as `OrbitCamera.ray` wants it, in whichever half it is."""
        height = max(self.height(), 1)
        width = self.width() / 2 if self.is_split else self.width()
        x = position.x() - (width if self.is_split and position.x() > width else 0)
        return (x - width / 2) / height, (self.height() / 2 - position.y()) / height

    def pixel(self, point: np.ndarray) -> QPointF:
        """Where a point ``(3,)`` of the scene is on the widget."""
        right, up, _ = self.orbit.seen(point[None])[0]
        width = self.width() / 2 if self.is_split else self.width()
        return QPointF(width / 2 + right * self.height(), self.height() / 2 - up * self.height())

    def smooth_edges(self, wanted: bool) -> None:
        """Smooth edges by a pass of its own, where OpenGL is software: it takes 10 ms a frame."""
        for renderer in self.renderers if self._is_software else ():
            renderer.SetUseFXAA(wanted)

    def make_current(self) -> None:
        """Be ready to draw outside of a paint event."""
        self.canvas.make_current()

    def picture(self) -> QImage:
        """What the view draws now, without what lies over it."""
        if isinstance(self.canvas, GlCanvas):
            return self.canvas.grabFramebuffer()
        self._soon.stop()
        started = time.perf_counter()
        self._picture = self.canvas.picture(self.width(), self.height(), self.devicePixelRatioF())
        self._is_stale = False
        self._was_drawn(time.perf_counter() - started)
        return self._picture

    def pick(self, position: QPointF) -> int | None:
        """The id of the shape at a place, or None."""
        ratio = self.devicePixelRatioF()
        renderer = self.renderers[0]
        if self.is_split and position.x() > self.width() / 2:
            renderer = self.renderers[1]
        x, y = position.x() * ratio, (self.height() - position.y() - 1) * ratio
        found = self._picker.Pick(x, y, 0, renderer)
        return self.scene.item_of(self._picker.GetActor()) if found else None

    def _aim(self) -> None:
        for renderer in self.renderers:
            aim(renderer.camera, self.orbit)
            if self.through is not None:
                aim_through(renderer.camera, self.through, self.aspect)
        self.scene.look_from(self.orbit, self.aspect)
        self.overlay.follow(self.orbit, self.scene.floor.step)
        self.turned.emit()

    def _split(self, wanted: bool) -> None:
        main, beside = self.renderers
        main.SetViewport(0, 0, 0.5 if wanted else 1, 1)
        beside.SetViewport(0.5, 0, 1, 1)
        beside.SetDraw(wanted)

    # -- events ------------------------------------------------------------------------------

    def update(self, *_: object) -> None:
        """Draw, but after what the panels have to say and paint; many wishes make one frame."""
        if self._is_software:
            self.smooth_edges(False)
            self._calm.start()
        self._is_stale = True
        if not self._soon.isActive():
            self._soon.start()

    def _draw(self) -> None:
        """Draw with the next frame."""
        if isinstance(self.canvas, GlCanvas):
            self.canvas.update()
        else:
            super().update()

    def _was_drawn(self, seconds: float) -> None:
        self._drawn_at = changed_at(self.renderers)
        if not self.scene.is_light:
            self._frame_s = seconds

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, which is drawn anew only if the scene is another."""
        if isinstance(self.canvas, GlCanvas):
            return
        if self._is_stale or self._picture.deviceIndependentSize().toSize() != self.size():
            self.picture()
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.drawImage(0, 0, self._picture)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what lies over the view in its place."""
        super().resizeEvent(event)
        if isinstance(self.canvas, GlCanvas):
            self.canvas.setGeometry(self.rect())
        self._is_stale = True
        self.scene.set_ratio(self.devicePixelRatioF())
        self.overlay.arrange()
        self._aim()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Grab the view."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._move = mouse.drag(self._habit, ev.button(), ev.modifiers())
        self._grabbed = self._pressed = ev.position()
        ev.accept()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Orbit, pan or zoom by as much as the hand moved."""
        if not ev.buttons():
            self.hovered.emit(ev.position())
            return
        if self._move is not None and ev.position() != self._grabbed:
            moved = ev.position() - self._grabbed
            self._grabbed = ev.position()
            self._drag(self._move, moved.x() / max(self.height(), 1), -moved.y() / self.height())
        ev.accept()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """Let go; without having moved, it was a click."""
        moved = ev.position() - self._pressed
        is_click = max(abs(moved.x()), abs(moved.y())) < CLICK_PIXELS
        if is_click and ev.button() == Qt.MouseButton.LeftButton:
            held = ev.modifiers() & (mouse.SHIFT | mouse.CTRL)
            found = self.pick(ev.position())
            # A click beside all shapes takes nothing away: panels would go blank by accident.
            if found is not None:
                self.picked.emit(found, bool(held))
        self._move = None
        ev.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring what is under the cursor into view, or everything."""
        item_id = self.pick(event.position())
        self.frame(None if item_id is None else (item_id,))
        # The second release is no click of its own.
        self._pressed = QPointF(-1e6, -1e6)
        event.accept()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """Come nearer to what is under the cursor, or go away; two fingers do as the habit says."""
        is_touch = (
            ev.phase() != Qt.ScrollPhase.NoScrollPhase
            or ev.pointingDevice().type() == QInputDevice.DeviceType.TouchPad
        )
        across, turned = ev.angleDelta().x(), ev.angleDelta().y()
        move = mouse.fingers(self._habit, ev.modifiers()) if is_touch else Move.ZOOM
        if move is Move.ORBIT:
            self._moves()
            self.turn(self.orbit.orbited(-across * _FINGER_DEGREES, turned * _FINGER_DEGREES))
        elif move is Move.PAN:
            self._drag(Move.PAN, across / 1000, -turned / 1000)
        else:
            # Shift turns the wheel sideways on some desktops.
            self._moves()
            self._zoom(_NOTCH ** ((turned or across) / 120), ev.position())
        ev.accept()

    def event(self, event: QEvent) -> bool:
        """Pinching on a touchpad zooms; another screen may have other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.scene.set_ratio(self.devicePixelRatioF())
            self._is_stale = True
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
        zooms = {Qt.Key.Key_Plus: _NOTCH, Qt.Key.Key_Equal: _NOTCH, Qt.Key.Key_Minus: 1 / _NOTCH}
        key = Qt.Key(ev.key())
        if key in turns:
            self.turn(self.orbit.orbited(*turns[key]))
        elif key in zooms:
            self.turn(self.orbit.zoomed(zooms[key]))
        else:
            ev.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Whoever follows the pointer is told that it left."""
        super().leaveEvent(event)
        self.left.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give OpenGL back."""
        super().closeEvent(event)
        self.canvas.close()

    def _drag(self, move: Move, right: float, up: float) -> None:
        self._moves()
        if move is Move.PAN:
            self.turn(self.orbit.panned(-right, -up))
        elif move is Move.ZOOM:
            self.turn(self.orbit.zoomed(8.0**up))
        else:
            self.turn(self.orbit.orbited(-right * _DEGREES_PER_HEIGHT, -up * _DEGREES_PER_HEIGHT))

    def _zoom(self, factor: float, at: QPointF) -> None:
        self.turn(self.orbit.zoomed(factor, *self.sight(at)))

    def _moves(self) -> None:
        if self._frame_s > SLOW_FRAME_S:
            self.scene.use_light(True)
            self._rest.start()

    def _come_to_rest(self) -> None:
        if self._move is not None:
            self._rest.start()
            return
        self.scene.use_light(False)
        self.update()

    def _be_calm(self) -> None:
        if self.is_busy():
            self._calm.start()
            return
        self.smooth_edges(True)
        self._is_stale = True
        self._draw()
