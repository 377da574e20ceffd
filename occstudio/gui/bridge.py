"""From a worker's thread to the window's, through one queued signal.

A Python function that is connected to another thread's signal runs on that thread; a bound slot
of a `QObject` with a queued connection runs where the object lives. So this is the only place
where threads meet.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class Bridge(QObject):
    """Runs functions on the thread that it was made on.

    Parameters
    ----------
    parent : QObject, optional
        Its owner.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, function: Callable[[], None]) -> None:
        """From any thread: run `function` soon, on the bridge's own thread."""
        try:
            self._posted.emit(function)
        except RuntimeError:
            # The window is gone; a worker that was late has nobody to tell.
            return

    @Slot(object)
    def _run(self, function: Callable[[], None]) -> None:
        function()
