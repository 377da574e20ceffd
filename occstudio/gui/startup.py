"""What happens between the launch and a window that can be worked with, and how long it takes.

The window is painted before anything heavy is imported: VTK comes on a thread behind it, then the
view takes its place, and only then does torch come with the model.
"""

import importlib
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

Post = Callable[[Callable[[], None]], None]

_IMPORTED_AT = time.monotonic()


class FirstPaint(QObject):
    """Calls somebody once, when a widget's first frame is on the screen.

    Parameters
    ----------
    widget : QWidget
        The window.
    then : callable
        What is called, from the event loop.
    """

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._then = widget, then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """After the paint event and what it draws into."""
        if event.type() == QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return super().eventFilter(watched, event)


def import_view(then: Callable[[], None], post: Post) -> None:
    """Import VTK and the plots on a thread; `then` is posted between the two."""

    def work() -> None:
        try:
            # For their import alone.
            importlib.import_module("occstudio.gui.view.director")
        finally:
            post(then)
        # Half a second of the first histogram, spent where nobody waits for it.
        importlib.import_module("pyqtgraph")

    threading.Thread(target=work, name="occstudio-imports", daemon=True).start()


def seconds_since_launch() -> float:
    """How long this process lives; where the system does not say, since this module's import."""
    try:
        started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        ticks = os.sysconf("SC_CLK_TCK") if sys.platform != "win32" else 100
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return time.monotonic() - _IMPORTED_AT
    return uptime - started / ticks
