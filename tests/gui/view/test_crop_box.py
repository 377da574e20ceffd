"""The crop box: its sides are dragged in the view, and the inspector's sliders say the same."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.view.overlays.axis_handle import AxisHandle
from occstudio.gui.view.viewport import Viewport
from occstudio.gui.widgets.range_slider import RangeSlider
from occstudio.studio import edits
from tests.gui.view.conftest import Open, set_settings, settle

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
X, Y = 0, 1


@pytest.fixture
def boxed(window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot) -> int:
    """An ellipsoid of half axes 1, 2 and 0.5 in its box, from the front, without perspective."""
    item_id = opened()
    set_settings(window, is_parallel=True)
    view.look(0, 0)
    window.actions_table["crop_box"].trigger()
    settle(qtbot, window)
    return item_id


def take(grip: AxisHandle, *by: QPoint) -> None:
    """Take a grip and move it by steps, still holding it."""
    at = QPointF(grip.width() / 2, grip.height() / 2)
    place = QPointF(grip.mapToGlobal(at))
    grip.mousePressEvent(QMouseEvent(QEvent.Type.MouseButtonPress, at, place, LEFT, LEFT, NONE))
    for step in by:
        place += QPointF(step)
        grip.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, at, place, LEFT, LEFT, NONE))


def crop(window: MainWindow) -> np.ndarray:
    """Lower and upper corner, (2, 3)."""
    found = window.studio.document.items[0].input_edit.crop
    assert found is not None
    return np.asarray(found)


def test_the_grips_sit_on_the_faces_of_the_points_box(view: Viewport, boxed: int) -> None:
    grips = view.overlay.crop_grips
    assert all(grip.isVisible() for grip in grips.values())
    middle = {key: grip.geometry().center() for key, grip in grips.items()}
    width = middle[X, True].x() - middle[X, False].x()
    height = middle[Y, False].y() - middle[Y, True].y()
    assert height / width == pytest.approx(2.0, abs=0.1)
    assert view.scene.crop.is_shown


def test_a_dragged_side_crops_the_input_live_and_is_one_step_of_undo(
    window: MainWindow, view: Viewport, boxed: int, qtbot: QtBot
) -> None:
    grip = view.overlay.crop_grips[X, True]
    before = grip.geometry().center()
    pixels = before.x() - view.overlay.crop_grips[X, False].geometry().center().x()
    take(grip, *[QPoint(-pixels // 8, 0)] * 4)
    assert crop(window)[1, X] == pytest.approx(0.0, abs=0.08)  # half of the box is gone
    assert grip.geometry().center().x() == pytest.approx(before.x() - pixels / 2, abs=4)
    grip.released.emit()
    settle(qtbot, window)
    seen = window.studio.results[boxed].observation
    assert seen.points[:, X].max() <= crop(window)[1, X]  # type: ignore[union-attr]
    assert len(seen) == pytest.approx(1000, rel=0.2)  # type: ignore[arg-type]
    window.actions_table["undo"].trigger()
    assert window.studio.document.items[0].input_edit.crop is None
    assert grip.geometry().center() == before
    settle(qtbot, window)


def test_box_and_sliders_say_the_same(
    window: MainWindow, view: Viewport, boxed: int, qtbot: QtBot
) -> None:
    slider = window.inspector.findChild(RangeSlider, "crop-y")
    grip = view.overlay.crop_grips[Y, True]
    top = grip.geometry().center().y()
    slider.typed.emit(-3.0, 0.0)
    assert crop(window)[1, Y] == 0.0
    bottom = view.overlay.crop_grips[Y, False].geometry().center().y()
    assert grip.geometry().center().y() == pytest.approx((top + bottom) / 2, abs=3)
    take(grip, QPoint(0, -(bottom - top) // 4))
    grip.released.emit()
    settle(qtbot, window)
    assert crop(window)[1, Y] == pytest.approx(1.0, abs=0.1)
    assert slider._slider.value()[1] == pytest.approx(crop(window)[1, Y], abs=1e-2)


def test_a_side_never_passes_the_opposite_one_and_pulled_out_crops_nothing(
    window: MainWindow, view: Viewport, boxed: int, qtbot: QtBot
) -> None:
    grip = view.overlay.crop_grips[X, True]
    take(grip, QPoint(-3000, 0))
    assert crop(window)[1, X] > -1.02
    take(grip, QPoint(3000, 0))
    grip.released.emit()
    assert window.studio.document.items[0].input_edit.crop is None
    settle(qtbot, window)


def test_arrow_keys_move_a_side(
    window: MainWindow, view: Viewport, boxed: int, qtbot: QtBot
) -> None:
    qtbot.keyClick(view.overlay.crop_grips[X, False], Qt.Key.Key_Right)
    assert -1.02 < crop(window)[0, X] < -0.9
    settle(qtbot, window)


def test_the_box_is_put_away_by_its_button_and_shown_for_scans_only(
    window: MainWindow, view: Viewport, boxed: int, qtbot: QtBot
) -> None:
    button = window.inspector.findChild(QPushButton, "crop-box")
    assert button.isChecked()
    button.click()
    assert not view.scene.crop.is_shown
    assert not any(grip.isVisible() for grip in view.overlay.crop_grips.values())
    assert not window.studio.document.shows_crop
    assert window.studio.undo_label != "Crop box"
    window.studio.apply(edits.show_crop(True))
    window.studio.apply(edits.remove_items((boxed,)))
    assert not view.scene.crop.is_shown
