"""The view where there is no OpenGL: still pictures, drawn in numpy on a worker.

It takes the same calls as the 3-D view. Dragging turns the shapes, in small pictures while the
hand moves and a fine one when it rests; slices, comparisons and films need OpenGL, and their
actions say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from occstudio.gui.bridge import Bridge
from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.view.color_map import rgb_of
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.placement import beside, between_frames
from occstudio.gui.view.rasterizer import Picture, Solid, draw
from occstudio.shapes.watch import Watch
from occstudio.studio.document import Document
from occstudio.studio.inquiry import Inquiry
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.settings import Settings

_ROUGH = 3
_MOST = 0.75
_DEGREES_PER_HEIGHT = 230.0


@dataclass(frozen=True, slots=True)
class StillQuestion:
    """A picture: of what, from where, how large."""

    solids: tuple[Solid, ...]
    camera: OrbitCamera
    size: tuple[int, int]
    matcap: str


class StillView(QWidget):
    """Stands in for the 3-D view where there is no OpenGL.

    Parameters
    ----------
    reason : str
        What is missing.
    """

    def __init__(self, reason: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("stillView")
        self.setAccessibleName(tr("Still pictures of the shapes"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.orbit = OrbitCamera()
        self.picture: Picture | None = None
        self._solids: tuple[Solid, ...] = ()
        self._document = Document()
        self._results: Mapping[int, ShapeResult] = {}
        self._shown: set[int] = set()
        self._theme: Theme | None = None
        self._settings = Settings()
        self._grabbed: QPointF | None = None
        self._explanation = QLabel(
            tr(
                "The 3-D view needs OpenGL 3.2, which is not available here ({reason}), so "
                "these are still pictures: drag to turn, wheel to zoom. Files are opened, "
                "reconstructed and exported as ever. On a remote desktop or in a virtual "
                "machine, switch on 3-D acceleration or install Mesa's software driver "
                "(libgl1-mesa-dri).",
                reason=reason,
            ),
            self,
        )
        self._explanation.setObjectName("noView")
        self._explanation.setProperty("role", "muted")
        self._explanation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._explanation.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 16, 32, 16)
        layout.addStretch(1)
        layout.addWidget(self._explanation)
        self._bridge = Bridge(self)
        self._stills: Inquiry[StillQuestion, Picture] = Inquiry(
            _still, self._bridge.post, lambda _stage, _fraction: None
        )
        self._stills.answered.subscribe(self._take)

    @property
    def is_busy(self) -> bool:
        """True while a fine picture is being drawn."""
        return self._stills.is_busy

    def show_document(self, document: Document, results: Mapping[int, ShapeResult]) -> None:
        """Draw what the document says; framed anew if shapes came or went."""
        self._document, self._results = document, results
        shown = {item.id for item in document.items if item.visible}
        is_new, self._shown = shown != self._shown, shown
        self._gather()
        if is_new:
            self.frame(None)
        self._draw()

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:  # noqa: ARG002
        """Draw the new surface."""
        self._gather()
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Colour the ground and the shapes."""
        self._theme = theme
        self._gather()
        self._draw()
        self.update()

    def show_settings(self, settings: Settings) -> None:
        """Look with or without perspective, and paint with the chosen matcap."""
        self._settings = settings
        self.orbit = replace(self.orbit, is_parallel=settings.is_parallel)
        self._draw()

    def frame(self, item_ids: tuple[int, ...] | None) -> None:  # noqa: ARG002 - as all views
        """Bring all shapes into view."""
        points = [solid.points for solid in self._solids if len(solid.points)]
        if points and self.height():
            low = np.min([p.min(axis=0) for p in points], axis=0)
            high = np.max([p.max(axis=0) for p in points], axis=0)
            self.turn(self.orbit.framing(low, high, self.width() / self.height()))

    def look(self, azimuth: float, elevation: float) -> None:
        """Look from a side."""
        self.turn(self.orbit.looking(azimuth, elevation))

    def turn(self, camera: OrbitCamera, *, moves: bool = False) -> None:
        """Look from elsewhere."""
        self.orbit = camera
        self._draw(moves=moves)

    def close(self) -> bool:
        """End the worker."""
        self._stills.close()
        return super().close()

    # -- events ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Draw the ground and the last picture."""
        painter = QPainter(self)
        if self._theme is not None:
            ground = QLinearGradient(0, 0, 0, self.height())
            ground.setColorAt(0, QColor(self._theme.sky))
            ground.setColorAt(1, QColor(self._theme.ground))
            painter.fillRect(self.rect(), ground)
        if self.picture is not None:
            height, width = self.picture.shape[:2]
            image = QImage(
                self.picture.data, width, height, 4 * width, QImage.Format.Format_RGBA8888
            )
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), image)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw as large as the view is."""
        super().resizeEvent(event)
        self._draw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the shapes."""
        self._grabbed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn by as much as the hand moved."""
        if self._grabbed is None:
            return
        moved = event.position() - self._grabbed
        self._grabbed = event.position()
        scale = _DEGREES_PER_HEIGHT / max(self.height(), 1)
        self.turn(self.orbit.orbited(-moved.x() * scale, moved.y() * scale), moves=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt says so
        """Let go."""
        self._grabbed = None
        self._draw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Come nearer, or go away."""
        self.turn(self.orbit.zoomed(1.15 ** (event.angleDelta().y() / 120)), moves=True)

    # -- private -----------------------------------------------------------------------------

    def _gather(self) -> None:
        if self._theme is None:
            return
        solids: list[Solid] = []
        visible = [item for item in self._document.items if item.visible]
        for number, item in enumerate(visible):
            points = item.frame.to_model(item.source.shown)
            points = points[(np.abs(points) < _MOST).all(axis=1)]
            floor = float(points[:, 1].min()) if len(points) else -0.5
            place = beside(number - (len(visible) - 1) / 2, floor)
            result = self._results.get(item.id)
            if result is None or result.mesh.is_empty:
                moved = points @ place[:3, :3].T + place[:3, 3]
                red, green, blue = rgb_of(self._theme.points)
                solids.append(
                    Solid(moved.astype(np.float32), tint=(float(red), float(green), float(blue)))
                )
                continue
            matrix = place @ between_frames(result.frame, item.frame)
            vertices = result.mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
            tint = rgb_of(item.color) if item.color else np.ones(3)
            solids.append(
                Solid(
                    vertices.astype(np.float32),
                    result.mesh.faces,
                    result.mesh.normals,
                    (float(tint[0]), float(tint[1]), float(tint[2])),
                )
            )
        self._solids = tuple(solids)

    def _draw(self, *, moves: bool = False) -> None:
        size = (self.width(), self.height())
        if not self._solids or min(size) < 2:
            self._stills.drop()
            self.picture = None
            self.update()
            return
        fine = StillQuestion(self._solids, self.orbit, size, self._settings.matcap)
        small = (max(size[0] // _ROUGH, 1), max(size[1] // _ROUGH, 1))
        self._stills.ask(fine, replace(fine, size=small), settles=moves)

    def _take(self, picture: Picture) -> None:
        self.picture = picture
        self.update()


def _still(question: StillQuestion, watch: Watch) -> Picture:
    return draw(question.solids, question.camera, question.size, question.matcap, watch)
