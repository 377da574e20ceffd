"""Surface: how finely, at which probability, and what has come of it."""

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from occstudio.extraction.surface import GREATEST_RESOLUTION
from occstudio.gui.panels.inspector_part import InspectorPart
from occstudio.gui.panels.units import cube, duration, square, stages
from occstudio.gui.theme import Theme
from occstudio.gui.translation import numeral, tr
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.number_field import NumberField
from occstudio.gui.widgets.segmented import Segmented
from occstudio.gui.widgets.switch import Switch
from occstudio.gui.widgets.threshold_plot import ThresholdPlot
from occstudio.studio import edits
from occstudio.studio.document import RESOLUTIONS, ShapeItem
from occstudio.studio.edits import LEAST_THRESHOLD
from occstudio.studio.pipeline import Quality, ShapeResult
from occstudio.studio.studio import Studio

LEAST_RESOLUTION = 16
"""Cells along an axis that can be typed at least."""


class SurfaceSection(InspectorPart):
    """Shows and changes how the surfaces of the selected shapes are made."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(tr("Surface"), "surfaceSection", studio, parent)
        self._resolution = Segmented(
            RESOLUTIONS,
            "resolution",
            tr("Resolution"),
            {value: tr("{value} cells along each side", value=value) for value in RESOLUTIONS},
            self,
        )
        self._cells = NumberField("resolution-number", tr("Resolution, number"), 0, self)
        self._cells.setRange(LEAST_RESOLUTION, GREATEST_RESOLUTION)
        self._cells.setToolTip(tr("Cells along each side of the box: any number"))
        self._threshold = NumberField("threshold-number", tr("Threshold, number"), 3, self)
        self._threshold.setRange(LEAST_THRESHOLD, 1 - LEAST_THRESHOLD)
        self._threshold.setSingleStep(0.01)
        self._threshold.setToolTip(
            tr("Probability from which a place counts as inside: lower is fuller, higher is leaner")
        )
        self._hints = {name: self._hint(name) for name in ("resolution", "threshold")}
        self._plot = ThresholdPlot("threshold-plot", self)
        self._one_piece = Switch(
            tr("In one piece"),
            "in-one-piece",
            tr("Lowers the threshold where a shape would otherwise fall into pieces"),
            self,
        )
        self._refine = Switch(
            tr("Refine vertices"),
            "refine",
            tr("Puts each vertex exactly onto the level set and takes its normal from the field"),
            self,
        )
        self._largest = Switch(
            tr("Keep largest piece"),
            "surface-keep-largest",
            tr("Drops everything that is not connected to the largest piece"),
            self,
        )
        self._facts = FactsTable("result-facts", tr("Facts of the surface"), self)
        self._build()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        """Colour the histogram too."""
        super().set_theme(theme)
        self._plot.set_theme(theme)

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show how an item's surface is wanted, and the last one that was made."""
        self._resolution.set_value(item.resolution)
        for field, value in ((self._cells, item.resolution), (self._threshold, item.threshold)):
            was_blocked = field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(was_blocked)
        self._plot.show_field(None if result is None else result.histogram, item.threshold)
        self._one_piece.set_on(item.in_one_piece)
        self._refine.set_on(item.refines)
        self._largest.set_on(item.finishing.keep_largest)
        self._facts.setVisible(result is not None)
        if result is not None:
            self._facts.show_facts(_facts(item, result))

    # -- private -----------------------------------------------------------------------------

    def _hint(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(f"{name}-hint")
        label.setProperty("role", "hint")
        label.hide()
        return label

    def _build(self) -> None:
        self.rows.addLayout(self._titled(tr("Resolution"), self._cells))
        self.rows.addWidget(self._hints["resolution"])
        self.rows.addWidget(self._resolution)
        self.rows.addSpacing(4)
        self.rows.addLayout(self._titled(tr("Threshold"), self._threshold))
        self.rows.addWidget(self._hints["threshold"])
        self.rows.addWidget(self._plot)
        self.rows.addWidget(self._one_piece)
        self.rows.addWidget(self._refine)
        self.rows.addWidget(self._largest)
        self.rows.addSpacing(4)
        self.rows.addWidget(self._facts)

    def _titled(self, title: str, field: NumberField) -> QHBoxLayout:
        label = QLabel(title, self)
        label.setBuddy(field)
        label.setToolTip(field.toolTip())
        field.setFixedWidth(84)
        line = QHBoxLayout()
        line.addWidget(label, 1)
        line.addWidget(field)
        return line

    def _connect(self) -> None:
        self._resolution.chosen.connect(self._choose_resolution)
        self._cells.valueChanged.connect(lambda value: self._choose_resolution(round(value)))
        self._threshold.valueChanged.connect(self._choose_threshold)
        self._plot.typed.connect(self._choose_threshold)
        self._plot.dragged.connect(lambda value: self._choose_threshold(value, drags=True))
        self._plot.released.connect(self.studio.end_gesture)
        self._one_piece.switched.connect(
            lambda on: self.change(edits.set_in_one_piece(self.ids, on))
        )
        self._refine.switched.connect(lambda on: self.change(edits.set_refine(self.ids, on)))
        self._largest.switched.connect(self._keep_largest)
        for name, field in (("resolution", self._cells), ("threshold", self._threshold)):
            field.held.connect(lambda text, name=name: self._show_hint(name, text))

    def _choose_resolution(self, resolution: int) -> None:
        self.change(edits.set_resolution(self.ids, resolution))

    def _choose_threshold(self, value: float, *, drags: bool = False) -> None:
        self._hints["threshold"].hide()
        self.change(edits.set_threshold(self.ids, value), drags=drags)

    def _keep_largest(self, on: bool) -> None:
        if self.item is not None:
            wanted = replace(self.item.finishing, keep_largest=on)
            label = tr("Keep largest piece") if on else tr("Keep all pieces")
            self.change(edits.set_finishing(self.ids, wanted, label))

    def _show_hint(self, name: str, text: str) -> None:
        self._hints[name].setText(text)
        self._hints[name].setVisible(bool(text))


def _facts(item: ShapeItem, result: ShapeResult) -> list[tuple[str, str]]:
    mesh, facts, unit = result.mesh, result.facts, item.frame.unit
    rows = [
        (tr("Triangles"), numeral(len(mesh.faces), ",")),
        (tr("Vertices"), numeral(len(mesh.vertices), ",")),
    ]
    if facts is None or result.quality is Quality.PREVIEW:
        # The rows stay, so that nothing jumps while the hand moves.
        later = [(name, "…") for name in (tr("Watertight"), tr("Pieces"), tr("Area"), tr("Volume"))]
        return [
            *rows,
            *later,
            (tr("Time"), tr("preview at {resolution}³", resolution=result.resolution)),
        ]
    health = facts.health
    if result.threshold is not None:
        rows.append((tr("Threshold"), tr("{value} in one piece", value=f"{result.threshold:g}")))
    rows.append((tr("Watertight"), tr("✓ yes") if facts.is_watertight else tr("✗ no")))
    rows.append((tr("Pieces"), numeral(health.components, ",")))
    rows.append((tr("Area"), square(facts.area, unit)))
    rows.append(
        (tr("Volume"), cube(facts.volume, unit) if facts.is_watertight else tr("– not closed"))
    )
    total = sum(result.seconds.values())
    return [*rows, (tr("Time"), f"{duration(total)}: {stages(result.seconds)}")]
