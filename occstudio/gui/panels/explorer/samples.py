"""New shapes: a row of samples that nobody made, to keep, to discard, or to ask for more like."""

from dataclasses import replace
from functools import partial

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.panels.explorer.part import ExplorerPart
from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, tr
from occstudio.gui.widgets.number_slider import NumberSlider
from occstudio.gui.widgets.picture_grid import GridEntry, PictureGrid
from occstudio.latents.code_space import CodeSpace
from occstudio.shapes.latent import Latent
from occstudio.studio import edits
from occstudio.studio.blend import BlendKey, Gallery
from occstudio.studio.document import Document
from occstudio.studio.studio import Studio

SAMPLES = 32
"""As many are drawn of one seed."""

_MOST_SEEDS = 999_999


class SamplesPart(ExplorerPart):
    """A gallery with its seed, temperature and class."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("explorer-samples", studio, theme, parent)
        self._shown: Gallery | None = None
        self._latents: dict[str, Latent] = {}
        self.kind = QComboBox(self)
        self.kind.setObjectName("explorer-sample-kind")
        self.kind.setAccessibleName(tr("Class of new shapes"))
        self.kind.setToolTip(tr("Draw shapes of one class, or of all"))
        self.seed = QSpinBox(self)
        self.seed.setObjectName("explorer-seed")
        self.seed.setAccessibleName(tr("Seed"))
        self.seed.setToolTip(tr("The same seed draws the same shapes"))
        self.seed.setRange(0, _MOST_SEEDS)
        self.seed.setPrefix(tr("Seed") + " ")
        self.seed.setKeyboardTracking(False)
        self.warmth = NumberSlider(
            tr("Temperature"),
            "explorer-temperature",
            tr("Low: ordinary shapes; high: bold ones"),
            self,
            span=(0.0, 2.0),
            decimals=2,
        )
        self.again = self._button(
            "explorer-again", tr("New shapes"), tr("Draw other shapes (another seed)")
        )
        self.keep = self._button("explorer-keep", tr("Keep"), tr("Add this shape to the scene"))
        self.discard = self._button(
            "explorer-discard", tr("Discard"), tr("Put this shape aside; undo brings it back")
        )
        self.more = self._button(
            "explorer-more", tr("More like this"), tr("Show shapes near the chosen one")
        )
        self.everything = self._button(
            "explorer-everything", tr("All shapes"), tr("Draw from everywhere again")
        )
        self.spread = NumberSlider(
            tr("Spread"),
            "explorer-spread",
            tr("Low: almost the same shape; high: others of its neighbourhood"),
            self,
            span=(0.0, 1.0),
            decimals=2,
        )
        self.grid = PictureGrid(
            "explorer-samples-grid",
            tr("New shapes"),
            tr("Double-click keeps a shape"),
            theme,
            self,
        )
        self._build()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        super().set_theme(theme)
        self.grid.set_theme(theme)

    def show_space(self, space: CodeSpace | None) -> None:
        """Another space."""
        self.kind.clear()
        self.kind.addItem(tr("All classes"), "")
        for kind in [] if space is None else space.book.kinds:
            self.kind.addItem(kind.title(), kind)
        self._shown = None
        self.show_document(self.studio.document)

    def show_document(self, document: Document) -> None:
        """The gallery of the document."""
        gallery = document.gallery
        blocked = self.seed.blockSignals(True)
        self.seed.setValue(gallery.seed)
        self.seed.blockSignals(blocked)
        is_near = gallery.around is not None
        self.warmth.set_value(gallery.temperature)
        self.warmth.setVisible(not is_near)
        self.spread.set_value(gallery.spread)
        self.spread.setVisible(is_near)
        self.kind.setCurrentIndex(max(self.kind.findData(gallery.kind), 0))
        self.kind.setEnabled(not is_near)
        self.everything.setVisible(is_near)
        around = gallery.around
        self.spread.setToolTip(
            "" if around is None else tr("Shapes like “{name}”", name=around.name)
        )
        if self._shown != gallery and self.space is not None:
            self._shown = gallery
            self._show_samples(gallery)
        self._show_choice(self.grid.current_name())

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """A picture has come."""
        self.grid.show_picture(name, picture)

    # -- private -----------------------------------------------------------------------------

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setProperty("role", "small")
        return button

    def _build(self) -> None:
        side = QWidget(self)
        tools = QVBoxLayout(side)
        tools.setContentsMargins(0, 0, 8, 0)
        tools.setSpacing(6)
        tools.addWidget(self.kind)
        row = QHBoxLayout()
        row.addWidget(self.again, 1)
        row.addWidget(self.seed)
        tools.addLayout(row)
        tools.addWidget(self.warmth)
        tools.addWidget(self.spread)
        row = QHBoxLayout()
        row.addWidget(self.keep, 1)
        row.addWidget(self.discard, 1)
        tools.addLayout(row)
        row = QHBoxLayout()
        row.addWidget(self.more, 1)
        row.addWidget(self.everything, 1)
        tools.addLayout(row)
        tools.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.scrolled(side, 222))
        layout.addWidget(self.grid, 1)

    def _connect(self) -> None:
        self.kind.activated.connect(
            lambda _: self._change(marked("Class of samples"), kind=self.kind.currentData())
        )
        self.seed.valueChanged.connect(lambda seed: self._change(marked("New samples"), seed=seed))
        self.again.clicked.connect(
            lambda: self._change(
                marked("New samples"), seed=(self._gallery.seed + 1) % (_MOST_SEEDS + 1)
            )
        )
        for slider, name, label in (
            (self.warmth, "temperature", marked("Temperature")),
            (self.spread, "spread", marked("Spread of samples")),
        ):
            slider.dragged.connect(partial(self._set, name, label, name))
            slider.typed.connect(partial(self._set, name, label, None))
            slider.released.connect(self.studio.end_gesture)
        self.grid.taken.connect(self._keep)
        self.keep.clicked.connect(lambda: self._keep(self.grid.current_name()))
        self.discard.clicked.connect(self._discard)
        self.more.clicked.connect(self._more)
        self.everything.clicked.connect(
            lambda: self._change(marked("Samples from everywhere"), around=None)
        )
        self.grid.chosen.connect(self._show_choice)
        self.grid.wanted.connect(self._want)

    @property
    def _gallery(self) -> Gallery:
        return self.studio.document.gallery

    def _change(self, label: str, gesture: object | None = None, **entries: object) -> None:
        gallery = replace(self._gallery, discarded=(), **entries)  # type: ignore[arg-type]
        self.studio.apply(edits.set_gallery(gallery, label), gesture)

    def _set(self, name: str, label: str, gesture: object | None, value: float) -> None:
        self._change(label, gesture, **{name: value})

    def _show_samples(self, gallery: Gallery) -> None:
        self.pictures.drop()
        latents = self.exploration.samples(gallery, SAMPLES)
        kept = [k for k in range(len(latents)) if k not in gallery.discarded]
        # Named by what they are, so that other settings never show each other's pictures.
        stem = hash((gallery.seed, gallery.temperature, gallery.kind, gallery.spread))
        stem = f"{stem}-{id(gallery.around)}"
        self._latents = {f"{stem}-{k}": latents[k] for k in kept}
        self.grid.show_entries(
            [
                GridEntry(
                    name,
                    str(k + 1),
                    self._origin(k, gallery),
                )
                for name, k in zip(self._latents, kept, strict=True)
            ]
        )

    def _origin(self, number: int, gallery: Gallery) -> str:
        return tr("Sample {number} of seed {seed}", number=number + 1, seed=gallery.seed)

    def _want(self, names: list[str]) -> None:
        there = {name: self._latents[name] for name in names if name in self._latents}
        self.pictures.want(there)

    def _keep(self, name: str) -> None:
        latent = self._latents.get(name)
        if latent is not None:
            number = int(name.rpartition("-")[2])
            title = tr("Sample {number}", number=number + 1)
            self.exploration.take(latent, title, self._origin(number, self._gallery))

    def _discard(self) -> None:
        name = self.grid.current_name()
        if name in self._latents:
            number = int(name.rpartition("-")[2])
            gallery = self._gallery
            aside = replace(gallery, discarded=(*gallery.discarded, number))
            self.studio.apply(edits.set_gallery(aside, marked("Discard sample")))

    def _more(self) -> None:
        """Near the chosen sample, or near the selected shape if none is chosen."""
        name = self.grid.current_name()
        key: BlendKey | None = None
        if name in self._latents:
            number = int(name.rpartition("-")[2]) + 1
            key = BlendKey(tr("Sample {number}", number=number), self._latents[name])
        elif self.studio.document.current is not None:
            key = self.exploration.key_of(self.studio.document.current)
        if key is not None:
            self._change(marked("More like this"), around=key)

    def _show_choice(self, name: str) -> None:
        is_sample = name in self._latents
        self.keep.setEnabled(is_sample)
        self.discard.setEnabled(is_sample)
        self.more.setEnabled(is_sample or self.current_in_space() is not None)
