"""A question about what is in view, answered beside the live lane; the newest one wins.

Questions and answers are values; a question may have a rough form that is answered first. The
worker's thread begins with the first question, so a session that never asks has no thread.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from occstudio.studio.at_once import LiveAtOnce
from occstudio.studio.background import Job, LiveLane, LiveThread, Outcome, Post, Report, Token
from occstudio.studio.event import Event

Question = TypeVar("Question")
Answer = TypeVar("Answer")

SETTLE_S = 0.12
"""While the hand moves, the full answer waits this long for the next question."""


class Inquiry(Generic[Question, Answer]):
    """One kind of question.

    Parameters
    ----------
    work : callable
        Answers a question, asking its token between batches; on the worker's thread.
    post : callable or None
        Runs a function on the thread that owns the state; None answers within `ask`.
    report : callable
        Takes progress, on the worker's thread.

    Attributes
    ----------
    answered : Event
        Emits each answer, rough ones too, on the owner's thread.
    failed : Event
        Emits the error of the newest question, on the owner's thread.
    ended : Event
        Emits when nothing is awaited any more, whatever the reason.
    """

    def __init__(
        self, work: Callable[[Question, Token], Answer], post: Post | None, report: Report
    ) -> None:
        self.answered: Event[Answer] = Event()
        self.failed: Event[Exception] = Event()
        self.ended: Event[()] = Event()
        self._work, self._post, self._report = work, post, report
        self._lane: LiveLane[Question] | None = None
        self._wanted: Question | None = None
        self._is_busy = self._is_closed = False

    @property
    def is_busy(self) -> bool:
        """True while the newest question has no full answer."""
        return self._is_busy

    def ask(
        self, question: Question, rough: Question | None = None, *, settles: bool = False
    ) -> None:
        """Ask this instead of whatever was asked before; the same again is not asked twice.

        Parameters
        ----------
        question : Question
            A value.
        rough : Question, optional
            Answered first, and even if a newer one is asked meanwhile.
        settles : bool
            Whether the hand still moves, so that the full answer may wait.
        """
        if self._is_closed:
            return  # what asks a moment later than it might finds nobody there
        if question == self._wanted:
            if not settles and self._lane is not None:
                self._lane.hurry()
            return
        if self._lane is None:
            lane = LiveAtOnce if self._post is None else LiveThread
            self._lane = lane(self._work, self._deliver, self._report)
        self._wanted, self._is_busy = question, True
        self._lane.submit(Job(rough, question, SETTLE_S if settles else 0.0))

    def drop(self) -> None:
        """Nobody wants to know any more; what is under way is given up and never delivered."""
        was_busy, self._wanted, self._is_busy = self._is_busy, None, False
        if self._lane is not None and was_busy:
            self._lane.cancel()
            self.ended.emit()

    def close(self) -> None:
        """End the worker; whoever asks later gets no answer."""
        self._wanted, self._is_busy, self._is_closed = None, False, True
        if self._lane is not None:
            self._lane.close()
            self._lane = None

    def _deliver(self, outcome: Outcome[Question, Answer]) -> None:
        if self._post is None:
            self._take(outcome)
        else:
            self._post(lambda: self._take(outcome))

    def _take(self, outcome: Outcome[Question, Answer]) -> None:
        if self._wanted is None or outcome.is_cancelled:
            return
        is_newest = outcome.request == self._wanted
        if is_newest:
            self._is_busy = False
        if outcome.result is not None:
            self.answered.emit(outcome.result)
        elif outcome.error is not None and is_newest:
            self.failed.emit(outcome.error)
        if is_newest:
            self.ended.emit()
