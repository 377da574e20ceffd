"""A turntable film, frame by frame: drawn between events, written on a thread.

The window's thread draws one frame at a time and goes back to its events; the writer takes frames
from a short queue, so memory holds a few of them and not the film. Cancelling ends both, and
leaves nothing on the disk.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from occstudio.errors import Cancelled, OccStudioError
from occstudio.exchange.film import Frame, write_film
from occstudio.gui.bridge import Bridge
from occstudio.gui.view.capture import capture
from occstudio.gui.view.viewport import Viewport

_WAITING = 3
_LATER_MS = 15


@dataclass(frozen=True, slots=True)
class Turntable:
    """What is filmed.

    Parameters
    ----------
    path : Path
        Of the file; see `exchange.film.FORMATS`.
    size : (int, int)
        Width and height in pixels.
    seconds : float
        One turn takes so long.
    frames_per_second : int
        Frames in one of them.
    transparent : bool
        Whether the background is left away.
    """

    path: Path
    size: tuple[int, int]
    seconds: float = 4.0
    frames_per_second: int = 25
    transparent: bool = False

    @property
    def frames(self) -> int:
        """How many there are; the one after the last would be the first again."""
        return max(round(self.seconds * self.frames_per_second), 1)


class Recording(QObject):
    """One film being made.

    Parameters
    ----------
    view : Viewport
        What is filmed.
    turntable : Turntable
        How.
    parent : QObject
        Its owner.
    """

    progressed = Signal(int, int)
    """Frames that are drawn, and how many there will be."""

    finished = Signal(str)
    """It is written; an empty string if it was cancelled."""

    failed = Signal(str)
    """It could not be written: why."""

    def __init__(self, view: Viewport, turntable: Turntable, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._turntable = view, turntable
        self._queue: queue.Queue[Frame | None] = queue.Queue(_WAITING)
        self._cancelled = threading.Event()
        self._bridge = Bridge(self)
        self._done = 0
        self._start = view.orbit
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._draw)
        self._thread = threading.Thread(target=self._write, name="occstudio-film", daemon=True)

    @property
    def is_running(self) -> bool:
        """True until it is written, failed or cancelled."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._next.start(0)

    def cancel(self) -> None:
        """Give up; nothing is left on the disk."""
        self._cancelled.set()
        self._next.stop()

    def close(self) -> None:
        """Give up and wait for the writer."""
        self.cancel()
        if self._thread.is_alive():
            self._thread.join(10)

    def _draw(self) -> None:
        if self._cancelled.is_set() or not self._thread.is_alive():
            return
        if self._queue.full():
            self._next.start(_LATER_MS)
            return
        total = self._turntable.frames
        camera = replace(
            self._start, azimuth=(self._start.azimuth + 360 * self._done / total) % 360
        )
        try:
            frame = capture(
                self._view,
                self._turntable.size,
                camera=camera,
                transparent=self._turntable.transparent,
            )
        except OccStudioError as error:
            self.cancel()
            self.failed.emit(str(error))
            return
        self._queue.put(frame)
        self._done += 1
        self.progressed.emit(self._done, total)
        if self._done < total:
            self._next.start(0)
        else:
            self._finish()

    def _finish(self) -> None:
        if self._queue.full():
            QTimer.singleShot(_LATER_MS, self, self._finish)
        else:
            self._queue.put(None)

    # -- on the writer's thread --------------------------------------------------------------

    def _frames(self) -> Iterator[Frame]:
        while True:
            if self._cancelled.is_set():
                raise Cancelled
            try:
                frame = self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
            if frame is None:
                return
            yield frame if self._turntable.transparent else frame[..., :3]

    def _write(self) -> None:
        told: Callable[[], None]
        try:
            write_film(self._turntable.path, self._frames(), self._turntable.frames_per_second)
            told = lambda: self.finished.emit(str(self._turntable.path))  # noqa: E731
        except Cancelled:
            told = lambda: self.finished.emit("")  # noqa: E731
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
            reason = str(error) or type(error).__name__
            told = lambda: self.failed.emit(reason)  # noqa: E731
        self._bridge.post(told)
