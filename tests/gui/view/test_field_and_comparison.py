"""Field slice and comparisons through the real window."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.view.color_map import BELIEF
from occstudio.gui.view.overlays.legend import Key
from occstudio.gui.view.slice_actors import pane_picture
from occstudio.gui.view.viewport import Viewport
from occstudio.shapes.field import level_of
from occstudio.studio import edits
from occstudio.studio.document import Comparison, FieldSlice
from occstudio.studio.inquiries import DistanceAnswer
from tests.gui.conftest import TIMEOUT_MS
from tests.gui.view.conftest import Open, pixels, set_settings, settle

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def sliced(window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot) -> int:
    """A ball with the slice across z through its middle, seen from the front."""
    item_id = opened((2.0, 2.0, 2.0))
    set_settings(window, shows_points=False)
    view.look(0, 0)
    window.actions_table["slice"].trigger()
    settle(qtbot, window)
    return item_id


def line_radius(view: Viewport) -> float:
    """Mean distance of the drawn iso-line from the slice's middle, in model units."""
    ends = view.scene.slice.lines[0].mapper.dataset.points
    return float(np.linalg.norm(np.asarray(ends)[:, :2], axis=1).mean())


def drag_handle(view: Viewport, by: QPoint) -> None:
    """Take the grip, move it, and keep holding it."""
    handle = view.overlay.slice_handle
    at = QPointF(handle.width() / 2, handle.height() / 2)
    for kind, place in (
        (QEvent.Type.MouseButtonPress, at),
        (QEvent.Type.MouseMove, at + QPointF(by)),
    ):
        event = QMouseEvent(kind, place, handle.mapToGlobal(place), LEFT, LEFT, NONE)
        send = handle.mousePressEvent if "Press" in kind.name else handle.mouseMoveEvent
        send(event)


def test_the_slice_shows_belief_and_the_line_of_the_surface(view: Viewport, sliced: int) -> None:
    assert line_radius(view) == pytest.approx(0.5, abs=2e-3)
    found = pixels(view)[view.height() // 2, view.width() // 2]
    solid = BELIEF(np.array(1.0))
    assert found == pytest.approx(0.96 * solid, abs=14)
    assert view.overlay.slice_legend.isVisible()
    assert view.overlay.slice_bar.isVisible()


def test_the_pane_is_denser_where_something_is(view: Viewport, sliced: int) -> None:
    sampled = view.scene.slice.sampled
    assert sampled is not None
    picture = pane_picture(sampled)
    n = len(picture)
    assert picture[n // 2, n // 2, 3] > 2 * picture[0, 0, 3]


def test_a_dragged_threshold_moves_the_line_at_once_and_asks_nothing(
    window: MainWindow, view: Viewport, sliced: int
) -> None:
    asked: list[object] = []
    window.studio.inquiries.slice.answered.subscribe(asked.append)
    for threshold in (0.3, 0.6, 0.9):
        window.studio.apply(edits.set_threshold((sliced,), threshold), gesture="drag")
        # Within the call: no event was processed, no answer can have come.
        assert line_radius(view) == pytest.approx(0.5 - level_of(threshold) / 40, abs=3e-3)
    window.studio.end_gesture()
    assert not asked
    assert not window.studio.inquiries.slice.is_busy


def test_dragging_the_slice_does_not_decode_the_surface_again(
    window: MainWindow, view: Viewport, sliced: int, qtbot: QtBot
) -> None:
    studio = window.studio
    result = studio.results[sliced]
    lattices = [made.lattice for _, made in studio._pipeline._samplings._kept.values()]
    before = [lattice.evaluations for lattice in lattices]
    view.look(40, 20)
    for _ in range(3):
        drag_handle(view, QPoint(-8, 3))
    qtbot.waitUntil(
        lambda: (
            view.scene.slice.sampled is not None
            and view.scene.slice.sampled.plane.offset == studio.document.slice.offset
        ),
        timeout=TIMEOUT_MS,
    )
    view.overlay.slice_handle.released.emit()
    settle(qtbot, window)
    offset = studio.document.slice.offset
    assert abs(offset) > 0.02
    assert line_radius(view) == pytest.approx(math.sqrt(0.25 - offset**2), abs=3e-3)
    assert studio.results[sliced] is result
    assert [lattice.evaluations for lattice in lattices] == before
    # The whole drag is one step of undo.
    window.actions_table["undo"].trigger()
    assert studio.document.slice.offset == 0.0
    settle(qtbot, window)


def test_the_grip_follows_the_hand_along_the_normal(
    window: MainWindow, view: Viewport, sliced: int, qtbot: QtBot
) -> None:
    """Seen from the side and without perspective, a pixel of hand is a pixel of slice."""
    set_settings(window, is_parallel=True)
    view.look(90, 0)
    handle = view.overlay.slice_handle
    start = handle.pos()
    drag_handle(view, QPoint(-40, 0))
    handle.released.emit()
    settle(qtbot, window)
    assert handle.pos().x() - start.x() == pytest.approx(-40, abs=3)
    assert window.studio.document.slice.offset > 0


def test_axis_buttons_turn_the_slice_and_the_slider_moves_it(
    window: MainWindow, view: Viewport, sliced: int, qtbot: QtBot
) -> None:
    bar = view.overlay.slice_bar
    qtbot.mouseClick(bar.findChild(QToolButton, "sliceBar-x"), LEFT)
    settle(qtbot, window)
    assert window.studio.document.slice.axis == "x"
    sampled = view.scene.slice.sampled
    assert sampled is not None
    assert sampled.plane.axis == "x"
    bar.slider.setSliderDown(True)
    bar.slider.setValue(200)
    bar.slider.setSliderDown(False)
    bar.slider.sliderReleased.emit()
    settle(qtbot, window)
    assert window.studio.document.slice.offset == pytest.approx(0.275, abs=0.01)
    qtbot.mouseClick(bar.findChild(QToolButton, "sliceBar-close"), LEFT)
    assert not view.scene.slice.is_shown
    assert not bar.isVisible()
    assert not view.overlay.slice_legend.isVisible()


def test_the_value_under_the_cursor_is_said_in_the_worlds_coordinates(
    window: MainWindow, view: Viewport, sliced: int
) -> None:
    middle = QPointF(view.width() / 2, view.height() / 2)
    view.hovered.emit(middle)
    said = window.status.currentMessage()
    assert said.startswith("Occupancy 1.000 at (")
    x, y, z = (float(v) for v in said.partition("(")[2].rstrip(")").split(";"))
    # The ball has a radius of 2 in its world.
    assert (x, y, z) == pytest.approx((0, 0, 0), abs=0.15)
    view.left.emit()
    assert window.status.currentMessage() == ""


def test_the_surface_is_cut_open_on_the_side_of_the_eye(
    window: MainWindow, view: Viewport, sliced: int
) -> None:
    standing = view.scene.standing(sliced)
    assert standing is not None
    for azimuth, sign in ((0, -1), (180, 1)):
        view.look(azimuth, 0)
        planes = standing.surface.mapper.GetClippingPlanes()
        assert planes.GetNumberOfItems() == 1
        assert planes.GetItem(0).GetNormal()[2] == pytest.approx(sign, abs=1e-6)
    window.actions_table["slice_cut"].trigger()
    planes = standing.surface.mapper.GetClippingPlanes()
    assert planes is None or planes.GetNumberOfItems() == 0


@pytest.fixture
def pair(window: MainWindow, view: Viewport, opened: Open) -> tuple[int, int]:
    """A ball of radius 30 and one of 28 about one centre."""
    first, second = opened((30.0, 30.0, 30.0), "large"), opened((28.0, 28.0, 28.0), "small")
    set_settings(window, shows_points=False)
    window.studio.apply(edits.set_color((first,), "#e04030"))
    window.studio.apply(edits.set_color((second,), "#3050e0"))
    view.look(0, 0)
    return first, second


def compare(window: MainWindow, qtbot: QtBot, mode: str, pair: tuple[int, int]) -> None:
    window.studio.apply(edits.set_comparison(Comparison(mode, *pair)))
    settle(qtbot, window)


def test_a_wipe_shows_the_first_on_the_left_and_the_second_on_the_right_of_the_edge(
    window: MainWindow, view: Viewport, pair: tuple[int, int], qtbot: QtBot
) -> None:
    compare(window, qtbot, "wipe", pair)
    assert view.overlay.wipe.isVisible()
    for at in (0.5, 0.6, 0.44):
        view.overlay.wipe.moved.emit(at)
        row = pixels(view)[view.height() // 2 + 30].astype(int)
        edge = round(at * view.width())
        left, right = row[edge - 12], row[edge + 12]
        assert left[0] > left[2] + 40
        assert right[2] > right[0] + 40
    view.overlay.wipe.released.emit()
    view.look(70, 30)
    row = pixels(view)[view.height() // 2].astype(int)
    edge = round(0.44 * view.width())
    assert row[edge - 12][0] > row[edge - 12][2] + 40
    assert row[edge + 12][2] > row[edge + 12][0] + 40
    window.actions_table["undo"].trigger()
    assert window.studio.document.comparison.wipe == 0.5


def test_two_apart_are_seen_from_one_side_in_two_halves(
    window: MainWindow, view: Viewport, pair: tuple[int, int], qtbot: QtBot
) -> None:
    compare(window, qtbot, "side_by_side", pair)
    assert view.is_split
    found = pixels(view).astype(int)
    middle = found[view.height() // 2]
    left, right = middle[view.width() // 4], middle[3 * view.width() // 4]
    assert left[0] > left[2] + 40
    assert right[2] > right[0] + 40
    view.look(123, 31)
    first, second = (renderer.camera for renderer in view.renderers)
    assert first.GetPosition() == second.GetPosition()
    assert view.pick(QPointF(view.width() * 0.25, view.height() / 2)) == pair[0]
    assert view.pick(QPointF(view.width() * 0.75, view.height() / 2)) == pair[1]
    tags = [tag.text() for tag in view.overlay.names if tag.isVisible()]
    assert tags == ["large", "small"]
    window.studio.apply(edits.set_comparison(Comparison()))
    assert not view.is_split


def test_an_overlay_shows_the_first_through_the_second(
    window: MainWindow, view: Viewport, pair: tuple[int, int], qtbot: QtBot
) -> None:
    compare(window, qtbot, "overlay", (pair[1], pair[0]))
    small, large = view.scene.standing(pair[1]), view.scene.standing(pair[0])
    assert small is not None
    assert large is not None
    assert large.surface.prop.opacity < 0.5
    assert small.surface.prop.opacity == 1.0
    # In one world, the larger ball is larger: 30 to 28 in the smaller one's cube.
    scale = np.linalg.norm(large.matrix[:3, 0])
    assert scale == pytest.approx(30 / 28, rel=1e-3)
    middle = pixels(view)[view.height() // 2, view.width() // 2].astype(int)
    assert middle[0] > 60
    assert middle[2] > 60


def test_the_heat_map_is_one_colour_and_its_legend_says_how_far(
    window: MainWindow, view: Viewport, pair: tuple[int, int], qtbot: QtBot
) -> None:
    compare(window, qtbot, "distance", pair)
    key = legend(view, qtbot, "large against small")
    assert "Mean 2" in key.words
    assert "where they are" in key.words
    assert [text for _, text in key.ticks] == ["−2", "0", "+2"]
    red, _, blue = middle(view)
    assert red > blue + 60  # outside: brick
    window.actions_table["compare_swap"].trigger()
    legend(view, qtbot, "small against large")
    red, _, blue = middle(view)
    assert blue > red + 60  # inside: blue
    window.actions_table["compare"].trigger()
    assert view.overlay.paint_legend.key is None
    assert view.scene.pair is None


def test_a_distance_of_what_is_no_longer_compared_so_is_not_shown(
    window: MainWindow, view: Viewport, pair: tuple[int, int], qtbot: QtBot
) -> None:
    answers: list[DistanceAnswer] = []
    window.studio.inquiries.distance.answered.subscribe(answers.append)
    compare(window, qtbot, "distance", pair)
    legend(view, qtbot, "large against small")
    window.actions_table["compare_swap"].trigger()
    legend(view, qtbot, "small against large")
    window.studio.inquiries.distance.answered.emit(answers[0])  # it comes late
    key = view.overlay.paint_legend.key
    assert key is not None
    assert key.title == "small against large"


def legend(view: Viewport, qtbot: QtBot, title: str) -> Key:
    """The legend, as soon as it is of this."""

    def is_of_this() -> bool:
        key = view.overlay.paint_legend.key
        return key is not None and key.title == title

    qtbot.waitUntil(is_of_this, timeout=TIMEOUT_MS)
    key = view.overlay.paint_legend.key
    assert key is not None
    return key


def middle(view: Viewport) -> tuple[int, int, int]:
    """Colour of the pixel in the middle of the view."""
    red, green, blue = pixels(view)[view.height() // 2, view.width() // 2].tolist()
    return red, green, blue


def test_a_comparison_follows_a_new_threshold(
    window: MainWindow, view: Viewport, pair: tuple[int, int], qtbot: QtBot
) -> None:
    compare(window, qtbot, "distance", pair)
    key = view.overlay.paint_legend.key
    assert key is not None
    before = key.words
    window.studio.apply(edits.set_threshold((pair[1],), 0.95))
    settle(qtbot, window)
    key = view.overlay.paint_legend.key
    assert key is not None
    assert key.words != before


def test_compare_takes_the_selected_two_and_needs_two(
    window: MainWindow, opened: Open, qtbot: QtBot
) -> None:
    first = opened(name="one")
    assert not window.actions_table["compare"].isEnabled()
    assert "second shape" in window.actions_table["compare"].toolTip()
    second, third = opened(name="two"), opened(name="three")
    window.studio.apply(edits.select((third, first)))
    window.actions_table["compare"].trigger()
    comparison = window.studio.document.comparison
    assert (comparison.mode, comparison.first, comparison.second) == ("wipe", third, first)
    settle(qtbot, window)
    window.studio.apply(edits.remove_items((first,)))
    settle(qtbot, window)
    assert window.studio.document.comparison.mode == "off"
    assert second in [item.id for item in window.studio.document.items]


def test_deleting_what_is_sliced_puts_everything_away(
    window: MainWindow, view: Viewport, sliced: int, qtbot: QtBot
) -> None:
    window.studio.apply(edits.remove_items((sliced,)))
    settle_empty(qtbot, window)
    assert not view.scene.slice.is_shown
    assert not view.overlay.slice_bar.isVisible()
    assert not view.overlay.slice_handle.isVisible()


def settle_empty(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.studio.inquiries.slice.is_busy, timeout=TIMEOUT_MS)


def test_the_slice_follows_the_selection(
    window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot
) -> None:
    first, second = opened((2.0, 2.0, 2.0), "ball"), opened((2.0, 1.0, 1.0), "egg")
    window.studio.apply(edits.set_slice(FieldSlice(True, "x", 0.0)))
    radii = {}
    for item_id in (first, second):
        window.studio.apply(edits.select((item_id,)))
        settle(qtbot, window)
        ends = np.asarray(view.scene.slice.lines[0].mapper.dataset.points)
        radii[item_id] = np.linalg.norm(ends[:, 1:], axis=1).mean()
    assert radii[first] == pytest.approx(0.5, abs=3e-3)
    assert radii[second] == pytest.approx(0.25, abs=3e-3)


@pytest.mark.parametrize(("axis", "offset"), [("w", 0.0), ("x", float("nan")), ("y", 1e9)])
def test_a_slice_that_a_broken_session_asks_for_is_shown_in_the_middle(
    window: MainWindow,
    view: Viewport,
    opened: Open,
    qtbot: QtBot,
    axis: str,
    offset: float,
) -> None:
    opened()
    window.studio.apply(edits.set_slice(FieldSlice(True, axis, offset)))
    settle(qtbot, window)
    sampled = view.scene.slice.sampled
    assert sampled is not None
    assert sampled.plane.offset == 0.0
