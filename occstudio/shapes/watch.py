"""Progress and cancellation, as every long stage sees them.

A stage calls ``watch.report("decode", 0.4)`` now and then and ``watch.check()`` before each
batch; what is done with it (a bar, a status line, nothing) is the caller's business. Cancelling
is cooperative: `check` raises `Cancelled` inside the stage.
"""

from typing import Protocol


class Watch(Protocol):
    """What a stage may ask and tell while it runs; called on the worker's thread."""

    def check(self) -> None:
        """Raise `Cancelled` if the result is no longer wanted."""
        ...

    def report(self, stage: str, fraction: float) -> None:
        """Say which stage runs (``encode``, ``decode`` ...) and how far it is, from 0 to 1."""
        ...


class Unwatched:
    """A watch that nobody looks at: never cancels, says nothing."""

    def check(self) -> None:
        """Never cancels."""

    def report(self, stage: str, fraction: float) -> None:
        """Say nothing."""


UNWATCHED: Watch = Unwatched()
