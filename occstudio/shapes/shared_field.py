"""One field for several threads: asked a batch at a time, by whoever came first.

A network is not to be run from two threads at once, and Python's own lock may give the next turn
to the thread that just had one: a long decode would leave a slice that is being dragged waiting.
Here turns are given in the order in which they were asked for.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field

Answer = TypeVar("Answer")


class Turns:
    """A lock that is fair."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket)

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()


class SharedField:
    """A field that may be asked from any thread.

    Parameters
    ----------
    inner : Field
        The field itself, which is only ever in one call.
    """

    def __init__(self, inner: Field) -> None:
        self._inner = inner
        self._turns = Turns()

    @property
    def box(self) -> Box:
        """Where a surface is looked for."""
        return self._inner.box

    @property
    def batch(self) -> int:
        """How many points one call takes best."""
        return self._inner.batch

    def __call__(self, points: Points) -> Values:
        """Logits ``(n,)`` at model points ``(n, 3)``."""
        return self._in_turn(self._inner, points)

    def rough(self, points: Points) -> Values:
        """The same, perhaps in low precision."""
        return self._in_turn(self._inner.rough, points)

    def gradient(self, points: Points) -> Points:
        """Gradient of the logit ``(n, 3)``."""
        return self._in_turn(self._inner.gradient, points)

    def sloped(self, points: Points) -> tuple[Values, Points]:
        """Logits and their gradient."""
        return self._in_turn(self._inner.sloped, points)

    def _in_turn(self, ask: Callable[[Points], Answer], points: Points) -> Answer:
        with self._turns:
            return ask(points)
