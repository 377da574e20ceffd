"""The lanes of `background` without threads: work is over when `submit` returns.

For tests and scripts: the same calls, the same order of outcomes, nothing to wait for.
"""

from collections.abc import Callable
from typing import Any, Generic

from occstudio.studio.background import (
    Done,
    Job,
    Outcome,
    Report,
    Request,
    Result,
    Token,
    attempt,
)


class LiveAtOnce(Generic[Request, Result]):
    """The live lane without a thread: a job is done before `submit` returns.

    A job that is submitted while another is delivered waits for its turn, as on the thread.
    """

    def __init__(
        self,
        work: Callable[[Request, Token], Result],
        deliver: Callable[[Outcome[Request, Result]], None],
        report: Report,
    ) -> None:
        self._work, self._deliver, self._report = work, deliver, report
        self._mailbox: Job[Request] | None = None
        self._is_running = False

    def submit(self, job: Job[Request]) -> None:
        """Do this now, or after what is being delivered."""
        self._mailbox = job
        if self._is_running:
            return
        self._is_running = True
        try:
            while self._mailbox is not None:
                job, self._mailbox = self._mailbox, None
                for request in (job.preview, job.fine):
                    if request is not None and self._mailbox is None:
                        self._run(request, is_preview=request is job.preview)
        finally:
            self._is_running = False

    def _run(self, request: Request, *, is_preview: bool) -> None:
        token = Token(None if is_preview else self._report)
        outcome = attempt(request, lambda watch: self._work(request, watch), token)
        if not is_preview or outcome.result is not None:
            self._deliver(outcome)

    def hurry(self) -> None:
        """Nothing can be waiting."""

    def cancel(self) -> None:
        """Give up what waits; nothing can be running."""
        self._mailbox = None

    def close(self, timeout_s: float = 5.0) -> None:
        """Nothing to end."""


class TasksAtOnce:
    """The task lane without a thread: a task is done before `submit` returns."""

    def __init__(self, report: Report, name: str = "tasks") -> None:  # noqa: ARG002 - as the thread's
        self._report = report

    def submit(self, title: str, work: Callable[[Token], Any], done: Done) -> None:
        """Do this now."""
        done(attempt(title, work, Token(self._report)))

    def cancel(self) -> None:
        """Nothing can be running."""

    def close(self, timeout_s: float = 5.0) -> None:
        """Nothing to end."""

    def finish(self, timeout_s: float = 60.0) -> None:
        """Nothing can be waiting."""
