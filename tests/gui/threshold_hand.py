"""A hand that drags the threshold's handle with real mouse events."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from occstudio.gui.main_window import MainWindow
from occstudio.gui.widgets.threshold_plot import ThresholdPlot
from occstudio.shapes.field import level_of

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@contextmanager
def dragging(window: MainWindow) -> Iterator[Callable[[float], None]]:
    """Take the handle; the given function moves it to a threshold, leaving lets go."""
    plot = window.findChild(ThresholdPlot, "threshold-plot")
    view = plot._plot
    box = plot.box
    last = plot._threshold

    def send(kind: QEvent.Type, threshold: float, button: Qt.MouseButton, held: object) -> None:
        low, high = box.viewRange()[1]
        scene = box.mapViewToScene(QPointF(level_of(threshold), (low + high) / 2))
        place = QPointF(view.mapFromScene(scene))
        screen = QPointF(view.viewport().mapToGlobal(place.toPoint()))
        keys = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, place, place, screen, button, held, keys)  # type: ignore[call-overload]
        QApplication.sendEvent(view.viewport(), event)

    def move(threshold: float) -> None:
        nonlocal last
        last = threshold
        send(QEvent.Type.MouseMove, threshold, NONE, LEFT)

    send(QEvent.Type.MouseMove, last, NONE, NONE)
    send(QEvent.Type.MouseButtonPress, last, LEFT, LEFT)
    yield move
    send(QEvent.Type.MouseButtonRelease, last, LEFT, NONE)
