"""Programs that edit, save and autosave until they are killed.

After each step it is written down what is safe by now; whatever the moment of death, that much
must be found again.

``python session_victim.py outside FOLDER`` goes on until somebody kills it, and says on its
output what is safe. ``python session_victim.py inside FOLDER`` makes one program for each
operation that saving does on the disk, in ``FOLDER/1``, ``FOLDER/2`` ...: each kills itself before
that operation, or in the middle of it if it writes, and leaves what was safe in ``safe.txt``.
"""

import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.studio import Studio

POINTS = 5_000
SAVED_EVERY = 3


def points() -> np.ndarray:
    """What the session holds."""
    return np.random.default_rng(0).normal(size=(POINTS, 3))


def live(file: Path, say: Callable[[str], None], steps: int) -> None:
    """Edit and save; `say` is told what is safe."""
    studio = Studio(lambda name, device: AnalyticModel(), list)
    cloud = PointCloud.of(points(), name="victim")
    studio.apply(edits.add_items((ShapeItem(1, "step 0", Source.of(cloud), cloud.frame, ""),)))
    for step in range(1, steps + 1):
        studio.apply(edits.rename(1, f"step {step}"))
        studio.session.autosave()
        say(f"autosaved {step}")
        if step % SAVED_EVERY == 0:
            studio.session.save(file)
            say(f"saved {step}")


class Fate:
    """Counts what is done on the disk and ends the program at one of these moments."""

    def __init__(self, moment: int) -> None:
        self.moment, self.count = moment, 0

    def is_now(self) -> bool:
        """One operation more: whether it is the last."""
        self.count += 1
        return self.count == self.moment

    def strike(self) -> None:
        """End the program, as no handler can prevent."""
        os.kill(os.getpid(), signal.SIGKILL)
        signal.pause()

    def before(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        """The operation, if it is not the last."""

        def counted(*arguments: Any, **named: Any) -> Any:
            if self.is_now():
                self.strike()
            return operation(*arguments, **named)

        return counted

    def rule(self) -> None:
        """From now on count everything that touches the disk."""
        fate = self

        class Torn(io.FileIO):
            """A file of which the last write is cut off."""

            def write(self, data: Any) -> int:
                if fate.is_now():
                    super().write(memoryview(data)[: memoryview(data).nbytes // 2])
                    fate.strike()
                return super().write(data)

        for name in ("open", "fsync", "replace", "unlink"):
            setattr(os, name, self.before(getattr(os, name)))
        os.fdopen = lambda handle, mode="r", *_: io.BufferedWriter(Torn(handle, mode.strip("b")))  # type: ignore[assignment]


def inside(folder: Path) -> None:
    """One program after another, each killed one operation later, until one lives to the end."""
    moment, ended = 0, False
    while not ended:
        moment += 1
        home = folder / str(moment)
        home.mkdir(parents=True)
        child = os.fork()
        if child == 0:
            os.environ["OCCSTUDIO_HOME"] = str(home)
            live_and_die(home, moment)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.WIFEXITED(status)
        if ended and os.WEXITSTATUS(status):
            sys.exit("a victim failed by itself")
        print(moment, flush=True)


def live_and_die(home: Path, moment: int) -> None:
    """Live three steps, unless the moment comes before; each line is at once with the system."""
    safe = os.open(home / "safe.txt", os.O_WRONLY | os.O_CREAT)

    def say(text: str) -> None:
        os.write(safe, f"{text}\n".encode())

    Fate(moment).rule()
    live(home / "session.occ", say, SAVED_EVERY)


def main(way: str, folder: Path) -> None:
    if way == "inside":
        inside(folder)
    else:
        live(folder / "session.occ", lambda text: print(text, flush=True), sys.maxsize - 1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
