"""Photos of a studio: whose cut-out is to be looked at, and fitting shapes to photos.

A photo whose background had to be guessed away makes no shape before a person has seen the guess:
it waits in the list without a model, and `cut_wanted` says so. Without anybody to ask, and for
photos that are cut out in the file, the shape is made at once.

The first shape of a photo is a glance; the fit that follows by itself, unless the settings forbid
it, makes it agree with the outline. It has a lane of its own, so that nothing waits for it.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from occstudio.errors import ModelError, OccStudioError
from occstudio.shapes.image import Image
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.photo_reading import PhotoReader, PhotoReading
from occstudio.shapes.shape_model import fitting_model
from occstudio.studio import edits
from occstudio.studio.at_once import TasksAtOnce
from occstudio.studio.background import Outcome, Post, Report, TaskThread, Token
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.event import Event
from occstudio.studio.inquiry import Inquiry
from occstudio.studio.notice import Notice, Severity, notice_of
from occstudio.studio.photo_cut import CutAnswer, CutQuestion, PhotoCut, answer_cut

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio

SHOWN_EVERY_S = 0.35
"""A shape that is being fitted is shown so often."""


class Photos:
    """Asks about cut-outs, and fits shapes to photos.

    Parameters
    ----------
    studio : Studio
        Whose photos they are.
    post : callable or None
        Runs a function on the owner's thread; None does everything at once.
    report : callable
        Is told how far a fit is, on a worker.
    rest : callable
        Is told that no fit runs any more, on the owner's thread.

    Attributes
    ----------
    asks : bool
        Whether somebody is there who looks at cut-outs.
    cut_wanted : Event
        Emits the id of an item whose cut-out is to be looked at.
    cuts : Inquiry
        Makes cut-outs to look at.
    """

    def __init__(
        self, studio: "Studio", post: Post | None, report: Report, rest: Callable[[], None]
    ) -> None:
        self.asks = False
        self.cut_wanted: Event[int] = Event()
        self.cuts: Inquiry[CutQuestion, CutAnswer] = Inquiry(
            answer_cut, post, lambda _stage, _fraction: None
        )
        self._studio, self._rest = studio, rest
        self._post: Post = post or (lambda function: function())
        self._fits = TaskThread(report, "fits") if post else TasksAtOnce(report)
        self._asked: set[int] = set()
        self._fresh: set[int] = set()
        self._numbers = count()
        self._closed = False
        self._running = 0
        studio.result_arrived.subscribe(self._fit_fresh)

    @property
    def is_fitting(self) -> bool:
        """True while a shape is being fitted."""
        return self._running > 0

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
        self._fresh.add(item_id)
        self._studio.apply(edit)

    def fit_when_shaped(self, ids: Iterable[int]) -> None:
        """Fit these items by themselves as soon as they have a shape, if the settings say so."""
        self._fresh.update(ids)

    def fit(self, item_id: int) -> None:
        """Fit shape and camera to the photo's outline; says in a sentence why if that can't be."""
        item = self._studio.document.find(item_id)
        if item is None:
            return
        try:
            self._begin(item)
        except OccStudioError as error:
            self._studio.noticed.emit(notice_of(error))

    def cancel(self) -> None:
        """Give up the fits; shapes stay as far as they came."""
        self._fresh.clear()
        self._fits.cancel()

    def close(self) -> None:
        """End the workers."""
        self._closed = True
        self.cuts.close()
        self._fits.close()

    # -- private -----------------------------------------------------------------------------

    def _fit_fresh(self, item_id: int) -> None:
        """Fit an item whose first full surface has come, once."""
        item = self._studio.document.find(item_id)
        if item is None or item_id not in self._fresh or not self._studio.is_current(item):
            return
        self._fresh.discard(item_id)
        result = self._studio.result_of(item)
        has_own_shape = item.reading is not None or item.latent is not None
        is_read = result is not None and result.reading is not None
        if is_read and not has_own_shape and self._studio.settings.fits_photos:
            self._begin(item)

    def _begin(self, item: ShapeItem) -> None:
        result = self._studio.result_of(item)
        if not isinstance(item.source.observation, Image):
            raise ModelError(f"'{item.name}' was not made from a photo: open one to fit a shape")
        if result is None or result.reading is None or not isinstance(result.observation, Image):
            raise ModelError(f"'{item.name}' has no shape yet that could be fitted to its photo")
        photo, reading = result.observation, result.reading
        gesture = ("fit photo", next(self._numbers))
        running: Token | None = None
        shown, shown_at = item.reading, 0.0

        def show(found: PhotoReading) -> None:
            """Unless somebody chose otherwise meanwhile, undo included: then the fit is over."""
            nonlocal shown
            now = self._studio.document.find(item.id)
            is_ours = (
                now is not None
                and now.reading is shown
                and (now.model, now.input_edit) == (item.model, item.input_edit)
            )
            if is_ours and found is not reading:
                shown = found
                self._studio.apply(edits.set_reading(item.id, found), gesture)
            elif not is_ours and running is not None:
                running.cancel()

        def told(found: PhotoReading) -> None:
            nonlocal shown_at
            if time.monotonic() - shown_at > SHOWN_EVERY_S:
                shown_at = time.monotonic()
                self._post(lambda: show(found))

        def work(token: Token) -> PhotoReading:
            nonlocal running
            running = token
            model = self._studio.model(item.model)
            if not isinstance(model, PhotoReader):
                raise ModelError(
                    f"'{item.model}' can't fit shapes to photos: choose a model that reads photos"
                )
            token.report("fitting to the photo", 0.0)
            # What was fitted before goes on; else every shape that may be is tried.
            return model.fit_photo(photo, item.reading, token, told)

        def take(outcome: Outcome[str, PhotoReading]) -> None:
            if self._closed:
                return
            self._running -= 1
            self._rest()
            if outcome.result is not None:
                show(outcome.result)
                if shown is outcome.result:
                    self._studio.noticed.emit(_fitted(item.name, reading, outcome.result))
            elif outcome.error is not None:
                self._studio.noticed.emit(notice_of(outcome.error))
            self._studio.end_gesture()

        self._running += 1
        self._fits.submit(
            f"fitting {item.name}", work, lambda outcome: self._post(lambda: take(outcome))
        )


def _fitted(name: str, before: PhotoReading, now: PhotoReading) -> Notice:
    agrees, agreed = f"{100 * now.agreement:.0f} %", f"{100 * before.agreement:.0f} %"
    text = f"fitted {name}: {agrees} of its outline agrees with the photo's, {agreed} before"
    return Notice(text, "", Severity.SUCCESS)


def shown_as_photo(item: ShapeItem) -> ShapeItem:
    """The item in one piece and with its photo's colours, if it is one."""
    if not isinstance(item.source.observation, Image):
        return item
    finishing = replace(item.finishing, colouring="photo")
    return replace(item, in_one_piece=True, finishing=finishing)
