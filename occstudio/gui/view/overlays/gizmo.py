"""The axes in the corner: they show how one looks at the world, and a click looks along one."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, tr
from occstudio.gui.view.orbit_camera import OrbitCamera

SIDE = 92
"""Logical pixels along the gizmo."""

_ARM, _KNOB = 30.0, 8.5
_COLORS = {"x": "#e5615f", "y": "#6fbf5a", "z": "#5b8def"}


@dataclass(frozen=True, slots=True)
class End:
    """One end of an axis: its name, the direction in the scene, and where that is looked from."""

    name: str
    direction: tuple[float, float, float]
    azimuth: float
    elevation: float
    title: str


ENDS = (
    End("x", (1, 0, 0), 90, 0, marked("Look from the right")),
    End("-x", (-1, 0, 0), 270, 0, marked("Look from the left")),
    End("y", (0, 1, 0), 0, 90, marked("Look from above")),
    End("-y", (0, -1, 0), 0, -90, marked("Look from below")),
    End("z", (0, 0, 1), 0, 0, marked("Look from the front")),
    End("-z", (0, 0, -1), 180, 0, marked("Look from the back")),
)


class Gizmo(QWidget):
    """A small picture of the axes."""

    wanted = Signal(float, float)
    """Azimuth and elevation, in degrees, of the side that was clicked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("gizmo")
        self.setAccessibleName(tr("Axes"))
        self.setToolTip(tr("Click an axis to look along it"))
        self.setFixedSize(SIDE, SIDE)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._camera = OrbitCamera()
        self._theme: Theme | None = None
        self._hovered = ""
        self._drawn: tuple[object, QPixmap] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Colour the letters."""
        self._theme = theme
        self.update()

    def show_camera(self, camera: OrbitCamera) -> None:
        """Turn as the view is turned."""
        angles = (camera.azimuth, camera.elevation)
        if angles != (self._camera.azimuth, self._camera.elevation):
            self._camera = camera
            self.update()

    def place_of(self, name: str) -> QPointF:
        """Where an axis' end is drawn."""
        end = next(end for end in ENDS if end.name == name)
        middle = SIDE / 2
        right, up = self._on_screen(end)
        return QPointF(middle + _ARM * right, middle - _ARM * up)

    def sizeHint(self) -> QSize:
        """Always the same."""
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt says so
        """Paint the axes: over every frame of a moving shape, so the picture is kept."""
        if self._theme is None:
            return
        ratio = self.devicePixelRatioF()
        shown = (self._camera.azimuth, self._camera.elevation, self._hovered, self._theme, ratio)
        if self._drawn is None or self._drawn[0] != shown:
            self._drawn = shown, self._picture(self._theme, ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn[1])
        painter.end()

    def _picture(self, theme: Theme, ratio: float) -> QPixmap:
        """The axes, the farther ones first."""
        picture = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            halo = QColor(theme.text)
            halo.setAlpha(22)
            painter.setBrush(halo)
            painter.drawEllipse(QRectF(1, 1, SIDE - 2, SIDE - 2))
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setWeight(QFont.Weight.Medium)
        painter.setFont(font)
        for end in sorted(ENDS, key=self._depth):
            self._draw(painter, end)
        painter.end()
        return picture

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which side a click would show."""
        end = self._under(event.position())
        name = end.name if end else "-"
        if name != self._hovered:
            self._hovered = name
            self.setToolTip(tr(end.title) if end else tr("Click an axis"))
            self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002 - Qt says so
        """Nothing is pointed at."""
        self._hovered = ""
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look along the axis; seen along it already, from the other side."""
        end = self._under(event.position())
        if end is not None:
            facing = abs(self._depth(end)) > 0.999
            other = End(end.name, end.direction, (end.azimuth + 180) % 360, -end.elevation, "")
            chosen = other if facing and self._depth(end) > 0 else end
            azimuth = self._camera.azimuth if abs(chosen.elevation) == 90 and facing else None
            self.wanted.emit(chosen.azimuth if azimuth is None else azimuth, chosen.elevation)
        event.accept()

    def _draw(self, painter: QPainter, end: End) -> None:
        assert self._theme is not None
        color = QColor(_COLORS[end.name[-1]])
        middle, at = QPointF(SIDE / 2, SIDE / 2), self.place_of(end.name)
        far = 0.5 - 0.5 * self._depth(end)
        color.setAlphaF(1 - 0.45 * far)
        is_hovered = end.name == self._hovered
        if len(end.name) == 1:
            painter.setPen(QPen(color, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            away = at - middle
            length = math.hypot(away.x(), away.y())
            if length > _KNOB:
                painter.drawLine(middle, middle + away * ((length - _KNOB) / length))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color.lighter(118) if is_hovered else color)
            painter.drawEllipse(at, _KNOB, _KNOB)
            painter.setPen(QColor("#15181d"))
            box = QRectF(at.x() - _KNOB, at.y() - _KNOB, 2 * _KNOB, 2 * _KNOB)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, end.name.upper())
            return
        painter.setPen(QPen(color, 1.6))
        fill = QColor(color)
        fill.setAlphaF(0.85 if is_hovered else 0.22)
        painter.setBrush(fill)
        painter.drawEllipse(at, _KNOB - 2.5, _KNOB - 2.5)

    def _under(self, position: QPointF) -> End | None:
        near = [
            end
            for end in sorted(ENDS, key=self._depth, reverse=True)
            if math.hypot(*(position - self.place_of(end.name)).toTuple()) <= _KNOB + 1.5
        ]
        return near[0] if near else None

    def _on_screen(self, end: End) -> tuple[float, float]:
        right, up = self._camera.right, self._camera.up
        return (
            sum(a * b for a, b in zip(end.direction, right, strict=True)),
            sum(a * b for a, b in zip(end.direction, up, strict=True)),
        )

    def _depth(self, end: End) -> float:
        eye = (self._camera.eye - self._camera.target) / self._camera.distance
        return float(sum(a * b for a, b in zip(end.direction, eye, strict=True)))
