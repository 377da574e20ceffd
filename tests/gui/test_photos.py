"""A photo in the real window: cut-out, shape, camera, fit; a box that a camera sees is truth."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QListView,
    QPushButton,
    QSlider,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from occstudio.exchange.mesh_reader import read_mesh
from occstudio.gui.cut_dialog import CutDialog
from occstudio.gui.main_window import MainWindow
from occstudio.gui.panels.shape_list import ShapeList
from occstudio.gui.panels.status import status_facts
from occstudio.gui.widgets.cut_canvas import CutCanvas
from occstudio.shapes.image import Image
from occstudio.shapes.watch import Watch
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem
from occstudio.studio.photo_cut import FOUND
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.settings import Settings
from tests.box_photo import SIZE, BoxReader, cut, draw_photo, photo_file
from tests.gui.conftest import TIMEOUT_MS, close_window, open_window


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window on a model that reads boxes; it fits shapes when asked."""
    window = open_window(qapp, BoxReader(), tmp_path)
    window.studio.settings = Settings(theme="dark", fits_photos=False)
    qtbot.waitUntil(lambda: bool(window.studio.models), timeout=TIMEOUT_MS)
    yield window
    close_window(qapp, window)


def _dialog(qtbot: QtBot, window: MainWindow, path: Path) -> CutDialog:
    window.studio.open_files([path])
    qtbot.waitUntil(lambda: window.photo_desk.dialog is not None, timeout=TIMEOUT_MS)
    dialog = window.photo_desk.dialog
    assert dialog is not None
    item = window.studio.document.current
    assert item is not None
    window.studio.apply(edits.set_resolution((item.id,), 32))
    _answered(qtbot, dialog)
    return dialog


def _answered(qtbot: QtBot, dialog: CutDialog) -> None:
    state = dialog.findChild(QLabel, "cutDialog-state")
    qtbot.waitUntil(lambda: "Looking" not in state.text(), timeout=TIMEOUT_MS)


def _shaped(qtbot: QtBot, window: MainWindow) -> tuple[ShapeItem, ShapeResult]:
    def done() -> bool:
        item = window.studio.document.current
        return item is not None and window.studio.is_current(item)

    qtbot.waitUntil(done, timeout=TIMEOUT_MS)
    item = window.studio.document.current
    assert item is not None
    return item, window.studio.results[item.id]


def _drag(canvas: CutCanvas, start: QPoint, end: QPoint) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, left, none, end)


def test_a_photo_is_cut_out_by_box_and_brush_and_becomes_a_shape(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = _dialog(qtbot, window, photo_file(tmp_path / "a.png", width=480, copies=2))
    doubts = dialog.findChild(QLabel, "cutDialog-doubts")
    assert "2 objects" in doubts.text()
    canvas = dialog.findChild(CutCanvas, "cutDialog-canvas")
    _drag(canvas, canvas.place_of(20, 20).toPoint(), canvas.place_of(220, 225).toPoint())
    assert dialog.cut.box == pytest.approx((20, 20, 220, 225), abs=2)
    _answered(qtbot, dialog)
    assert not doubts.isVisible()
    dialog.findChild(QToolButton, "cutDialog-remove").click()
    _drag(canvas, canvas.place_of(60, 100).toPoint(), canvas.place_of(80, 100).toPoint())
    assert not dialog.cut.strokes[0].keep
    dialog.findChild(QToolButton, "cutDialog-undo").click()
    assert not dialog.cut.strokes
    _answered(qtbot, dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    item, result = _shaped(qtbot, window)
    assert item.input_edit.cut is not None
    assert item.input_edit.cut.box == pytest.approx((20, 20, 220, 225), abs=2)
    assert isinstance(result.observation, Image)
    assert not result.observation.opacity()[:, 240:].any()
    assert any("unlike" in doubt for doubt in result.doubts)  # it stands where no camera sees it
    window.studio.undo()
    current = window.studio.document.current
    assert current is not None
    assert not current.model


def test_esc_keeps_the_photo_without_a_shape_and_its_button_asks_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = _dialog(qtbot, window, photo_file(tmp_path / "a.png"))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    item = window.studio.document.current
    assert item is not None
    assert item.id not in window.studio.results
    window.inspector.findChild(QPushButton, "photo-cut").click()
    again = window.photo_desk.dialog
    assert again is not None
    _answered(qtbot, again)
    assert again.cut == FOUND
    window.studio.apply(edits.remove_items((item.id,)))
    assert window.photo_desk.dialog is None


def test_one_looks_through_the_photos_camera_while_the_shape_is_fitted(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    window.studio.open_files([tmp_path / "a.png"])
    item, first = _shaped(qtbot, window)
    assert window.photo_desk.dialog is None
    assert first.reading is not None
    facts = [label.text() for label in window.inspector.findChildren(QLabel)]
    assert any("likely right" in text for text in facts)
    view, actions = window.viewport, window.actions_table
    assert view.scene.photo.is_shown  # type: ignore[union-attr]
    before = view.orbit
    actions["photo_camera"].trigger()
    assert actions["photo_camera"].isChecked()
    camera = view.renderers[0].camera  # type: ignore[union-attr]
    standing = view.scene.standing(item.id)  # type: ignore[union-attr]
    assert standing is not None
    assert first.reading.camera is not None
    eye = standing.matrix[:3, :3] @ first.reading.camera.position + standing.matrix[:3, 3]
    assert np.asarray(camera.GetPosition()) == pytest.approx(eye, abs=1e-6)
    view.findChild(QSlider, "photoBar-opacity").setValue(80)
    actions["fit_photo"].trigger()
    qtbot.waitUntil(lambda: window.studio.undo_label == "Fit to photo", timeout=TIMEOUT_MS)
    qtbot.waitUntil(
        lambda: window.studio.document.items[0].reading.agreement > 0.95,  # type: ignore[union-attr]
        timeout=TIMEOUT_MS,
    )
    _, fitted = _shaped(qtbot, window)
    assert np.ptp(fitted.mesh.vertices, axis=0) == pytest.approx(SIZE, abs=0.02)
    assert actions["photo_camera"].isChecked()
    view.turn(view.orbit.orbited(10, 0))
    actions.refresh()
    assert not actions["photo_camera"].isChecked()
    assert camera.GetWindowCenter() == (0, 0)
    assert view.orbit != before
    colouring = window.inspector.findChild(QComboBox, "colouring")
    assert colouring.currentData() == "photo"
    window.studio.export(item.id, tmp_path / "a.glb")
    qtbot.waitUntil((tmp_path / "a.glb").is_file, timeout=TIMEOUT_MS)
    assert read_mesh(tmp_path / "a.glb").colors is not None


def test_what_else_is_there_does_not_stand_before_the_photos_camera(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    for name in "ab":
        Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / f"{name}.png")
    window.studio.open_files([tmp_path / "a.png", tmp_path / "b.png"])
    qtbot.waitUntil(lambda: len(window.studio.results) == 2, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: not window.studio.is_busy, timeout=TIMEOUT_MS)
    looked, other = (item.id for item in window.studio.document.items)
    window.studio.apply(edits.select((looked,)))
    window.actions_table["photo_camera"].trigger()
    assert _is_drawn(window, looked)
    assert not _is_drawn(window, other)
    window.actions_table["photo_camera"].trigger()
    assert _is_drawn(window, other)


def _is_drawn(window: MainWindow, item_id: int) -> bool:
    standing = window.viewport.scene.standing(item_id)  # type: ignore[union-attr]
    assert standing is not None
    return bool(standing.surface.GetVisibility())


def test_a_new_photo_is_fitted_by_itself_and_its_row_says_how_sure_it_is(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.studio.settings = Settings(theme="dark")
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    window.studio.open_files([tmp_path / "a.png"])
    qtbot.waitUntil(lambda: window.studio.undo_label == "Fit to photo", timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: not window.studio.photos.is_fitting, timeout=TIMEOUT_MS)
    item, result = _shaped(qtbot, window)
    assert item.reading is not None
    assert result.reading is item.reading
    sure = f"{100 * item.reading.confidence:.0f} % sure"
    rows = window.findChild(QListView, "shapes-list").model()
    assert isinstance(rows, ShapeList)
    said = rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert sure in said
    assert "likely right" in rows.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert not rows.is_doubtful(item)
    assert sure in status_facts(window.studio)[0]
    window.actions_table["undo"].trigger()
    assert window.studio.document.items[0].reading is None


def test_a_cancelled_fit_leaves_the_shape_as_it_is(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    def endless(
        _self: object, _photo: Image, _reading: object, watch: Watch, _told: object
    ) -> None:
        began.set()
        while True:
            watch.check()

    monkeypatch.setattr(BoxReader, "fit_photo", endless)
    window.studio.settings = Settings(theme="dark")
    Pillow.fromarray(cut(draw_photo()).pixels).save(tmp_path / "a.png")
    window.studio.open_files([tmp_path / "a.png"])
    qtbot.waitUntil(began.is_set, timeout=TIMEOUT_MS)
    item, first = _shaped(qtbot, window)
    window.studio.cancel()
    qtbot.waitUntil(lambda: not window.studio.photos.is_fitting, timeout=TIMEOUT_MS)
    assert window.studio.document.items[0].reading is None
    assert window.studio.results[item.id].wish == first.wish
