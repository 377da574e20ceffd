"""Input: what came in, and what is done to it before it is encoded."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QPushButton, QWidget

from occstudio.gui.panels.inspector_part import InspectorPart, key_label
from occstudio.gui.panels.photo_part import PhotoPart, photo_facts
from occstudio.gui.panels.units import length
from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, told, tr
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.input_preview import InputPreview
from occstudio.gui.widgets.number_slider import NumberSlider
from occstudio.gui.widgets.range_slider import RangeSlider
from occstudio.gui.widgets.section import Section
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.crop import crop_limits, crop_of, with_range
from occstudio.studio.document import ShapeItem
from occstudio.studio.input_edit import AS_IS, InputEdit
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.settings import UNITS
from occstudio.studio.studio import Studio

UP_LABELS = {
    "+y": marked("Y up"),
    "+z": marked("Z up"),
    "+x": marked("X up"),
    "-y": marked("Y down"),
    "-z": marked("Z down"),
    "-x": marked("X down"),
}
"""World axes as a person calls them."""

UNIT_LABELS = {
    "": marked("not said"),
    "mm": marked("millimetres"),
    "cm": marked("centimetres"),
    "m": marked("metres"),
    "in": marked("inches"),
    "ft": marked("feet"),
}
"""Units as a person calls them."""

_LEAST_POINTS = 50
_MOST_NOISE_PERCENT = 5.0
_MOST_DEVIATIONS = 6.0


class InputSection(InspectorPart):
    """Shows and changes the inputs of the selected shapes."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(tr("Input"), "inputSection", studio, parent)
        self._preview = InputPreview("input-preview", self)
        self._facts = FactsTable("input-facts", tr("Facts of the input"), self)
        self.photo = PhotoPart(self)
        self._up = self._combo("up-axis", tr("Up axis"), UP_LABELS)
        self._up.setToolTip(
            tr("Which axis of the file points up: change it if the shape lies down")
        )
        self._unit = self._combo("unit", tr("Unit"), {unit: UNIT_LABELS[unit] for unit in UNITS})
        self._unit.setToolTip(tr("What the numbers of the file mean; nothing is scaled"))
        self._crop = tuple(
            RangeSlider(
                axis.upper(),
                f"crop-{axis}",
                tr("Only points between these two {axis} are used", axis=axis.upper()),
                self,
            )
            for axis in "xyz"
        )
        self._count = NumberSlider(
            tr("Points used"),
            "subsample",
            tr("A random part of the points, as a sparser scanner would see it"),
            self,
            span=(_LEAST_POINTS, 1000),
            decimals=0,
            is_log=True,
        )
        self._outliers = NumberSlider(
            tr("Outlier removal"),
            "outliers",
            tr("Drops points that are far from their neighbours: how strict, 0 for none"),
            self,
            span=(0.0, 1.0),
            decimals=2,
        )
        self._noise = NumberSlider(
            tr("Added noise"),
            "noise",
            tr(
                "Shakes the points, to see what the model makes of a worse scanner: "
                "per cent of the longest side"
            ),
            self,
            span=(0.0, _MOST_NOISE_PERCENT),
            decimals=2,
            suffix=" %",
        )
        self.edit = Section(tr("Crop, thin and clean"), "inputEditSection", self, is_open=False)
        self._box = QPushButton(tr("Box in the view"), self)
        self._box.setObjectName("crop-box")
        self._box.setAccessibleName(tr("Crop box in the view"))
        self._box.setToolTip(tr("Crop by dragging the sides of a box in the 3-D view (B)"))
        self._box.setProperty("role", "small")
        self._box.setCheckable(True)
        self._reset = QPushButton(tr("Use as it came"), self)
        self._reset.setObjectName("input-reset")
        self._reset.setAccessibleName(tr("Use the input as it came"))
        self._reset.setToolTip(tr("Undoes all that is done to the input at once"))
        self._reset.setProperty("role", "small")
        self._previewed: object = None
        self._build()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        """Colour the picture too."""
        super().set_theme(theme)
        self._preview.set_theme(theme)
        self.edit.set_theme(theme)

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show an item's input."""
        self._facts.show_facts(_facts(item, result))
        for combo, value in ((self._up, item.frame.up), (self._unit, item.frame.unit)):
            with QSignalBlocker(combo):
                if combo.findData(value) < 0:
                    combo.addItem(value, value)
                combo.setCurrentIndex(combo.findData(value))
        self.photo.show_item(item, result)
        cloud = _cloud_of(item)
        self.edit.setVisible(cloud is not None)
        self._reset.setVisible(item.input_edit != AS_IS)
        self._box.setChecked(self.studio.document.shows_crop)
        self._show_preview(item, result)
        if cloud is not None:
            self._show_edit(item, cloud)

    # -- private -----------------------------------------------------------------------------

    def _show_preview(self, item: ShapeItem, result: ShapeResult | None) -> None:
        pixels = getattr(item.source.observation, "pixels", None)
        if pixels is not None and result is not None:
            # As it was cut out.
            pixels = getattr(result.observation, "pixels", pixels)
        state = (item.source, item.frame, item.input_edit.crop, id(pixels))
        if state == self._previewed:
            return
        self._previewed = state
        shown = item.source.shown
        self._preview.setVisible(pixels is not None or len(shown) > 0)
        if pixels is not None:
            self._preview.show_photo(pixels)
        elif len(shown):
            kept = np.ones(len(shown), np.bool_)
            if item.input_edit.crop is not None:
                low, high = np.asarray(item.input_edit.crop)
                kept = ((shown >= low) & (shown <= high)).all(axis=1)
            self._preview.show_points(item.frame.to_model(shown), kept)

    def _show_edit(self, item: ShapeItem, cloud: PointCloud) -> None:
        frame = item.source.observation.frame
        low, high = crop_limits(frame)
        crop = crop_of(item.input_edit, frame)
        decimals = int(np.clip(4 - np.ceil(np.log10(max(high[0] - low[0], 1e-9))), 0, 6))
        for axis, slider in enumerate(self._crop):
            slider.set_span(low[axis], high[axis], decimals)
            slider.set_ends(max(crop[0][axis], low[axis]), min(crop[1][axis], high[axis]))
        total = len(cloud)
        self._count.setVisible(total > _LEAST_POINTS)
        self._count.set_span(min(_LEAST_POINTS, total), total)
        self._count.set_value(item.input_edit.count or total)
        self._outliers.set_value(_strictness(item.input_edit.outliers))
        self._noise.set_value(100 * item.input_edit.noise)

    def _combo(self, name: str, title: str, entries: dict[str, str]) -> QComboBox:
        combo = QComboBox(self)
        combo.setObjectName(name)
        combo.setAccessibleName(title)
        for value, label in entries.items():
            combo.addItem(tr(label), value)
        return combo

    def _build(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for text, combo in ((tr("Up axis"), self._up), (tr("Unit"), self._unit)):
            label = key_label(text, self)
            label.setBuddy(combo)
            form.addRow(label, combo)
        self.rows.addWidget(self._preview)
        self.rows.addWidget(self._facts)
        self.rows.addWidget(self.photo)
        self.rows.addLayout(form)
        self.rows.addWidget(self.edit)
        self.edit.rows.addWidget(self._box, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (*self._crop, self._count, self._outliers, self._noise):
            self.edit.rows.addWidget(part)
        self.edit.rows.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignRight)

    def _connect(self) -> None:
        self._up.currentIndexChanged.connect(
            lambda _: self.change(edits.set_up(self.ids, str(self._up.currentData())))
        )
        self._unit.currentIndexChanged.connect(
            lambda _: self.change(edits.set_unit(self.ids, str(self._unit.currentData())))
        )
        self._box.clicked.connect(lambda wanted: self.studio.apply(edits.show_crop(bool(wanted))))
        self._reset.clicked.connect(
            lambda: self._put(AS_IS, tr("Use input as it came"), drags=False)
        )
        for axis, slider in enumerate(self._crop):
            slider.dragged.connect(lambda low, high, a=axis: self._cut(a, low, high, drags=True))
            slider.typed.connect(lambda low, high, a=axis: self._cut(a, low, high))
            slider.released.connect(self.studio.end_gesture)
        for part, put in (
            (self._count, self._set_count),
            (self._outliers, self._set_outliers),
            (self._noise, self._set_noise),
        ):
            part.dragged.connect(lambda value, put=put: put(value, drags=True))
            part.typed.connect(put)
            part.released.connect(self.studio.end_gesture)

    def _cut(self, axis: int, low: float, high: float, *, drags: bool = False) -> None:
        item = self.item
        if item is not None:
            frame = item.source.observation.frame
            wanted = with_range(item.input_edit, frame, axis, low, high)
            self._put(wanted, tr("Crop input"), drags=drags)

    def _set_count(self, value: float, *, drags: bool = False) -> None:
        cloud = None if self.item is None else _cloud_of(self.item)
        if self.item is not None and cloud is not None:
            count = None if value >= len(cloud) else int(value)
            label = (
                tr("Use all points") if count is None else tr("Use {count:,} points", count=count)
            )
            self._put(replace(self.item.input_edit, count=count), label, drags=drags)

    def _set_outliers(self, value: float, *, drags: bool = False) -> None:
        if self.item is not None:
            wanted = replace(self.item.input_edit, outliers=_deviations(value))
            self._put(wanted, tr("Remove outliers"), drags=drags)

    def _set_noise(self, value: float, *, drags: bool = False) -> None:
        if self.item is not None:
            wanted = replace(self.item.input_edit, noise=value / 100)
            self._put(wanted, tr("Noise {value:.2g} %", value=value), drags=drags)

    def _put(self, wanted: InputEdit, label: str, *, drags: bool) -> None:
        # Crop and count belong to one scan: other selected shapes have other places and counts.
        ids = () if self.item is None else (self.item.id,)
        self.change(edits.set_input_edit(ids, wanted, label), drags=drags)


def _cloud_of(item: ShapeItem) -> PointCloud | None:
    seen = item.source.observation
    return seen if isinstance(seen, PointCloud) else None


def _strictness(deviations: float) -> float:
    """From standard deviations (0 for none) to 0..1."""
    return 0.0 if deviations <= 0 else float(np.clip(1 - deviations / _MOST_DEVIATIONS, 0, 1))


def _deviations(strictness: float) -> float:
    return 0.0 if strictness <= 0 else max((1 - strictness) * _MOST_DEVIATIONS, 0.05)


def _facts(item: ShapeItem, result: ShapeResult | None) -> list[tuple[str, str]]:
    seen = item.source.observation
    facts = [(tr("Input"), told(seen.summary))]
    if not hasattr(seen, "pixels"):
        facts.append((tr("Longest side"), length(1 / item.frame.scale, item.frame.unit)))
    if isinstance(seen, PointCloud):
        has = [
            name
            for name, value in ((tr("normals"), seen.normals), (tr("colours"), seen.colors))
            if value is not None
        ]
        if has:
            facts.append((tr("With"), tr(" and ").join(has)))
        if result is not None and isinstance(result.observation, PointCloud):
            used = len(result.observation)
            if used != len(seen):
                facts.append((tr("Used"), tr("{used:,} points", used=used)))
    facts += photo_facts(item, result)
    return facts + [(tr("Note"), told(note)) for note in item.source.notes]
