"""The whole way of a session in one go, by what a person touches."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QSlider
from pytestqt.qtbot import QtBot

from occstudio.exchange.mesh_reader import read_mesh
from occstudio.gui.main_window import MainWindow
from occstudio.studio import edits
from tests.gui.conftest import TIMEOUT_MS, ellipsoid_file
from tests.gui.test_workflows import drop, settle


def test_drop_drag_undo_compare_save_reopen_export(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, actions = window.studio, window.actions_table
    # Drop two scans, one after the other.
    drop(window, ellipsoid_file(tmp_path / "egg.npy"))
    settle(qtbot, window)
    drop(window, ellipsoid_file(tmp_path / "pea.npy", (1.0, 1.0, 1.0)))
    qtbot.waitUntil(lambda: len(studio.document.items) == 2, timeout=TIMEOUT_MS)
    settle(qtbot, window)
    egg, pea = studio.document.items
    # Drag the threshold, and undo it.
    studio.apply(edits.select((egg.id,)))
    handle = window.findChild(QSlider, "threshold-slider")
    if handle is not None:
        handle.setSliderDown(True)
        handle.setValue(700)
        handle.setSliderDown(False)
    else:
        studio.apply(edits.set_threshold((egg.id,), 0.7))
    assert studio.document.items[0].threshold == pytest.approx(0.7)
    actions["undo"].trigger()
    assert studio.document.items[0].threshold == 0.5
    # Compare the two, and stop.
    studio.apply(edits.select((egg.id, pea.id)))
    for mode in ("side_by_side", "overlay", "wipe", "distance"):
        actions[f"compare_{mode}"].trigger()
        assert studio.document.comparison.mode == mode
    actions["compare_distance"].trigger()  # once more ends it
    assert studio.document.comparison.mode == "off"
    # Save, begin anew, reopen.
    session = tmp_path / "work.occ"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(session), ""))
    actions["save"].trigger()
    qtbot.waitUntil(lambda: session.exists() and not studio.session.is_dirty, timeout=TIMEOUT_MS)
    actions["new"].trigger()
    qtbot.waitUntil(lambda: not studio.document.items, timeout=TIMEOUT_MS)
    assert window.stage.empty.isVisible()
    drop(window, session)
    qtbot.waitUntil(lambda: len(studio.document.items) == 2, timeout=TIMEOUT_MS)
    settle(qtbot, window)
    assert [item.name for item in studio.document.items] == ["egg", "pea"]
    # Export what is selected.
    studio.apply(edits.select((studio.document.items[1].id,)))
    target = tmp_path / "pea.ply"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), "PLY (*.ply)"))
    actions["export"].trigger()
    qtbot.waitUntil(target.exists, timeout=TIMEOUT_MS)
    mesh = read_mesh(target)
    assert mesh.is_watertight
    assert mesh.vertices.max(axis=0) == pytest.approx([1, 1, 1], abs=0.03)
