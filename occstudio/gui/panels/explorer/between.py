"""Between shapes: two or more of them, a way, and a hand that goes along it."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from occstudio.errors import OccStudioError
from occstudio.gui.panels.explorer.part import ExplorerPart
from occstudio.gui.theme import ICON, Theme, icon
from occstudio.gui.translation import marked, tr
from occstudio.gui.widgets.filmstrip import Filmstrip
from occstudio.gui.widgets.shape_well import ShapeWell
from occstudio.latents.code_space import CodeSpace
from occstudio.latents.paths import PATH_KINDS
from occstudio.shapes.latent import Latent
from occstudio.studio.blend import Blend, BlendKey
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.notice import notice_of
from occstudio.studio.studio import Studio

PATH_NAMES = {
    "linear": marked("Straight"),
    "spherical": marked("On the sphere"),
    "data": marked("Through the data"),
}

PASS_S = 4.0
"""Playing goes from one end to the other in this time."""

_MENU_SHAPES = 12


class BetweenPart(ExplorerPart):
    """Wells, a filmstrip that is a slider, and what is done with the way."""

    export_wanted = Signal()
    """The way should be written to files."""

    catalogue_wanted = Signal()
    """Somebody looks for a shape."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("explorer-between", studio, theme, parent)
        self._chosen: list[BlendKey | None] = [None, None]
        self._awaited: dict[int, frozenset[int]] = {}
        self._strip_of: tuple[tuple[BlendKey, ...], str, int] | None = None
        self._frames: list[Latent] = []
        self._played: tuple[int, float, int] | None = None
        self.wells = (
            ShapeWell("explorer-well-a", "A", theme, self),
            ShapeWell("explorer-well-b", "B", theme, self),
        )
        self.strip = Filmstrip(theme, self)
        self.begin = self._button(
            "explorer-begin",
            tr("Try two at random"),
            "dice-multiple-outline",
            tr("Go from one shape of the catalogue to another like it"),
        )
        self.path = QComboBox(self)
        self.path.setObjectName("explorer-path")
        self.path.setAccessibleName(tr("Path"))
        self.path.setToolTip(
            tr("How to go: straight, on a sphere, or by shapes that exist and are alike")
        )
        for kind in PATH_KINDS:
            self.path.addItem(tr(PATH_NAMES[kind]), kind)
        self.play = self._button("explorer-play", tr("Play"), "play", tr("Go to and fro"))
        self.play.setCheckable(True)
        self.add = self._button(
            "explorer-add-key", tr("Add shape"), "plus", tr("Let the way pass another shape")
        )
        self.remove = self._button(
            "explorer-remove-key",
            tr("Remove"),
            "minus",
            tr("Take the shape nearest to the handle out of the way"),
        )
        self.export = self._button(
            "explorer-export",
            tr("Export…"),
            "export-variant",
            tr("Write the way as meshes, as an animation or as a film"),
        )
        self.where = QLabel(self)
        self.where.setObjectName("explorer-where")
        self.where.setProperty("role", "small")
        # In a narrow panel the words give way, not the buttons.
        self.where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._build()
        self._connect()

    # -- showing -----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        super().set_theme(theme)
        for well in self.wells:
            well.set_theme(theme)
        self.strip.set_theme(theme)
        for button, name in (
            (self.play, "pause" if self.play.isChecked() else "play"),
            (self.add, "plus"),
            (self.remove, "minus"),
            (self.export, "export-variant"),
            (self.begin, "dice-multiple-outline"),
        ):
            button.setIcon(icon(name, theme))
        self._strip_of = None
        self.show_document(self.studio.document)

    def show_space(self, space: CodeSpace | None) -> None:
        """Another space: what was chosen of the last one means nothing."""
        self._chosen = [None, None]
        self._strip_of = None
        self.setEnabled(space is not None)
        self.show_document(self.studio.document)

    def show_document(self, document: Document) -> None:
        """The blend that is selected, or what was chosen for the next one."""
        item = self._blended(document)
        blend = None if item is None else item.blend
        keys: Sequence[BlendKey | None] = self._chosen
        if blend is not None:
            keys = (blend.keys[0], blend.keys[-1])
            self.path.setCurrentIndex(PATH_KINDS.index(blend.path))
            self.strip.set_keys(len(blend.keys))
            self.strip.set_fraction(blend.fraction)
            self.where.setText(self._words(blend))
        else:
            self.where.clear()
            self.strip.set_frames([])
            self._strip_of = None
            if self.play.isChecked():
                self.play.setChecked(False)
        for well, key in zip(self.wells, keys, strict=True):
            if key is None:
                well.clear()
            else:
                well.show_shape(key.name, self.pictures.of(key.latent))
        wanted = {str(k): key.latent for k, key in enumerate(keys) if key is not None}
        self.pictures.want(wanted, first=True)
        self._middle.setCurrentIndex(0 if blend is None else 1)
        for part in (self.strip, self.play, self.export, self.add):
            part.setEnabled(blend is not None)
        self.remove.setEnabled(blend is not None and len(blend.keys) > 2)
        if blend is not None:
            self._show_strip(blend)

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """A picture of a well (``0``, ``1``) or of a frame (``f3``)."""
        del picture  # it is asked for again, with all others
        item = self._blended(self.studio.document)
        if name.startswith("f"):
            if item is not None and item.blend is not None:
                self._fill_strip(item.blend)
            return
        keys = self._chosen if item is None or item.blend is None else item.blend.keys
        ends = (keys[0], keys[-1])
        key = ends[int(name)]
        if key is not None:
            self.wells[int(name)].show_shape(key.name, self.pictures.of(key.latent))

    # -- choosing ----------------------------------------------------------------------------

    def choose(self, place: int, key: BlendKey) -> None:
        """Put a shape at an end (0 or 1); with both there, the way appears."""
        item = self._blended(self.studio.document)
        if item is not None and item.blend is not None:
            keys = list(item.blend.keys)
            keys[0 if place == 0 else -1] = key
            self._change(item, replace(item.blend, keys=tuple(keys)), marked("Choose shape"))
            return
        self._chosen[place] = key
        first, second = self._chosen
        if first is not None and second is not None:
            self._chosen = [None, None]
            path = self.path.currentData()
            self.exploration.blend([first, second], path)
        else:
            self.show_document(self.studio.document)

    def choose_named(self, place: int, name: str) -> None:
        """Put a shape of the catalogue at an end."""
        try:
            self.choose(place, self.exploration.named(name))
        except OccStudioError as error:
            self.studio.noticed.emit(notice_of(error))

    def choose_at_random(self) -> None:
        """A way between two shapes of the catalogue of one class, chairs if there are any."""
        space = self.space
        if space is None:
            return
        book = space.book
        pairs = [kind for kind in book.kinds if len(book.of_kind(kind)) > 1]
        kind = "chair" if "chair" in pairs else next(iter(pairs), "")
        names = [entry.name for entry in book.of_kind(kind)] if kind else list(book.names)
        first, second = random.sample(names, 2)
        self.exploration.blend(
            [self.exploration.named(first), self.exploration.named(second)], self.path.currentData()
        )

    def choose_next(self, name: str) -> None:
        """Put a shape of the catalogue where one is missing, or at the second end."""
        item = self._blended(self.studio.document)
        place = 0 if item is None and self._chosen[0] is None else 1
        self.choose_named(place, name)

    def choose_item(self, place: int, item: ShapeItem) -> None:
        """Put a shape of the list at an end."""
        self.exploration.find_key(item, partial(self.choose, place))

    def open_into(self, place: int, files: list[Path]) -> None:
        """Open a file and put what it shows at an end."""
        self._awaited[place] = frozenset(item.id for item in self.studio.document.items)
        self.studio.open_files(files[:1])

    # -- private -----------------------------------------------------------------------------

    def _button(self, name: str, text: str, sign: str, tip: str) -> QPushButton:
        button = QPushButton(icon(sign, self.theme), text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setProperty("role", "small")
        button.setIconSize(ICON)
        return button

    def _build(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(6)
        for part in (self.path, self.play, self.add, self.remove):
            tools.addWidget(part)
        tools.addSpacing(8)
        tools.addWidget(self.where, 1)
        tools.addWidget(self.export)
        hint = QLabel(tr("Choose two shapes, and what lies between them appears here."), self)
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        empty = QWidget(self)
        lines = QVBoxLayout(empty)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addStretch()
        lines.addWidget(hint)
        lines.addWidget(self.begin, 0, Qt.AlignmentFlag.AlignCenter)
        lines.addStretch()
        self._middle = QStackedLayout()
        self._middle.addWidget(empty)
        self._middle.addWidget(self.strip)
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setHorizontalSpacing(10)
        layout.addWidget(self.wells[0], 0, 0)
        layout.addLayout(self._middle, 0, 1)
        layout.addWidget(self.wells[1], 0, 2)
        layout.addLayout(tools, 1, 0, 1, 3)
        layout.setRowStretch(0, 1)
        layout.setColumnStretch(1, 1)

    def _connect(self) -> None:
        for place, well in enumerate(self.wells):
            menu = QMenu(well)
            menu.aboutToShow.connect(partial(self._fill_menu, menu, place))
            well.setMenu(menu)
            well.named.connect(partial(self.choose_named, place))
            well.files_dropped.connect(partial(self.open_into, place))
        self.strip.dragged.connect(self._slide)
        self.strip.released.connect(self.studio.end_gesture)
        self.path.activated.connect(lambda _: self._change_path())
        self.play.toggled.connect(self._play)
        self.begin.clicked.connect(self.choose_at_random)
        self.add.setMenu(QMenu(self.add))
        self.add.menu().aboutToShow.connect(self._fill_add)
        self.remove.clicked.connect(self._remove_key)
        self.export.clicked.connect(self.export_wanted)
        self._frame.timeout.connect(self._play_on)
        self.studio.result_arrived.subscribe(self._arrived)

    def _blended(self, document: Document) -> ShapeItem | None:
        item = document.current
        return item if item is not None and item.blend is not None else None

    def _words(self, blend: Blend) -> str:
        place = blend.fraction * (len(blend.keys) - 1)
        piece = min(int(place), len(blend.keys) - 2)
        share = round(100 * (place - piece))
        return tr(
            "{first} {rest} %, {second} {share} %",
            first=blend.keys[piece].name,
            rest=100 - share,
            second=blend.keys[piece + 1].name,
            share=share,
        )

    def _show_strip(self, blend: Blend) -> None:
        count = self.strip.frame_count()
        last = self._strip_of
        if last is not None and last[0] is blend.keys and last[1:] == (blend.path, count):
            return
        self._strip_of = (blend.keys, blend.path, count)
        try:
            frames = self.exploration.frames(blend, count)
        except OccStudioError:
            self.strip.set_frames([])
            return
        self._frames = frames
        self.pictures.want({f"f{k}": latent for k, latent in enumerate(frames)}, first=True)
        self._fill_strip(blend)

    def _fill_strip(self, blend: Blend) -> None:
        if self._strip_of is not None and self._strip_of[0] is blend.keys:
            self.strip.set_frames([self.pictures.of(latent) for latent in self._frames])

    def _slide(self, fraction: float) -> None:
        item = self._blended(self.studio.document)
        if item is not None:
            if self.play.isChecked():
                self.play.setChecked(False)
            self.exploration.slide(item.id, fraction, ("slide", item.id))

    def _change(self, item: ShapeItem, blend: Blend, label: str) -> None:
        self.exploration.change_blend(item.id, blend, label)

    def _change_path(self) -> None:
        item = self._blended(self.studio.document)
        if item is not None and item.blend is not None:
            path = str(self.path.currentData())
            self._change(item, replace(item.blend, path=path), marked("Change path"))

    def _add_key(self, key: BlendKey) -> None:
        """After the piece that the handle is in; the handle goes to the new shape."""
        item = self._blended(self.studio.document)
        if item is None or item.blend is None:
            return
        keys = list(item.blend.keys)
        place = min(int(item.blend.fraction * (len(keys) - 1)), len(keys) - 2) + 1
        keys.insert(place, key)
        blend = replace(item.blend, keys=tuple(keys), fraction=place / (len(keys) - 1))
        self._change(item, blend, marked("Add shape to path"))

    def _remove_key(self) -> None:
        item = self._blended(self.studio.document)
        if item is None or item.blend is None or len(item.blend.keys) < 3:
            return
        keys = list(item.blend.keys)
        del keys[round(item.blend.fraction * (len(keys) - 1))]
        blend = replace(item.blend, keys=tuple(keys))
        self._change(item, blend, marked("Remove shape from path"))

    def _fill_menu(self, menu: QMenu, place: int) -> None:
        menu.clear()
        self._offer_shapes(menu, partial(self.choose_item, place))
        menu.addAction(tr("From the &catalogue…")).triggered.connect(self.catalogue_wanted.emit)

    def _fill_add(self) -> None:
        menu = self.add.menu()
        menu.clear()
        self._offer_shapes(menu, lambda item: self.exploration.find_key(item, self._add_key))
        space = self.space
        if space is not None:
            for kind in space.book.kinds:
                sub = menu.addMenu(kind.title())
                for entry in space.book.of_kind(kind)[:40]:
                    action = sub.addAction(entry.title or entry.name)
                    action.triggered.connect(
                        lambda _=False, name=entry.name: self._add_key(self.exploration.named(name))
                    )

    def _offer_shapes(self, menu: QMenu, take: object) -> None:
        shown = [item for item in self.studio.document.items if item.blend is None]
        for item in shown[:_MENU_SHAPES]:
            action = menu.addAction(item.name)
            action.triggered.connect(lambda _=False, item=item: take(item))  # type: ignore[operator]
        if shown:
            menu.addSeparator()

    # -- playing -----------------------------------------------------------------------------

    def _play(self, plays: bool) -> None:
        self.play.setIcon(icon("pause" if plays else "play", self.theme))
        item = self._blended(self.studio.document)
        if plays and item is not None and item.blend is not None:
            start = 0.0 if item.blend.fraction >= 1 else item.blend.fraction
            self._played = (item.id, time.monotonic() - start * PASS_S, 0)
            self._play_on()
        else:
            self._frame.stop()
            if self._played is not None:
                self._played = None
                self.studio.end_gesture()

    def _play_on(self) -> None:
        """The next frame; it is asked for when the last one has arrived."""
        item = self._blended(self.studio.document)
        if self._played is None or item is None or item.id != self._played[0]:
            self.play.setChecked(False)
            return
        passed = (time.monotonic() - self._played[1]) / PASS_S
        there = passed % 2
        self.exploration.slide(item.id, 2 - there if there > 1 else there, ("play", item.id))
        self._frame.start(400)  # in case nothing arrives: the same place, or a failure

    def _arrived(self, item_id: int) -> None:
        if self._played is not None and item_id == self._played[0]:
            self._frame.start(0)
        for place, before in list(self._awaited.items()):
            item = self.studio.document.find(item_id)
            if item is not None and item_id not in before:
                del self._awaited[place]
                self.choose_item(place, item)
