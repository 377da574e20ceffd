"""Wandering between shapes in the real window: by mouse, by key, and back by undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio.extraction.wholeness import imagined_threshold
from occstudio.gui.main_window import MainWindow
from occstudio.latents.code_book import CODE
from occstudio.shapes.field import level_of
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


def _current(window: MainWindow) -> ShapeItem:
    item = window.studio.document.current
    assert item is not None
    return item


def _settled(window: MainWindow, qtbot: QtBot) -> ShapeItem:
    qtbot.waitUntil(lambda: window.studio.is_current(_current(window)), timeout=TIMEOUT_MS)
    return _current(window)


def _blend(window: MainWindow, qtbot: QtBot) -> ShapeItem:
    window.explorer.open_tab("between")
    window.explorer.between.choose_named(0, "flat-00")
    assert not window.studio.document.items
    window.explorer.between.choose_named(1, "tall-20")
    return _settled(window, qtbot)


def test_two_shapes_of_the_catalogue_make_a_third(window: MainWindow, qtbot: QtBot) -> None:
    item = _blend(window, qtbot)
    book = ellipsoid_book()
    assert book is not None
    assert item.latent is not None
    middle = (book.codes[0] + book.codes[20]) / 2
    np.testing.assert_allclose(item.latent.arrays[CODE], middle, atol=1e-6)
    radii = np.ptp(window.studio.results[item.id].mesh.vertices, axis=0) / 2
    # Shapes that nobody made begin at a lower threshold: 40 logits a unit.
    lowest = np.exp(middle).min()
    wider = 1 - level_of(imagined_threshold(0.5)) / 40 / lowest
    np.testing.assert_allclose(radii, wider * np.exp(middle), rtol=0.02)


def test_dragging_the_strip_slides_and_is_undone_at_once(window: MainWindow, qtbot: QtBot) -> None:
    before = _blend(window, qtbot)
    window.resize(1440, 900)
    strip = window.explorer.between.strip
    qtbot.waitUntil(lambda: strip.width() > 400)
    middle = QPoint(strip.width() // 2, strip.height() - 12)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=middle)
    for part in (0.6, 0.7, 0.8, 0.9):
        QTest.mouseMove(strip, QPoint(round(strip.width() * part), middle.y()))
        qtbot.wait(20)
    end = QPoint(round(strip.width() * 0.9), middle.y())
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=end)
    after = _settled(window, qtbot)
    assert after.blend is not None
    assert 0.85 < after.blend.fraction < 0.95
    window.actions_table["undo"].trigger()
    assert _current(window).blend == before.blend


def test_arrow_keys_slide_too(window: MainWindow, qtbot: QtBot) -> None:
    item = _blend(window, qtbot)
    strip = window.explorer.between.strip
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    moved = _settled(window, qtbot)
    assert item.blend is not None
    assert moved.blend is not None
    assert moved.blend.fraction == pytest.approx(item.blend.fraction + 0.01)
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert _settled(window, qtbot).blend.fraction == 1.0  # type: ignore[union-attr]


def test_playing_goes_to_and_fro_and_stops(window: MainWindow, qtbot: QtBot) -> None:
    item = _blend(window, qtbot)
    play = window.explorer.between.play
    seen: set[float] = set()
    window.studio.changed.subscribe(
        lambda _, new: seen.add(new.items[-1].blend.fraction)  # type: ignore[union-attr]
    )
    play.click()
    qtbot.waitUntil(lambda: len(seen) > 5, timeout=TIMEOUT_MS)
    play.click()
    count = len(seen)
    _settled(window, qtbot)
    assert len(seen) <= count + 1
    window.actions_table["undo"].trigger()
    assert _current(window).blend == item.blend


def test_another_shape_is_put_into_the_way_and_out_again(window: MainWindow, qtbot: QtBot) -> None:
    _blend(window, qtbot)
    between = window.explorer.between
    between._add_key(window.studio.exploration.named("tall-15"))
    blend = _settled(window, qtbot).blend
    assert blend is not None
    assert [key.name for key in blend.keys] == ["Flat 0", "Tall 15", "Tall 20"]
    assert blend.fraction == 0.5
    between.remove.click()
    blend = _settled(window, qtbot).blend
    assert blend is not None
    assert len(blend.keys) == 2


def test_the_path_can_be_changed(window: MainWindow, qtbot: QtBot) -> None:
    _blend(window, qtbot)
    path = window.explorer.between.path
    path.setCurrentIndex(path.findData("data"))
    path.activated.emit(path.currentIndex())
    assert _settled(window, qtbot).blend.path == "data"  # type: ignore[union-attr]


def test_the_catalogue_is_searched_and_its_shapes_are_taken(
    window: MainWindow, qtbot: QtBot
) -> None:
    catalogue = window.explorer.catalogue
    window.explorer.open_tab("catalogue")
    assert catalogue.grid.count() == 24
    catalogue.search.setText("tall 2")
    assert 0 < catalogue.grid.count() < 24
    catalogue.search.clear()
    catalogue.kind.setCurrentIndex(catalogue.kind.findData("flat"))
    catalogue.kind.activated.emit(catalogue.kind.currentIndex())
    assert catalogue.grid.count() == 12
    catalogue.grid.setCurrentIndex(catalogue.grid.model().index(3, 0))
    catalogue.take.click()
    assert _settled(window, qtbot).name == "Flat 3"


def test_samples_are_kept_and_discarded_and_come_back(window: MainWindow, qtbot: QtBot) -> None:
    samples = window.explorer.samples
    window.explorer.open_tab("samples")
    count = samples.grid.count()
    assert count > 8
    samples.grid.setCurrentIndex(samples.grid.model().index(2, 0))
    samples.keep.click()
    assert _settled(window, qtbot).name == "Sample 3"
    samples.discard.click()
    assert samples.grid.count() == count - 1
    window.actions_table["undo"].trigger()
    assert samples.grid.count() == count
    seed = window.studio.document.gallery.seed
    samples.again.click()
    assert window.studio.document.gallery.seed == seed + 1


def test_more_like_this_draws_near_the_chosen_sample(window: MainWindow, qtbot: QtBot) -> None:
    samples = window.explorer.samples
    window.explorer.open_tab("samples")
    samples.grid.setCurrentIndex(samples.grid.model().index(0, 0))
    samples.more.click()
    around = window.studio.document.gallery.around
    assert around is not None
    assert around.name == "Sample 1"
    assert samples.everything.isVisible()
    samples.everything.click()
    assert window.studio.document.gallery.around is None


def test_steering_taller_makes_the_shape_taller_and_reset_brings_it_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    studio = window.studio
    studio.exploration.take(studio.exploration.named("flat-00").latent, "mine", "")
    item = _settled(window, qtbot)
    before = np.ptp(studio.results[item.id].mesh.vertices, axis=0)[1]
    window.explorer.open_tab("steer")
    row = window.explorer.steer.findChild(
        type(window.explorer.steer._rows[0]), "explorer-direction-height"
    )
    assert row is not None
    row.slider.setValue(60)
    item = _settled(window, qtbot)
    assert np.ptp(studio.results[item.id].mesh.vertices, axis=0)[1] > 1.1 * before
    window.explorer.steer.reset.click()
    item = _settled(window, qtbot)
    assert np.ptp(studio.results[item.id].mesh.vertices, axis=0)[1] == pytest.approx(before)


def test_a_hand_on_the_map_makes_what_lies_there(window: MainWindow, qtbot: QtBot) -> None:
    window.explorer.open_tab("map")
    space = window.studio.exploration.space
    assert space is not None
    place = window.explorer.map.map
    x, y = space.map.places[7].tolist()
    QTest.mouseClick(place, Qt.MouseButton.LeftButton, pos=place.point_of(x, y).toPoint())
    item = _settled(window, qtbot)
    assert item.latent is not None
    np.testing.assert_allclose(item.latent.arrays[CODE], space.book.codes[7], atol=0.15)


def test_without_a_space_the_explorer_says_what_to_do(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(qapp, EllipsoidSpace(), tmp_path)
    qtbot.waitUntil(lambda: bool(window.studio.models), timeout=TIMEOUT_MS)
    assert not window.explorer.tabs.isVisible()
    close_window(qapp, window)
