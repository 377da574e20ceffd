"""Measure: sizes of the surface, and how near it is to a reference."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from occstudio.gui.panels.inspector_part import InspectorPart
from occstudio.gui.panels.units import cube, sides, square
from occstudio.gui.translation import marked, numeral, tr
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.studio.document import ShapeItem
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.reference import ScoreAnswer, ScoreQuestion
from occstudio.studio.studio import Activity, Studio

MESH_FILTER = marked("Meshes (*.ply *.obj *.off *.stl *.glb *.gltf)")
"""Files that can be a reference."""

_FROM_FILE = "file…"


class MeasureSection(InspectorPart):
    """Measures the surface of the selected shape."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(tr("Measure"), "measureSection", studio, parent, is_open=False)
        self.setAcceptDrops(True)
        self._sizes = FactsTable("sizes", tr("Sizes of the surface"), self)
        self._reference = QComboBox(self)
        self._reference.setObjectName("reference")
        self._reference.setAccessibleName(tr("Reference"))
        self._reference.setToolTip(
            tr(
                "What the surface should be: another shape, or a mesh file, "
                "which can be dropped here"
            )
        )
        self._reference.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._reference.setMinimumContentsLength(8)
        self._compare = QPushButton(tr("Compare"), self)
        self._compare.setObjectName("compare-with-reference")
        self._compare.setAccessibleName(tr("Compare with the reference"))
        self._compare.setProperty("role", "small")
        self._scores = FactsTable("scores", tr("Scores against the reference"), self)
        self._about = QLabel(self)
        self._about.setObjectName("scores-about")
        self._about.setProperty("role", "muted")
        self._about.setWordWrap(True)
        self._progress = QProgressBar(self)
        self._progress.setObjectName("measure-progress")
        self._progress.setAccessibleName(tr("Progress of the comparison"))
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._cancel = QPushButton(tr("Cancel"), self)
        self._cancel.setObjectName("measure-cancel")
        self._cancel.setAccessibleName(tr("Give up the comparison"))
        self._cancel.setToolTip(tr("Gives up the comparison"))
        self._cancel.setProperty("role", "small")
        self._files: list[Path] = []
        self._answer: ScoreAnswer | None = None
        self._build()
        self._connect()
        self._show_state()

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show sizes and what can be compared with; hidden until there is a surface."""
        self.setVisible(result is not None)
        if result is None:
            return
        if result.facts is not None:
            facts, unit = result.facts, item.frame.unit
            rows = [(tr("Size"), sides(facts.size, unit)), (tr("Area"), square(facts.area, unit))]
            if facts.is_watertight:
                rows.append((tr("Volume"), cube(facts.volume, unit)))
            self._sizes.show_facts(rows)
        self._fill(item)
        self._show_state()

    def add_file(self, path: Path) -> None:
        """Offer a mesh file as a reference, and choose it."""
        if path not in self._files:
            self._files.append(path)
        if self.item is not None:
            self._fill(self.item)
        self._reference.setCurrentIndex(self._place_of(path))

    def compare(self) -> None:
        """Measure the surface against what is chosen; a file is asked for if that is chosen."""
        if self._reference.currentData() == _FROM_FILE:
            self._choose_file()
            return
        item, reference = self.item, self._reference_of()
        result = None if item is None else self.studio.result_of(item)
        if item is None or result is None or reference is None:
            return
        name = self._reference.currentText()
        self.studio.inquiries.scores.ask(ScoreQuestion(item.id, result, reference, name))
        self._show_state()

    # -- dropping ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file is a reference here; several are opened by the window."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Compare with the file."""
        event.acceptProposedAction()
        self.add_file(Path(event.mimeData().urls()[0].toLocalFile()))
        self.expand(animate=False)
        self.compare()

    # -- private -----------------------------------------------------------------------------

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._reference, 1)
        line.addWidget(self._compare)
        working = QHBoxLayout()
        working.setSpacing(8)
        working.addWidget(self._progress, 1)
        working.addWidget(self._cancel)
        label = QLabel(tr("Against a reference"), self)
        label.setBuddy(self._reference)
        self.rows.addWidget(self._sizes)
        self.rows.addWidget(label)
        self.rows.addLayout(line)
        self.rows.addLayout(working)
        self.rows.addWidget(self._scores)
        self.rows.addWidget(self._about)

    def _connect(self) -> None:
        scores = self.studio.inquiries.scores
        scores.answered.subscribe(self._take)
        scores.ended.subscribe(self._show_state)
        self.studio.activity_changed.subscribe(self._show_progress)
        self.studio.result_arrived.subscribe(lambda _: self._show_state())
        self._compare.clicked.connect(self.compare)
        self._cancel.clicked.connect(scores.drop)
        self._reference.activated.connect(self._choose)
        self._reference.currentIndexChanged.connect(lambda _: self._show_state())

    def _fill(self, item: ShapeItem) -> None:
        chosen = self._reference.currentData()
        entries: list[tuple[str, object]] = [
            (other.name, other.id) for other in self.studio.document.items if other.id != item.id
        ]
        entries += [(path.name, path) for path in self._files]
        entries.append((tr("Choose a file…"), _FROM_FILE))
        shown = [
            (self._reference.itemText(k), self._reference.itemData(k))
            for k in range(self._reference.count())
        ]
        if shown == entries:
            return
        with QSignalBlocker(self._reference):
            self._reference.clear()
            for text, data in entries:
                self._reference.addItem(text, data)
            # Whoever has not chosen anything yet is offered the first shape.
            place = 0 if chosen == _FROM_FILE else self._place_of(chosen)
            self._reference.setCurrentIndex(max(place, 0))

    def _place_of(self, data: object) -> int:
        places = range(self._reference.count())
        return next((k for k in places if self._reference.itemData(k) == data), -1)

    def _choose(self, place: int) -> None:
        if self._reference.itemData(place) == _FROM_FILE:
            self._choose_file()

    def _choose_file(self) -> None:
        folder = self.studio.settings.folder
        name, _ = QFileDialog.getOpenFileName(
            self.window(), tr("Reference mesh"), folder, f"{tr(MESH_FILTER)};;{tr('All files (*)')}"
        )
        if name:
            self.add_file(Path(name))
            self.compare()

    def _reference_of(self) -> ShapeResult | Path | None:
        data = self._reference.currentData()
        if isinstance(data, Path):
            return data
        other = self.studio.document.find(data) if isinstance(data, int) else None
        return None if other is None else self.studio.result_of(other)

    def _take(self, answer: ScoreAnswer) -> None:
        self._answer = answer
        self._show_state()

    def _show_progress(self, activity: Activity | None) -> None:
        if activity is not None and activity.stage == "measure":
            self._progress.setValue(round(1000 * activity.fraction))

    def _show_state(self) -> None:
        is_busy = self.studio.inquiries.scores.is_busy
        for part in (self._progress, self._cancel):
            part.setVisible(is_busy)
        can = self._reference_of() is not None or self._reference.currentData() == _FROM_FILE
        self._compare.setEnabled(can and not is_busy)
        self._compare.setToolTip(
            tr("IoU, Chamfer-L1, normal consistency and F-score of 100 000 samples")
            if can
            else tr("The reference has no surface yet")
        )
        answer = self._answer
        result = None if self.item is None else self.studio.result_of(self.item)
        is_shown = answer is not None and answer.question.result is result and not is_busy
        self._scores.setVisible(is_shown)
        self._about.setVisible(is_shown)
        if answer is not None and is_shown:
            self._scores.show_facts(score_rows(answer))
            self._about.setText(_about(answer))


def score_rows(answer: ScoreAnswer) -> list[tuple[str, str]]:
    """Scores by name, as the papers give them."""
    scores = answer.scores
    iou = tr("– (not closed)") if answer.iou is None else numeral(answer.iou, ".3f")
    return [
        ("IoU", iou),
        ("Chamfer-L1", numeral(scores.chamfer_l1, ".4f")),
        (tr("Normal consistency"), numeral(scores.normal_consistency, ".3f")),
        (tr("F-score (1 %)"), numeral(scores.f_score, ".3f")),
    ]


def _about(answer: ScoreAnswer) -> str:
    where = tr("where both are") if answer.in_world else tr("each centred and brought to one size")
    return tr(
        "Against “{name}”, {where}. Distances in parts of the reference's longest side.",
        name=answer.question.name,
        where=where,
    )
