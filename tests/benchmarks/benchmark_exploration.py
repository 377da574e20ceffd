"""How live the space of shapes is: a hand slides between two shapes, through the real worker.

Run as `python tests/benchmarks/benchmark_exploration.py [--model NAME]`. A blend of two shapes of
the model's book is opened; then a hand drags its fraction, as fast as surfaces arrive, lets go, and
waits for the full surface. Times are from the touch to the arrival on the owner's thread, drawing
not included (`benchmark_view.py` measures that).
"""

import argparse
import queue
import statistics
import time
from collections.abc import Callable

from occstudio.gui.app import book_of_library, load_model_of_library
from occstudio.inference.library import list_models
from occstudio.studio.pipeline import Quality
from occstudio.studio.studio import Studio

TIMEOUT_S = 120.0
STEPS = 40


class Loop:
    """The owner's thread: runs what the workers post until something is true."""

    def __init__(self) -> None:
        self.posted: queue.Queue[Callable[[], None]] = queue.Queue()

    def until(self, is_done: Callable[[], bool]) -> float:
        """Seconds until it is done."""
        began = time.perf_counter()
        while not is_done():
            if time.perf_counter() - began > TIMEOUT_S:
                raise TimeoutError("nothing arrived")
            try:
                self.posted.get(timeout=0.002)()
            except queue.Empty:
                continue
        return time.perf_counter() - began


def main() -> None:
    """Print one line per measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="furniture-space")
    parser.add_argument("--path", default="linear")
    asked = parser.parse_args()
    loop = Loop()
    studio = Studio(
        load_model_of_library,
        lambda: [card for card in list_models() if card.name == asked.model],
        post=loop.posted.put,
        read_book=book_of_library,
    )
    seen: list[tuple[Quality, int]] = []
    studio.result_arrived.subscribe(
        lambda item: seen.append((studio.results[item].quality, studio.results[item].resolution))
    )
    studio.refresh_models(warm_up=True)
    exploration = studio.exploration
    loop.until(lambda: exploration.space is not None)
    space = exploration.space
    assert space is not None
    chairs = [entry.name for entry in space.book.of_kind("chair")] or space.book.names
    began = time.perf_counter()
    exploration.blend([exploration.named(name) for name in chairs[:2]], asked.path, 0.0)
    loop.until(lambda: (Quality.FULL, 128) in seen)
    print(f"first full surface, model loading included: {time.perf_counter() - began:.2f} s")
    item = studio.document.items[0].id

    for what, stride in (("slow drag", 0.2 / STEPS), ("drag over the whole way", 1 / STEPS)):
        waits, grids = list[float](), list[int]()
        for step in range(STEPS):
            seen.clear()
            exploration.slide(item, stride * (step + 1), "drag")
            waits.append(loop.until(lambda: bool(seen)))
            grids.append(seen[0][1])
        in_ms = sorted(1e3 * wait for wait in waits)
        print(
            f"{what}: first surface after {statistics.median(in_ms):.0f} ms (median; 95 % "
            f"{in_ms[int(0.95 * STEPS)]:.0f}, worst {in_ms[-1]:.0f}), {STEPS / sum(waits):.1f} a "
            f"second, grid {statistics.median(grids):.0f} (least {min(grids)})"
        )
        seen.clear()
        studio.end_gesture()
        settled = loop.until(lambda: (Quality.FULL, 128) in seen)
        print(f"full 128 surface after letting go: {1e3 * settled:.0f} ms")
        loop.until(lambda: not studio.is_busy)
    result = studio.results[item]
    print("stages of it:", {stage: f"{1e3 * s:.0f} ms" for stage, s in result.seconds.items()})
    studio.close()


if __name__ == "__main__":
    main()
