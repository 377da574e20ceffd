"""What is shown at most a few times a second, however often there is something new.

While a hand drags through a space of shapes, surfaces come as fast as they are made. Nobody reads
counts and histograms that fast, and each time they are painted the next surface waits.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 200


class Lately(QObject):
    """Calls a function, but not again before some time is over.

    Parameters
    ----------
    show : callable
        Shows what there is now.
    parent : QObject
        Its owner.
    """

    def __init__(self, show: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._is_due = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._again)

    def soon(self) -> None:
        """Show it at once if nothing was shown just now, else when the time is over."""
        if self._timer.isActive():
            self._is_due = True
        else:
            self.now()

    def now(self) -> None:
        """Show it at once."""
        self._is_due = False
        self._timer.start()
        self._show()

    def _again(self) -> None:
        if self._is_due:
            self.now()
