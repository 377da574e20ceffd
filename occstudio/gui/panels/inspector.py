"""The inspector: what came in, how its surface is wanted, and what has come of it."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.theme import Theme
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.notice_card import NoticeCard
from occstudio.gui.widgets.number_slider import NumberSlider
from occstudio.gui.widgets.section import Section
from occstudio.gui.widgets.segmented import Segmented
from occstudio.shapes.image import Image
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import RESOLUTIONS, Document, ShapeItem
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import Quality, ShapeResult
from occstudio.studio.studio import Studio

UP_LABELS = {
    "+y": "Y up",
    "+z": "Z up",
    "+x": "X up",
    "-y": "Y down",
    "-z": "Z down",
    "-x": "X down",
}
"""World axes as a person calls them."""


class InspectorPanel(QWidget):
    """Shows and changes the selected shapes.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    theme : Theme
        Colours of the icons.
    """

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspectorBody")
        self.setAccessibleName("Inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._studio, self._theme = studio, theme
        self._card = NoticeCard(self._remedy, self)
        self._input = FactsTable("input-facts", "Facts of the input", self)
        self._up = QComboBox(self)
        self._resolution = Segmented(
            RESOLUTIONS,
            "resolution",
            "Resolution",
            {value: f"{value} cells along each side" for value in RESOLUTIONS},
            self,
        )
        self._threshold = NumberSlider(
            "Threshold",
            "threshold",
            "Probability from which a place counts as inside: lower is fuller, higher is leaner",
            self,
        )
        self._result = FactsTable("result-facts", "Facts of the surface", self)
        self._sections = (
            Section("INPUT", "inputSection", self._input_part(), self),
            Section("SURFACE", "surfaceSection", self._surface_part(), self),
            Section("RESULT", "resultSection", self._result, self),
        )
        self._empty = QLabel("Select a shape to see\nand change how it is made.", self)
        self._build()
        self._connect()
        self.set_theme(theme)
        self.show_document(studio.document)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self._theme = theme
        for section in self._sections:
            section.set_theme(theme)
        self._show_failure(self._studio.document)

    def show_document(self, document: Document) -> None:
        """Show the selected item."""
        item = document.current
        self._empty.setVisible(item is None)
        for section in self._sections:
            section.setVisible(item is not None)
        self._show_failure(document)
        if item is None:
            return
        self._input.show_facts(_input_facts(item))
        self._resolution.set_value(item.resolution)
        self._threshold.set_value(item.threshold)
        with QSignalBlocker(self._up):
            self._up.setCurrentIndex(self._up.findData(item.frame.up))
        self._show_result(item)

    # -- private -----------------------------------------------------------------------------

    def _show_failure(self, document: Document) -> None:
        item = document.current
        failure = self._studio.failures.get(item.id) if item is not None else None
        self._card.show_notice(failure, self._theme)

    def _show_result(self, item: ShapeItem) -> None:
        result = self._studio.result_of(item)
        self._result.show_facts(_result_facts(item, result))
        self._sections[2].setVisible(result is not None)

    def _input_part(self) -> QWidget:
        part = QWidget(self)
        layout = QVBoxLayout(part)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._input)
        self._up.setObjectName("up-axis")
        self._up.setAccessibleName("Up axis")
        self._up.setToolTip("Which axis of the file points up: change it if the shape lies down")
        for axis, label in UP_LABELS.items():
            self._up.addItem(label, axis)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        label = QLabel("Up axis", part)
        label.setProperty("role", "key")
        label.setBuddy(self._up)
        form.addRow(label, self._up)
        layout.addLayout(form)
        return part

    def _surface_part(self) -> QWidget:
        part = QWidget(self)
        layout = QVBoxLayout(part)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(QLabel("Resolution", part))
        layout.addWidget(self._resolution)
        layout.addSpacing(6)
        layout.addWidget(self._threshold)
        return part

    def _build(self) -> None:
        body = QWidget(self)
        body.setObjectName("inspectorBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(14)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._empty)
        layout.addWidget(self._card)
        for section in self._sections:
            layout.addWidget(section)
        layout.addStretch()
        scroll = QScrollArea(self)
        scroll.setObjectName("inspector-scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _connect(self) -> None:
        self._studio.changed.subscribe(lambda _, new: self.show_document(new))
        self._studio.result_arrived.subscribe(self._result_arrived)
        self._resolution.chosen.connect(self._choose_resolution)
        self._threshold.dragged.connect(lambda value: self._choose_threshold(value, "drag"))
        self._threshold.typed.connect(lambda value: self._choose_threshold(value, None))
        self._threshold.released.connect(self._studio.end_gesture)
        self._up.currentIndexChanged.connect(self._choose_up)

    def _result_arrived(self, item_id: int) -> None:
        current = self._studio.document.current
        if current is not None and current.id == item_id:
            self._show_result(current)
            self._show_failure(self._studio.document)

    def _choose_resolution(self, resolution: int) -> None:
        self._studio.apply(edits.set_resolution(self._studio.document.selection, resolution))

    def _choose_threshold(self, value: float, gesture: str | None) -> None:
        ids = self._studio.document.selection
        self._studio.apply(
            edits.set_threshold(ids, value), None if gesture is None else (gesture, ids)
        )

    def _choose_up(self) -> None:
        ids = self._studio.document.selection
        self._studio.apply(edits.set_up(ids, str(self._up.currentData())))

    def _remedy(self, notice: Notice) -> None:
        if notice.remedy is not None:
            self._studio.apply(notice.remedy)


def _input_facts(item: ShapeItem) -> list[tuple[str, str]]:
    seen = item.source.observation
    facts = [("Input", seen.summary)]
    if not isinstance(seen, Image):
        facts.append(("Longest side", _length(1 / item.frame.scale, item.frame.unit)))
    if isinstance(seen, PointCloud):
        found = (("normals", seen.normals), ("colours", seen.colors))
        if has := [name for name, value in found if value is not None]:
            facts.append(("With", " and ".join(has)))
    facts += [("Note", note) for note in item.source.notes]
    return facts


def _result_facts(item: ShapeItem, result: ShapeResult | None) -> list[tuple[str, str]]:
    if result is None:
        return []
    mesh, unit = result.mesh, item.frame.unit
    facts = [("Triangles", f"{len(mesh.faces):,}"), ("Vertices", f"{len(mesh.vertices):,}")]
    if result.quality is Quality.PREVIEW or result.facts is None:
        return [*facts, ("Quality", f"preview at {result.resolution}³")]
    size = " × ".join(f"{side:.3g}" for side in result.facts.size)
    closed = "✓ yes" if result.facts.is_watertight else "✗ no, it leaves the box"
    facts += [("Watertight", closed), ("Size", f"{size} {unit}".strip())]
    facts.append(("Area", f"{result.facts.area:.4g} {unit and unit + '²'}".strip()))
    if result.facts.is_watertight:
        facts.append(("Volume", f"{result.facts.volume:.4g} {unit and unit + '³'}".strip()))
    return facts


def _length(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()
