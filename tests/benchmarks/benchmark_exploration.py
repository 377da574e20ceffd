"""How live the space of shapes is: a hand slides between two shapes, through the real worker.

    python tests/benchmarks/benchmark_exploration.py [--model NAME] [--path KIND]
    xvfb-run -a -s "-screen 0 1440x900x24" python tests/benchmarks/benchmark_exploration.py --window

A blend of two shapes of the model's book is opened; then a hand drags its fraction, as fast as
surfaces arrive, lets go, and waits for the full surface. Times are from the touch to the arrival on
the owner's thread, or, with ``--window``, to the moment when the real window's 3-D view has drawn
it.
"""

import argparse
import queue
import statistics
import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEventLoop, QTimer

from occstudio.gui.app import book_of_library, load_model_of_library
from occstudio.inference.library import list_models
from occstudio.shapes.model_card import ModelCard
from occstudio.studio.pipeline import Quality
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

TIMEOUT_S = 120.0
STEPS = 40

Seen = list[tuple[Quality, int]]


class Loop(Protocol):
    """The owner's thread: runs what the workers post until something is true."""

    studio: Studio
    seen: Seen

    def turn(self) -> None:
        """Do what there is to do."""
        ...


class Bare:
    """A studio without a window; a surface is seen when it arrives."""

    def __init__(self, models: Callable[[], list[ModelCard]]) -> None:
        self.posted: queue.Queue[Callable[[], None]] = queue.Queue()
        self.seen: Seen = []
        self.studio = Studio(
            load_model_of_library, models, post=self.posted.put, read_book=book_of_library
        )
        self.studio.result_arrived.subscribe(self._arrived)

    def _arrived(self, item: int) -> None:
        result = self.studio.results[item]
        self.seen.append((result.quality, result.resolution))

    def turn(self) -> None:
        """Run what was posted."""
        try:
            self.posted.get(timeout=0.002)()
        except queue.Empty:
            return


class Windowed:
    """The real window; a surface is seen when the 3-D view has drawn it."""

    def __init__(self, models: Callable[[], list[ModelCard]]) -> None:
        from occstudio.gui.app import make_application
        from occstudio.gui.bridge import Bridge
        from occstudio.gui.main_window import MainWindow
        from occstudio.gui.opengl import probe_opengl
        from occstudio.gui.theme import apply_theme, chosen_theme
        from occstudio.gui.view.viewport import Viewport

        self.app = make_application()
        apply_theme(self.app, chosen_theme("dark"))
        self.seen: Seen = []
        self._arrived: Seen = []
        self.studio = Studio(
            load_model_of_library,
            models,
            post=Bridge(self.app).post,
            settings=Settings(theme="dark"),
            read_book=book_of_library,
        )
        self.studio.result_arrived.subscribe(self._note)  # before the window, which draws at once
        self.window = MainWindow(self.studio, probe_opengl(), [])
        self.window.resize(1440, 900)
        self.window.show()
        self._tick = QTimer()  # so that whoever waits in vain is told
        self._tick.start(1000)
        view = self.window.viewport
        assert isinstance(view, Viewport)
        view.ren_win.AddObserver("EndEvent", self._drawn)

    def _note(self, item: int) -> None:
        result = self.studio.results[item]
        self._arrived.append((result.quality, result.resolution))

    def _drawn(self, *_: object) -> None:
        self.seen += self._arrived
        self._arrived = []

    def turn(self) -> None:
        """Let Qt work, and wait for something to do as its own loop does."""
        self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def until(loop: Loop, is_done: Callable[[], bool]) -> float:
    """Seconds until it is done."""
    began = time.perf_counter()
    while not is_done():
        if time.perf_counter() - began > TIMEOUT_S:
            raise TimeoutError("nothing arrived")
        loop.turn()
    return time.perf_counter() - began


def main() -> None:
    """Print one line per measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="furniture-space")
    parser.add_argument("--path", default="linear")
    parser.add_argument("--window", action="store_true")
    asked = parser.parse_args()

    def models() -> list[ModelCard]:
        return [card for card in list_models() if card.name == asked.model]

    loop: Loop = Windowed(models) if asked.window else Bare(models)
    studio, seen = loop.studio, loop.seen
    studio.refresh_models(warm_up=True)
    exploration = studio.exploration
    until(loop, lambda: exploration.space is not None)
    space = exploration.space
    assert space is not None
    chairs = [entry.name for entry in space.book.of_kind("chair")] or space.book.names
    began = time.perf_counter()
    exploration.blend([exploration.named(name) for name in chairs[:2]], asked.path, 0.0)
    until(loop, lambda: (Quality.FULL, 128) in seen)
    print(f"first full surface, model loading included: {time.perf_counter() - began:.2f} s")
    item = studio.document.items[0].id

    for what, stride in (("slow drag", 0.2 / STEPS), ("drag over the whole way", 1 / STEPS)):
        waits, grids = list[float](), list[int]()
        for step in range(STEPS):
            seen.clear()
            exploration.slide(item, stride * (step + 1), "drag")
            waits.append(until(loop, lambda: bool(seen)))
            grids.append(seen[0][1])
        in_ms = sorted(1e3 * wait for wait in waits)
        print(
            f"{what}: first surface after {statistics.median(in_ms):.0f} ms (median; 95 % "
            f"{in_ms[int(0.95 * STEPS)]:.0f}, worst {in_ms[-1]:.0f}), {STEPS / sum(waits):.1f} a "
            f"second, grid {statistics.median(grids):.0f} (least {min(grids)})"
        )
        seen.clear()
        studio.end_gesture()
        settled = until(loop, lambda: (Quality.FULL, 128) in seen)
        print(f"full 128 surface after letting go: {1e3 * settled:.0f} ms")
        until(loop, lambda: not studio.is_busy)
    result = studio.results[item]
    print("stages of it:", {stage: f"{1e3 * s:.0f} ms" for stage, s in result.seconds.items()})
    if isinstance(loop, Windowed):
        loop._tick.stop()
        loop.window.close()
    else:
        studio.close()


if __name__ == "__main__":
    main()
