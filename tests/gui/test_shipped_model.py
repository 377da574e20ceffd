"""The window on the model that ships: a bundled scan in, a mesh on disk out, and the truth."""

import gc
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from occstudio import paths
from occstudio.exchange.mesh_reader import read_mesh
from occstudio.gui.app import load_model_of_library
from occstudio.inference.library import load_model
from occstudio.metrics import contains_points, iou
from occstudio.studio import edits
from tests.gui.conftest import TIMEOUT_MS, close_window, open_window
from tests.gui.test_workflows import drop, settle
from tests.test_shipped_model import SAMPLES, true_shape


def test_a_bundled_scan_is_dropped_reconstructed_and_exported(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(qapp, load_model("scan-any", "cpu"), tmp_path)
    studio, target = window.studio, tmp_path / "chair.ply"
    try:
        qtbot.waitUntil(lambda: bool(studio.models), timeout=TIMEOUT_MS)
        drop(window, paths.samples() / "chair.ply")
        settle(qtbot, window)
        item = studio.document.items[0]
        studio.apply(edits.set_resolution((item.id,), 64))
        settle(qtbot, window)
        studio.export(item.id, target)
        qtbot.waitUntil(target.exists, timeout=TIMEOUT_MS)
        qtbot.waitUntil(lambda: not studio.is_busy, timeout=TIMEOUT_MS)
    finally:
        close_window(qapp, window)
    name, least = SAMPLES["chair"]
    shape, stored = true_shape(name)
    queries = np.random.default_rng(0).uniform(-0.5, 0.5, (20_000, 3)).astype(np.float32)
    mesh = read_mesh(target)
    assert mesh.is_watertight
    inside = contains_points(mesh, stored.to_world(queries))
    assert iou(inside, shape.occupancy(queries)) >= least - 0.05


def test_the_window_is_never_kept_waiting_for_a_search_through_imported_modules() -> None:
    gc.unfreeze()
    try:
        load_model_of_library("scan-any", "cpu")
        assert gc.get_freeze_count() > 100_000
        assert sum(len(gc.get_objects(generation)) for generation in range(3)) < 50_000
    finally:
        gc.unfreeze()
