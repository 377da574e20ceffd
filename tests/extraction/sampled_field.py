"""Fields for tests: smooth random ones, whoever counts queries, and whoever gives up."""

import time

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from occstudio.errors import Cancelled
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field, central_difference
from occstudio.shapes.grid import Grid


class NoiseField:
    """Smooth random logits, as wide as a network's; cuts the box's faces in many places.

    Parameters
    ----------
    seed : int
        Of the noise.
    waves : float
        About how many blobs lie along a side of the box.
    """

    box = Box.cube(1.1)
    batch = 20_000

    def __init__(self, seed: int, waves: float = 6) -> None:
        count = 49
        noise = np.random.default_rng(seed).normal(size=(count,) * 3)
        smooth = gaussian_filter(noise, count / waves / 3)
        self._values = np.tanh(smooth / smooth.std()) * 8

    def __call__(self, points: Points) -> Values:
        where = (points - self.box.lower[0]) / self.box.size[0] * (len(self._values) - 1)
        found = map_coordinates(self._values, where.T, order=3, prefilter=False, mode="nearest")
        return found.astype(np.float32)

    def rough(self, points: Points) -> Values:
        return self(points)

    def gradient(self, points: Points) -> Points:
        return central_difference(self, points)

    def sloped(self, points: Points) -> tuple[Values, Points]:
        return self(points), self.gradient(points)


class CountingField:
    """A field that counts and times what it is asked; its low precision is off by `error`."""

    def __init__(self, field: Field, error: float = 0.0, batch: int = 10_000) -> None:
        self._field, self._error = field, error
        self.box, self.batch = field.box, batch
        self.exact, self.roughly = 0, 0
        self.processor_s = 0.0

    def __call__(self, points: Points) -> Values:
        assert len(points) <= self.batch
        self.exact += len(points)
        start = time.process_time()
        values = self._field(points)
        self.processor_s += time.process_time() - start
        return values

    def rough(self, points: Points) -> Values:
        self.roughly += len(points)
        if not self._error:
            self.exact -= len(points)
            return self(points)
        ripple = np.sin(points @ np.array([1e4, 2e4, 3e4], np.float32))
        return self._field(points) + np.float32(self._error) * ripple

    def gradient(self, points: Points) -> Points:
        return self._field.gradient(points)

    def sloped(self, points: Points) -> tuple[Values, Points]:
        return self(points), self.gradient(points)


class Patience:
    """A watch that cancels at its nth question and keeps what it was told."""

    def __init__(self, questions: int = 10**9) -> None:
        self.questions = questions
        self.told: list[tuple[str, float]] = []

    def check(self) -> None:
        self.questions -= 1
        if self.questions < 0:
            raise Cancelled

    def report(self, stage: str, fraction: float) -> None:
        self.told.append((stage, fraction))


def dense_values(field: Field, cells: int) -> NDArray[np.float32]:
    """The field at every point of a grid, [x, y, z]."""
    count = cells + 1
    index = np.stack(np.unravel_index(np.arange(count**3), (count,) * 3), -1)
    points = Grid(field.box, cells).positions(index)
    parts = [field(points[k : k + field.batch]) for k in range(0, len(points), field.batch)]
    return np.concatenate(parts).reshape((count,) * 3)
