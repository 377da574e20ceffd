"""Everything that is known of a model, and what had to be assumed of it, to be corrected."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.translation import marked, numeral, tr
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.model_tile import KINDS
from occstudio.gui.widgets.number_field import NumberField
from occstudio.shapes.model_card import ModelCard
from occstudio.studio.model_files import ModelFiles, assumed_values, choices_of, size_text

_MOST = 1_000_000.0

_SCORES = {
    "iou": "IoU",
    "chamfer_l1": "Chamfer-L1",
    "f_score": "F-score",
    "normal_consistency": marked("Normal consistency"),
}


class ModelDetails(QDialog):
    """Shows a card; what was assumed of one's own model can be changed.

    Parameters
    ----------
    card : ModelCard
        Of the model.
    files : ModelFiles, optional
        Where it lies.
    """

    changed = Signal(str, dict)
    """The model's name, and hyper-parameters by dotted name that a person has corrected."""

    def __init__(
        self, card: ModelCard, files: ModelFiles | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("modelDetails")
        self.setWindowTitle(tr("Model {name}", name=card.name))
        self.resize(520, 560)
        self._card = card
        self._values = assumed_values(card)
        self._fields: dict[str, QWidget] = {}
        can_change = files is not None and files.is_own
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(14)
        title = QLabel(card.title or card.name, self)
        title.setProperty("role", "title")
        title.setWordWrap(True)
        layout.addWidget(title)
        body = QWidget(self)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(12)
        facts = FactsTable("model-facts", tr("Facts of the model"), body)
        facts.show_facts(_facts(card, files))
        inner.addWidget(facts)
        if self._values:
            inner.addWidget(self._assumed(body, can_change))
        parameters = FactsTable("model-parameters", tr("Hyper-parameters of the model"), body)
        parameters.show_facts(_flat(card))
        heading = QLabel(tr("Hyper-parameters").upper(), body)
        heading.setProperty("role", "heading")
        inner.addWidget(heading)
        inner.addWidget(parameters)
        inner.addStretch()
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        layout.addWidget(scroll, 1)
        buttons = QDialogButtonBox(self)
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setObjectName("modelDetails-close")
        close.setAccessibleName(tr("Close"))
        close.setToolTip(tr("Close (Esc)"))
        self._apply = buttons.addButton(tr("Apply"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._apply.setObjectName("modelDetails-apply")
        self._apply.setAccessibleName(tr("Apply"))
        self._apply.setProperty("role", "primary")
        self._apply.setVisible(can_change and bool(self._values))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self._show_changes()

    def changes(self) -> dict[str, object]:
        """Hyper-parameters that were corrected."""
        now = {name: self._value(name) for name in self._fields}
        return {name: value for name, value in now.items() if value != self._values[name]}

    # -- private -----------------------------------------------------------------------------

    def _assumed(self, body: QWidget, can_change: bool) -> QWidget:
        part = QWidget(body)
        form = QFormLayout(part)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        heading = QLabel(tr("Assumed, since the file does not say").upper(), part)
        heading.setProperty("role", "heading")
        form.addRow(heading)
        for name, value in self._values.items():
            field = self._field(name, value, part)
            field.setObjectName(f"assumed-{name}")
            field.setAccessibleName(name)
            field.setToolTip(
                tr("{name}: correct it if you know how the network was trained", name=name)
                if can_change
                else tr("A model that ships can't be changed")
            )
            field.setEnabled(can_change)
            self._fields[name] = field
            form.addRow(_spaced(name), field)
        return part

    def _field(self, name: str, value: object, parent: QWidget) -> QWidget:
        choices = choices_of(name, value)
        if isinstance(value, bool) or choices:
            combo = QComboBox(parent)
            for choice in (True, False) if isinstance(value, bool) else choices:
                combo.addItem(str(choice).lower() if isinstance(choice, bool) else choice, choice)
            combo.setCurrentIndex(combo.findData(value))
            combo.currentIndexChanged.connect(lambda _: self._show_changes())
            return combo
        if isinstance(value, int | float):
            number = NumberField(name, name, 0 if isinstance(value, int) else 6, parent)
            number.setRange(0 if value >= 0 else -_MOST, _MOST)
            number.setValue(float(value))
            number.valueChanged.connect(lambda _: self._show_changes())
            return number
        line = QLineEdit("" if value is None else str(value), parent)
        line.textChanged.connect(lambda _: self._show_changes())
        return line

    def _value(self, name: str) -> object:
        field, before = self._fields[name], self._values[name]
        if isinstance(field, QComboBox):
            return field.currentData()
        if isinstance(field, NumberField):
            value = field.value()
            if isinstance(before, int):
                return round(value)
            return before if abs(value - float(str(before))) < 5e-7 else value
        text = field.text().strip() if isinstance(field, QLineEdit) else ""
        return _read(text, before)

    def _show_changes(self) -> None:
        self._apply.setEnabled(bool(self.changes()))
        self._apply.setToolTip(
            tr("Tries the model with these, and keeps them if the weights fit")
            if self._apply.isEnabled()
            else tr("Nothing has been changed")
        )

    def _accept(self) -> None:
        self.changed.emit(self._card.name, self.changes())
        self.accept()


def _read(text: str, before: object) -> object:
    """What a line of text means: lists and numbers as YAML has them."""
    import yaml

    if text == ("" if before is None else str(before)):
        return before
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _facts(card: ModelCard, files: ModelFiles | None) -> list[tuple[str, str]]:
    spec = card.input_spec
    takes = tr(KINDS.get(card.input_kind, (card.input_kind, ""))[0])
    if spec.kind == "points":
        takes = (
            tr("{points:,} points", points=spec.points)
            if spec.is_drawn
            else tr("about {points:,} points", points=spec.points)
        )
    elif spec.resolution:
        takes = tr("{takes}, {resolution} along each side", takes=takes, resolution=spec.resolution)
    rows = [
        (tr("Name"), card.name),
        (tr("Family"), card.family),
        (tr("Takes"), takes),
        (tr("Threshold"), numeral(card.threshold, "g")),
        *(
            (tr(_SCORES.get(name, name)), numeral(value, ".3f"))
            for name, value in card.scores.items()
        ),
        (tr("Training data"), card.training_data),
        (tr("Licence"), card.licence),
    ]
    if files is not None:
        rows += [(tr("On disk"), size_text(files.size)), (tr("Folder"), _breakable(files.folder))]
    return [(name, value) for name, value in rows if value]


def _flat(card: ModelCard) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []

    def walk(found: object, root: str) -> None:
        if isinstance(found, dict) and found:
            for name, value in found.items():
                walk(value, f"{root}.{name}" if root else str(name))
        else:
            rows.append((_spaced(root), str(found)))

    walk(dict(card.hyperparameters), "")
    return rows


def _spaced(name: str) -> str:
    return name.replace(".", " › ")


def _breakable(path: Path) -> str:
    # Labels break lines at spaces only; a zero-width space after each separator lets paths wrap.
    return str(path).replace("/", "/\u200b").replace("\\", "\\\u200b")
