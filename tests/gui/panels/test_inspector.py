"""The inspector's sections, through the real window."""

import math
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot
from superqt import QDoubleRangeSlider, QToggleSwitch

from occstudio.exchange.mesh_writer import write_mesh
from occstudio.finishing.health import health_of
from occstudio.gui.main_window import MainWindow
from occstudio.gui.panels.measure_section import MeasureSection
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.section import Section
from occstudio.gui.widgets.threshold_plot import ThresholdPlot
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem
from occstudio.studio.pipeline import ShapeResult
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file
from tests.gui.threshold_hand import dragging

LEFT = Qt.MouseButton.LeftButton

Part = TypeVar("Part", bound=QWidget)


def part(window: MainWindow, kind: type[Part], name: str) -> Part:
    found = window.inspector.findChild(kind, name)
    assert found is not None, name
    return found


def settle(qtbot: QtBot, window: MainWindow) -> None:
    def is_settled() -> bool:
        items = window.studio.document.items
        return bool(items) and all(window.studio.is_current(item) for item in items)

    qtbot.waitUntil(is_settled, timeout=TIMEOUT_MS)


def opened(qtbot: QtBot, window: MainWindow, path: Path) -> ShapeItem:
    count = len(window.studio.document.items)
    window.studio.open_files([path])
    qtbot.waitUntil(lambda: len(window.studio.document.items) == count + 1, timeout=TIMEOUT_MS)
    settle(qtbot, window)
    return current(window)


def current(window: MainWindow) -> ShapeItem:
    item = window.studio.document.current
    assert item is not None
    return item


def result(window: MainWindow) -> ShapeResult:
    found = window.studio.result_of(current(window))
    assert found is not None
    return found


def type_into(qtbot: QtBot, field: QDoubleSpinBox, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def egg(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> ShapeItem:
    """An ellipsoid with radii 1, 2, 0.5 and its surface."""
    return opened(qtbot, window, ellipsoid_file(tmp_path / "egg.npy"))


# -- the sections ----------------------------------------------------------------------------


def test_sections_come_with_a_shape_and_go_without_one(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    names = ("inputSection", "surfaceSection", "latentSection", "finishSection", "measureSection")
    assert all(not part(window, Section, name).isHidden() for name in names)
    window.studio.apply(edits.select(()))
    assert all(part(window, Section, name).isHidden() for name in names)


def test_what_does_not_apply_is_not_shown(window: MainWindow, egg: ShapeItem) -> None:
    assert part(window, QWidget, "time").isHidden()  # the model's card knows no time
    assert part(window, QWidget, "fill-holes").isHidden()  # there are none
    assert part(window, QPushButton, "finish-reset").isHidden()
    assert part(window, QWidget, "latent-fit").isHidden()


def test_a_section_folds_and_is_no_longer_reached_by_the_keyboard(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    section = part(window, Section, "inputSection")
    height = section.sizeHint().height()
    qtbot.mouseClick(part(window, QPushButton, "inputSection-heading"), LEFT)
    assert not section.body.isVisible()
    assert section.sizeHint().height() < height / 4
    qtbot.mouseClick(part(window, QPushButton, "inputSection-heading"), LEFT)
    assert section.body.isVisible()
    assert section.sizeHint().height() == height


def test_every_control_has_a_name_and_says_what_it_does(window: MainWindow, egg: ShapeItem) -> None:
    kinds = (QDoubleSpinBox, QSlider, QComboBox, QPushButton, QToggleSwitch, ThresholdPlot)
    for kind in kinds:
        for control in window.inspector.findChildren(kind):
            assert control.objectName(), kind
            if control.objectName().startswith(("qt_", "noticeCard")):
                continue
            assert control.accessibleName(), control.objectName()
            assert control.toolTip(), control.objectName()


# -- surface ---------------------------------------------------------------------------------


def test_dragging_the_handle_on_the_histogram_changes_the_threshold_and_undo_brings_it_back(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    before = result(window).mesh.volume
    with dragging(window) as drag:
        for threshold in (0.6, 0.75, 0.95):
            drag(threshold)
    settle(qtbot, window)
    assert current(window).threshold == pytest.approx(0.95, abs=0.01)
    assert result(window).mesh.volume < before
    window.actions_table["undo"].trigger()
    settle(qtbot, window)
    assert current(window).threshold == 0.5
    plot = part(window, ThresholdPlot, "threshold-plot")
    assert plot.line.value() == pytest.approx(0.0, abs=1e-6)
    assert result(window).mesh.volume == pytest.approx(before)


def test_the_histogram_shows_what_the_field_gave(window: MainWindow, egg: ShapeItem) -> None:
    plot = part(window, ThresholdPlot, "threshold-plot")
    histogram = result(window).histogram
    assert histogram is not None
    assert histogram.counts.sum() == 33**3
    assert plot._bars.opts["height"] == pytest.approx(np.log10(1 + histogram.counts))
    inside = [brush.name() for brush in plot._bars.opts["brushes"]]
    assert len(set(inside)) == 2  # inside and outside differ


def test_arrow_keys_move_the_threshold(window: MainWindow, qtbot: QtBot, egg: ShapeItem) -> None:
    plot = part(window, ThresholdPlot, "threshold-plot")
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert current(window).threshold == pytest.approx(0.51)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert current(window).threshold == pytest.approx(0.5)
    settle(qtbot, window)


@pytest.mark.parametrize(("typed", "held"), [("7", 0.999), ("-3", 0.001), ("1", 0.999)])
def test_a_threshold_out_of_range_is_held_with_a_hint(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem, typed: str, held: float
) -> None:
    field = part(window, QDoubleSpinBox, "threshold-number")
    hint = part(window, QLabel, "threshold-hint")
    type_into(qtbot, field, typed)
    assert current(window).threshold == held
    assert field.value() == held
    assert not hint.isHidden()
    assert hint.text() == "From 0.001 to 0.999"
    type_into(qtbot, field, "0.4")
    assert current(window).threshold == 0.4
    assert hint.isHidden()
    settle(qtbot, window)


def test_words_in_a_number_field_change_nothing(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    before = window.studio.document
    for name in ("threshold-number", "resolution-number", "smooth-number", "noise-number"):
        type_into(qtbot, part(window, QDoubleSpinBox, name), "chair")
    assert window.studio.document == before


def test_any_resolution_can_be_typed_and_no_button_is_down_then(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    type_into(qtbot, part(window, QDoubleSpinBox, "resolution-number"), "100")
    settle(qtbot, window)
    assert result(window).resolution == 100
    assert part(window, QWidget, "resolution").value() == -1  # type: ignore[attr-defined]
    type_into(qtbot, part(window, QDoubleSpinBox, "resolution-number"), "3")
    assert current(window).resolution == 16
    assert part(window, QLabel, "resolution-hint").text() == "From 16 to 2,048"
    settle(qtbot, window)


def test_live_statistics_say_what_the_surface_is(window: MainWindow, egg: ShapeItem) -> None:
    facts = part(window, FactsTable, "result-facts").facts()
    assert facts["Watertight"] == "✓ yes"
    assert facts["Pieces"] == "1"
    assert float(facts["Volume"]) == pytest.approx(4 / 3 * math.pi, rel=0.01)
    assert facts["Triangles"] == f"{len(result(window).mesh.faces):,}"
    assert "decode" in facts["Time"]


def test_refining_is_a_choice(window: MainWindow, qtbot: QtBot, egg: ShapeItem) -> None:
    switch = part(window, QToggleSwitch, "refine-switch")
    assert switch.isChecked()
    switch.click()
    assert current(window).refine is False
    settle(qtbot, window)
    assert "refine" not in result(window).seconds


# -- input -----------------------------------------------------------------------------------


def test_cropping_leaves_points_out_and_undo_brings_them_back(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    slider = part(window, QDoubleRangeSlider, "crop-y-slider")
    low, high = slider.minimum(), slider.maximum()
    assert (low, high) == (pytest.approx(-2, abs=0.1), pytest.approx(2, abs=0.1))
    slider.setSliderDown(True)
    slider.setValue((0.0, high))
    slider.setSliderDown(False)
    settle(qtbot, window)
    crop = current(window).input_edit.crop
    assert crop is not None
    assert crop[0][1] == 0.0
    cloud = result(window).observation
    assert isinstance(cloud, PointCloud)
    assert cloud.points[:, 1].min() >= 0
    assert "Used" in part(window, FactsTable, "input-facts").facts()
    window.actions_table["undo"].trigger()
    settle(qtbot, window)
    assert current(window).input_edit.crop is None
    assert part(window, QDoubleSpinBox, "crop-y-low").value() == pytest.approx(low)


def test_a_crop_that_leaves_nothing_is_one_sentence_and_the_surface_stays(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    mesh = result(window).mesh
    type_into(qtbot, part(window, QDoubleSpinBox, "crop-x-low"), "1.5")
    type_into(qtbot, part(window, QDoubleSpinBox, "crop-y-low"), "1.99")
    qtbot.waitUntil(lambda: egg.id in window.studio.failures, timeout=TIMEOUT_MS)
    assert "crop box leaves no points" in part(window, QLabel, "noticeCard-text").text()
    assert not result(window).mesh.is_empty
    assert mesh.faces.shape[0] > 0


def test_fewer_points_noise_and_outliers_reach_the_encoder(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    type_into(qtbot, part(window, QDoubleSpinBox, "subsample-number"), "500")
    type_into(qtbot, part(window, QDoubleSpinBox, "noise-number"), "1")
    type_into(qtbot, part(window, QDoubleSpinBox, "outliers-number"), "0.5")
    settle(qtbot, window)
    edit = current(window).input_edit
    assert (edit.count, edit.noise, edit.outliers) == (500, 0.01, 3.0)
    cloud = result(window).observation
    assert isinstance(cloud, PointCloud)
    assert len(cloud) == 500
    type_into(qtbot, part(window, QDoubleSpinBox, "subsample-number"), "999999")
    assert current(window).input_edit.count is None
    assert part(window, QLabel, "subsample-hint").text() == "From 50 to 2,000"
    settle(qtbot, window)


def test_up_axis_and_unit_are_the_frames(window: MainWindow, qtbot: QtBot, egg: ShapeItem) -> None:
    for name, value in (("up-axis", "+z"), ("unit", "mm")):
        combo = part(window, QComboBox, name)
        combo.setCurrentIndex(combo.findData(value))
    settle(qtbot, window)
    assert (current(window).frame.up, current(window).frame.unit) == ("+z", "mm")
    assert "mm³" in part(window, FactsTable, "result-facts").facts()["Volume"]
    assert part(window, FactsTable, "input-facts").facts()["Longest side"] == "4 mm"


# -- finish ----------------------------------------------------------------------------------


def test_finishing_does_not_ask_the_network_again(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    before = result(window).mesh
    type_into(qtbot, part(window, QDoubleSpinBox, "smooth-number"), "10")
    settle(qtbot, window)
    made = result(window)
    assert made.evaluations == 0
    assert "decode" not in made.seconds
    assert "finish" in made.seconds
    assert made.mesh is not before
    assert made.mesh.volume == pytest.approx(before.volume, rel=1e-3)


def test_simplifying_gives_the_count_that_was_typed(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    before = len(result(window).mesh.faces)
    field = part(window, QDoubleSpinBox, "simplify-number")
    assert field.value() == before
    type_into(qtbot, field, "1000")
    settle(qtbot, window)
    assert len(result(window).mesh.faces) == pytest.approx(1000, abs=12)
    assert result(window).mesh.is_watertight
    slider = part(window, QSlider, "simplify-slider")
    slider.setSliderDown(True)
    slider.setValue(slider.maximum())
    slider.setSliderDown(False)
    settle(qtbot, window)
    assert current(window).finishing.target_faces is None
    assert len(result(window).mesh.faces) == before


def test_leaving_it_as_extracted_undoes_all_finishing_in_one_step(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    before = result(window).mesh
    type_into(qtbot, part(window, QDoubleSpinBox, "smooth-number"), "5")
    part(window, QToggleSwitch, "surface-keep-largest-switch").click()
    combo = part(window, QComboBox, "colouring")
    combo.setCurrentIndex(combo.findData("height"))
    settle(qtbot, window)
    assert result(window).mesh.colors is not None
    part(window, QPushButton, "finish-reset").click()
    settle(qtbot, window)
    assert result(window).mesh is before
    window.actions_table["undo"].trigger()
    assert current(window).finishing.smooth_iterations == 5
    settle(qtbot, window)


def test_mesh_health_and_walls_are_told(window: MainWindow, qtbot: QtBot, egg: ShapeItem) -> None:
    health = part(window, FactsTable, "mesh-health")
    assert health.facts() == {
        "Watertight": "✓ yes",
        "Manifold": "✓ yes",
        "Pieces": "1",
        "Handles (genus)": "0",
    }
    part(window, QPushButton, "walls").click()
    qtbot.waitUntil(lambda: "Thinnest walls" in health.facts(), timeout=TIMEOUT_MS)
    assert 0.1 < float(health.facts()["Thinnest walls"]) < 1.0
    assert health_of(result(window).mesh).genus == 0


# -- latent ----------------------------------------------------------------------------------


def test_the_latent_says_its_arrays_and_its_norm(window: MainWindow, egg: ShapeItem) -> None:
    facts = part(window, FactsTable, "latent-facts").facts()
    assert facts["Numbers"] == "3"
    assert float(facts["Norm"]) == pytest.approx(math.sqrt(0.25**2 + 0.5**2 + 0.125**2), rel=0.01)
    assert facts["radii"].startswith("3 ")


# -- measure ---------------------------------------------------------------------------------


def scores(qtbot: QtBot, window: MainWindow) -> dict[str, str]:
    table = part(window, FactsTable, "scores")
    qtbot.waitUntil(lambda: not table.isHidden(), timeout=TIMEOUT_MS)
    return table.facts()


def test_a_shape_measures_one_against_its_copy(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    window.studio.duplicate([egg.id])
    settle(qtbot, window)
    part(window, MeasureSection, "measureSection").expand(animate=False)
    assert part(window, QComboBox, "reference").currentText() == "egg"
    part(window, QPushButton, "compare-with-reference").click()
    found = scores(qtbot, window)
    assert found["IoU"] == "1.000"
    assert float(found["F-score (1 %)"]) > 0.99
    assert "where both are" in part(window, QLabel, "scores-about").text()


def test_a_dropped_mesh_is_a_reference(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem, tmp_path: Path
) -> None:
    made = result(window)
    write_mesh(made.mesh, tmp_path / "truth.ply", frame=made.frame)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "truth.ply"))])
    section = part(window, MeasureSection, "measureSection")
    keys, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    section.dropEvent(QDropEvent(QPointF(5, 5), copy, data, LEFT, keys))
    assert scores(qtbot, window)["IoU"].startswith(("0.99", "1.0"))
    assert len(window.studio.document.items) == 1


def test_a_reference_that_is_no_mesh_is_said_and_nothing_is_lost(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem, tmp_path: Path
) -> None:
    (tmp_path / "truth.ply").write_bytes(b"garbage")
    section = part(window, MeasureSection, "measureSection")
    section.add_file(tmp_path / "truth.ply")
    section.expand(animate=False)
    part(window, QPushButton, "compare-with-reference").click()
    qtbot.waitUntil(lambda: "truth.ply" in window.status.message(), timeout=TIMEOUT_MS)
    assert part(window, FactsTable, "scores").isHidden()
    assert part(window, QPushButton, "compare-with-reference").isEnabled()


def test_a_comparison_can_be_given_up(window: MainWindow, qtbot: QtBot, egg: ShapeItem) -> None:
    window.studio.duplicate([egg.id])
    settle(qtbot, window)
    section = part(window, MeasureSection, "measureSection")
    section.expand(animate=False)
    part(window, QPushButton, "compare-with-reference").click()
    assert window.studio.inquiries.scores.is_busy
    cancel = part(window, QPushButton, "measure-cancel")
    assert not cancel.isHidden()
    cancel.click()
    assert not window.studio.inquiries.scores.is_busy
    assert cancel.isHidden()
    assert part(window, FactsTable, "scores").isHidden()


def test_scores_of_another_surface_are_not_shown(
    window: MainWindow, qtbot: QtBot, egg: ShapeItem
) -> None:
    window.studio.duplicate([egg.id])
    settle(qtbot, window)
    part(window, QPushButton, "compare-with-reference").click()
    scores(qtbot, window)
    type_into(qtbot, part(window, QDoubleSpinBox, "threshold-number"), "0.8")
    settle(qtbot, window)
    assert part(window, FactsTable, "scores").isHidden()
