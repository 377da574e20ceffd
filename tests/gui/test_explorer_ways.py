"""Ways between shapes in the real window: from the menu, from a drop, into files and sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QSlider
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.widgets.picture_grid import MIME
from occstudio.latents.code_book import CODE
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem
from tests.ellipsoid_space import EllipsoidSpace, ellipsoid_book
from tests.gui.conftest import TIMEOUT_MS, close_window, open_window


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window on a space of ellipsoids."""
    window = open_window(qapp, EllipsoidSpace(), tmp_path, read_book=ellipsoid_book)
    qtbot.waitUntil(lambda: window.studio.exploration.space is not None, timeout=TIMEOUT_MS)
    yield window
    close_window(qapp, window)


def _settled(window: MainWindow, qtbot: QtBot) -> ShapeItem:
    item = window.studio.document.current
    assert item is not None
    qtbot.waitUntil(lambda: window.studio.is_current(item), timeout=TIMEOUT_MS)
    return item


def _take(window: MainWindow, qtbot: QtBot, name: str) -> ShapeItem:
    exploration = window.studio.exploration
    exploration.take(exploration.named(name).latent, name, "catalogue")
    return _settled(window, qtbot)


def _blend(window: MainWindow, qtbot: QtBot, first: str = "flat-00") -> ShapeItem:
    exploration = window.studio.exploration
    exploration.blend([exploration.named(first), exploration.named("tall-20")])
    return _settled(window, qtbot)


def test_two_selected_shapes_are_blended_by_a_key(window: MainWindow, qtbot: QtBot) -> None:
    assert not window.actions_table["blend_selected"].isEnabled()
    first, second = _take(window, qtbot, "flat-00"), _take(window, qtbot, "tall-20")
    window.studio.apply(edits.select((first.id, second.id)))
    window.actions_table["blend_selected"].trigger()
    blend = _settled(window, qtbot).blend
    assert blend is not None
    assert [key.name for key in blend.keys] == ["flat-00", "tall-20"]
    assert window.explorer.tabs.currentWidget() is window.explorer.between


def test_a_way_is_exported(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not window.actions_table["export_way"].isEnabled()
    _blend(window, qtbot)
    window.explorer.open_tab("between")
    target = tmp_path / "way.glb"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(window.explorer.between.export_wanted):
        window.explorer.between.export.click()
    said: list[str] = []
    window.studio.noticed.subscribe(lambda notice: said.append(notice.text))
    qtbot.waitUntil(lambda: bool(said), timeout=4 * TIMEOUT_MS)
    assert target.is_file(), said
    assert target.read_bytes()[:4] == b"glTF"


def test_a_tab_is_opened_from_the_menu_though_the_explorer_is_closed(window: MainWindow) -> None:
    window.docks.toggle("explorer")
    window.actions_table["explore_map"].trigger()
    assert window.docks.is_open("explorer")
    assert window.explorer.tabs.currentWidget() is window.explorer.map


def test_a_shape_of_the_catalogue_is_dropped_on_a_well(window: MainWindow, qtbot: QtBot) -> None:
    window.explorer.open_tab("between")
    for well, name in zip(window.explorer.between.wells, ("flat-03", "tall-20"), strict=True):
        data = QMimeData()
        data.setData(MIME, QByteArray(name.encode()))
        drop = QDropEvent(
            QPointF(10, 10),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        well.dropEvent(drop)
    assert _settled(window, qtbot).name == "Flat 3 → Tall 20"


def test_between_a_shape_and_itself_nothing_moves(window: MainWindow, qtbot: QtBot) -> None:
    item = _blend(window, qtbot, "tall-20")
    window.explorer.open_tab("between")
    window.explorer.between.strip.setFocus()
    QTest.keyClick(window.explorer.between.strip, Qt.Key.Key_End)
    moved = _settled(window, qtbot)
    assert moved.blend is not None
    assert moved.blend.fraction == 1.0
    assert item.latent is not None
    assert moved.latent is not None
    np.testing.assert_allclose(moved.latent.arrays[CODE], item.latent.arrays[CODE], atol=1e-6)
    assert item.id in window.studio.results


def test_a_session_remembers_the_way(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    before = _blend(window, qtbot)
    studio = window.studio
    studio.exploration.slide(before.id, 0.25)
    studio.end_gesture()
    _settled(window, qtbot)
    path = tmp_path / "way.occ"
    studio.session.save(path)
    qtbot.waitUntil(lambda: path.is_file() and not studio.session.is_dirty, timeout=TIMEOUT_MS)
    studio.exploration.slide(before.id, 0.75)
    studio.session.open(path)

    def is_back() -> bool:
        item = studio.document.current
        return item is not None and item.blend is not None and item.blend.fraction == 0.25

    qtbot.waitUntil(is_back, timeout=TIMEOUT_MS)
    item = _settled(window, qtbot)
    assert item.blend is not None
    assert [key.name for key in item.blend.keys] == ["Flat 0", "Tall 20"]
    studio.exploration.slide(item.id, 0.5)
    assert _settled(window, qtbot).blend.fraction == 0.5  # type: ignore[union-attr]


def test_all_cells_of_a_grid_have_room_for_a_picture(window: MainWindow, qtbot: QtBot) -> None:
    window.explorer.open_tab("catalogue")
    grid = window.explorer.catalogue.grid
    grid.show_picture("flat-01", QPixmap(88, 88))
    rects = [grid.visualRect(grid.model().index(row, 0)) for row in range(4)]
    assert len({(rect.width(), rect.height()) for rect in rects}) == 1
    assert rects[0].width() >= grid.iconSize().width()
    assert rects[0].height() > grid.iconSize().height()
    del qtbot


def test_spread_takes_the_place_of_temperature_near_a_shape(
    window: MainWindow, qtbot: QtBot
) -> None:
    _take(window, qtbot, "flat-00")
    window.explorer.open_tab("samples")
    samples = window.explorer.samples
    assert samples.warmth.isVisible()
    samples.more.click()
    assert samples.spread.isVisible()
    assert not samples.warmth.isVisible()
    slider = samples.spread.findChild(QSlider)
    slider.setValue(slider.maximum())
    assert window.studio.document.gallery.spread == 1.0
    assert window.studio.document.gallery.temperature == 0.8


def test_who_has_chosen_nothing_may_begin_with_two_at_random(
    window: MainWindow, qtbot: QtBot
) -> None:
    between = window.explorer.between
    assert between.begin.isVisible()
    QTest.mouseClick(between.begin, Qt.MouseButton.LeftButton)
    blend = _settled(window, qtbot).blend
    assert blend is not None
    first, second = (key.name for key in blend.keys)
    assert first != second
    assert first.split()[0] == second.split()[0]
    assert between.strip.isVisible()
    assert not between.begin.isVisible()
