"""The threshold as a handle on the histogram of the field's values.

The axis is the logit, labelled with probabilities: a network's values spread on it, and both ends
of the threshold can be aimed at. Counts are on a logarithmic scale, since far outside there is
always a hundred times more than near the surface. pyqtgraph is imported with the first picture.
"""

import math
from typing import Any, cast

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.shapes.field import level_of, threshold_of
from occstudio.studio.edits import LEAST_THRESHOLD
from occstudio.studio.field_histogram import SPAN, FieldHistogram

_LABELLED = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
_HEIGHT = 132
_KEY_STEP = 0.01


class ThresholdPlot(QWidget):
    """Histogram with a handle.

    Parameters
    ----------
    name : str
        Object name.
    """

    dragged = Signal(float)
    """The threshold while the hand moves."""

    released = Signal()
    """The hand has let go."""

    typed = Signal(float)
    """A threshold by a click beside the handle or by a key: final at once."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Threshold on the histogram of the field's values"))
        self.setToolTip(
            tr(
                "How often the field takes each probability (logarithmic count).\n"
                "Drag the line, click, or use the arrow keys: what lies right of it is inside"
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(_HEIGHT)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._theme: Theme | None = None
        self._histogram: FieldHistogram | None = None
        self._threshold = 0.5
        self._plot: Any = None  # pyqtgraph has no types
        self._axes: tuple[Any, ...] = ()
        self._bars: Any = None
        self.box: Any = None
        self.line: Any = None

    def set_theme(self, theme: Theme) -> None:
        """Colour everything."""
        self._theme = theme
        if self._plot is not None:
            self._dress()

    def show_field(self, histogram: FieldHistogram | None, threshold: float) -> None:
        """Show how values are distributed, and where the threshold is, telling nobody."""
        plot = self._plot or self._build()
        is_new = histogram is not self._histogram
        self._histogram, self._threshold = histogram, threshold
        if not self.line.moving:
            with QSignalBlocker(self.line):
                self.line.setValue(level_of(threshold))
            # A blocked line does not repaint the items that hang on it.
            plot.viewport().update()
        if is_new:
            self._show_counts()
        self._color_bars()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the threshold by a hundredth."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.typed.emit(_held(self._threshold + step * _KEY_STEP))

    def changeEvent(self, event: QEvent) -> None:
        """A disabled plot is pale."""
        if event.type() == QEvent.Type.EnabledChange and self._plot is not None:
            self._color_bars()
        super().changeEvent(event)

    # -- private -----------------------------------------------------------------------------

    def _build(self) -> Any:  # noqa: ANN401 - pyqtgraph has no types
        import pyqtgraph  # not before it is needed: it takes 0.4 s

        # The live lane drops what is too much; a move that is dropped here could be the last.
        pyqtgraph.setConfigOption("mouseRateLimit", -1)

        class Plot(pyqtgraph.GraphicsLayoutWidget):
            """A picture that leaves wheel and keys to the panel."""

            def wheelEvent(self, ev: QWheelEvent) -> None:
                ev.ignore()

            def keyPressEvent(self, ev: QKeyEvent) -> None:
                ev.ignore()

        plot = cast(Any, Plot(self))
        plot.setObjectName(f"{self.objectName()}-plot")
        plot.setAccessibleName(self.accessibleName())
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.ci.layout.setContentsMargins(0, 4, 2, 0)
        plot.ci.layout.setSpacing(0)
        # A view box of its own, not a plot item: that would make menus nobody asked for.
        box = pyqtgraph.ViewBox(enableMenu=False, enableMouse=False)
        left, bottom = pyqtgraph.AxisItem("left"), pyqtgraph.AxisItem("bottom")
        plot.addItem(left, 0, 0)
        plot.addItem(box, 0, 1)
        plot.addItem(bottom, 1, 1)
        for axis in (left, bottom):
            axis.linkToView(box)
            axis.setStyle(tickLength=0, tickTextOffset=4)
        bottom.setTicks([[(level_of(p), f"{p:g}") for p in _LABELLED]])
        left.setTicks([[(math.log10(1 + 10**k), _count(10**k)) for k in range(7)]])
        left.setWidth(30)
        bottom.setHeight(20)
        low, high = level_of(LEAST_THRESHOLD), level_of(1 - LEAST_THRESHOLD)
        box.setXRange(-SPAN, SPAN, padding=0.01)
        self._bars = pyqtgraph.BarGraphItem(x=[0.0], height=[0.0], width=0.1)
        self.line = pyqtgraph.InfiniteLine(
            pos=level_of(self._threshold), angle=90, movable=True, bounds=(low, high)
        )
        self.line.addMarker("v", 1.0, 9.0)
        box.addItem(self._bars)
        box.addItem(self.line)
        self.line.sigDragged.connect(self._drag)
        self.line.sigPositionChangeFinished.connect(self._let_go)
        plot.scene().sigMouseClicked.connect(self._click)
        self._layout.addWidget(plot)
        self._plot, self._axes, self.box = plot, (left, bottom), box
        if self._theme is not None:
            self._dress()
        return plot

    def _dress(self) -> None:
        assert self._theme is not None
        theme = self._theme
        self._plot.setBackground(QColor(theme.panel))
        for axis in self._axes:
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.muted))
            font = self.font()
            font.setPixelSize(10)
            axis.setTickFont(font)
        import pyqtgraph

        self.line.setPen(pyqtgraph.mkPen(QColor(theme.text), width=2))
        self.line.setHoverPen(pyqtgraph.mkPen(QColor(theme.accent), width=3))
        self._color_bars()

    def _show_counts(self) -> None:
        found = self._histogram
        if found is None:
            self._bars.setOpts(x=[0.0], height=[0.0], width=0.1)
            return
        middle = (found.edges[:-1] + found.edges[1:]) / 2
        heights = np.log10(1.0 + found.counts)
        self._bars.setOpts(x=middle, height=heights, width=float(np.diff(found.edges)[0]) * 0.86)
        self.box.setYRange(0, max(float(heights.max()), 1.0) * 1.08, padding=0)

    def _color_bars(self) -> None:
        if self._theme is None or self._histogram is None or self._bars is None:
            return
        level = self.line.value()
        inside, outside = QColor(self._theme.accent), QColor(self._theme.muted)
        outside.setAlphaF(0.45)
        if not self.isEnabled():
            inside = outside
        middle = (self._histogram.edges[:-1] + self._histogram.edges[1:]) / 2
        brushes = [inside if place >= level else outside for place in middle]
        self._bars.setOpts(brushes=brushes, pen=QColor(0, 0, 0, 0))

    def _drag(self) -> None:
        self._threshold = _held(threshold_of(self.line.value()))
        self._color_bars()
        self.dragged.emit(self._threshold)

    def _let_go(self) -> None:
        self.released.emit()

    def _click(self, event: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        if event.button() != Qt.MouseButton.LeftButton:
            return
        box = self.box
        if box.sceneBoundingRect().contains(event.scenePos()):
            place = box.mapSceneToView(event.scenePos())
            self.typed.emit(_held(threshold_of(float(place.x()))))


def _held(threshold: float) -> float:
    return round(min(max(threshold, LEAST_THRESHOLD), 1 - LEAST_THRESHOLD), 3)


def _count(number: int) -> str:
    if number >= 10**6:
        return f"{number // 10**6}M"
    return f"{number // 1000}k" if number >= 1000 else f"{number}"
