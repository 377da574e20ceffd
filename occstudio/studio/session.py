"""The file that a document lives in: saved, opened, autosaved, recovered.

The document is one frozen value, so saving is writing it down on a worker while the person goes
on; what was saved is compared with what is there to know whether anything is unsaved. Saving has
a lane of its own: it waits for no reconstruction, and cancelling one does not cancel it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from occstudio.errors import OccStudioError
from occstudio.exchange.session_file import SUFFIX, read_session, write_session
from occstudio.shapes.watch import UNWATCHED
from occstudio.studio.at_once import TasksAtOnce
from occstudio.studio.autosave import Autosave, Recovery, discard, recoverable
from occstudio.studio.background import Outcome, Post, TaskThread, Token
from occstudio.studio.document import Document, Source
from occstudio.studio.event import Event
from occstudio.studio.notice import Notice, Severity, notice_of
from occstudio.studio.opening import open_sources
from occstudio.studio.session_content import SessionContent, content_of, parts_of
from occstudio.studio.settings import with_recent

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio

HEAVY_S = 3.0
"""A surface that took longer is autosaved at once."""


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    content: SessionContent
    path: Path


class Session:
    """Saves and opens the document of a studio.

    Parameters
    ----------
    studio : Studio
        Whose document it is.
    post : callable, optional
        As the studio's; without it everything is done before a call returns.
    """

    def __init__(self, studio: "Studio", post: Post | None = None) -> None:
        self.path: Path | None = None
        self.changed: Event[()] = Event()
        self.wanted: Event[Path] = Event()
        self.offered: Event[tuple[Recovery, ...]] = Event()
        self._studio = studio
        self._saved: Document | None = _lasting(studio.document)
        self._autosaved: Document | None = None
        self._is_autosaving = self._autosaves_again = self._is_warned = self._closed = False
        self._autosave = Autosave()
        self._lane = (TaskThread if post else TasksAtOnce)(_say_nothing, "saving")
        self._post: Post = post or (lambda function: function())
        studio.changed.subscribe(self._moved)
        studio.result_arrived.subscribe(self._made)

    @property
    def is_dirty(self) -> bool:
        """True if there is something that was not saved; what is selected does not count."""
        return _lasting(self._studio.document) != self._saved

    @property
    def name(self) -> str:
        """What the person knows it by: the file's name, or the first shape's."""
        if self.path is not None:
            return self.path.stem
        items = self._studio.document.items
        return items[0].name if items else "untitled"

    # -- saving ------------------------------------------------------------------------------

    def save(
        self, path: Path, thumbnail: bytes = b"", then: Callable[[], None] | None = None
    ) -> None:
        """Write the document to a file; its suffix is ``.occ``.

        Parameters
        ----------
        path : Path
            Where to; what is there is replaced once the new file is whole.
        thumbnail : bytes
            A PNG picture of it.
        then : callable, optional
            Called when it is saved, and only then.
        """
        target = path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)
        document = self._studio.document

        def work(_: Token) -> Path:
            write_session(target, parts_of(document, thumbnail))
            return target

        def saved(path: Path) -> None:
            self.path, self._saved = path, _lasting(document)
            self._remember(path)
            if not self.is_dirty:
                self._tidy(self._autosave.clear)
                self._autosaved = None
            self.changed.emit()
            self._studio.noticed.emit(Notice(f"saved {path.name}", str(path), Severity.SUCCESS))
            if then is not None:
                then()

        self._lane.submit(f"saving {target.name}", work, self._on_owner(saved))

    def autosave(self) -> None:
        """Write unsaved work beside what earlier programs left, if any is not written yet."""
        lasting = _lasting(self._studio.document)
        if lasting in (self._saved, self._autosaved):
            return
        if self._is_autosaving:
            self._autosaves_again = True
            return
        self._is_autosaving, self._autosaves_again = True, False
        autosave = self._autosave

        def done(outcome: Outcome[str, bool]) -> None:
            self._is_autosaving = False
            if outcome.error is None:
                self._autosaved, self._is_warned = lasting, False
            elif not self._is_warned:
                self._is_warned = True
                notice = notice_of(outcome.error)
                self._studio.noticed.emit(replace(notice, text=f"autosave failed: {notice.text}"))
            if not self.is_dirty:
                self._tidy(autosave.clear)
            elif self._autosaves_again:
                self.autosave()

        self._lane.submit(
            "autosaving",
            self._written(),
            lambda outcome: self._post(lambda: None if self._closed else done(outcome)),
        )

    # -- opening -----------------------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty session; unsaved work is put aside."""
        self._leave()
        self._begin(Document(), None, is_whole=True)

    def open(self, path: Path) -> None:
        """Open a session file instead of what is there; unsaved work is put aside."""
        self._lane.submit(f"opening {path.name}", lambda _: _read(path), self._on_owner(self._take))

    def find_recoverable(self, *, all_of_it: bool = False) -> None:
        """Look for work of programs that died; `offered` tells it if there is any.

        Parameters
        ----------
        all_of_it : bool
            Offer what was discarded on purpose as well, and say so if there is nothing.
        """

        def tell(found: tuple[Recovery, ...]) -> None:
            chosen = tuple(one for one in found if all_of_it or not one.was_discarded)
            if chosen:
                self.offered.emit(chosen)
            elif all_of_it:
                self._studio.noticed.emit(Notice("there is no unsaved work to recover"))

        self._lane.submit("looking for lost work", lambda _: recoverable(), self._on_owner(tell))

    def recover(self, recovery: Recovery) -> None:
        """Open unsaved work; its file goes when this program has written its own."""

        def take(opened: _Opened) -> None:
            self._leave()
            self._begin(opened.content.document, recovery.session, is_whole=False)
            self._tell(opened, f"recovered “{recovery.name}”: save it to keep it")
            self._lane.submit("autosaving", self._written(), _nobody_waits)
            mine = self._autosave.path
            self._tidy(lambda: discard(recovery) if mine.exists() else None)

        self._lane.submit(
            f"recovering {recovery.name}", lambda _: _read(recovery.path), self._on_owner(take)
        )

    def discard(self, recovery: Recovery) -> None:
        """Delete unsaved work of another program for good."""
        self._tidy(lambda: discard(recovery))

    def close(self) -> None:
        """End; unsaved work is put aside, where nobody is asked about it again."""
        self._leave()
        self._closed = True
        self._lane.finish()

    # -- private -----------------------------------------------------------------------------

    def _written(self) -> Callable[[Token], bool]:
        """Work that writes the present document to this program's autosave."""
        document, session, name, autosave = (
            self._studio.document,
            self.path,
            self.name,
            self._autosave,
        )

        def work(_: Token) -> bool:
            autosave.write(parts_of(document), session, name)
            return True

        return work

    def _leave(self) -> None:
        """What is unsaved was discarded on purpose: it is put aside."""
        if self.is_dirty and self._studio.document.items:
            self._lane.submit("autosaving", self._written(), _nobody_waits)
            self._tidy(self._autosave.put_aside)
        else:
            self._tidy(self._autosave.clear)
        self._tidy(self._autosave.close)

    def _begin(self, document: Document, path: Path | None, *, is_whole: bool) -> None:
        self._autosave, self._autosaved = Autosave(), None
        self._studio.start(document)
        self.path = path
        self._saved = _lasting(self._studio.document) if is_whole else None
        self.changed.emit()

    def _tidy(self, work: Callable[[], object]) -> None:
        self._lane.submit("tidying", lambda _: work(), _nobody_waits)

    def _take(self, opened: _Opened) -> None:
        content, path = opened.content, opened.path
        self._leave()
        # What could not be opened whole must not be written over what is left of it.
        is_whole = not content.problems
        self._begin(content.document, path if is_whole else None, is_whole=is_whole)
        self._remember(path)
        self._tell(opened, f"opened {path.name}")

    def _tell(self, opened: _Opened, text: str) -> None:
        problems = list(opened.content.problems)
        known = {card.name for card in self._studio.models}
        gone = {item.model for item in self._studio.document.items if item.model} - known
        if known and gone:
            names = ", ".join(f"“{name}”" for name in sorted(gone))
            problems.append(f"the model {names} is not installed: choose another for its shapes")
        if not problems:
            self._studio.noticed.emit(Notice(text, str(opened.path), Severity.SUCCESS))
        elif len(problems) == 1:
            text = f"'{opened.path.name}': {problems[0]}"
            self._studio.noticed.emit(Notice(text, "", Severity.WARNING))
        else:
            text = f"'{opened.path.name}' could not be opened as it was saved"
            self._studio.noticed.emit(Notice(text, "\n".join(problems), Severity.WARNING))

    def _remember(self, path: Path) -> None:
        settings = self._studio.settings
        recent = with_recent(settings.recent, path)
        self._studio.change_settings(replace(settings, recent=recent))

    def _moved(self, old: Document, new: Document) -> None:
        self.changed.emit()
        if {id(item.source) for item in new.items} - {id(item.source) for item in old.items}:
            self.autosave()

    def _made(self, item_id: int) -> None:
        result = self._studio.results.get(item_id)
        if result is not None and sum(result.seconds.values()) > HEAVY_S:
            self.autosave()

    def _on_owner(self, take: Callable[[Any], None]) -> Callable[[Outcome[str, Any]], None]:
        def on_owner(outcome: Outcome[str, Any]) -> None:
            if self._closed:
                return
            if outcome.error is not None:
                self._studio.noticed.emit(notice_of(outcome.error))
            elif not outcome.is_cancelled:
                take(outcome.result)

        return lambda outcome: self._post(lambda: on_owner(outcome))


def _lasting(document: Document) -> Document:
    """What is saved of a document: all but what is selected."""
    return replace(document, selection=())


def _read(path: Path) -> _Opened:
    return _Opened(content_of(read_session(path), _reread), path)


def _reread(path: Path) -> Source:
    opened = open_sources([path], UNWATCHED)
    if not opened.sources:
        raise OccStudioError(f"'{path}' could not be read again ({opened.rejected[0][1]})")
    return opened.sources[0]


def _say_nothing(stage: str, fraction: float) -> None:
    """Saving is too quick for a bar."""


def _nobody_waits(outcome: Outcome[str, Any]) -> None:
    """Tidying up fails in silence."""
