"""What a person does with the window, from a dropped file to an exported mesh."""

import math
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from occstudio.exchange.mesh_reader import read_mesh
from occstudio.gui.main_window import MainWindow
from occstudio.shapes.latent import Latent
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.studio import edits
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import Quality, Wish
from occstudio.studio.studio import Studio
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file
from tests.gui.threshold_hand import dragging

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def drop(window: MainWindow, *files: Path) -> None:
    """Let files fall on the window as the desktop does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    place = QPointF(window.width() / 2, window.height() / 2)
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert window.findChild(QWidget, "dropOverlay").isVisible()
    window.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE))
    assert not window.findChild(QWidget, "dropOverlay").isVisible()


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until every shape has the surface that it wants."""

    def is_settled() -> bool:
        studio = window.studio
        return bool(studio.document.items) and all(
            studio.is_current(item) for item in studio.document.items
        )

    qtbot.waitUntil(is_settled, timeout=TIMEOUT_MS)


def opened(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> int:
    """Drop one ellipsoid and wait for its surface; its id."""
    drop(window, ellipsoid_file(tmp_path / "egg.npy"))
    settle(qtbot, window)
    return window.studio.document.items[0].id


def test_a_dropped_file_becomes_a_surface(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    assert window.stage.empty.isVisible()
    item_id = opened(qtbot, window, tmp_path)
    assert not window.stage.empty.isVisible()
    result = window.studio.results[item_id]
    assert result.quality is Quality.FULL
    assert result.resolution == 128
    assert result.facts is not None
    assert result.facts.is_watertight
    assert result.facts.volume == pytest.approx(4 / 3 * math.pi, rel=0.01)
    assert window.findChild(QListView, "shapes-list").model().rowCount() == 1
    assert "egg" in window.windowTitle()


def test_dragging_the_threshold_shows_previews_and_then_the_full_surface(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    item_id = opened(qtbot, window, tmp_path)
    before = window.studio.results[item_id].mesh.volume
    seen: list[Quality] = []
    window.studio.result_arrived.subscribe(
        lambda shown: seen.append(window.studio.results[shown].quality)
    )
    with dragging(window) as drag:
        for threshold in (0.55, 0.6, 0.7, 0.8):
            drag(threshold)
        qtbot.waitUntil(lambda: Quality.PREVIEW in seen, timeout=TIMEOUT_MS)
    settle(qtbot, window)
    assert seen[-1] is Quality.FULL
    assert window.studio.document.items[0].threshold == pytest.approx(0.8, abs=0.01)
    assert window.studio.results[item_id].mesh.volume < before
    shown = window.findChild(QDoubleSpinBox, "threshold-number").value()
    assert shown == window.studio.document.items[0].threshold


def test_a_drag_is_one_step_of_undo_and_redo_does_it_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    item_id = opened(qtbot, window, tmp_path)
    volume = window.studio.results[item_id].mesh.volume
    with dragging(window) as drag:
        for threshold in (0.6, 0.7, 0.9):
            drag(threshold)
    settle(qtbot, window)
    undo, redo = window.actions_table["undo"], window.actions_table["redo"]
    assert "Threshold 0.9" in undo.text()
    undo.trigger()
    settle(qtbot, window)
    assert window.studio.document.items[0].threshold == 0.5
    assert window.studio.results[item_id].mesh.volume == pytest.approx(volume)
    assert window.findChild(QDoubleSpinBox, "threshold-number").value() == 0.5
    redo.trigger()
    assert window.studio.document.items[0].threshold == pytest.approx(0.9, abs=0.01)
    undo.trigger()
    undo.trigger()
    assert not window.studio.document.items
    assert window.stage.empty.isVisible()
    assert not undo.isEnabled()


def test_the_resolution_buttons_make_a_finer_surface(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    item_id = opened(qtbot, window, tmp_path)
    faces = len(window.studio.results[item_id].mesh.faces)
    qtbot.mouseClick(window.findChild(QToolButton, "resolution-256"), LEFT)
    settle(qtbot, window)
    assert len(window.studio.results[item_id].mesh.faces) > 3 * faces


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".stl", ".glb"])
def test_an_exported_mesh_lies_where_the_points_were(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    points = np.load(ellipsoid_file(tmp_path / "egg.npy")) * 1000 + [5000, 0, -20]
    np.save(tmp_path / "survey.npy", points)
    drop(window, tmp_path / "survey.npy")
    settle(qtbot, window)
    item = window.studio.document.items[0]
    target = tmp_path / f"out{suffix}"
    notices: list[Notice] = []
    window.studio.noticed.subscribe(notices.append)
    window.studio.export(item.id, target)
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert notices[0].text == f"exported out{suffix}"
    vertices = read_mesh(target).vertices
    assert vertices.min(axis=0) == pytest.approx(points.min(axis=0), abs=30)
    assert vertices.max(axis=0) == pytest.approx(points.max(axis=0), abs=30)


def test_bad_drops_are_listed_once_and_the_rest_is_used(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "film.mov").write_bytes(b"\x00\x00\x00\x14ftypqt  " + bytes(400))
    (tmp_path / "garbage.ply").write_bytes(bytes(range(256)))
    (tmp_path / "folder").mkdir()
    notices: list[Notice] = []
    window.studio.noticed.subscribe(notices.append)
    drop(
        window,
        tmp_path / "film.mov",
        ellipsoid_file(tmp_path / "egg.npy"),
        tmp_path / "garbage.ply",
        tmp_path / "folder",
        tmp_path / "vanished.xyz",
    )
    settle(qtbot, window)
    assert [item.name for item in window.studio.document.items] == ["egg"]
    assert len(notices) == 1
    assert notices[0].text == "4 of 5 files could not be used"
    listed = notices[0].details.splitlines()
    assert [line.partition(":")[0] for line in listed] == [
        "film.mov",
        "garbage.ply",
        "folder",
        "vanished.xyz",
    ]
    qtbot.mouseClick(window.findChild(QToolButton, "statusStrip-details"), LEFT)
    dialog = window.findChild(QWidget, "detailsDialog")
    assert dialog.isVisible()
    dialog.close()


def test_a_drop_of_garbage_leaves_the_shapes_alone(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    before = window.studio.document
    (tmp_path / "notes.ply").write_text("not a ply")
    notices: list[Notice] = []
    window.studio.noticed.subscribe(notices.append)
    drop(window, tmp_path / "notes.ply")
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert "notes.ply" in notices[0].text
    assert window.studio.document is before


def test_a_missing_surface_offers_the_threshold_that_has_one(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    item = window.studio.document.items[0]
    good = window.studio.results[item.id].mesh
    # A flat shape's field never comes near one.
    flat = ellipsoid_file(tmp_path / "flat.npy", (1.0, 0.02, 1.0))
    drop(window, flat)
    qtbot.waitUntil(lambda: len(window.studio.document.items) == 2, timeout=TIMEOUT_MS)
    settle(qtbot, window)
    thin = window.studio.document.current
    assert thin is not None
    window.studio.apply(edits.set_threshold((thin.id,), 0.999))
    qtbot.waitUntil(lambda: thin.id in window.studio.failures, timeout=TIMEOUT_MS)
    assert window.studio.results[item.id].mesh is good
    assert not window.studio.results[thin.id].mesh.is_empty
    button = window.findChild(QPushButton, "noticeCard-remedy")
    assert button.isVisible(), window.studio.failures
    qtbot.mouseClick(button, LEFT)
    settle(qtbot, window)
    assert not window.studio.failures
    assert not button.isVisible()


class _Stuck:
    """A model whose encoder only ends when it is told to, or when it is cancelled."""

    device = "cpu"

    def __init__(self, inner: object) -> None:
        self.inner = inner
        self.card = inner.card  # type: ignore[attr-defined]
        self.entered, self.left = threading.Event(), threading.Event()

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """Wait to be cancelled."""
        self.entered.set()
        try:
            while True:
                watch.check()
                self.entered.wait(0.001)
        finally:
            self.left.set()

    def field(self, latent: Latent, time: float = 0.0) -> object:
        """Never reached."""
        raise AssertionError


def test_escape_cancels_what_is_made_and_reconstruct_again_makes_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = window.studio
    working = studio._pipeline.model("ellipsoid", "auto")
    stuck = _Stuck(working)
    studio._pipeline._models.clear()
    studio._pipeline._load_model = lambda name, device: stuck  # type: ignore[assignment, return-value]
    drop(window, ellipsoid_file(tmp_path / "egg.npy"))
    qtbot.waitUntil(stuck.entered.is_set, timeout=TIMEOUT_MS)
    assert studio.is_busy
    window.actions_table["cancel"].trigger()
    qtbot.waitUntil(stuck.left.is_set, timeout=TIMEOUT_MS)
    assert not studio.is_busy
    assert not studio.results
    assert window.status.message() == "Cancelled"
    studio._pipeline._models.clear()
    studio._pipeline._load_model = lambda name, device: working
    window.actions_table["retry"].trigger()
    settle(qtbot, window)


@pytest.mark.expects_log("ZeroDivisionError")
def test_an_exception_in_a_stage_is_one_line_and_the_surface_stays(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    item_id = opened(qtbot, window, tmp_path)
    result = window.studio.results[item_id]

    def fail(name: str, device: str) -> object:
        raise ZeroDivisionError("no such luck")

    window.studio._pipeline._models.clear()
    window.studio._pipeline._load_model = fail  # type: ignore[assignment]
    window.studio.apply(edits.set_threshold((item_id,), 0.7))
    qtbot.waitUntil(lambda: item_id in window.studio.failures, timeout=TIMEOUT_MS)
    assert "ZeroDivisionError" in window.status.message()
    assert "Traceback" in window.studio.failures[item_id].details
    assert window.studio.results[item_id].wish.source is result.wish.source
    assert not window.studio.results[item_id].mesh.is_empty


def test_the_sample_button_opens_the_sample(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.findChild(QToolButton, "sample-sample"), LEFT)
    settle(qtbot, window)
    assert window.studio.document.items[0].name == "sample"


def test_the_up_axis_turns_the_shape_and_not_the_export(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    item_id = opened(qtbot, window, tmp_path)
    size = window.studio.results[item_id].facts.size  # type: ignore[union-attr]
    window.studio.apply(edits.set_up((item_id,), "+z"))
    settle(qtbot, window)
    result = window.studio.results[item_id]
    assert result.facts is not None
    assert result.facts.size == pytest.approx(size, rel=0.02)
    spread = np.ptp(result.mesh.vertices, axis=0)
    assert spread.argmax() == 2


def test_hiding_renaming_and_deleting_can_be_undone(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    studio: Studio = window.studio
    first = studio.document
    for action, check in (
        ("hide", lambda: not studio.document.items[0].visible),
        ("delete", lambda: not studio.document.items),
    ):
        window.actions_table[action].trigger()
        assert check()
        window.actions_table["undo"].trigger()
        assert studio.document == first
    rows = window.findChild(QListView, "shapes-list").model()
    assert rows.setData(rows.index(0, 0), "My egg")
    assert studio.document.items[0].name == "My egg"
    window.actions_table["undo"].trigger()
    assert studio.document == first
    assert rows.data(rows.index(0, 0)) == "egg"


def test_every_control_is_named_for_screen_readers_and_tests(window: MainWindow) -> None:
    for kind in (QToolButton, QPushButton, QSlider, QDoubleSpinBox):
        for widget in window.findChildren(kind):
            if isinstance(widget.parent(), QLineEdit):  # Qt's own, to clear what was typed
                continue
            if widget.objectName().startswith("qt_") or not widget.objectName():
                assert widget.objectName().startswith("qt_"), (kind, widget.parent().objectName())
                continue
            # A remedy takes its name from the notice that it belongs to.
            assert widget.accessibleName() or "remedy" in widget.objectName(), widget.objectName()


def test_keys_do_what_the_table_says_and_never_reach_vtk(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    viewport = window.viewport
    with qtbot.waitActive(window, timeout=TIMEOUT_MS):
        window.activateWindow()
    viewport.setFocus()  # type: ignore[attr-defined]
    qtbot.keyClick(viewport, Qt.Key.Key_3)  # type: ignore[arg-type]
    assert viewport.orbit.azimuth == 90  # type: ignore[attr-defined]
    assert not viewport.ren_win.GetStereoRender()  # type: ignore[attr-defined]
    qtbot.keyClick(viewport, Qt.Key.Key_W)  # type: ignore[arg-type]
    for actor in viewport.renderers[0].actors.values():  # type: ignore[attr-defined]
        assert actor.prop.style.lower() != "wireframe"


def test_threshold_can_be_typed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(qtbot, window, tmp_path)
    number = window.findChild(QDoubleSpinBox, "threshold-number")
    number.setValue(0.3)
    settle(qtbot, window)
    item = window.studio.document.items[0]
    assert item.threshold == pytest.approx(0.3)
    assert window.studio.results[item.id].wish == Wish.of(item)


def test_the_window_explains_itself_without_opengl(qtbot: QtBot, window: MainWindow) -> None:
    from occstudio.gui.opengl import OpenGl

    blind = MainWindow(window.studio, OpenGl("", "no driver"))
    label = blind.findChild(QLabel, "noView")
    assert "OpenGL" in label.text()
    assert "no driver" in label.text()
    blind.viewport.close()
    blind.deleteLater()
