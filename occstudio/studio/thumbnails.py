"""The pictures of a document's shapes, drawn on a worker when surfaces arrive.

An item shows its surface, and until there is one what was opened. The worker's thread begins
with the first shape.
"""

import threading
from typing import TYPE_CHECKING

from occstudio.errors import Cancelled
from occstudio.shapes.mesh import Mesh
from occstudio.studio.at_once import TasksAtOnce
from occstudio.studio.background import Outcome, Post, TaskLane, TaskThread, Token
from occstudio.studio.document import Document, ShapeItem, Source
from occstudio.studio.event import Event
from occstudio.studio.pipeline import Quality
from occstudio.studio.thumbnail import Picture, picture_of_mesh, picture_of_source

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio


AFTER_S = 0.12
"""A new surface is drawn in the view first: on few cores a thumbnail would keep it waiting."""


class Thumbnails:
    """Draws and keeps the pictures.

    Parameters
    ----------
    studio : Studio
        Whose shapes they are of.
    post : callable, optional
        As the studio's.

    Attributes
    ----------
    drawn : Event
        Emits the id of an item whose picture is new.
    """

    def __init__(self, studio: "Studio", post: Post | None = None) -> None:
        self.drawn: Event[int] = Event()
        self._studio = studio
        self._post: Post = post or (lambda function: function())
        self._has_thread = post is not None
        self._lane: TaskLane | None = None
        self._pictures: dict[int, Picture] = {}
        self._wanted: dict[int, Mesh | Source] = {}
        self._closed = False
        self._over = threading.Event()
        studio.changed.subscribe(self._moved)
        studio.result_arrived.subscribe(self._made)

    def of(self, item: ShapeItem) -> Picture | None:
        """The picture of an item; None while there is none."""
        return self._pictures.get(item.id)

    def close(self) -> None:
        """End the worker."""
        self._closed = True
        self._over.set()
        if self._lane is not None:
            self._lane.close()

    def _moved(self, old: Document, new: Document) -> None:
        there = {item.id for item in old.items}
        for item in new.items:
            if item.id not in there and item.id not in self._pictures:
                self._draw(item.id, item.source)

    def _made(self, item_id: int) -> None:
        result = self._studio.results.get(item_id)
        if result is not None and result.quality is Quality.FULL:
            # Of so few pixels nobody sees the difference, and the worker is done sooner.
            self._draw(item_id, result.mesh if result.stand_in is None else result.stand_in.mesh)

    def _draw(self, item_id: int, shown: Mesh | Source) -> None:
        if self._closed:
            return
        if self._lane is None:
            lane = TaskThread if self._has_thread else TasksAtOnce
            self._lane = lane(_say_nothing, "thumbnails")
        self._wanted[item_id] = shown

        def work(_: Token) -> Picture:
            if self._has_thread:
                self._over.wait(AFTER_S)
            if self._wanted.get(item_id) is not shown:  # something newer waits
                raise Cancelled
            return picture_of_mesh(shown) if isinstance(shown, Mesh) else picture_of_source(shown)

        def take(outcome: Outcome[str, Picture]) -> None:
            if outcome.result is None or self._closed or self._wanted.get(item_id) is not shown:
                return
            del self._wanted[item_id]
            self._pictures[item_id] = outcome.result
            self.drawn.emit(item_id)

        self._lane.submit("thumbnail", work, lambda done: self._post(lambda: take(done)))


def _say_nothing(stage: str, fraction: float) -> None:
    """A thumbnail takes some 30 ms."""
