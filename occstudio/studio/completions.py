"""Whole shapes for a part of one: found on a worker, seen while they form, offered as shapes.

The scan that is completed stays what it is. What is found stands after it in the list, as shapes
of the same scan with a code: the best one is there from the first moment and changes while it is
fitted; the alternatives come at the end, hidden until somebody wants to see them. All of it is one
step of undo, and whoever cancels keeps what was there.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from occstudio.errors import ModelError, OccStudioError
from occstudio.latents.code_book import CodeBook
from occstudio.latents.completed_shape import CompletedShape, Told
from occstudio.shapes.image import Image
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.shape_model import Observation, ShapeModel
from occstudio.shapes.watch import Watch
from occstudio.studio.background import Post, Token
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.edits import Edit
from occstudio.studio.input_edit import edited
from occstudio.studio.notice import Notice, Severity, notice_of

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio

SHOWN_EVERY_S = 0.4
"""A shape that forms is shown so often; in between the worker has the machine."""

Submit = Callable[[str, Callable[[Token], Any], Callable[[Any], None]], None]


class Complete(Protocol):
    """Finds whole shapes that agree with a part of one, the best first; on a worker."""

    def __call__(
        self,
        model: ShapeModel,
        observation: Observation,
        book: CodeBook,
        is_part: bool,
        watch: Watch,
        told: Told,
    ) -> Sequence[CompletedShape]: ...


class Completions:
    """Completes shapes of a studio.

    Parameters
    ----------
    studio : Studio
        Whose shapes they are.
    submit : callable
        Queues work under a title, and hands over what came of it on the owner's thread.
    post : callable
        Runs a function on the owner's thread.
    complete : callable, optional
        Without it nothing can be completed.
    """

    def __init__(
        self, studio: "Studio", submit: Submit, post: Post, complete: Complete | None
    ) -> None:
        self._studio, self._submit, self._post = studio, submit, post
        self._complete = complete
        self._numbers = count()

    def start(self, item_id: int, *, is_part: bool = True) -> None:
        """Complete what was seen of a shape; says in a sentence why if that can't be.

        Parameters
        ----------
        item_id : int
        is_part : bool
            Whether place and size in the whole have to be found, too.
        """
        item = self._studio.document.find(item_id)
        if item is None:
            return
        try:
            self._begin(item, is_part)
        except OccStudioError as error:
            self._studio.noticed.emit(notice_of(error))

    def _begin(self, item: ShapeItem, is_part: bool) -> None:
        complete, space = self._complete, self._studio.exploration.space
        if complete is None or space is None:
            raise ModelError("no model with a space of shapes is in the library: add one")
        if isinstance(item.source.observation, Image | Imagined):
            raise ModelError(
                f"'{item.name}' is no scan of a part: open points or voxels to complete them"
            )
        card = next((card for card in self._studio.models if card.name == space.model), None)
        forming = _Forming(
            self._studio,
            replace(item, id=self._studio.new_id(), name=f"{item.name}, completed"),
            item.id,
            space.model,
            item.threshold if card is None else card.threshold,
            ("complete", next(self._numbers)),
        )
        shown_at = 0.0

        def told(best: CompletedShape, share: float) -> None:
            nonlocal shown_at
            del share  # the watch is told as well
            now = time.monotonic()
            if now - shown_at > SHOWN_EVERY_S:
                shown_at = now
                self._post(lambda: forming.show((best,)))

        def work(token: Token) -> Sequence[CompletedShape]:
            observation = item.source.observation
            seen = edited(observation, item.frame, item.input_edit, token)
            model = self._studio.model(space.model)
            return complete(model, seen, space.book, is_part, token, told)

        def take(found: Sequence[CompletedShape]) -> None:
            forming.show(found)
            self._studio.end_gesture()
            others = len(found) - 1
            text = f"completed {item.name}"
            if others > 0:
                text += f"; {others} alternative{'s' if others > 1 else ''} in the list"
            self._studio.noticed.emit(Notice(text, "", Severity.SUCCESS))

        self._submit(f"completing {item.name}", work, take)


@dataclass(slots=True)
class _Forming:
    """The shapes that a completion puts into the list."""

    studio: "Studio"
    item: ShapeItem
    after: int
    model: str
    threshold: float
    gesture: tuple[str, int]
    is_there: bool = False

    def show(self, found: Sequence[CompletedShape]) -> None:
        """Put the best one in its place, and the others behind it; unless it was removed."""
        is_removed = self.studio.document.find(self.item.id) is None
        if not found or (self.is_there and is_removed):
            return
        self.is_there = True
        items = [
            replace(
                self.item if number == 0 else self._other(number),
                model=self.model,
                threshold=self.threshold,
                latent=shape.latent,
                blend=None,
                frame=shape.frame,
                visible=number == 0,
            )
            for number, shape in enumerate(found)
        ]
        edit = Edit(f"Complete {self.item.name}", lambda old: self._placed(old, items))
        self.studio.apply(edit, self.gesture)

    def _other(self, number: int) -> ShapeItem:
        name = f"{self.item.name} {number + 1}"
        return replace(self.item, id=self.studio.new_id(), name=name)

    def _placed(self, old: Document, items: Sequence[ShapeItem]) -> Document:
        present = old.find(self.item.id)
        if present is not None:  # as the person has it meanwhile, but for its shape
            shape = {"latent": items[0].latent, "frame": items[0].frame}
            items = [replace(present, **shape), *items[1:]]
        others = [item for item in old.items if item.id != self.item.id]
        places = [row for row, item in enumerate(others) if item.id == self.after]
        place = places[0] + 1 if places else len(others)
        placed = (*others[:place], *items, *others[place:])
        selection = old.selection if present is not None else (self.item.id,)
        return old.with_items(placed, selection)
