"""Seconds from a photo to its first mesh and to 128³, as when it is dropped on the window.

The model is loaded before, as in a running window, where that happens while the person looks at
the cut-out; its own time is told, too. The first mesh is a preview of 32³; colours and the fit come
after the mesh that was asked for. Medians of several runs, on the wall and of the processor: on a
busy machine the second says more.

    nice -n -15 python -m tests.benchmarks.benchmark_photo --threads 2
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from occstudio import paths
from occstudio.exchange.image_reader import read_image
from occstudio.exchange.object_mask import cut_object_out
from occstudio.extraction.surface import extract_surface
from occstudio.finishing.photo_colors import color_by_photo
from occstudio.inference.library import load_model
from occstudio.inference.photo_model import PhotoModel

STAGES = ("read file", "cut out", "read photo", "32³", "128³", "colours", "fit")
Made = TypeVar("Made")


class Clock:
    """Seconds of each stage, on the wall and of the processor."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.processor: dict[str, list[float]] = {}

    def take(self, stage: str, work: Callable[[], Made]) -> Made:
        """Do it and note how long it took."""
        wall, processor = time.perf_counter(), time.process_time()
        made = work()
        self.wall.setdefault(stage, []).append(time.perf_counter() - wall)
        self.processor.setdefault(stage, []).append(time.process_time() - processor)
        return made


def run(path: Path, model: PhotoModel, clock: Clock, *, fits: bool) -> None:
    """Once from the file to the coloured mesh."""
    image = clock.take("read file", lambda: read_image(path))
    photo = clock.take("cut out", lambda: cut_object_out(image)).image
    reading = clock.take("read photo", lambda: model.read_photo(photo))
    threshold, camera = model.card.threshold, reading.camera
    field = model.field(reading.latent)
    clock.take("32³", lambda: extract_surface(field, resolution=32, threshold=threshold))
    whole = clock.take("128³", lambda: extract_surface(field, resolution=128, threshold=threshold))
    if camera is not None:
        clock.take("colours", lambda: color_by_photo(whole.mesh, photo, camera))
    if fits:
        clock.take("fit", lambda: model.fit_photo(photo))


def main() -> int:
    """Print the table."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="?", default=paths.samples() / "sofa-photo.jpg")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    began = time.perf_counter()
    model = load_model("photo-furniture", "cpu")
    if not isinstance(model, PhotoModel):
        raise TypeError("photo-furniture reads no photos")
    print(f"the model loads in {time.perf_counter() - began:.2f} s")
    run(chosen.photo, model, Clock(), fits=False)
    clock = Clock()
    for number in range(chosen.runs):
        run(chosen.photo, model, clock, fits=number < 2)
    print(f"{'':>12} {'wall':>7} {'cpu':>7}")
    told = [statistics.median(clock.wall[stage]) for stage in STAGES]
    for stage, wall in zip(STAGES, told, strict=True):
        print(f"{stage:>12} {wall:7.2f} {statistics.median(clock.processor[stage]):7.2f}")
    print(f"first mesh after {sum(told[:4]):.2f} s, 128³ after {sum(told[:5]):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
