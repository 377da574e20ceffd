"""Two threads may ask one field: never at once, and each in its turn."""

import threading

import numpy as np
import pytest

from occstudio.shapes.analytic import AnalyticField, sphere
from occstudio.shapes.shared_field import SharedField, Turns


def test_it_answers_as_the_field_itself(rng: np.random.Generator) -> None:
    inner = AnalyticField(sphere(0.3))
    shared = SharedField(inner)
    points = rng.normal(size=(50, 3)).astype(np.float32)
    assert shared.box == inner.box
    assert shared.batch == inner.batch
    assert (shared(points) == inner(points)).all()
    assert (shared.rough(points) == inner.rough(points)).all()
    assert (shared.gradient(points) == inner.gradient(points)).all()


def test_two_threads_never_ask_at_once() -> None:
    busy, met = threading.Event(), []

    def distance(points: np.ndarray) -> np.ndarray:
        if busy.is_set():
            met.append(True)
        busy.set()
        value = np.linalg.norm(np.sin(points), axis=1)
        busy.clear()
        return value

    field = SharedField(AnalyticField(distance))
    points = np.zeros((2000, 3), np.float32)
    threads = [threading.Thread(target=lambda: [field(points) for _ in range(50)]) for _ in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not met


def test_whoever_waits_comes_before_whoever_just_had_a_turn() -> None:
    turns, order = Turns(), []
    has_begun = threading.Event()

    def long_decode() -> None:
        for number in range(6):
            with turns:
                order.append("decode")
                if number == 0:
                    has_begun.set()
                # The other one must be in the queue before the turn ends.
                while number == 2 and len(turns._waiting) < 2:
                    threading.Event().wait(0.001)

    def one_slice() -> None:
        has_begun.wait()
        with turns:
            order.append("slice")

    threads = [threading.Thread(target=work) for work in (long_decode, one_slice)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order.index("slice") <= 3


def test_an_error_gives_the_turn_back() -> None:
    def fail(points: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError

    field = SharedField(AnalyticField(fail))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            field(np.zeros((1, 3), np.float32))
