"""The window stays alive while a shape is decoded: the worst gap between two ticks of a timer.

Two measures, from the request until the full surface is there. What the window's thread itself
computes between two ticks holds on any machine. The gap by the clock holds only where the machine
lets it: a control run beside a thread that computes without the interpreter's lock tells whether
it does. The decoding counts by its best run, the control by its worst.
"""

import threading
import time
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio import paths
from occstudio.gui.app import load_model_of_library
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.shape_model import ShapeModel
from occstudio.studio import edits
from occstudio.studio.pipeline import Quality
from tests.gui.conftest import close_window, ellipsoid_file, open_window

LONGEST_STALL_S = 0.05
RUNS = 8
TIMEOUT_MS = 200_000


def model_to_decode() -> ShapeModel:
    """The shipped model where it is there, else the analytic one."""
    if not (paths.bundled_models() / "scan-any" / "model.safetensors").is_file():
        return AnalyticModel()
    return load_model_of_library("scan-any", "cpu")


@pytest.mark.slow
def test_the_event_loop_never_stalls_while_256_cells_are_decoded(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(qapp, model_to_decode(), tmp_path)
    studio = window.studio
    try:
        qtbot.waitUntil(lambda: bool(studio.models), timeout=TIMEOUT_MS)
        studio.open_files([ellipsoid_file(tmp_path / "egg.npy")])
        qtbot.waitUntil(lambda: bool(studio.results), timeout=TIMEOUT_MS)
        item_id = studio.document.items[0].id
        finished: list[int] = []

        def arrived(shown: int) -> None:
            result = studio.results[shown]
            if result.quality is Quality.FULL and result.resolution == 256:
                finished.append(shown)

        studio.result_arrived.subscribe(arrived)

        def decode() -> tuple[float, float]:
            # Wait for the small surface and its drawing, forget all answers, and go.
            studio.apply(edits.set_resolution((item_id,), 32))
            qtbot.waitUntil(lambda: not studio.is_busy, timeout=TIMEOUT_MS)
            studio._pipeline._samplings.clear()
            studio._pipeline._surfaces.clear()
            finished.clear()
            return worst_gap(
                qtbot,
                lambda: studio.apply(edits.set_resolution((item_id,), 256)),
                lambda: bool(finished),
            )

        gaps = best_of(decode)
        control = max(control_gap(qtbot)[0] for _ in range(2))
    finally:
        close_window(qapp, window)
    assert gaps[1] < LONGEST_STALL_S, f"the window's thread computed for {gaps[1]:.3f} s"
    if gaps[0] >= LONGEST_STALL_S and control > LONGEST_STALL_S / 2:
        pytest.skip(
            f"the machine is too busy for the clock: an idle event loop stalls {control:.3f} s "
            f"(while decoding {gaps[0]:.3f} s, of which computing {gaps[1]:.3f} s)"
        )
    assert gaps[0] < LONGEST_STALL_S, (
        f"the event loop stalled for {gaps[0]:.3f} s, beside a lock-free thread {control:.3f} s"
    )


def best_of(measure: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """The least of each of the two measures; no more runs than are needed."""
    found: list[tuple[float, float]] = []
    while len(found) < RUNS and (not found or max(found[-1]) > LONGEST_STALL_S):
        found.append(measure())
    return min(gap for gap, _ in found), min(computed for _, computed in found)


def worst_gap(
    qtbot: QtBot, start: Callable[[], None], is_done: Callable[[], bool]
) -> tuple[float, float]:
    """Longest gap between ticks of a 5 ms timer, and most that this thread computed in one."""
    ticks: list[tuple[float, float]] = []

    def tick() -> None:
        if not is_done() or not ticks:
            ticks.append((time.perf_counter(), time.thread_time()))

    beat = QTimer()
    beat.setInterval(5)
    beat.timeout.connect(tick)
    tick()
    beat.start()
    start()
    qtbot.waitUntil(is_done, timeout=TIMEOUT_MS)
    beat.stop()
    gaps = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(ticks)]
    return max(gap for gap, _ in gaps), max(computed for _, computed in gaps)


def control_gap(qtbot: QtBot) -> tuple[float, float]:
    """The same beside a thread that only computes without the interpreter's lock."""
    over = threading.Event()
    until = time.monotonic() + 1.5

    def compress() -> None:
        block = bytes(4_000_000)
        while not over.is_set():
            zlib.compress(block, 1)

    worker = threading.Thread(target=compress)
    try:
        return worst_gap(qtbot, worker.start, lambda: time.monotonic() > until)
    finally:
        over.set()
        worker.join()
