"""The application without a window: one document, what is done to it, and what comes of it.

A panel calls `Studio.apply`; the new document goes to every panel (`changed`) and whatever it
makes stale is asked of the live lane, the selected shape first, until every visible shape has
the surface it wants. All state is touched on one thread, the one that `post` runs functions on.
"""

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from occstudio.exchange.session_file import SUFFIX
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import ShapeModel, fitting_model
from occstudio.studio import edits
from occstudio.studio.at_once import TasksAtOnce
from occstudio.studio.background import Outcome, Post, TaskThread, Token
from occstudio.studio.completions import Complete, Completions
from occstudio.studio.document import Document, ShapeItem, Source
from occstudio.studio.event import Event
from occstudio.studio.exploration import Exploration, ReadBook
from occstudio.studio.history import History
from occstudio.studio.inquiries import Inquiries
from occstudio.studio.library import (
    Library,
    LibraryWork,
    is_model_file,
    no_model_for,
    preferred_model,
)
from occstudio.studio.notice import Notice, Severity, notice_of
from occstudio.studio.opening import OpenedFiles, open_sources
from occstudio.studio.photos import Photos, shown_as_photo
from occstudio.studio.pipeline import LoadModel, Pipeline, ShapeResult
from occstudio.studio.session import Session
from occstudio.studio.settings import Settings, save_settings
from occstudio.studio.surfaces import Surfaces
from occstudio.studio.thumbnails import Thumbnails

SETTLE_S = 0.15
"""The fine pass begins this long after the last change of a gesture."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Activity:
    """What a worker is doing: the stage, how far it is (0..1), and on which shape."""

    stage: str
    fraction: float
    name: str = ""


class Studio:
    """Document, history, workers and results of one session.

    Parameters
    ----------
    load_model : callable
        From a model's name and a device to a `ShapeModel`; called on a worker.
    list_models : callable
        The cards of the models that there are; called on a worker.
    post : callable, optional
        Runs a function on the thread that owns this studio. Without it there are no threads:
        everything is done before the call that asked for it returns.
    settings : Settings
        What the person chose earlier.
    library : LibraryWork, optional
        How models are added and changed.
    read_book : callable, optional
        Gives the named codes of a model, None if it has none; called on a worker.
    complete : callable, optional
        Finds whole shapes for a part of one; called on a worker.
    """

    def __init__(
        self,
        load_model: LoadModel,
        list_models: Callable[[], Sequence[ModelCard]],
        *,
        post: Post | None = None,
        settings: Settings | None = None,
        library: LibraryWork | None = None,
        read_book: ReadBook | None = None,
        complete: Complete | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.models: tuple[ModelCard, ...] = ()
        self.changed: Event[Document, Document] = Event()
        self.result_arrived: Event[int] = Event()
        self.activity_changed: Event[Activity | None] = Event()
        self.noticed: Event[Notice] = Event()
        self.models_listed: Event[tuple[ModelCard, ...]] = Event()
        self._list_models = list_models
        self._history = History(Document())
        self._pipeline = Pipeline(load_model)
        self._post: Post = post or (lambda function: function())
        self._ids = itertools.count(1)
        self._exports: list[tuple[int, Path]] = []
        self._closed = self._has_listed = False
        self._tasks = (TaskThread if post else TasksAtOnce)(self._report)
        self._surfaces = Surfaces(
            self._pipeline,
            lambda: self.document,
            lambda: self.settings.device,
            post,
            self._report,
        )
        self.results, self.failures = self._surfaces.results, self._surfaces.failures
        self._surfaces.arrived.subscribe(self._arrived)
        self._surfaces.failed.subscribe(self.noticed.emit)
        self._surfaces.rested.subscribe(self._rest)
        self.inquiries = Inquiries(
            self._pipeline,
            post,
            self._report,
            on_failure=lambda error: self.noticed.emit(notice_of(error)),
            on_rest=self._rest,
        )
        self.session = Session(self, post)
        self.library = Library(self, self._submit, library)
        self.thumbnails = Thumbnails(self, post)
        self.exploration = Exploration(self, read_book, post)
        self.completions = Completions(self, self._submit, self._post, complete)
        self.photos = Photos(self, post, self._report, self._rest)

    # -- the document ------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        """The present document."""
        return self._history.present

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, or None."""
        return self._history.redo_label

    @property
    def is_busy(self) -> bool:
        """True while a surface is awaited."""
        return self._surfaces.asked is not None

    def apply(self, edit: edits.Edit, gesture: object | None = None) -> None:
        """Do something to the document; edits of one gesture are one step of undo.

        Parameters
        ----------
        edit : Edit
            What to do.
        gesture : hashable, optional
            Names a drag that is going on; `end_gesture` follows when the hand lets go.
        """
        old = self.document
        new = edit.change(old)
        if new == old:
            return
        if edit.remembered:
            self._history.record(edit.label, new, gesture)
        else:
            self._history.amend(new)
        self._moved(old, settle_s=SETTLE_S if gesture is not None else 0.0)

    def new_id(self) -> int:
        """An id that no item ever had."""
        return next(self._ids)

    def model(self, name: str) -> ShapeModel:
        """A model on the device of the settings, loaded if it has to be: not on this thread."""
        return self._pipeline.model(name, self.settings.device)

    def duplicate(self, ids: Sequence[int]) -> None:
        """Put a copy after each of these items and select the copies."""
        there = [item.id for item in self.document.items if item.id in ids]
        if there:
            self.apply(edits.duplicate_items({old: self.new_id() for old in there}))

    def end_gesture(self) -> None:
        """The hand has let go: the fine pass begins and the next edit is a step of its own."""
        self._history.end_gesture()
        self._surfaces.hurry()

    def undo(self) -> None:
        """Go one step back."""
        old = self.document
        self._history.undo()
        self._moved(old)

    def redo(self) -> None:
        """Go one step forward again."""
        old = self.document
        self._history.redo()
        self._moved(old)

    def start(self, document: Document) -> None:
        """Begin anew with a document: nothing to undo, and ids that were never used before."""
        old = self.document
        ids = {item.id: next(self._ids) for item in document.items}
        comparison = document.comparison
        self._history = History(
            replace(
                document,
                items=tuple(replace(item, id=ids[item.id]) for item in document.items),
                selection=tuple(ids[chosen] for chosen in document.selection if chosen in ids),
                comparison=replace(
                    comparison,
                    first=None if comparison.first is None else ids.get(comparison.first),
                    second=None if comparison.second is None else ids.get(comparison.second),
                ),
            )
        )
        self._exports.clear()
        self._surfaces.clear()
        self._moved(old)

    def result_of(self, item: ShapeItem) -> ShapeResult | None:
        """The last surface of an item, perhaps of an earlier wish; None if there is none."""
        return self.results.get(item.id)

    def is_current(self, item: ShapeItem) -> bool:
        """True if the item has the full surface that it wants."""
        return self._surfaces.is_current(item)

    # -- the workers -------------------------------------------------------------------------

    def refresh_models(self, warm_up: bool = False) -> None:
        """List the models on a worker; with `warm_up` the preferred one is loaded as well."""

        def work(token: Token) -> tuple[ModelCard, ...]:
            cards = tuple(self._list_models())
            name = preferred_model(cards, self.settings.model)
            if warm_up and name:
                token.report("loading model", 0.0)
                self._pipeline.model(name, self.settings.device)
            return cards

        self._tasks.submit("looking for models", work, self._on_tasks(self._take_models))

    def forget_model(self, name: str) -> None:
        """Load a model anew when it is next used, and make the shapes anew that use it."""
        self._pipeline.forget_models()
        for item in self.document.items:
            if item.model == name:
                self.results.pop(item.id, None)
                self.retry(item.id)

    def open_model(self, path: Path) -> None:
        """Bring a checkpoint, or a folder of DeepSDF's, into the library."""
        self.library.open(path)

    def change_hyperparameters(self, model: str, settings: Mapping[str, Any]) -> None:
        """Correct what was assumed of a model, by dotted name."""
        self.library.change_hyperparameters(model, settings)

    def open_files(self, files: Sequence[Path], refused: Sequence[tuple[Path, str]] = ()) -> None:
        """Read files on a worker; what can be used is added, the rest is listed once.

        A session file among them takes the place of what is there, if the person agrees; a
        checkpoint becomes a model of the library. What came with the files and is `refused` already
        is listed with the rest.
        """
        sessions = [path for path in files if path.suffix.lower() == SUFFIX]
        models = [path for path in files if is_model_file(path)]
        for path in models:
            self.library.open(path)
        wanted = tuple(path for path in files if path not in sessions + models)
        if sessions:
            self.session.wanted.emit(sessions[0])
        if wanted or refused:
            title = f"opening {wanted[0].name}" if len(wanted) == 1 else "opening files"
            self._tasks.submit(
                title,
                lambda token: open_sources(wanted, token, refused=refused),
                self._on_tasks(self._take_files),
            )

    def export(self, item_id: int, path: Path) -> None:
        """Write an item's full surface in the coordinates of its input, once it is there."""
        item = self.document.find(item_id)
        if item is None:
            return
        self._exports.append((item_id, path))
        self._surfaces.awaited.add(item_id)
        if self.is_current(item):
            self._export_ready()
        else:
            self.retry(item_id)

    def write(self, title: str, path: Path, work: Callable[[Token], object]) -> None:
        """Let a worker write a file that is no surface, a picture for example."""

        def write(token: Token) -> Path:
            token.check()
            work(token)
            return path

        self._tasks.submit(title, write, self._on_tasks(self._take_export))

    def retry(self, item_id: int) -> None:
        """Try again what failed or was cancelled."""
        self._surfaces.retry(item_id)

    def cancel(self) -> None:
        """Give up what is being made; the shapes keep the surfaces they have."""
        self._exports.clear()
        self._surfaces.cancel()
        self._tasks.cancel()
        self.photos.cancel()
        self.inquiries.drop()
        self.activity_changed.emit(None)
        self.noticed.emit(Notice("cancelled"))

    def change_settings(self, settings: Settings) -> None:
        """Remember choices; written on a worker."""
        if settings != self.settings:
            self.settings = settings
            done = self._on_tasks(lambda _: None)
            self._tasks.submit("saving settings", lambda _: save_settings(settings), done)

    def close(self) -> None:
        """End the workers; nothing is delivered any more."""
        self.session.close()
        self.thumbnails.close()
        self.exploration.close()
        self.photos.close()
        self._closed = True
        self._surfaces.close()
        self._tasks.close()
        self.inquiries.close()

    # -- private -----------------------------------------------------------------------------

    def _moved(self, old: Document, settle_s: float = 0.0) -> None:
        if self.document is old:
            return
        # First of all: the worker begins while panels show, and one that fails does not stop it.
        self._surfaces.follow(settle_s)
        self.changed.emit(old, self.document)

    def _arrived(self, item_id: int) -> None:
        self.result_arrived.emit(item_id)
        self._export_ready()

    def _export_ready(self) -> None:
        """Write what waits for nothing any more; what failed or was cancelled is not awaited."""
        waiting = [pair for pair in self._exports if pair[0] in self._surfaces.awaited]
        self._exports = []
        for item_id, path in waiting:
            item = self.document.find(item_id)
            if item is not None and not self.is_current(item):
                self._exports.append((item_id, path))
            elif item is not None:
                self._write_out(self.results[item_id], path)
        self._surfaces.awaited.intersection_update(item_id for item_id, _ in self._exports)

    def _write_out(self, result: ShapeResult, path: Path) -> None:
        def work(token: Token) -> Path:
            from occstudio.exchange.mesh_writer import write_mesh  # not before it is needed

            token.check()
            write_mesh(result.mesh, path, frame=result.frame)
            return path

        self._tasks.submit(f"exporting {path.name}", work, self._on_tasks(self._take_export))

    def _submit(
        self, title: str, work: Callable[[Token], Any], take: Callable[[Any], None]
    ) -> None:
        self._tasks.submit(title, work, self._on_tasks(take))

    def _on_tasks(self, take: Callable[[Any], None]) -> Callable[[Outcome[str, Any]], None]:
        def on_owner(outcome: Outcome[str, Any]) -> None:
            if self._closed:
                return
            self._rest()
            if outcome.error is not None:
                self.noticed.emit(notice_of(outcome.error))
            elif outcome.result is not None:
                take(outcome.result)

        return lambda outcome: self._post(lambda: on_owner(outcome))

    def _take_models(self, cards: tuple[ModelCard, ...]) -> None:
        self.models, self._has_listed = cards, True
        self.models_listed.emit(cards)
        for item in self.document.items:
            card = None if item.model else self._model_for(item.source)
            if card is not None and not self.photos.must_ask(item.source, card):
                edit = edits.set_model((item.id,), card.name, card.threshold)
                self.apply(replace(edit, remembered=False))
        self.photos.ask(self.document.items)

    def _take_files(self, opened: OpenedFiles) -> None:
        if opened.sources:
            items = tuple(map(self._new_item, opened.sources))
            self.photos.fit_when_shaped(item.id for item in items)
            self.apply(edits.add_items(items))
            self.photos.ask(items)
        notice = opened.notice
        if notice is not None:
            self.noticed.emit(notice)
        elif self._has_listed:
            lost = [s.observation for s in opened.sources if self._model_for(s) is None]
            if lost:
                self.noticed.emit(no_model_for(lost))

    def _new_item(self, source: Source) -> ShapeItem:
        card, seen = self._model_for(source), source.observation
        name, threshold = ("", 0.5) if card is None else (card.name, card.threshold)
        if self.photos.must_ask(source, card):
            name = ""
        return shown_as_photo(
            ShapeItem(next(self._ids), seen.name, source, seen.frame, name, threshold=threshold)
        )

    def _model_for(self, source: Source) -> ModelCard | None:
        return fitting_model(self.models, source.observation, self.settings.model)

    def _take_export(self, path: Path) -> None:
        self.noticed.emit(Notice(f"exported {path.name}", str(path), Severity.SUCCESS))

    def _report(self, stage: str, fraction: float) -> None:
        self._post(lambda: self._take_report(stage, fraction))

    def _rest(self) -> None:
        works = self.is_busy or self.inquiries.is_busy or self.photos.is_fitting
        if not (self._closed or works):
            self.activity_changed.emit(None)

    def _take_report(self, stage: str, fraction: float) -> None:
        if self._closed:
            return
        asked = self._surfaces.asked
        item = None if asked is None else self.document.find(asked)
        self.activity_changed.emit(Activity(stage, fraction, item.name if item else ""))
