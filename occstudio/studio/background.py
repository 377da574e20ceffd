"""Two lanes of work beside the window: `live`, where the newest wins, and `tasks`, in order.

A lane is one plain thread with a mailbox. What it makes is handed to `deliver` on that thread;
whoever owns the state decides on which thread it is taken in (`Post`). Cancelling is
cooperative: a stage asks its `Token`, the lane's `Watch`, between batches.

`at_once` has lanes without threads that look the same from outside, for tests and scripts.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from occstudio.errors import Cancelled

Request = TypeVar("Request")
Result = TypeVar("Result")

Post = Callable[[Callable[[], None]], None]
"""Runs a function on the thread that owns the state: soon, not at once."""

Report = Callable[[str, float], None]
"""Is told the stage and the fraction that is done."""

_REPORT_EVERY_S = 0.1


class Token:
    """The `Watch` of one piece of work; progress is passed on at most ten times a second."""

    def __init__(self, report: Report | None = None) -> None:
        self._cancelled = threading.Event()
        self._report = report
        self._stage = ""
        self._reported_at = 0.0

    @property
    def is_cancelled(self) -> bool:
        """True once the result is no longer wanted."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """From any thread: the result is no longer wanted."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `Cancelled` if the result is no longer wanted."""
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, stage: str, fraction: float) -> None:
        """Pass progress on, unless something was just said of this stage."""
        now = time.monotonic()
        if stage == self._stage and now - self._reported_at < _REPORT_EVERY_S:
            return
        self._stage, self._reported_at = stage, now
        if self._report is not None and not self.is_cancelled:
            self._report(stage, fraction)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome(Generic[Request, Result]):
    """How a piece of work ended: a result, an error, or neither when it was cancelled."""

    request: Request
    result: Result | None = None
    error: Exception | None = None

    @property
    def is_cancelled(self) -> bool:
        """True if it was told to stop."""
        return self.result is None and self.error is None


@dataclass(frozen=True, slots=True, eq=False)
class Job(Generic[Request]):
    """A preview, always finished once begun, and a fine pass, given up for anything newer.

    Parameters
    ----------
    preview : request or None
        Run first; its failure is not reported, since the fine pass may do better.
    fine : request
        Run when nothing newer came for `settle_s`.
    settle_s : float
        Pause before the fine pass; zero when the hand has let go.
    """

    preview: Request | None
    fine: Request
    settle_s: float = 0.0


class LiveLane(Protocol[Request]):
    """Where the newest job wins."""

    def submit(self, job: Job[Request]) -> None:
        """Do this instead of whatever waits or runs finely."""
        ...

    def hurry(self) -> None:
        """Don't wait any longer with the fine pass."""
        ...

    def cancel(self) -> None:
        """Give up what waits and what runs."""
        ...

    def close(self, timeout_s: float = 5.0) -> None:
        """Give up everything and end the thread."""
        ...


class TaskLane(Protocol):
    """First in, first out."""

    def submit(self, title: str, work: Callable[[Token], Any], done: "Done") -> None:
        """Queue `work`; its outcome is handed to `done` on the lane's thread."""
        ...

    def cancel(self) -> None:
        """Give up the running task and those that wait."""
        ...

    def finish(self, timeout_s: float = 60.0) -> None:
        """Do everything that waits and end the thread."""
        ...

    def close(self, timeout_s: float = 5.0) -> None:
        """Give up everything and end the thread."""
        ...


Done = Callable[[Outcome[str, Any]], None]


def attempt(
    request: Request, work: Callable[[Token], Result], token: Token
) -> Outcome[Request, Result]:
    """Run `work` and say how it ended; nothing but the interpreter's exit escapes."""
    try:
        token.check()
        return Outcome(request, result=work(token))
    except Cancelled:
        return Outcome(request)
    except Exception as error:  # noqa: BLE001 - an outcome; whoever asked tells it
        return Outcome(request, error=error)


class LiveThread(Generic[Request, Result]):
    """A mailbox of one in front of one thread.

    Parameters
    ----------
    work : callable
        Turns a request into a result, asking the token between batches.
    deliver : callable
        Takes each outcome, on the lane's thread.
    report : callable
        Takes progress, on the lane's thread.
    """

    def __init__(
        self,
        work: Callable[[Request, Token], Result],
        deliver: Callable[[Outcome[Request, Result]], None],
        report: Report,
    ) -> None:
        self._work, self._deliver, self._report = work, deliver, report
        self._changed = threading.Condition()
        self._mailbox: Job[Request] | None = None
        self._token: Token | None = None
        self._is_preview = False
        self._settling: Job[Request] | None = None
        self._is_hurried = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="occstudio-live", daemon=True)
        self._thread.start()

    def submit(self, job: Job[Request]) -> None:
        """Do this instead of whatever waits or runs finely."""
        with self._changed:
            self._mailbox, self._is_hurried = job, False
            if self._token is not None and not self._is_preview:
                self._token.cancel()
            self._changed.notify_all()

    def hurry(self) -> None:
        """The hand has let go: don't wait with the fine pass."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """Give up what waits and what runs; only what runs is delivered, as cancelled."""
        with self._changed:
            self._mailbox = self._settling = None
            if self._token is not None:
                self._token.cancel()
            self._changed.notify_all()

    def close(self, timeout_s: float = 5.0) -> None:
        """Give up everything and end the thread."""
        with self._changed:
            self._closed = True
            self._mailbox = None
            if self._token is not None:
                self._token.cancel()
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if job.preview is not None:
                preview = self._attempt(job.preview, is_preview=True)
                if preview.result is not None:
                    self._deliver(preview)
                if preview.is_cancelled:
                    self._deliver(Outcome(job.fine))
                    continue
            if self._settled(job):
                self._deliver(self._attempt(job.fine, is_preview=False))

    def _next(self) -> Job[Request] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._mailbox is not None or self._closed)
            job, self._mailbox = self._mailbox, None
            return None if self._closed else job

    def _attempt(self, request: Request, *, is_preview: bool) -> Outcome[Request, Result]:
        token = Token(None if is_preview else self._report)
        with self._changed:
            if self._closed or (self._mailbox is not None and not is_preview):
                token.cancel()
            self._token, self._is_preview = token, is_preview
        outcome = attempt(request, lambda watch: self._work(request, watch), token)
        with self._changed:
            self._token = None
        return outcome

    def _settled(self, job: Job[Request]) -> bool:
        """Wait until nothing newer came for the job's pause; False if something did."""
        with self._changed:
            self._settling = job
            self._changed.wait_for(
                lambda: (
                    self._mailbox is not None
                    or self._settling is None
                    or self._is_hurried
                    or self._closed
                ),
                job.settle_s,
            )
            is_wanted = self._settling is job
            self._settling = None
            return is_wanted and self._mailbox is None and not self._closed


class TaskThread:
    """A queue in front of one thread.

    Parameters
    ----------
    report : callable
        Takes the title of the running task and its progress, on the lane's thread.
    name : str
        Of the thread.
    """

    def __init__(self, report: Report, name: str = "tasks") -> None:
        self._report = report
        self._changed = threading.Condition()
        self._queue: deque[tuple[str, Callable[[Token], Any], Done]] = deque()
        self._token: Token | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"occstudio-{name}", daemon=True)
        self._thread.start()

    def submit(self, title: str, work: Callable[[Token], Any], done: Done) -> None:
        """Queue `work`; its outcome is handed to `done` on the lane's thread."""
        with self._changed:
            self._queue.append((title, work, done))
            self._changed.notify_all()

    def cancel(self) -> None:
        """Give up the running task; those that wait are delivered as cancelled in their turn."""
        with self._changed:
            waiting, self._queue = self._queue, deque()
            for title, _, done in waiting:
                self._queue.append((title, _give_up, done))
            if self._token is not None:
                self._token.cancel()

    def finish(self, timeout_s: float = 60.0) -> None:
        """Do everything that waits and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Give up everything and end the thread."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            if self._token is not None:
                self._token.cancel()
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._queue) or self._closed)
                if not self._queue:
                    return
                title, work, done = self._queue.popleft()
                token = Token(self._report)
                self._token = token
            self._report(title, 0.0)
            outcome = attempt(title, work, token)
            with self._changed:
                self._token = None
            done(outcome)


def _give_up(token: Token) -> None:
    token.cancel()
    token.check()
