"""How long the window's event loop stalls while a shape is decoded, and what it does meanwhile.

Run as `python tests/benchmarks/benchmark_heartbeat.py` with a display. A bundled scan is decoded at
256 cells again and again, with everything forgotten in between; for each decode the longest gap
between two ticks of a 5 ms timer is told, what the window's thread itself computed in one gap, and
the longest time that one frame took to draw.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QEventLoop, QTimer

from occstudio import paths
from occstudio.gui.app import load_model_of_library, make_application
from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.theme import apply_theme, chosen_theme
from occstudio.gui.view.viewport import Viewport
from occstudio.inference.device import leave_a_core
from occstudio.inference.library import list_models
from occstudio.studio import edits
from occstudio.studio.pipeline import Quality
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

DECODES = 8
CELLS = 256
_MOST_WAIT_S = 200.0


def main(decodes: int = DECODES) -> None:
    """Print one line per decode, and the medians and the worst of all."""
    leave_a_core()
    app = make_application()
    apply_theme(app, chosen_theme("dark"))
    frames: list[float] = []
    drawn = Viewport._was_drawn

    def timed(self: Viewport, seconds: float) -> None:
        drawn(self, seconds)
        frames.append(seconds)

    Viewport._was_drawn = timed  # type: ignore[method-assign]
    bridge = Bridge(app)
    studio = Studio(
        load_model_of_library, list_models, post=bridge.post, settings=Settings(theme="dark")
    )
    studio.change_settings = lambda settings: setattr(studio, "settings", settings)  # type: ignore[method-assign]
    window = MainWindow(studio, probe_opengl(), [])
    window.resize(1280, 800)
    window.show()
    studio.refresh_models()
    _until(lambda: bool(studio.models))
    studio.open_files([paths.samples() / "chair.ply"])
    _until(lambda: bool(studio.results) and not studio.is_busy)
    item = studio.document.items[0].id
    gaps: list[tuple[float, float, float]] = []
    for number in range(decodes):
        studio.apply(edits.set_resolution((item,), 32))
        _until(lambda: not studio.is_busy)
        _pause(600)
        studio._pipeline._samplings.clear()
        studio._pipeline._surfaces.clear()
        frames.clear()
        gaps.append((*_beat(studio, item), max(frames, default=0.0)))
        mesh = studio.results[item].mesh
        print(
            f"decode {number + 1}: gap {1e3 * gaps[-1][0]:.0f} ms, computed "
            f"{1e3 * gaps[-1][1]:.0f} ms, frame {1e3 * gaps[-1][2]:.0f} ms, "
            f"{len(frames)} frames, {len(mesh.faces)} triangles",
            flush=True,
        )
    for name, values in zip(("gap", "computed", "frame"), zip(*gaps, strict=True), strict=True):
        in_ms = sorted(1e3 * value for value in values)
        print(f"{name}: median {statistics.median(in_ms):.0f} ms, worst {in_ms[-1]:.0f} ms")
    window.leave()


def _beat(studio: Studio, item: int) -> tuple[float, float]:
    """Decode once; the longest gap until half a second after the surface has come."""
    ticks: list[tuple[float, float]] = []
    beat = QTimer()
    beat.setInterval(5)
    beat.timeout.connect(lambda: ticks.append((time.perf_counter(), time.thread_time())))
    beat.start()
    studio.apply(edits.set_resolution((item,), CELLS))

    def is_there() -> bool:
        result = studio.results.get(item)
        wanted = (Quality.FULL, CELLS)
        return result is not None and (result.quality, result.resolution) == wanted

    _until(is_there)
    _pause(500)
    beat.stop()
    return (
        max(after[0] - before[0] for before, after in pairwise(ticks)),
        max(after[1] - before[1] for before, after in pairwise(ticks)),
    )


def _until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + _MOST_WAIT_S
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError("nothing arrived")
        _pause(20)


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DECODES)
