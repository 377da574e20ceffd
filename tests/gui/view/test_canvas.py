"""What the scene is drawn on: by the window's own OpenGL, or as a picture that is painted."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.theme import chosen_theme
from occstudio.gui.view.canvas import GlCanvas, PaintedCanvas
from occstudio.gui.view.coming_view import ComingView
from occstudio.gui.view.viewport import Viewport
from occstudio.studio.settings import Settings
from tests.gui.conftest import TIMEOUT_MS
from tests.gui.view.conftest import Open, pixels


@pytest.fixture
def with_card(qapp: QApplication, qtbot: QtBot) -> Iterator[Viewport]:
    """A view for a graphics card, shown; whoever draws it here."""
    owner = QWidget()
    owner.resize(400, 300)
    view = Viewport(owner, is_software=False)
    view.resize(400, 300)
    view.set_theme(chosen_theme("dark"))
    view.show_settings(Settings())
    owner.show()
    qtbot.waitExposed(owner)
    yield view
    view.close()
    owner.close()
    owner.deleteLater()
    qapp.processEvents()


def test_a_picture_is_what_a_graphics_card_would_show(
    with_card: Viewport, window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot
) -> None:
    opened()
    if isinstance(view.canvas, GlCanvas):
        pytest.skip("OpenGL is no software here")
    studio = window.studio
    view.setFixedSize(400, 300)
    with_card.show_document(studio.document, studio.results)
    with_card.turn(view.orbit)
    painted, direct = pixels(view).astype(int), pixels(with_card).astype(int)
    assert painted.shape == direct.shape
    assert np.ptp(painted) > 100
    # Edges are smoothed in different ways.
    assert np.abs(painted - direct).mean() < 0.02 * np.ptp(painted)


def test_what_is_painted_over_the_view_does_not_draw_the_scene_again(
    view: Viewport, opened: Open, qtbot: QtBot
) -> None:
    opened()
    if not isinstance(view.canvas, PaintedCanvas):
        pytest.skip("OpenGL is no software here")
    qtbot.waitUntil(lambda: not view._calm.isActive() and not view._soon.isActive())
    view.repaint()
    drawn: list[object] = []
    view.ren_win.AddObserver("StartEvent", lambda *_: drawn.append(1))
    view.overlay.gizmo.repaint()
    view.repaint()
    assert not drawn
    view.look(10.0, 20.0)
    qtbot.waitUntil(lambda: bool(drawn), timeout=TIMEOUT_MS)


def test_an_edit_that_shows_nothing_new_draws_nothing(
    window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot
) -> None:
    item = opened()
    qtbot.waitUntil(lambda: not view._calm.isActive() and not view._soon.isActive())
    view.picture()
    document = window.studio.document
    items = tuple(replace(each, name="other") for each in document.items if each.id == item)
    view.show_document(replace(document, items=items), window.studio.results)
    assert not view._soon.isActive()


def test_before_the_view_comes_a_window_is_drawn_as_it_will_be(qapp: QApplication) -> None:
    owner = QWidget()
    for is_software in (True, False):
        coming = ComingView(owner, is_software=is_software)
        assert bool(coming.findChildren(QWidget)) is not is_software
    owner.deleteLater()
    qapp.processEvents()
