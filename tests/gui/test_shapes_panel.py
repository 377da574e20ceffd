"""The shapes panel, by mouse and by keys alone."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from occstudio.exchange.mesh_reader import read_mesh
from occstudio.gui.dropped import carries_anything
from occstudio.gui.main_window import MainWindow
from occstudio.gui.panels.shape_list import ShapeList
from occstudio.gui.panels.shape_row import ShapeRow
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem, Source
from tests.gui.conftest import TIMEOUT_MS

LEFT = Qt.MouseButton.LeftButton
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> QListView:
    """Four shapes without a model, so that nothing is made of them."""
    items = tuple(item(number) for number in range(4))
    window.studio.apply(edits.add_items(items))
    found = window.findChild(QListView, "shapes-list")
    qtbot.waitUntil(found.isVisible, timeout=TIMEOUT_MS)
    with qtbot.waitActive(window, timeout=TIMEOUT_MS):
        window.activateWindow()
    found.setFocus()
    return found


def item(number: int, resolution: int = 32) -> ShapeItem:
    points = np.random.default_rng(number).normal(size=(400, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    cloud = PointCloud.of(points, name="abcd"[number % 4])
    source = Source.of(cloud)
    return ShapeItem(1000 + number, cloud.name, source, cloud.frame, "", resolution)


def names(window: MainWindow) -> str:
    return "".join(item.name for item in window.studio.document.items)


def selected(window: MainWindow) -> list[int]:
    return sorted(number - 1000 for number in window.studio.document.selection)


def row_rect(panel: QListView, row: int) -> QRect:
    return panel.visualRect(panel.model().index(row, 0))


def test_clicks_select_one_a_range_and_some(
    window: MainWindow, panel: QListView, qtbot: QtBot
) -> None:
    view = panel.viewport()
    qtbot.mouseClick(view, LEFT, pos=row_rect(panel, 1).center())
    assert selected(window) == [1]
    qtbot.mouseClick(view, LEFT, SHIFT, row_rect(panel, 3).center())
    assert selected(window) == [1, 2, 3]
    qtbot.mouseClick(view, LEFT, Qt.KeyboardModifier.ControlModifier, row_rect(panel, 2).center())
    assert selected(window) == [1, 3]
    assert len(panel.selectedIndexes()) == 2


def test_keys_alone_move_select_hide_rename_and_reorder(
    window: MainWindow, panel: QListView, qtbot: QtBot
) -> None:
    qtbot.keyClick(panel, Qt.Key.Key_Down)
    assert selected(window) == [1]
    qtbot.keyClick(panel, Qt.Key.Key_Down, SHIFT)
    assert selected(window) == [1, 2]
    qtbot.keyClick(panel, Qt.Key.Key_Space)
    assert [one.visible for one in window.studio.document.items] == [True, False, False, True]
    qtbot.keyClick(panel, Qt.Key.Key_Down, ALT)
    assert names(window) == "adbc"
    assert selected(window) == [1, 2]
    qtbot.keyClick(panel, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(panel, Qt.Key.Key_Up, ALT)
    assert names(window) == "bcad"
    qtbot.keyClick(panel, Qt.Key.Key_Up)
    assert selected(window) == [1]
    qtbot.keyClick(panel, Qt.Key.Key_F2)
    editor = panel.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Stuhl")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    items = window.studio.document.items
    qtbot.waitUntil(lambda: window.studio.document.items[0].name == "Stuhl", timeout=TIMEOUT_MS)
    assert window.studio.document.items[1:] == items[1:]
    assert window.studio.undo_label == "Rename shape"
    qtbot.keyClick(panel, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(selected(window)) == 4
    qtbot.keyClick(panel, Qt.Key.Key_Delete)
    assert not window.studio.document.items
    window.studio.undo()
    assert names(window) == "Stuhlcad"
    assert panel.model().rowCount() == 4


def test_an_empty_name_is_not_taken(window: MainWindow, panel: QListView, qtbot: QtBot) -> None:
    window.actions_table["rename"].trigger()
    editor = panel.findChild(QLineEdit)
    qtbot.keyClicks(editor, "   ")
    window.studio.thumbnails.drawn.emit(1000)  # takes nothing back that is typed
    assert editor.text() == "   "
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.findChild(QLineEdit) is None, timeout=TIMEOUT_MS)
    assert names(window) == "abcd"


def test_the_eye_of_a_selected_row_is_that_of_all_selected(
    window: MainWindow, panel: QListView, qtbot: QtBot
) -> None:
    window.studio.apply(edits.select((1000, 1002)))
    delegate = panel.itemDelegate()
    assert isinstance(delegate, ShapeRow)
    place = delegate.eye_area(row_rect(panel, 2)).center()
    qtbot.mouseClick(panel.viewport(), LEFT, pos=place)
    assert [one.visible for one in window.studio.document.items] == [False, True, False, True]
    place = delegate.eye_area(row_rect(panel, 3)).center()
    qtbot.mouseClick(panel.viewport(), LEFT, pos=place)
    assert [one.visible for one in window.studio.document.items] == [False, True, False, False]
    window.studio.undo()
    window.studio.undo()
    assert all(one.visible for one in window.studio.document.items)


def test_the_swatch_gives_a_colour(window: MainWindow, panel: QListView, qtbot: QtBot) -> None:
    delegate = panel.itemDelegate()
    assert isinstance(delegate, ShapeRow)
    place = delegate.swatch_area(row_rect(panel, 1)).center()
    qtbot.mouseClick(panel.viewport(), LEFT, pos=place)
    menu = window.findChild(QMenu, "shapes-colors")
    next(action for action in menu.actions() if action.text() == "Sea").trigger()
    menu.close()
    assert window.studio.document.items[1].color == "#5fb0a5"
    assert window.studio.undo_label == "Change colour"


def test_rows_that_are_dropped_move_and_can_be_moved_back(
    window: MainWindow, panel: QListView
) -> None:
    rows = panel.model()
    data = rows.mimeData([rows.index(0, 0), rows.index(2, 0)])
    rows.dropMimeData(data, Qt.DropAction.MoveAction, 4, 0, QModelIndex())
    assert names(window) == "bdac"
    window.studio.undo()
    assert names(window) == "abcd"
    # Onto a row means before it, onto the empty place below means to the end.
    rows.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, rows.index(1, 0))
    assert names(window) == "acbd"
    rows.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, QModelIndex())
    assert names(window) == "bdac"
    assert not carries_anything(data), "rows over the window itself are no files to open"


def test_a_shape_that_is_dragged_out_is_a_file_when_it_is_asked_for(
    window: MainWindow, panel: QListView, qtbot: QtBot
) -> None:
    studio = window.studio
    studio.apply(edits.set_model((1000, 1001), "ellipsoid", 0.5))
    studio.apply(edits.rename(1000, "a/b: c"))
    qtbot.waitUntil(lambda: {1000, 1001} <= set(studio.results), timeout=TIMEOUT_MS)
    rows = panel.model()
    data = rows.mimeData([rows.index(row, 0) for row in range(3)])
    urls = data.urls()
    files = [Path(url.toLocalFile()) for url in urls]
    assert [file.name for file in files] == ["a-b- c.ply", "b.ply"]
    sizes = np.ptp(read_mesh(files[0]).vertices, axis=0)
    assert sizes == pytest.approx([2, 2, 2], rel=0.1)


def test_duplicates_and_show_only(window: MainWindow, panel: QListView) -> None:
    window.studio.apply(edits.select((1001,)))
    window.actions_table["duplicate"].trigger()
    assert [one.name for one in window.studio.document.items] == ["a", "b", "b 2", "c", "d"]
    assert window.studio.document.current.name == "b 2"  # type: ignore[union-attr]
    window.actions_table["show_only"].trigger()
    assert [one.visible for one in window.studio.document.items] == [
        False,
        False,
        True,
        False,
        False,
    ]
    window.actions_table["show_only"].trigger()
    assert all(one.visible for one in window.studio.document.items)


def test_every_shape_gets_a_picture_of_itself(
    window: MainWindow, panel: QListView, qtbot: QtBot
) -> None:
    thumbnails = window.studio.thumbnails
    shapes = window.studio.document.items
    qtbot.waitUntil(
        lambda: all(thumbnails.of(one) is not None for one in shapes), timeout=TIMEOUT_MS
    )
    before = thumbnails.of(shapes[0])
    window.studio.apply(edits.set_model((1000,), "ellipsoid", 0.5))
    qtbot.waitUntil(lambda: thumbnails.of(shapes[0]) is not before, timeout=TIMEOUT_MS)


def test_the_right_button_shows_what_can_be_done(
    window: MainWindow, panel: QListView, qtbot: QtBot
) -> None:
    panel.customContextMenuRequested.emit(QPoint(20, 20))
    menu = window.findChild(QMenu, "menu-shape")
    qtbot.waitUntil(menu.isVisible, timeout=TIMEOUT_MS)
    menu.close()


def test_two_hundred_shapes_and_only_the_changed_row_is_told(
    window: MainWindow, qtbot: QtBot
) -> None:
    one = item(0)
    many = tuple(
        ShapeItem(2000 + k, f"shape {k}", one.source, one.frame, "", 32, visible=False)
        for k in range(200)
    )
    window.studio.apply(edits.add_items(many))
    rows = window.findChild(QListView, "shapes-list").model()
    assert isinstance(rows, ShapeList)
    assert rows.rowCount() == 200
    told: list[int] = []
    rows.dataChanged.connect(lambda first, last: told.extend(range(first.row(), last.row() + 1)))
    window.studio.apply(edits.set_threshold((2007,), 0.6))
    assert told == [7]


def test_rows_are_told_to_screen_readers(window: MainWindow, panel: QListView) -> None:
    window.studio.apply(edits.set_visible((1000,), False))
    said = panel.model().data(panel.model().index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("a, ")
    assert said.endswith("hidden")
    option = QStyleOptionViewItem()
    assert panel.itemDelegate().sizeHint(option, panel.model().index(0, 0)).height() > 40
