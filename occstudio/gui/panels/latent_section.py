"""Latent: what the encoder made of the input, and the moment of a shape that moves.

Steering a latent (sampling, axes, paths) belongs to the explorer; a section of its own controls
would be added to `rows` below the facts.
"""

import numpy as np
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from occstudio.gui.panels.inspector_part import InspectorPart
from occstudio.gui.translation import tr
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.number_slider import NumberSlider
from occstudio.shapes.latent import Latent
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.studio import Activity, Studio

FIT_STAGE = "fit"
"""What auto-decoders call their search for a code."""


class LatentSection(InspectorPart):
    """Shows the latents of the selected shapes."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(tr("Latent"), "latentSection", studio, parent, is_open=False)
        self._facts = FactsTable("latent-facts", tr("Facts of the latent"), self)
        self._time = NumberSlider(
            tr("Time"),
            "time",
            tr("The moment of a shape that moves, from its first frame to its last"),
            self,
            decimals=2,
        )
        self._fit_title = QLabel(tr("Fitting a code to the input"), self)
        self._fit = QProgressBar(self)
        self._fit.setObjectName("latent-fit")
        self._fit.setAccessibleName(tr("Progress of the fit"))
        self._fit.setToolTip(tr("How far the search for the code is; Esc gives it up"))
        self._fit.setRange(0, 1000)
        self._fit.setTextVisible(False)
        self._shown: Latent | None = None
        for part in (self._facts, self._time, self._fit_title, self._fit):
            self.rows.addWidget(part)
        self._show_fit(None)
        self._time.dragged.connect(lambda value: self._set_time(value, drags=True))
        self._time.typed.connect(self._set_time)
        self._time.released.connect(studio.end_gesture)
        studio.activity_changed.subscribe(self._show_fit)

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show an item's latent; hidden while there is none and nothing to choose."""
        latent = None if result is None else result.latent
        card = next((card for card in self.studio.models if card.name == item.model), None)
        is_timed = card is not None and card.input_spec.is_timed
        self._time.setVisible(is_timed)
        self._time.set_value(item.time)
        self.setVisible(is_timed or latent is not None)
        if latent is not None and latent is not self._shown:
            self._facts.show_facts(_facts(latent))
            self._shown = latent

    def _show_fit(self, activity: Activity | None) -> None:
        is_fitting = activity is not None and activity.stage == FIT_STAGE
        for part in (self._fit_title, self._fit):
            part.setVisible(is_fitting)
        if activity is not None and is_fitting:
            self._fit.setValue(round(1000 * activity.fraction))

    def _set_time(self, value: float, *, drags: bool = False) -> None:
        self.change(edits.set_time(self.ids, value), drags=drags)


def _facts(latent: Latent) -> list[tuple[str, str]]:
    arrays = latent.arrays
    norm = float(np.sqrt(sum(float(np.vdot(array, array)) for array in arrays.values())))
    numbers = sum(array.size for array in arrays.values())
    rows = [(tr("Numbers"), f"{numbers:,}"), (tr("Norm"), f"{norm:.4g}")]
    for name, array in arrays.items():
        shape = " × ".join(str(side) for side in array.shape) or "1"
        rows.append((name, f"{shape}  (σ {float(array.std()):.3g})"))
    return rows
