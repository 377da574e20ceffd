"""A list of callbacks: how the studio tells panels that something happened, without Qt."""

from collections.abc import Callable
from typing import Generic, TypeVarTuple

Arguments = TypeVarTuple("Arguments")


class Event(Generic[*Arguments]):
    """Calls everyone who subscribed, in order, on the thread that emits."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[*Arguments], None]] = []

    def subscribe(self, subscriber: Callable[[*Arguments], None]) -> Callable[[], None]:
        """Call `subscriber` from now on; the returned function ends that."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def emit(self, *arguments: *Arguments) -> None:
        """Tell everyone, even if one of them fails; the first failure is raised at the end."""
        failures: list[Exception] = []
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(*arguments)
            except Exception as error:  # noqa: BLE001 - raised below
                failures.append(error)
        if failures:
            raise failures[0]
