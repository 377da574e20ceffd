"""Lanes: the newest wins, previews are finished, fine passes give way, tasks keep their order."""

import queue
import threading

import pytest

from occstudio.studio.at_once import LiveAtOnce
from occstudio.studio.background import (
    Job,
    LiveThread,
    Outcome,
    TaskThread,
    Token,
)

WAIT_S = 20
FOREVER_S = 1000.0


class Bench:
    """A live lane whose work waits for the test."""

    def __init__(self) -> None:
        self.outcomes: queue.Queue[Outcome[str, str]] = queue.Queue()
        self.started: queue.Queue[str] = queue.Queue()
        self.go = threading.Semaphore(0)
        self.lane: LiveThread[str, str] = LiveThread(
            self.work, self.outcomes.put, lambda stage, part: None
        )

    def work(self, request: str, token: Token) -> str:
        self.started.put(request)
        while not self.go.acquire(timeout=0.001):
            if request.startswith("fine"):
                token.check()
        return request.upper()

    def next(self) -> str:
        outcome = self.outcomes.get(timeout=WAIT_S)
        return "cancelled" if outcome.is_cancelled else str(outcome.result)


@pytest.fixture
def bench():  # noqa: ANN201 - a generator of what it says
    made = Bench()
    yield made
    made.lane.close()


def test_a_preview_is_delivered_and_then_the_fine_pass(bench: Bench) -> None:
    bench.go.release(2)
    bench.lane.submit(Job("preview", "fine"))
    assert [bench.next(), bench.next()] == ["PREVIEW", "FINE"]


def test_a_newer_job_cancels_the_fine_pass_at_once(bench: Bench) -> None:
    bench.lane.submit(Job(None, "fine 1"))
    assert bench.started.get(timeout=WAIT_S) == "fine 1"
    bench.lane.submit(Job(None, "fine 2"))
    assert bench.next() == "cancelled"
    bench.go.release()
    assert bench.next() == "FINE 2"


def test_a_preview_is_finished_although_newer_jobs_came_and_only_the_newest_is_done(
    bench: Bench,
) -> None:
    bench.lane.submit(Job("preview 1", "fine 1"))
    assert bench.started.get(timeout=WAIT_S) == "preview 1"
    bench.lane.submit(Job("preview 2", "fine 2"))
    bench.lane.submit(Job("preview 3", "fine 3"))
    bench.go.release(3)
    assert [bench.next() for _ in range(3)] == ["PREVIEW 1", "PREVIEW 3", "FINE 3"]


def test_the_fine_pass_waits_until_the_hand_lets_go(bench: Bench) -> None:
    bench.go.release(2)
    bench.lane.submit(Job("preview", "fine", settle_s=FOREVER_S))
    assert bench.next() == "PREVIEW"
    with pytest.raises(queue.Empty):
        bench.outcomes.get(timeout=0.05)
    bench.lane.hurry()
    assert bench.next() == "FINE"


def test_cancel_ends_what_runs_and_what_settles(bench: Bench) -> None:
    bench.lane.submit(Job(None, "fine 1"))
    assert bench.started.get(timeout=WAIT_S) == "fine 1"
    bench.lane.cancel()
    assert bench.next() == "cancelled"
    bench.go.release()
    bench.lane.submit(Job("preview", "fine 2", settle_s=FOREVER_S))
    assert bench.next() == "PREVIEW"
    bench.lane.cancel()
    bench.go.release()
    bench.lane.submit(Job(None, "fine 3"))
    assert bench.next() == "FINE 3"


def test_an_error_is_an_outcome_and_the_lane_lives_on() -> None:
    outcomes: queue.Queue[Outcome[int, float]] = queue.Queue()
    lane: LiveThread[int, float] = LiveThread(
        lambda request, token: 1 / request, outcomes.put, lambda stage, part: None
    )
    try:
        lane.submit(Job(None, 0))
        assert isinstance(outcomes.get(timeout=WAIT_S).error, ZeroDivisionError)
        lane.submit(Job(None, 2))
        assert outcomes.get(timeout=WAIT_S).result == 0.5
    finally:
        lane.close()


def test_tasks_are_done_in_order_and_waiting_ones_can_be_cancelled() -> None:
    ends: queue.Queue[tuple[str, bool]] = queue.Queue()
    running, go = threading.Event(), threading.Event()

    def wait(token: Token) -> str:
        running.set()
        while not go.wait(0.001):
            token.check()
        return "done"

    def done(outcome: Outcome[str, str]) -> None:
        ends.put((outcome.request, outcome.is_cancelled))

    lane = TaskThread(lambda stage, part: None)
    try:
        lane.submit("first", wait, done)
        lane.submit("second", lambda token: "done", done)
        assert running.wait(WAIT_S)
        lane.cancel()
        assert ends.get(timeout=WAIT_S) == ("first", True)
        assert ends.get(timeout=WAIT_S) == ("second", True)
        lane.submit("third", lambda token: "done", done)
        assert ends.get(timeout=WAIT_S) == ("third", False)
    finally:
        lane.close()


def test_at_once_a_job_submitted_while_one_is_delivered_waits_for_its_turn() -> None:
    seen: list[str] = []

    def deliver(outcome: Outcome[str, str]) -> None:
        seen.append(str(outcome.result))
        if outcome.request == "a":
            lane.submit(Job(None, "b"))

    lane: LiveAtOnce[str, str] = LiveAtOnce(
        lambda request, token: request, deliver, lambda stage, part: None
    )
    lane.submit(Job("preview", "a"))
    assert seen == ["preview", "a", "b"]
