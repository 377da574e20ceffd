"""Pictures and films of the view, by their pixels."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from occstudio.errors import OccStudioError
from occstudio.gui.main_window import MainWindow
from occstudio.gui.view.capture import capture
from occstudio.gui.view.capture_dialogs import PictureDialog, TurntableDialog
from occstudio.gui.view.viewport import Viewport
from occstudio.studio import edits
from occstudio.studio.document import FieldSlice
from occstudio.studio.notice import Notice
from tests.gui.conftest import TIMEOUT_MS
from tests.gui.view.conftest import Open, pixels, set_settings, settle

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize("times", [1, 4])
def test_a_picture_has_the_wanted_size_and_a_clear_background(
    window: MainWindow, view: Viewport, opened: Open, times: int
) -> None:
    opened((1.0, 1.0, 1.0))
    set_settings(window, shows_points=False)
    size = (view.width() * times, view.height() * times)
    found = capture(view, size, transparent=True)
    assert found.shape == (size[1], size[0], 4)
    assert found[2, 2].tolist() == [0, 0, 0, 0]
    middle = found[size[1] // 2, size[0] // 2]
    assert middle[3] == 255
    assert middle[0] > 90
    # The ball is as large in it as its projection says.
    covered = (found[..., 3] == 255).mean()
    reach = view.orbit.distance
    seen = 0.5 / np.sqrt(reach**2 - 0.25) / view.orbit.height * reach
    assert covered == pytest.approx(np.pi * seen**2 / view.aspect, rel=0.03)


def test_a_picture_leaves_the_view_as_it_was(
    window: MainWindow, view: Viewport, opened: Open
) -> None:
    opened()
    before, camera = pixels(view).astype(int), view.orbit
    capture(view, (300, 200), transparent=True)
    assert view.orbit == camera
    assert np.abs(pixels(view) - before).max() <= 1


def test_without_transparency_the_background_is_the_themes(
    window: MainWindow, view: Viewport, opened: Open
) -> None:
    opened()
    size = (view.width(), view.height())
    found = capture(view, size)
    assert (found[..., 3] == 255).all()
    assert np.abs(found[..., :3].astype(int) - pixels(view)).max() <= 2


def test_legends_are_drawn_in_where_they_are(
    window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot
) -> None:
    opened()
    window.studio.apply(edits.set_slice(FieldSlice(True, "z", 0.0)))
    settle(qtbot, window)
    legend = view.overlay.slice_legend
    assert legend.isVisible()
    size = (2 * view.width(), 2 * view.height())
    without, found = (
        capture(view, size, with_overlays=wanted).astype(int) for wanted in (False, True)
    )
    place = legend.geometry()
    rows = slice(2 * place.top(), 2 * place.bottom())
    columns = slice(2 * place.left(), 2 * place.right())
    changed = np.abs(found - without).max(axis=2) > 8
    assert changed[rows, columns].mean() > 0.5
    for part in (legend, view.overlay.scale_bar):
        place = part.geometry().adjusted(-2, -2, 2, 2)
        rows = slice(max(2 * place.top(), 0), 2 * place.bottom())
        changed[rows, max(2 * place.left(), 0) : 2 * place.right()] = False
    left = np.argwhere(changed)
    assert not len(left), (left.min(axis=0), left.max(axis=0), legend.geometry())


def test_a_size_beyond_what_opengl_draws_is_refused_in_words(view: Viewport) -> None:
    with pytest.raises(OccStudioError, match="out of range"):
        capture(view, (100_000, 50))


def test_the_picture_dialog_writes_what_it_says(
    window: MainWindow,
    view: Viewport,
    opened: Open,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened()
    path = tmp_path / "egg.png"
    monkeypatch.setattr(
        "occstudio.gui.view.capture_dialogs.QFileDialog.getSaveFileName",
        lambda *_: (str(path), "PNG (*.png)"),
    )
    notices: list[Notice] = []
    window.studio.noticed.subscribe(notices.append)
    window.actions_table["save_picture"].trigger()
    dialog = window.findChild(PictureDialog)
    assert dialog is not None
    dialog.size_choice.set_value(4)
    dialog.transparent.setChecked(True)
    qtbot.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert notices[0].text == "exported egg.png"
    with Image.open(path) as image:
        assert image.size == (4 * view.width(), 4 * view.height())
        assert image.mode == "RGBA"
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".part"]


def test_a_picture_can_be_copied(
    window: MainWindow, view: Viewport, opened: Open, qtbot: QtBot
) -> None:
    opened()
    window.actions_table["save_picture"].trigger()
    dialog = window.findChild(PictureDialog)
    assert dialog is not None
    dialog.size_choice.set_value(1)
    qtbot.mouseClick(dialog.copy, LEFT)
    assert QGuiApplication.clipboard().image().width() == view.width()


def test_a_picture_on_a_read_only_place_is_one_sentence(
    window: MainWindow,
    view: Viewport,
    opened: Open,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened()
    monkeypatch.setattr(
        "occstudio.gui.view.capture_dialogs.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / "gone" / "egg.png"), "PNG (*.png)"),
    )
    notices: list[Notice] = []
    window.studio.noticed.subscribe(notices.append)
    window.actions_table["save_picture"].trigger()
    dialog = window.findChild(PictureDialog)
    assert dialog is not None
    qtbot.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert "no such folder" in notices[0].text


@pytest.fixture
def film(window: MainWindow, view: Viewport, opened: Open) -> TurntableDialog:
    """The dialog, set to six small frames."""
    opened()
    window.actions_table["film_turn"].trigger()
    dialog = window.findChild(TurntableDialog)
    assert dialog is not None
    dialog.seconds.setValue(1)
    dialog.rate.setValue(6)
    dialog.height_choice.set_value(480)
    return dialog


def test_a_turntable_has_as_many_frames_as_were_asked_for_and_all_differ(
    window: MainWindow, view: Viewport, film: TurntableDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    camera = view.orbit
    path = tmp_path / "egg.gif"
    notices: list[Notice] = []
    window.studio.noticed.subscribe(notices.append)
    seen: list[tuple[int, int]] = []
    film.film(path)
    assert film.recording is not None
    film.recording.progressed.connect(lambda done, total: seen.append((done, total)))
    qtbot.waitUntil(lambda: bool(notices), timeout=TIMEOUT_MS)
    assert notices[0].text == "filmed egg.gif"
    assert seen[-1] == (6, 6)
    assert view.orbit == camera
    with Image.open(path) as image:
        assert image.n_frames == 6  # type: ignore[attr-defined]
        assert image.size[1] == 480
        shown = []
        for number in range(6):
            image.seek(number)
            shown.append(np.array(image.convert("RGB")).astype(int))
    for one, other in pairwise(shown):
        assert np.abs(one - other).max() > 30


def test_a_cancelled_turntable_leaves_no_file_and_no_thread(
    window: MainWindow, film: TurntableDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    film.rate.setValue(60)
    film.film(tmp_path / "egg.webp")
    recording = film.recording
    assert recording is not None
    with qtbot.waitSignal(recording.progressed, timeout=TIMEOUT_MS):
        pass
    qtbot.mouseClick(film.cancel, LEFT)
    assert not recording.is_running
    assert not list(tmp_path.glob("*.webp"))
    assert not list(tmp_path.glob(".*"))


def test_closing_the_window_while_it_films_ends_the_film(
    window: MainWindow, film: TurntableDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    film.rate.setValue(60)
    film.film(tmp_path / "egg.webp")
    assert film.recording is not None
    recording = film.recording
    with qtbot.waitSignal(recording.progressed, timeout=TIMEOUT_MS):
        pass
    window.close()
    qtbot.waitUntil(lambda: not recording.is_running, timeout=TIMEOUT_MS)


def test_a_film_that_cannot_be_written_says_why_and_can_be_tried_again(
    film: TurntableDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    film.film(tmp_path / "gone" / "egg.gif")
    qtbot.waitUntil(lambda: "no such folder" in film._said.text(), timeout=TIMEOUT_MS)
    assert film.save.isEnabled()
