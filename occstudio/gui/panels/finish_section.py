"""Finish: what is done to the surface after extraction, live, without asking the network again."""

import math
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from occstudio.finishing.finishing import PLAIN, Finishing
from occstudio.gui.panels.inspector_part import InspectorPart, key_label
from occstudio.gui.panels.units import length
from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, numeral, tr, trn
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.number_slider import NumberSlider
from occstudio.gui.widgets.swatch import Swatch
from occstudio.gui.widgets.switch import Switch
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem
from occstudio.studio.inquiries import WallAnswer, WallQuestion
from occstudio.studio.mesh_facts import MeshFacts
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.studio import Studio

LEAST_FACES = 100
"""Triangles that the slider goes down to."""

MOST_ROUNDS = 50
"""Of smoothing."""

COLOURINGS = {
    "": marked("One colour"),
    "normal": marked("By normal"),
    "height": marked("By height"),
    "photo": marked("By the photo"),
}
"""Colourings as a person calls them."""


class FinishSection(InspectorPart):
    """Shows and changes how the surfaces of the selected shapes are finished."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(tr("Finish"), "finishSection", studio, parent)
        self._theme: Theme | None = None
        self._smooth = NumberSlider(
            tr("Smooth"),
            "smooth",
            tr("Rounds of Taubin smoothing: noise goes, the volume stays"),
            self,
            span=(0, MOST_ROUNDS),
            decimals=0,
        )
        self._simplify = NumberSlider(
            tr("Triangles"),
            "simplify",
            tr(
                "Simplify to this many triangles, keeping a closed surface closed; "
                "at the right end all are kept"
            ),
            self,
            span=(LEAST_FACES, 1000),
            decimals=0,
            is_log=True,
        )
        self._pieces = NumberSlider(
            tr("Remove small pieces"),
            "pieces",
            tr("Drops pieces with fewer triangles than this part of the largest one's"),
            self,
            span=(0, 100),
            decimals=1,
            suffix=" %",
        )
        self._holes = Switch(
            tr("Fill holes"), "fill-holes", tr("Closes each hole with a fan of triangles"), self
        )
        self._colouring = QComboBox(self)
        self._colouring.setObjectName("colouring")
        self._colouring.setAccessibleName(tr("Colour of the surface"))
        self._colouring.setToolTip(tr("How the surface is coloured, here and in exported files"))
        for value, label in COLOURINGS.items():
            if value != "photo":
                self._colouring.addItem(tr(label), value)
        self._swatch = Swatch("surface-color", tr("Colour: click to choose another"), self)
        self._note = QLabel(self)
        self._note.setObjectName("finish-note")
        self._note.setProperty("role", "hint")
        self._note.setWordWrap(True)
        self._health = FactsTable("mesh-health", tr("Mesh health"), self)
        self._walls = self._button("walls", tr("Measure walls"))
        self._walls.setToolTip(tr("How thin the thinnest walls are: all but 2 % are thicker"))
        self._reset = self._button("finish-reset", tr("Leave as extracted"))
        self._reset.setToolTip(tr("Undoes all finishing at once"))
        self._wall: WallAnswer | None = None
        self._build()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        """Colour the swatch too."""
        super().set_theme(theme)
        self._theme = theme
        if self.item is not None:
            self._swatch.set_color(self.item.color or theme.clay)

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show an item's finishing; hidden until there is a surface to finish."""
        self.setVisible(result is not None)
        if result is None:
            return
        wanted = item.finishing
        self._smooth.set_value(wanted.smooth_iterations)
        most = max(result.extracted_faces, LEAST_FACES + 1)
        if result.facts is not None or wanted.target_faces is None:
            least = min(LEAST_FACES, wanted.target_faces or LEAST_FACES)
            self._simplify.set_span(least, most)
        self._simplify.set_value(wanted.target_faces or most)
        self._pieces.set_value(100 * wanted.least_piece)
        self._pieces.setEnabled(not wanted.keep_largest)
        with QSignalBlocker(self._colouring):
            self._offer_photo(result.reading is not None)
            self._colouring.setCurrentIndex(max(self._colouring.findData(wanted.colouring), 0))
        self._swatch.setVisible(self._colouring.currentIndex() == 0)
        if self._theme is not None:
            self._swatch.set_color(item.color or self._theme.clay)
        self._note.setVisible(bool(result.notes))
        self._note.setText(" ".join(f"{note[:1].upper()}{note[1:]}." for note in result.notes))
        self._reset.setVisible(wanted not in (PLAIN, Finishing(colouring="photo")))
        is_open = result.facts is not None and result.facts.health.boundary_edges > 0
        self._holes.setVisible(wanted.fills_holes or is_open)
        self._holes.set_on(wanted.fills_holes)
        self._show_health(item, result)

    # -- private -----------------------------------------------------------------------------

    def _offer_photo(self, wanted: bool) -> None:
        """Colours by the photo only where there is one whose camera is known."""
        place = self._colouring.findData("photo")
        if wanted and place < 0:
            self._colouring.addItem(tr(COLOURINGS["photo"]), "photo")
        elif not wanted and place >= 0:
            self._colouring.removeItem(place)

    def _show_health(self, item: ShapeItem, result: ShapeResult) -> None:
        if result.facts is None:
            return  # a preview: what is shown is soon true again
        rows = health_rows(result.facts)
        is_measured = self._wall is not None and self._wall.question.result is result
        if is_measured and self._wall is not None:
            thick = self._wall.thickness
            said = length(thick, item.frame.unit) if math.isfinite(thick) else tr("no other side")
            rows.append((tr("Thinnest walls"), said))
        self._health.show_facts(rows)
        self._walls.setVisible(result.facts.is_watertight and not is_measured)

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setProperty("role", "small")
        return button

    def _build(self) -> None:
        colour = QHBoxLayout()
        label = key_label(tr("Colour"), self)
        label.setBuddy(self._colouring)
        colour.addWidget(label)
        colour.addStretch()
        colour.addWidget(self._swatch)
        colour.addWidget(self._colouring)
        for part in (self._smooth, self._simplify, self._note, self._pieces, self._holes):
            self.rows.addWidget(part)
        self.rows.addLayout(colour)
        title = QLabel(tr("Mesh health"), self)
        self.rows.addSpacing(4)
        self.rows.addWidget(title)
        self.rows.addWidget(self._health)
        buttons = QHBoxLayout()
        buttons.addWidget(self._walls)
        buttons.addStretch()
        buttons.addWidget(self._reset)
        self.rows.addLayout(buttons)

    def _connect(self) -> None:
        for part, put in (
            (self._smooth, self._set_smooth),
            (self._simplify, self._set_faces),
            (self._pieces, self._set_pieces),
        ):
            part.dragged.connect(lambda value, put=put: put(value, drags=True))
            part.typed.connect(put)
            part.released.connect(self.studio.end_gesture)
        self._holes.switched.connect(
            lambda on: self._put(tr("Fill holes") if on else tr("Leave holes"), fills_holes=on)
        )
        self._colouring.currentIndexChanged.connect(
            lambda _: self._put(tr("Colour surface"), colouring=str(self._colouring.currentData()))
        )
        self._swatch.clicked.connect(self._choose_color)
        self._reset.clicked.connect(
            lambda: self.change(edits.set_finishing(self.ids, PLAIN, "Leave as extracted"))
        )
        self._walls.clicked.connect(self._ask_walls)
        self.studio.inquiries.walls.answered.subscribe(self._take_walls)

    def _set_smooth(self, value: float, *, drags: bool = False) -> None:
        self._put(
            trn("Smooth {count} round", "Smooth {count} rounds", round(value)),
            drags=drags,
            smooth_iterations=round(value),
        )

    def _set_faces(self, value: float, *, drags: bool = False) -> None:
        result = None if self.item is None else self.studio.result_of(self.item)
        most = 0 if result is None else result.extracted_faces
        target = None if value >= most else round(value)
        label = (
            tr("Keep all triangles")
            if target is None
            else tr("Simplify to {target:,}", target=target)
        )
        self._put(label, drags=drags, target_faces=target)

    def _set_pieces(self, value: float, *, drags: bool = False) -> None:
        self._put(tr("Remove small pieces"), drags=drags, least_piece=value / 100)

    def _put(self, label: str, *, drags: bool = False, **changes: object) -> None:
        if self.item is not None:
            wanted: Finishing = replace(self.item.finishing, **changes)  # type: ignore[arg-type]
            self.change(edits.set_finishing(self.ids, wanted, label), drags=drags)

    def _choose_color(self) -> None:
        if self.item is None or self._theme is None:
            return
        now = QColor(self.item.color or self._theme.clay)
        chosen = QColorDialog.getColor(now, self.window(), tr("Colour of the surface"))
        if chosen.isValid():
            self.change(edits.set_color(self.ids, chosen.name()))

    def _ask_walls(self) -> None:
        result = None if self.item is None else self.studio.result_of(self.item)
        if self.item is not None and result is not None:
            self.studio.inquiries.walls.ask(WallQuestion(self.item.id, result))

    def _take_walls(self, answer: WallAnswer) -> None:
        self._wall = answer
        item = self.item
        result = None if item is None else self.studio.result_of(item)
        if item is not None and result is not None:
            self._show_health(item, result)


def health_rows(facts: MeshFacts) -> list[tuple[str, str]]:
    """What a mesh's soundness is, by name."""
    health = facts.health
    closed = (
        tr("✓ yes")
        if health.is_watertight
        else trn("✗ {count:,} open edge", "✗ {count:,} open edges", health.boundary_edges)
    )
    manifold = (
        tr("✓ yes")
        if not health.faulty_edges
        else trn("✗ {count:,} faulty edge", "✗ {count:,} faulty edges", health.faulty_edges)
    )
    return [
        (tr("Watertight"), closed),
        (tr("Manifold"), manifold),
        (tr("Pieces"), numeral(health.components, ",")),
        (tr("Handles (genus)"), "–" if health.genus is None else numeral(health.genus, ",")),
    ]
