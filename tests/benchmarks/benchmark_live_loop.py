"""How live the live loop is: the shipped model behind the real studio and its worker thread.

Run as `python tests/benchmarks/benchmark_live_loop.py`. A bundled scan is opened; then a hand drags
the threshold, lets go, asks for a finer resolution and cancels it. Times are from the touch to the
arrival of the surface on the owner's thread, drawing not included.
"""

import queue
import statistics
import time
from collections.abc import Callable, Sequence

from occstudio import paths
from occstudio.gui.app import load_model_of_library
from occstudio.inference.library import list_models
from occstudio.studio import edits
from occstudio.studio.pipeline import Quality
from occstudio.studio.studio import Studio

TIMEOUT_S = 120.0
CANCELS = 16
CELLS = (32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 512, 384, 256, 128, 64, 32, 128)


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
    loop = Loop()
    studio = Studio(load_model_of_library, list_models, post=loop.posted.put)
    seen: list[tuple[Quality, int]] = []
    studio.result_arrived.subscribe(
        lambda item: seen.append((studio.results[item].quality, studio.results[item].resolution))
    )
    studio.refresh_models(warm_up=True)
    studio.open_files([paths.samples() / "chair.ply"])
    first = loop.until(lambda: (Quality.FULL, 128) in seen)
    print(f"from open to the full 128 surface, model loading included: {first:.2f} s")

    item = studio.document.items[0].id

    def drag(what: str, steps: Sequence[edits.Edit]) -> None:
        waits: list[float] = []
        for step in steps:
            seen.clear()
            studio.apply(step, f"drag {what}")
            # A surface that is remembered comes at once, without a preview.
            waits.append(loop.until(lambda: bool(seen)))
        in_ms = sorted(1e3 * wait for wait in waits)
        print(
            f"{what} drag, first surface of each step: median {statistics.median(in_ms):.0f} ms, "
            f"95 % {in_ms[int(0.95 * len(in_ms))]:.0f} ms, worst {in_ms[-1]:.0f} ms"
        )
        studio.end_gesture()

    drag("threshold", [edits.set_threshold((item,), 0.3 + 0.01 * step) for step in range(40)])
    settled = loop.until(lambda: (Quality.FULL, 128) in seen)
    print(f"full 128 surface after letting go: {settled * 1e3:.0f} ms")
    drag("fast threshold", [edits.set_threshold((item,), 0.1 + 0.05 * n) for n in range(17)])
    loop.until(lambda: not studio.is_busy)
    drag("resolution", [edits.set_resolution((item,), cells) for cells in CELLS])
    loop.until(lambda: not studio.is_busy)

    for resolution in (256, 512):
        seen.clear()
        studio.apply(edits.set_resolution((item,), resolution))
        took = loop.until(lambda wanted=resolution: (Quality.FULL, wanted) in seen)
        print(f"full {resolution} surface: {took:.2f} s")

    freed: list[float] = []
    for moment in range(CANCELS):
        # Nothing is known of the field, so that every stage is cancelled at some moment.
        studio._pipeline._samplings.clear()
        studio._pipeline._surfaces.clear()
        studio.apply(edits.set_threshold((item,), 0.5 + 0.001 * moment))
        studio.apply(edits.set_resolution((item,), 1024))
        until = time.perf_counter() + 0.1 + 0.25 * moment
        loop.until(lambda until=until: time.perf_counter() > until or not studio.is_busy)
        studio.cancel()
        cancelled = time.perf_counter()
        while studio._surfaces._lane._token is not None:  # type: ignore[attr-defined]
            time.sleep(0.001)
        freed.append(time.perf_counter() - cancelled)
        studio.apply(edits.set_resolution((item,), 32))
        loop.until(lambda: not studio.is_busy)
    ordered = sorted(freed)
    print(
        f"1024 cancelled at {CANCELS} moments, the worker is free after: "
        f"median {statistics.median(ordered) * 1e3:.0f} ms, worst {ordered[-1] * 1e3:.0f} ms"
    )
    studio.close()


if __name__ == "__main__":
    main()
