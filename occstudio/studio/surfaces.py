"""Keeps every shape's surface what the document wants: the live loop of the studio.

Whatever an edit makes stale is asked of the live lane, the selected shape first, until every
visible shape has the surface it wants. What failed or was cancelled is not asked again until the
wish changes or somebody says so. All of this happens on the owner's thread; only the pipeline
runs on the lane's.
"""

import itertools
from collections.abc import Callable, Iterator

from occstudio.studio.at_once import LiveAtOnce
from occstudio.studio.background import Job, LiveLane, LiveThread, Outcome, Post, Report
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.event import Event
from occstudio.studio.notice import Notice, notice_of
from occstudio.studio.pipeline import Pipeline, Quality, ShapeRequest, ShapeResult, Wish, plan

Key = tuple[int, Wish]


class Surfaces:
    """The surfaces of a document's shapes.

    Parameters
    ----------
    pipeline : Pipeline
        Makes them.
    document : callable
        Gives the present document.
    device : callable
        Gives the device that is wanted.
    post : callable or None
        Runs a function on the owner's thread; None makes each surface before a call returns.
    report : callable
        Takes progress, on the lane's thread.

    Attributes
    ----------
    results : dict of int to ShapeResult
        The last surface of each item, perhaps of an earlier wish.
    failures : dict of int to Notice
        What to say of items whose present wish failed.
    arrived : Event
        Emits the id of an item whose surface or failure is new.
    failed : Event
        Emits the notice of a failure.
    rested : Event
        Emits when nothing is awaited any more.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        document: Callable[[], Document],
        device: Callable[[], str],
        post: Post | None,
        report: Report,
    ) -> None:
        self.results: dict[int, ShapeResult] = {}
        self.failures: dict[int, Notice] = {}
        self.arrived: Event[int] = Event()
        self.failed: Event[Notice] = Event()
        self.rested: Event[()] = Event()
        self.awaited: set[int] = set()
        self._document, self._device = document, device
        self._post: Post = post or (lambda function: function())
        self._requests = itertools.count(1)
        self._asked: Key | None = None
        self._declined: set[Key] = set()
        self._failed: set[Key] = set()
        self._closed = False
        lane = LiveThread if post else LiveAtOnce
        self._lane: LiveLane[ShapeRequest] = lane(pipeline.run, self._deliver, report)

    @property
    def asked(self) -> int | None:
        """The id of the item whose surface is being made, or None."""
        return None if self._asked is None else self._asked[0]

    def is_current(self, item: ShapeItem) -> bool:
        """True if the item has the full surface that it wants."""
        result = self.results.get(item.id)
        return (
            result is not None and result.quality is Quality.FULL and result.wish == Wish.of(item)
        )

    def is_given_up(self, item: ShapeItem) -> bool:
        """True if the item's present wish failed or was cancelled."""
        return (item.id, Wish.of(item)) in self._failed | self._declined

    def follow(self, settle_s: float = 0.0) -> None:
        """The document is another: ask for what it makes stale, after a pause."""
        items = self._document().items
        alive = {item.id for item in items}
        for gone in set(self.failures) - alive:
            del self.failures[gone]
        for item in items:
            if (item.id, Wish.of(item)) not in self._failed:
                self.failures.pop(item.id, None)
        self.pump(settle_s)

    def pump(self, settle_s: float = 0.0) -> None:
        """Ask for the next surface that is wanted, if any."""
        item = next(self._stale(), None)
        if item is None:
            if self._asked is not None:
                self._asked = None
                self._lane.cancel()
                self.rested.emit()
            return
        asked = (item.id, Wish.of(item))
        if asked == self._asked:
            return
        self._asked = asked
        preview = plan(next(self._requests), item, Quality.PREVIEW, self._device())
        fine = plan(next(self._requests), item, Quality.FULL, self._device())
        self._lane.submit(Job(preview, fine, settle_s))

    def hurry(self) -> None:
        """The hand has let go."""
        self._lane.hurry()

    def retry(self, item_id: int) -> None:
        """Try again what failed or was cancelled."""
        self._failed = {pair for pair in self._failed if pair[0] != item_id}
        self._declined = {pair for pair in self._declined if pair[0] != item_id}
        self.pump()

    def cancel(self) -> None:
        """Give up what is being made; the shapes keep the surfaces they have."""
        if self._asked is not None:
            self._declined.add(self._asked)
            self._asked = None
        self.awaited.clear()
        self._lane.cancel()

    def clear(self) -> None:
        """Forget everything: another document begins."""
        self.results.clear()
        self.failures.clear()
        self.awaited.clear()
        self._failed.clear()
        self._declined.clear()

    def close(self) -> None:
        """End the lane; nothing is delivered any more."""
        self._closed = True
        self._lane.close()

    # -- private -----------------------------------------------------------------------------

    def _stale(self) -> Iterator[ShapeItem]:
        document = self._document()
        chosen = [item for item in document.items if item.id in document.selection]
        others = [item for item in document.items if item.visible and item not in chosen]
        awaited = [item for item in document.items if item.id in self.awaited]
        for item in chosen + others + awaited:
            if item.model and not self.is_given_up(item) and not self.is_current(item):
                yield item

    def _deliver(self, outcome: Outcome[ShapeRequest, ShapeResult]) -> None:
        self._post(lambda: self._take(outcome))

    def _take(self, outcome: Outcome[ShapeRequest, ShapeResult]) -> None:
        request = outcome.request
        item = self._document().find(request.item_id)
        key = (request.item_id, request.wish)
        if self._closed:
            return
        is_awaited = key == self._asked and request.quality is Quality.FULL
        if is_awaited:
            self._asked = None
        if item is not None and outcome.result is not None:
            self._keep(item, outcome.result)
        elif item is not None and outcome.error is not None and Wish.of(item) == request.wish:
            self._fail(item, outcome.error)
        if is_awaited:
            self.pump()
            if self._asked is None:
                self.rested.emit()

    def _keep(self, item: ShapeItem, result: ShapeResult) -> None:
        last = self.results.get(item.id)
        if last is not None and last.request_id > result.request_id:
            return
        self.results[item.id] = result
        self.failures.pop(item.id, None)
        self.arrived.emit(item.id)

    def _fail(self, item: ShapeItem, error: Exception) -> None:
        self._failed.add((item.id, Wish.of(item)))
        self.awaited.discard(item.id)
        notice = notice_of(error, item)
        self.failures[item.id] = notice
        self.failed.emit(notice)
        self.arrived.emit(item.id)
