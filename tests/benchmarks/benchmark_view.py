"""What the view costs the window's thread, and how soon a slice is there.

    xvfb-run -a -s "-screen 0 1440x900x24" python tests/benchmarks/benchmark_view.py

Medians of nine; the first figure is what the thread computed, the second what the clock says,
which on a busy machine is the machine's business.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from occstudio.gui.app import make_application
from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.screenshots import _asks, _models, _pause, _pebble, _wait, bundled_samples
from occstudio.gui.view.viewport import Viewport
from occstudio.studio import edits
from occstudio.studio.document import FieldSlice
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

RUNS = 9


def main() -> None:
    """Print the figures."""
    app = make_application()
    load, names = _models()
    studio = Studio(load, names, post=Bridge(app).post, settings=Settings(theme="dark"))
    studio.change_settings = lambda settings: setattr(studio, "settings", settings)  # type: ignore[method-assign]
    window = MainWindow(studio, probe_opengl(), bundled_samples())
    window.resize(1440, 900)
    window.show()
    studio.refresh_models()
    with tempfile.TemporaryDirectory() as place:
        studio.open_files([*bundled_samples()[1:2], _pebble(Path(place))][:1])
        _wait(lambda: bool(studio.document.items))
        _wait(lambda: not studio.is_busy)
        measure(studio, window)
    window.close()


def measure(studio: Studio, window: MainWindow) -> None:
    """Everything on one shape."""
    view, item = window.viewport, studio.document.items[0]
    assert isinstance(view, Viewport)
    result = studio.results[item.id]
    say(
        f"swap in a surface of {len(result.mesh.faces)} triangles",
        lambda: view.scene.show_result(item.id, replace(result)),
    )
    studio.apply(edits.set_slice(FieldSlice(True, "y", 0.05)))
    _wait(lambda: not _asks(studio))
    sampled = view.scene.slice.sampled
    assert sampled is not None
    say(
        f"show a slice of {len(sampled.logits)}² values",
        lambda: view.scene.slice.show(sampled, 0.0, np.eye(4)),
    )
    levels = iter(np.linspace(-2, 2, RUNS))
    say("move the iso-line", lambda: view.scene.slice.set_level(float(next(levels))))
    offsets = iter(np.linspace(-0.2, 0.2, RUNS))
    say(
        "drag the slice, all panels",
        lambda: studio.apply(
            edits.set_slice(FieldSlice(True, "y", float(next(offsets)))), gesture="drag"
        ),
    )
    studio.end_gesture()
    _wait(lambda: not _asks(studio))
    arrived: list[float] = []
    studio.inquiries.slice.answered.subscribe(lambda _: arrived.append(time.perf_counter()))
    waited: list[list[float]] = []
    for offset in np.linspace(-0.15, 0.15, RUNS):
        arrived.clear()
        started = time.perf_counter()
        studio.apply(edits.set_slice(FieldSlice(True, "y", float(offset))))
        while len(arrived) < 2:
            _pause(2)
        waited.append([1000 * (at - started) for at in arrived[:2]])
    rough, fine = np.median(np.array(waited), axis=0)
    print(f"{'a slice is there, roughly':44s} {rough:8.0f} ms")
    print(f"{'a slice is there, finely':44s} {fine:8.0f} ms")


def say(title: str, work: Callable[[], object]) -> None:
    """Time it."""
    spent: list[tuple[float, float]] = []
    for _ in range(RUNS):
        computed, started = time.thread_time(), time.perf_counter()
        work()
        spent.append((time.thread_time() - computed, time.perf_counter() - started))
    cpu, wall = (1000 * statistics.median(each) for each in zip(*spent, strict=True))
    print(f"{title:44s} {cpu:8.1f} ms computed {wall:8.1f} ms by the clock")


if __name__ == "__main__":
    main()
