"""Photos of a studio: whose cut-out is to be looked at, and fitting shapes to photos.

A photo whose background had to be guessed away makes no shape before a person has seen the guess:
it waits in the list without a model, and `cut_wanted` says so. Without anybody to ask, and for
photos that are cut out in the file, the shape is made at once.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from occstudio.errors import ModelError, OccStudioError
from occstudio.shapes.image import Image
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import PhotoReader, PhotoReading
from occstudio.shapes.shape_model import fitting_model
from occstudio.studio import edits
from occstudio.studio.background import Post, Token
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.event import Event
from occstudio.studio.inquiry import Inquiry
from occstudio.studio.notice import Notice, Severity, notice_of
from occstudio.studio.photo_cut import CutAnswer, CutQuestion, PhotoCut, answer_cut

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio

SHOWN_EVERY_S = 0.35
"""A shape that is being fitted is shown so often."""

Submit = Callable[[str, Callable[[Token], Any], Callable[[Any], None]], None]


class Photos:
    """Asks about cut-outs, and fits shapes to photos.

    Parameters
    ----------
    studio : Studio
        Whose photos they are.
    submit : callable
        Queues work under a title, and hands over what came of it on the owner's thread.
    post : callable or None
        Runs a function on the owner's thread; None does everything at once.

    Attributes
    ----------
    asks : bool
        Whether somebody is there who looks at cut-outs.
    cut_wanted : Event
        Emits the id of an item whose cut-out is to be looked at.
    cuts : Inquiry
        Makes cut-outs to look at.
    """

    def __init__(self, studio: "Studio", submit: Submit, post: Post | None) -> None:
        self.asks = False
        self.cut_wanted: Event[int] = Event()
        self.cuts: Inquiry[CutQuestion, CutAnswer] = Inquiry(
            answer_cut, post, lambda _stage, _fraction: None
        )
        self._studio, self._submit = studio, submit
        self._post: Post = post or (lambda function: function())
        self._asked: set[int] = set()
        self._numbers = count()

    def must_ask(self, source: Source, card: ModelCard | None) -> bool:
        """Whether a photo waits for its cut-out to be looked at."""
        photo = source.observation
        if not self.asks or not isinstance(photo, Image) or photo.has_opacity:
            return False
        return card is not None and card.input_spec.has_opacity

    def ask(self, items: Iterable[ShapeItem]) -> None:
        """Have the cut-outs looked at of those items that wait for it; of each only once."""
        for item in items:
            card = fitting_model(self._studio.models, item.source.observation)
            if item.id not in self._asked and not item.model and self.must_ask(item.source, card):
                self._asked.add(item.id)
                self.cut_wanted.emit(item.id)

    def accept(self, item_id: int, cut: PhotoCut) -> None:
        """Take a cut-out; the item's shape is made of it, in one step of undo."""
        item = self._studio.document.find(item_id)
        if item is None:
            return
        card = fitting_model(self._studio.models, item.source.observation, item.model)
        edit = edits.set_cut(item_id, cut, None if item.model else card)
        self._studio.apply(edit)

    def fit(self, item_id: int) -> None:
        """Fit shape and camera to the photo's outline; says in a sentence why if that can't be."""
        item = self._studio.document.find(item_id)
        if item is None:
            return
        try:
            self._begin(item)
        except OccStudioError as error:
            self._studio.noticed.emit(notice_of(error))

    def close(self) -> None:
        """End the worker."""
        self.cuts.close()

    # -- private -----------------------------------------------------------------------------

    def _begin(self, item: ShapeItem) -> None:
        result = self._studio.result_of(item)
        if not isinstance(item.source.observation, Image):
            raise ModelError(f"'{item.name}' was not made from a photo: open one to fit a shape")
        if result is None or result.reading is None or not isinstance(result.observation, Image):
            raise ModelError(f"'{item.name}' has no shape yet that could be fitted to its photo")
        photo, reading = result.observation, result.reading
        before = reading.agreement
        gesture, shown_at = ("fit photo", next(self._numbers)), 0.0

        def show(found: PhotoReading) -> None:
            present = self._studio.document.find(item.id)
            is_same = present is not None and (
                (present.model, present.input_edit) == (item.model, item.input_edit)
            )
            if is_same and found is not reading:
                self._studio.apply(edits.set_reading(item.id, found), gesture)

        def told(found: PhotoReading) -> None:
            nonlocal shown_at
            if time.monotonic() - shown_at > SHOWN_EVERY_S:
                shown_at = time.monotonic()
                self._post(lambda: show(found))

        def work(token: Token) -> PhotoReading:
            model = self._studio.model(item.model)
            if not isinstance(model, PhotoReader):
                raise ModelError(
                    f"'{item.model}' can't fit shapes to photos: choose a model that reads photos"
                )
            token.report("fitting to the photo", 0.0)
            # What was fitted before goes on; else every shape that may be is tried.
            return model.fit_photo(photo, item.reading, token, told)

        def take(found: PhotoReading) -> None:
            show(found)
            self._studio.end_gesture()
            now, then = f"{100 * found.agreement:.0f} %", f"{100 * before:.0f} %"
            text = (
                f"fitted {item.name}: {now} of its outline agrees with the photo's, {then} before"
            )
            self._studio.noticed.emit(Notice(text, "", Severity.SUCCESS))

        self._submit(f"fitting {item.name}", work, take)


def colours_by_photo(item: ShapeItem) -> ShapeItem:
    """The item with its photo's colours, if it is one."""
    if not isinstance(item.source.observation, Image):
        return item
    return replace(item, finishing=replace(item.finishing, colouring="photo"))
