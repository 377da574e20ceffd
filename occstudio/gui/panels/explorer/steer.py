"""Steering: the selected shape along axes and named directions, and arithmetic with others."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from occstudio.errors import OccStudioError
from occstudio.gui.panels.explorer.part import ExplorerPart
from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, tr
from occstudio.gui.widgets.axis_row import AxisRow
from occstudio.latents.code_book import CODE, Codes
from occstudio.latents.code_space import CodeSpace
from occstudio.shapes.latent import Latent
from occstudio.studio.document import Document
from occstudio.studio.notice import notice_of
from occstudio.studio.studio import Studio

SPAN = 2.5
"""Sliders go this many standard deviations either way."""

_COLUMNS = 2

END_NAMES = (
    *(marked("lower"), marked("taller"), marked("narrower"), marked("wider")),
    *(marked("shallower"), marked("deeper"), marked("lighter"), marked("more massive")),
    *(marked("thinner parts"), marked("thicker parts"), marked("lower seat")),
    *(marked("higher seat"), marked("lower back"), marked("higher back")),
    *(marked("without arms"), marked("with arms"), marked("closed"), marked("open")),
)
"""What the ends of directions are called, for the languages."""


class SteerPart(ExplorerPart):
    """Rows with a slider each, and the row for A - B + C."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("explorer-steer", studio, theme, parent)
        self._rows: list[AxisRow] = []
        self._moved: dict[int, float] = {}
        self._base: tuple[int, Codes] | None = None
        self._made: Codes | None = None
        self.reset = QPushButton(tr("Reset"), self)
        self.reset.setObjectName("explorer-reset")
        self.reset.setAccessibleName(tr("Reset"))
        self.reset.setToolTip(tr("Bring all sliders back to where the shape was"))
        self.reset.setProperty("role", "small")
        self.hint = QLabel(tr("Select a shape of this space to steer it."), self)
        self.hint.setProperty("role", "small")
        self.terms = tuple(self._term(letter) for letter in "ABC")
        self.combine = QPushButton(tr("Add"), self)
        self.combine.setObjectName("explorer-combine")
        self.combine.setAccessibleName(tr("Add A minus B plus C"))
        self.combine.setToolTip(tr("What A has and B has not, added to C, as a new shape"))
        self.combine.setProperty("role", "small")
        self._body = QWidget(self)
        self._grid = QGridLayout(self._body)
        self._build()
        self.reset.clicked.connect(self._reset)
        self.combine.clicked.connect(self._combine)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        super().set_theme(theme)
        self._want_ends()

    def show_space(self, space: CodeSpace | None) -> None:
        """Other axes."""
        for row in self._rows:
            row.deleteLater()
        self._rows = []
        if space is not None:
            named = [(d.low, d.high, f"direction-{d.attribute}") for d in space.directions]
            axes = [
                (tr("Axis {number}", number=k + 1), "", f"axis-{k}") for k in range(len(space.axes))
            ]
            for number, (low, high, name) in enumerate([*named, *axes]):
                ends = (tr(low), tr(high) if high else "")
                row = AxisRow(*ends, f"explorer-{name}", SPAN, self._body)
                row.dragged.connect(partial(self._steer, number))
                row.released.connect(self.studio.end_gesture)
                self._grid.addWidget(row, number // _COLUMNS, number % _COLUMNS)
                self._rows.append(row)
        self.show_document(self.studio.document)

    def show_document(self, document: Document) -> None:
        """The sliders of the selected shape; they start anew with each other change of it."""
        found = self.current_in_space()
        has_shape = found is not None
        self._body.setEnabled(has_shape)
        self.hint.setVisible(not has_shape)
        self.reset.setEnabled(has_shape and any(self._moved.values()))
        self._show_terms(document)
        if found is None:
            self._base = None
            return
        item, latent = found
        code = latent.arrays[CODE]
        is_ours = self._made is not None and np.array_equal(code, self._made)
        if self._base is None or self._base[0] != item.id or not is_ours:
            self._base, self._made, self._moved = (item.id, code), code, {}
            for row in self._rows:
                row.set_value(0.0)
            self.reset.setEnabled(False)
            self._want_ends()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._want_ends()

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """What an end of a row looks like."""
        number, _, end = name.partition("-")
        if int(number) < len(self._rows):
            self._rows[int(number)].show_end(end == "high", picture)

    # -- private -----------------------------------------------------------------------------

    def _term(self, letter: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"explorer-term-{letter.lower()}")
        box.setAccessibleName(tr("Shape {title}", title=letter))
        box.setToolTip(tr("A shape of the list, for A − B + C"))
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _build(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(4)
        scroll = QScrollArea(self)
        scroll.setObjectName("explorer-steer-scroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._body)
        self._body.setObjectName("explorerBody")
        tools = QHBoxLayout()
        tools.addWidget(self.reset)
        tools.addWidget(self.hint, 1)
        tools.addStretch()
        for sign, box in zip(("", "−", "+"), self.terms, strict=True):
            if sign:
                tools.addWidget(QLabel(sign, self))
            tools.addWidget(box)
        tools.addWidget(self.combine)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(scroll, 1)
        layout.addLayout(tools)

    def _step(self, number: int) -> Codes:
        """The change of a code for one deviation of a row."""
        space = self.space
        assert space is not None
        named = len(space.directions)
        if number < named:
            return space.directions[number].step
        axis = number - named
        return np.asarray(space.axes.deviations[axis] * space.axes.axes[axis], np.float32)

    def _at(self, moved: dict[int, float]) -> Codes:
        assert self._base is not None
        code = self._base[1].copy()
        for number, amount in moved.items():
            code += np.float32(amount) * self._step(number)
        return code

    def _steer(self, number: int, amount: float) -> None:
        if self._base is None or self.space is None:
            return
        self._moved[number] = amount
        code = self._at(self._moved)
        self._made = code
        latent = Latent({CODE: code}, self.space.model)
        self.change_latent(latent, marked("Steer shape"), ("steer", self._base[0]))
        self.reset.setEnabled(True)

    def _reset(self) -> None:
        if self._base is None or self.space is None:
            return
        self._moved = {}
        self._made = self._base[1]
        for row in self._rows:
            row.set_value(0.0)
        self.studio.end_gesture()
        latent = Latent({CODE: self._base[1]}, self.space.model)
        self.change_latent(latent, marked("Reset steering"))

    def _want_ends(self) -> None:
        """What the shape becomes at both ends of each row."""
        self.pictures.drop()
        if self._base is None or self.space is None or not self.isVisible():
            return
        for number, row in enumerate(self._rows):
            row.clear_ends()
            for end, amount in (("low", -SPAN), ("high", SPAN)):
                latent = Latent({CODE: self._at({number: amount})}, self.space.model)
                self.pictures.want({f"{number}-{end}": latent})

    def _show_terms(self, document: Document) -> None:
        held = [(item.name, item.id) for item in document.items if self.exploration.key_of(item)]
        for box in self.terms:
            if [(box.itemText(k), box.itemData(k)) for k in range(box.count())] != held:
                chosen = box.currentData()
                box.clear()
                for name, item_id in held:
                    box.addItem(name, item_id)
                box.setCurrentIndex(max(box.findData(chosen), 0))
        self.combine.setEnabled(len(held) > 1)

    def _combine(self) -> None:
        document, space = self.studio.document, self.space
        items = [document.find(int(box.currentData() or 0)) for box in self.terms]
        keys = [None if item is None else self.exploration.key_of(item) for item in items]
        if space is None or any(key is None for key in keys):
            return
        a, b, c = (key for key in keys if key is not None)
        try:
            latent = space.combined(a.latent, b.latent, c.latent)
        except OccStudioError as error:
            self.studio.noticed.emit(notice_of(error))
            return
        name = f"{a.name} − {b.name} + {c.name}"
        self.exploration.take(latent, name, tr("sum of shapes"))
