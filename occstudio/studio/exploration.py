"""Wandering in a model's space of shapes: the book, what is drawn from it, and what is taken.

What a person does here ends in the document: a blend, a steered code, a sample that was taken are
shapes like others, with a latent instead of an observation (`Imagined`). What is only looked at
(pictures of the catalogue, of samples, of the frames between two shapes) is decoded on a lane of
its own, one at a time and never while a surface is awaited.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np

from occstudio.errors import ModelError, NoSurfaceError
from occstudio.extraction.wholeness import imagined_threshold
from occstudio.latents.code_book import CodeBook
from occstudio.latents.code_space import CodeSpace
from occstudio.latents.paths import Path
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.studio import edits
from occstudio.studio.at_once import TasksAtOnce
from occstudio.studio.background import Outcome, Post, TaskLane, TaskThread, Token
from occstudio.studio.blend import Blend, BlendKey, Gallery
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.event import Event
from occstudio.studio.input_edit import edited
from occstudio.studio.notice import Notice, Severity, notice_of
from occstudio.studio.picture_cache import PictureCache
from occstudio.studio.thumbnail import Picture, picture_of_mesh
from occstudio.studio.way_export import Draw, write_way

if TYPE_CHECKING:
    from occstudio.studio.studio import Studio

PICTURE_RESOLUTION = 48
"""Cells along an axis of what is only looked at."""

_KEPT_PICTURES = 800

ReadBook = Callable[[str], CodeBook | None]
"""From a model's name to its named codes; called on a worker."""


class Exploration:
    """The space of one model, for a studio.

    Parameters
    ----------
    studio : Studio
        Whose shapes these become.
    read_book : callable, optional
        Without it no model has a space.
    post : callable, optional
        As the studio's.

    Attributes
    ----------
    space : CodeSpace or None
        What is explored.
    is_looking : bool
        True until it is known whether there is a space to explore.
    space_changed : Event
        Emits the space that is explored now, or None.
    pictured : Event
        Emits the key of a picture that is there now.
    """

    def __init__(
        self, studio: "Studio", read_book: ReadBook | None, post: Post | None = None
    ) -> None:
        self.space_changed: Event[CodeSpace | None] = Event()
        self.pictured: Event[Hashable] = Event()
        self.space: CodeSpace | None = None
        self.is_looking = read_book is not None
        self._studio, self._read_book = studio, read_book
        self._post: Post = post or (lambda function: function())
        self._has_thread = post is not None
        self._lane: TaskLane | None = None
        self._cache: PictureCache | None = None
        self._pictures: OrderedDict[Hashable, Picture] = OrderedDict()
        self._wanted: OrderedDict[Hashable, Latent] = OrderedDict()
        self._kept_path: tuple[tuple[BlendKey, ...], str, Path] | None = None
        self._is_drawing = self._closed = False
        studio.models_listed.subscribe(lambda _: self._find_space())
        studio.result_arrived.subscribe(lambda _: self._draw_next())

    # -- looking -----------------------------------------------------------------------------

    def picture(self, key: Hashable) -> Picture | None:
        """The picture of a key; None while there is none."""
        return self._pictures.get(key)

    def want_pictures(self, wanted: Sequence[tuple[Hashable, Latent]], *, first: bool) -> None:
        """Draw pictures that are not there yet, before all others if they come `first`."""
        missing = [(key, latent) for key, latent in wanted if key not in self._pictures]
        for key, latent in reversed(missing) if first else missing:
            self._wanted[key] = latent
            if first:
                self._wanted.move_to_end(key, last=False)
        self._draw_next()

    def unwant(self, keys: Iterable[Hashable]) -> None:
        """Draw no more of these."""
        for key in keys:
            self._wanted.pop(key, None)

    def close(self) -> None:
        """End the worker."""
        self._closed = True
        self._wanted.clear()
        if self._lane is not None:
            self._lane.close()

    # -- doing -------------------------------------------------------------------------------

    def key_of(self, item: ShapeItem) -> BlendKey | None:
        """A shape as a key of a blend: its own latent, or what its model made of its input."""
        result = self._studio.result_of(item)
        latent = item.latent or (None if result is None else result.latent)
        if latent is None or self.space is None:
            return None
        if latent.model != self.space.model:
            cards = {card.name: card for card in self._studio.models}
            card = cards.get(latent.model)
            if card is None or not card.space or card.space != self.space.book.version:
                return None
            # A model of photos, say, that answers with codes of this space.
            latent = Latent(latent.arrays, self.space.model)
        return BlendKey(item.name, latent)

    def find_key(self, item: ShapeItem, take: Callable[[BlendKey], None]) -> None:
        """Hand over a shape as a key; one of another model is encoded into the space first."""
        key, space = self.key_of(item), self.space
        if key is not None or space is None:
            if key is not None:
                take(key)
            return
        observation = item.source.observation

        def work(token: Token) -> BlendKey:
            if isinstance(observation, Imagined):
                raise ModelError(
                    f"'{item.name}' is a code of another model: choose a shape of "
                    f"'{space.model}' or a scan"
                )
            seen = edited(observation, item.frame, item.input_edit, token)
            return BlendKey(item.name, self._studio.model(space.model).encode(seen, token))

        def on_outcome(outcome: Outcome[str, BlendKey]) -> None:
            if outcome.error is not None:
                self._studio.noticed.emit(notice_of(outcome.error))
            elif outcome.result is not None:
                take(outcome.result)

        self._submit(f"encoding {item.name}", work, on_outcome)

    def named(self, name: str) -> BlendKey:
        """A shape of the catalogue; UnknownNameError offers the nearest names."""
        book = self._book()
        row = book.row(name)
        return BlendKey(book.entries[row].title or name, book.latent(book.codes[row]))

    def take(self, latent: Latent, name: str, origin: str) -> None:
        """Add a shape that has this latent."""
        self._add(self._item(name, origin, latent))

    def blend(self, keys: Sequence[BlendKey], path: str = "linear", fraction: float = 0.5) -> None:
        """Add a shape between others."""
        blend = Blend(tuple(keys), fraction, path)
        latent = self.latent_of(blend)
        if latent is not None:
            item = self._item(blend.name, "between shapes", latent)
            self._add(replace(item, blend=blend))

    def change_blend(
        self, item_id: int, blend: Blend, label: str, gesture: Hashable | None = None
    ) -> None:
        """Move along a path, or change it."""
        latent = self.latent_of(blend)
        if latent is not None:
            self._studio.apply(edits.set_blend(item_id, blend, latent, label), gesture)

    def slide(self, item_id: int, fraction: float, gesture: Hashable | None = None) -> None:
        """Move a blended shape along its path."""
        item = self._studio.document.find(item_id)
        if item is not None and item.blend is not None:
            moved = replace(item.blend, fraction=min(max(fraction, 0.0), 1.0))
            self.change_blend(item_id, moved, "Slide between shapes", gesture)

    def latent_of(self, blend: Blend) -> Latent | None:
        """What lies at a blend's place; says why if there is none."""
        try:
            return self._path(blend).at(blend.fraction)
        except ModelError as error:
            self._studio.noticed.emit(notice_of(error))
            return None

    def frames(self, blend: Blend, count: int) -> list[Latent]:
        """Latents at even steps along a blend's path."""
        path = self._path(blend)
        return [path.at(fraction) for fraction in np.linspace(0, 1, count)]

    def export_way(
        self,
        blend: Blend,
        path: FilePath,
        draw: Draw,
        *,
        frames: int = 24,
        frames_per_second: int = 12,
        resolution: int = 96,
    ) -> None:
        """Write the shapes along a blend's path on a worker; see `write_way`."""
        try:
            latents = self.frames(blend, frames)
        except ModelError as error:
            self._studio.noticed.emit(notice_of(error))
            return

        def work(token: Token) -> None:
            write_way(
                latents,
                self._studio.model(latents[0].model),
                path,
                draw=draw,
                watch=token,
                resolution=resolution,
                frames_per_second=frames_per_second,
            )

        self._studio.write(f"exporting {path.name}", path, work)

    def steer(self, item: ShapeItem, latent: Latent, label: str, gesture: Hashable) -> None:
        """Give a shape another latent while a hand moves."""
        self._studio.apply(edits.set_latent((item.id,), latent, label), gesture)

    def samples(self, gallery: Gallery, count: int) -> list[Latent]:
        """The row of shapes that a gallery shows, without those put aside."""
        space = self.space
        if space is None:
            return []
        try:
            if gallery.around is not None:
                prior = space.prior()
                return prior.around(gallery.around.latent, count, gallery.seed, gallery.spread)
            return space.prior(gallery.kind).sample(count, gallery.seed, gallery.temperature)
        except ModelError as error:
            self._studio.noticed.emit(notice_of(error))
            return []

    # -- private -----------------------------------------------------------------------------

    def _book(self) -> CodeBook:
        if self.space is None:
            raise ModelError("no model with a space of shapes is in the library: add one")
        return self.space.book

    def _path(self, blend: Blend) -> Path:
        if self.space is None or blend.keys[0].latent.model != self.space.model:
            name = blend.keys[0].latent.model
            raise ModelError(
                f"the model '{name}' of this blend is not in the library: the shape stays as it "
                "is; add the model to move it"
            )
        kept = self._kept_path
        if kept is None or kept[0] is not blend.keys or kept[1] != blend.path:
            path = self.space.path([key.latent for key in blend.keys], blend.path)
            kept = self._kept_path = (blend.keys, blend.path, path)
        return kept[2]

    def _item(self, name: str, origin: str, latent: Latent) -> ShapeItem:
        studio = self._studio
        card = next((card for card in studio.models if card.name == latent.model), None)
        seen = Imagined(origin, name=name)
        return ShapeItem(
            studio.new_id(),
            name,
            Source.of(seen),
            seen.frame,
            latent.model,
            threshold=imagined_threshold(0.5 if card is None else card.threshold),
            in_one_piece=True,
            latent=latent,
        )

    def _add(self, item: ShapeItem) -> None:
        taken = {other.name for other in self._studio.document.items}
        if item.name in taken:
            item = replace(item, name=edits.copy_name(item.name, taken))
        add = edits.add_items((item,))
        self._studio.apply(replace(add, label=f"Add {item.name}"))

    def _find_space(self) -> None:
        """The first model with a book; the one that is explored stays if it still is there."""
        read = self._read_book
        if read is None or self._closed:
            return
        names = [card.name for card in self._studio.models]
        shown = self.space

        def work(token: Token) -> tuple[CodeSpace | None]:
            for name in names:
                token.check()
                book = read(name)
                if book is not None and len(book) > 1:
                    same = shown is not None and (shown.model, shown.book.version) == (
                        book.model,
                        book.version,
                    )
                    return (shown if same else CodeSpace.of(book),)
            return (None,)

        self._submit("looking for a space of shapes", work, self._take_space)

    def _take_space(self, outcome: Outcome[str, tuple[CodeSpace | None]]) -> None:
        was_looking, self.is_looking = self.is_looking, False
        if outcome.error is not None:
            self._studio.noticed.emit(notice_of(outcome.error))
        if outcome.result is None or outcome.result[0] is self.space:
            if was_looking:
                self.space_changed.emit(self.space)
        else:
            (self.space,) = outcome.result
            book = None if self.space is None else self.space.book
            self._cache = None if book is None else PictureCache(book, PICTURE_RESOLUTION)
            self._pictures.clear()
            self._wanted.clear()
            self._kept_path = None
            self.space_changed.emit(self.space)

    def _submit(
        self, title: str, work: Callable[[Token], object], take: Callable[[Outcome[str, Any]], None]
    ) -> None:
        if self._lane is None:
            lane = TaskThread if self._has_thread else TasksAtOnce
            self._lane = lane(_say_nothing, "explorer")

        def on_owner(outcome: Outcome[str, Any]) -> None:
            if not self._closed:
                take(outcome)

        self._lane.submit(title, work, lambda done: self._post(lambda: on_owner(done)))

    def _draw_next(self) -> None:
        """Draw one picture, unless somebody waits for a surface."""
        if self._is_drawing or self._closed or not self._wanted or self._studio.is_busy:
            return
        key, latent = self._wanted.popitem(last=False)
        self._is_drawing = True
        self._submit("picture", lambda token: self._drawn(latent, token), self._take(key))

    def _drawn(self, latent: Latent, token: Token) -> Picture:
        from occstudio.extraction.wholeness import extract_imagined  # not before it is needed

        cache = self._cache
        kept = None if cache is None else cache.read(latent)
        if kept is not None:
            return kept
        model = self._studio.model(latent.model)
        try:
            found, _ = extract_imagined(
                model, latent, resolution=PICTURE_RESOLUTION, normals=False, watch=token
            )
        except NoSurfaceError:
            return np.zeros((8, 8, 4), np.uint8)
        picture = picture_of_mesh(found.mesh)
        if cache is not None:
            cache.write(latent, picture)
        return picture

    def _take(self, key: Hashable) -> Callable[[Outcome[str, Picture]], None]:
        def take(outcome: Outcome[str, Picture]) -> None:
            self._is_drawing = False
            if outcome.result is not None:
                self._pictures[key] = outcome.result
                while len(self._pictures) > _KEPT_PICTURES:
                    self._pictures.popitem(last=False)
                self.pictured.emit(key)
            elif outcome.error is not None:
                self._wanted.clear()
                self._studio.noticed.emit(
                    Notice("shapes could not be drawn", str(outcome.error), Severity.WARNING)
                )
            self._draw_next()

        return take


def _say_nothing(stage: str, fraction: float) -> None:
    """Pictures come by themselves."""
