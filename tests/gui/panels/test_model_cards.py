"""The library as cards, through the real window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from occstudio import paths
from occstudio.gui.bridge import Bridge
from occstudio.gui.main_window import MainWindow
from occstudio.gui.model_details import ModelDetails
from occstudio.gui.opengl import probe_opengl
from occstudio.gui.panels.model_cards import ModelCards
from occstudio.gui.widgets.facts_table import FactsTable
from occstudio.gui.widgets.model_tile import ModelTile
from occstudio.gui.widgets.number_field import NumberField
from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.input_spec import InputSpec
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.watch import Watch
from occstudio.studio.library import LibraryWork
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio
from tests.gui.conftest import TIMEOUT_MS, close_window, ellipsoid_file

LEFT = Qt.MouseButton.LeftButton

SCANS = ModelCard("round", "analytic", title="Round things", scores={"iou": 0.91}, licence="MIT")
OTHER = ModelCard("other", "analytic", threshold=0.3)
PHOTOS = ModelCard("photos", "onet", input_spec=InputSpec(kind="image", resolution=224))
GUESSED = ModelCard(
    "guessed",
    "conv_onet",
    hyperparameters={
        "padding": 0.1,
        "encoder_kwargs": {"plane_resolution": 64, "scatter_type": "max", "unet": True},
    },
    assumed=(
        "padding",
        "encoder_kwargs.plane_resolution",
        "encoder_kwargs.scatter_type",
        "encoder_kwargs.unet",
    ),
)


class Shelf:
    """A library in memory, with a folder on disk for each model of the person's own."""

    def __init__(self) -> None:
        self.cards = [SCANS, OTHER, PHOTOS]
        self.settings: dict[str, object] = {}

    def own(self, card: ModelCard) -> Path:
        folder = paths.user_models() / card.name
        folder.mkdir(parents=True)
        (folder / "model.safetensors").write_bytes(bytes(12_000))
        self.cards.append(card)
        return folder

    def add(self, path: Path, watch: Watch) -> ModelCard:
        self.own(GUESSED)
        return GUESSED

    def change(self, name: str, settings: object) -> ModelCard:
        self.settings = dict(settings)  # type: ignore[call-overload]
        return next(card for card in self.cards if card.name == name)

    def remove(self, name: str) -> None:
        self.cards = [card for card in self.cards if card.name != name]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, shelf: Shelf) -> Iterator[MainWindow]:
    bridge = Bridge(qapp)
    work = LibraryWork(shelf.add, shelf.change, shelf.remove, lambda _: {})  # type: ignore[arg-type]
    studio = Studio(
        lambda name, device: AnalyticModel(),
        lambda: list(shelf.cards),
        post=bridge.post,
        settings=Settings(theme="dark"),
        library=work,
    )
    window = MainWindow(studio, probe_opengl())
    window.resize(1000, 700)
    window.show()
    studio.refresh_models()
    qtbot.waitUntil(lambda: bool(studio.models), timeout=TIMEOUT_MS)
    yield window
    close_window(qapp, window)


def panel(window: MainWindow) -> ModelCards:
    found = window.findChild(ModelCards, "modelsBody")
    assert found is not None
    return found


def tile(window: MainWindow, name: str) -> ModelTile:
    found = panel(window).tile(name)
    assert found is not None, name
    return found


def shown(window: MainWindow) -> list[str]:
    return [t.card.name for t in panel(window)._tiles if not t.isHidden()]


def opened(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    count = len(window.studio.document.items)
    window.studio.open_files([path])
    qtbot.waitUntil(lambda: len(window.studio.document.items) > count, timeout=TIMEOUT_MS)
    settle(qtbot, window)


def settle(qtbot: QtBot, window: MainWindow) -> None:
    studio = window.studio
    qtbot.waitUntil(
        lambda: all(
            studio.is_current(item) or item.id in studio.failures
            for item in studio.document.items
            if item.model
        ),
        timeout=TIMEOUT_MS,
    )


def photo(path: Path) -> Path:
    from PIL import Image

    Image.fromarray(np.full((64, 64, 3), 200, np.uint8)).save(path)
    return path


def test_cards_say_what_a_model_takes_and_what_it_is_worth(window: MainWindow) -> None:
    texts = [label.text() for label in tile(window, "round").findChildren(QLabel)]
    assert {"round", "points", "IoU 0.91 · MIT"} <= set(texts)
    assert "Round things" in tile(window, "round").toolTip()


def test_everything_is_shown_while_nothing_is_open_and_the_next_one_is_marked(
    window: MainWindow,
) -> None:
    assert shown(window) == ["round", "other", "photos"]
    assert tile(window, "round").property("chosen")


def test_only_models_for_the_selected_input_are_shown(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, ellipsoid_file(tmp_path / "egg.npy"))
    assert shown(window) == ["round", "other"]
    opened(qtbot, window, photo(tmp_path / "chair.png"))
    assert shown(window) == ["photos"]
    assert window.studio.document.current is not None
    assert window.studio.document.current.model == "photos"  # proposed by itself
    assert tile(window, "photos").property("chosen")


def test_a_model_that_does_not_fit_can_be_seen_but_not_chosen(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, ellipsoid_file(tmp_path / "egg.npy"))
    combo = panel(window).findChild(QComboBox, "model-filter")
    combo.setCurrentIndex(combo.findData("all"))
    assert shown(window) == ["round", "other", "photos"]
    assert "takes a photo" in tile(window, "photos").toolTip()
    qtbot.mouseClick(tile(window, "photos"), LEFT)
    assert window.studio.document.items[0].model == "round"
    combo.setCurrentIndex(combo.findData("image"))
    assert shown(window) == ["photos"]


@pytest.mark.parametrize("by_key", [False, True])
def test_choosing_a_card_makes_the_shape_anew_and_undo_brings_the_old_one_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, by_key: bool
) -> None:
    opened(qtbot, window, ellipsoid_file(tmp_path / "egg.npy"))
    if by_key:
        qtbot.keyClick(tile(window, "other"), Qt.Key.Key_Space)
    else:
        qtbot.mouseClick(tile(window, "other"), LEFT)
    item = window.studio.document.items[0]
    assert (item.model, item.threshold) == ("other", 0.3)
    assert tile(window, "other").property("chosen")
    assert not tile(window, "round").property("chosen")
    settle(qtbot, window)
    window.actions_table["undo"].trigger()
    assert window.studio.document.items[0].model == "round"
    assert tile(window, "round").property("chosen")
    settle(qtbot, window)


def test_a_library_without_a_model_for_the_input_says_so(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, shelf: Shelf
) -> None:
    shelf.cards = [SCANS]
    window.studio.refresh_models()
    qtbot.waitUntil(lambda: len(window.studio.models) == 1, timeout=TIMEOUT_MS)
    opened(qtbot, window, photo(tmp_path / "chair.png"))
    assert shown(window) == []
    texts = [label.text() for label in panel(window).findChildren(QLabel) if label.isVisible()]
    assert any("No model of the library takes this" in text for text in texts)


def test_an_opened_checkpoint_becomes_a_card_with_its_size(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.studio.open_model(tmp_path / "model.pt")
    qtbot.waitUntil(lambda: panel(window).tile("guessed") is not None, timeout=TIMEOUT_MS)
    texts = [label.text() for label in tile(window, "guessed").findChildren(QLabel)]
    assert "points · 12 kB" in texts


def test_what_was_assumed_can_be_corrected_by_the_right_kind_of_field(
    window: MainWindow, qtbot: QtBot, shelf: Shelf
) -> None:
    shelf.own(GUESSED)
    window.studio.refresh_models()
    qtbot.waitUntil(lambda: panel(window).tile("guessed") is not None, timeout=TIMEOUT_MS)
    tile(window, "guessed").details_wanted.emit("guessed")
    dialog = window.findChild(ModelDetails, "modelDetails")
    assert dialog.isVisible()
    apply = dialog.findChild(QPushButton, "modelDetails-apply")
    assert not apply.isEnabled()
    scatter = dialog.findChild(QComboBox, "assumed-encoder_kwargs.scatter_type")
    assert [scatter.itemText(k) for k in range(scatter.count())] == ["max", "mean"]
    scatter.setCurrentIndex(1)
    dialog.findChild(NumberField, "assumed-encoder_kwargs.plane_resolution").setValue(128)
    unet = dialog.findChild(QComboBox, "assumed-encoder_kwargs.unet")
    assert unet.currentText() == "true"
    assert apply.isEnabled()
    qtbot.mouseClick(apply, LEFT)
    qtbot.waitUntil(lambda: bool(shelf.settings), timeout=TIMEOUT_MS)
    assert shelf.settings == {
        "encoder_kwargs.scatter_type": "mean",
        "encoder_kwargs.plane_resolution": 128,
    }


def test_a_model_that_ships_shows_its_card_and_cannot_be_changed(window: MainWindow) -> None:
    panel(window).show_details("round")
    dialog = window.findChild(ModelDetails, "modelDetails")
    facts = dialog.findChild(FactsTable, "model-facts").facts()
    assert facts["IoU"] == "0.910"
    assert facts["Takes"] == "about 3,000 points"
    assert dialog.findChild(QPushButton, "modelDetails-apply").isHidden()
    dialog.close()


def test_removing_asks_first_and_shapes_get_another_model(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, shelf: Shelf
) -> None:
    shelf.own(GUESSED)
    window.studio.refresh_models()
    qtbot.waitUntil(lambda: panel(window).tile("guessed") is not None, timeout=TIMEOUT_MS)
    opened(qtbot, window, ellipsoid_file(tmp_path / "egg.npy"))
    qtbot.mouseClick(tile(window, "guessed"), LEFT)
    settle(qtbot, window)
    tile(window, "guessed").removal_wanted.emit("guessed")
    box = window.findChild(QDialog, "removeModelDialog")
    assert "guessed" in box.text()  # type: ignore[attr-defined]
    assert len(shelf.cards) == 4
    remove = next(b for b in box.findChildren(QPushButton) if b.text() == "Remove")
    qtbot.mouseClick(remove, LEFT)
    qtbot.waitUntil(lambda: panel(window).tile("guessed") is None, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: bool(window.studio.document.items[0].model), timeout=TIMEOUT_MS)
    settle(qtbot, window)


def test_models_that_ship_cannot_be_removed(window: MainWindow) -> None:
    menu = tile(window, "round")._more.menu()
    enabled = {action.text(): action.isEnabled() for action in menu.actions()}
    assert enabled["Details…"]
    assert not enabled["Remove from library…"]


def test_the_panel_closes_and_comes_back(window: MainWindow) -> None:
    action = window.actions_table["panel_models"]
    action.trigger()
    assert not panel(window).isVisible()
    action.trigger()
    assert panel(window).isVisible()


def test_every_card_is_named_and_reached_by_the_keyboard(window: MainWindow) -> None:
    for each in panel(window).findChildren(ModelTile):
        assert each.accessibleName().startswith("Model ")
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus
    for name in ("model-filter", "open-model"):
        widget = panel(window).findChild(QWidget, name)
        assert widget.accessibleName()
        assert widget.toolTip()
