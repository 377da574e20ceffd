"""The models of the library as cards: choose one, look into it, bring one in, send one away."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.model_details import ModelDetails
from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, tr
from occstudio.gui.widgets.model_tile import KINDS, ModelTile
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import Observation, kinds_for
from occstudio.studio import edits
from occstudio.studio.model_files import files_of
from occstudio.studio.studio import Studio

MODEL_FILTER = marked("Models (*.pt *.pth *.tar *.ckpt *.safetensors)")
"""Files that can be brought into the library."""

FITTING, ALL = "fitting", "all"
"""Filters beside the kinds of input."""

LEAST_WIDTH = 220
"""Narrower, a card would say nothing."""

_KIND_FILTERS = {
    "points": marked("Points"),
    "image": marked("Photos"),
    "voxels": marked("Voxels"),
    "latent": marked("Codes"),
}


class ModelCards(QWidget):
    """Shows the library.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    theme : Theme
        Colours.
    """

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelsBody")
        self.setAccessibleName(tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(LEAST_WIDTH)
        self._studio, self._theme = studio, theme
        self._tiles: list[ModelTile] = []
        self._shown: object = None
        self._filter = QComboBox(self)
        self._filter.setObjectName("model-filter")
        self._filter.setAccessibleName(tr("Which models are shown"))
        self._filter.setToolTip(tr("Show the models that take the selected input, or others"))
        self._filter.addItem(tr("This input"), FITTING)
        self._filter.addItem(tr("All models"), ALL)
        for kind, label in _KIND_FILTERS.items():
            self._filter.addItem(tr(label), kind)
        self._open = QPushButton(f" {tr('Open')}", self)
        self._open.setObjectName("open-model")
        self._open.setAccessibleName(tr("Open model"))
        self._open.setProperty("role", "open")
        self._open.setToolTip(
            tr("Bring a checkpoint into the library; it can be dropped here, too")
        )
        self._empty = QLabel(tr("Looking for models…"), self)
        self._empty.setProperty("role", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._list = QVBoxLayout()
        self._build()
        self._connect()
        self._show_models(studio.models)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Colour icons and cards."""
        self._theme = theme
        self._open.setIcon(icon("plus", theme))
        for tile in self._tiles:
            tile.set_theme(theme)

    def tile(self, name: str) -> ModelTile | None:
        """The card of a model, shown or not."""
        return next((tile for tile in self._tiles if tile.card.name == name), None)

    def choose_file(self) -> None:
        """Ask for a checkpoint and bring it into the library."""
        name, _ = QFileDialog.getOpenFileName(
            self.window(),
            tr("Open model"),
            self._studio.settings.folder,
            f"{tr(MODEL_FILTER)};;{tr('All files (*)')}",
        )
        if name:
            self._studio.open_model(Path(name))

    def show_details(self, name: str) -> None:
        """Show everything that is known of a model."""
        tile = self.tile(name)
        if tile is None:
            return
        dialog = ModelDetails(tile.card, tile.files, self.window())
        dialog.changed.connect(self._studio.change_hyperparameters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- private -----------------------------------------------------------------------------

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._filter, 1)
        top.addWidget(self._open)
        self._filter.setMinimumContentsLength(6)
        self._filter.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(6)
        body = QWidget(self)
        body.setObjectName("modelsBody")
        inner = QVBoxLayout(body)
        inner.setContentsMargins(12, 4, 12, 12)
        inner.addWidget(self._empty)
        inner.addLayout(self._list)
        inner.addStretch()
        scroll = QScrollArea(self)
        scroll.setObjectName("models-scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 4, 0, 0)
        outer.setSpacing(6)
        top.setContentsMargins(12, 0, 12, 0)
        outer.addLayout(top)
        outer.addWidget(scroll, 1)

    def _connect(self) -> None:
        self._studio.models_listed.subscribe(self._show_models)
        self._studio.changed.subscribe(lambda _old, _new: self._show_choice())
        self._filter.currentIndexChanged.connect(lambda _: self._show_choice())
        self._open.clicked.connect(self.choose_file)

    def _show_models(self, cards: tuple[ModelCard, ...]) -> None:
        for tile in self._tiles:
            self._list.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._tiles = [ModelTile(card, files_of(card.name), self) for card in cards]
        for tile in self._tiles:
            tile.set_theme(self._theme)
            self._list.addWidget(tile)
            tile.chosen.connect(self._choose)
            tile.details_wanted.connect(self.show_details)
            tile.folder_wanted.connect(self._show_folder)
            tile.removal_wanted.connect(self._remove)
        self._show_choice()

    def _show_choice(self) -> None:
        item = self._studio.document.current
        seen = None if item is None else item.source.observation
        name = self._studio.settings.model if item is None else item.model
        if item is None and not any(tile.card.name == name for tile in self._tiles):
            name = next((tile.card.name for tile in self._tiles), "")
        wanted = str(self._filter.currentData())
        # A drag changes the document sixty times a second, and nothing of this.
        state = (name, seen, wanted, tuple(self._tiles))
        if state == self._shown:
            return
        self._shown = state
        shown = 0
        for tile in self._tiles:
            reason = _unfit(tile.card, seen, name)
            tile.show_choice(is_chosen=tile.card.name == name, reason=reason)
            fits = wanted in (ALL, tile.card.input_kind)
            tile.setVisible(not reason if wanted == FITTING else fits)
            shown += not tile.isHidden()
        self._empty.setVisible(shown == 0)
        if self._tiles and not shown:
            self._empty.setText(
                tr("No model of the library takes this.\nOpen one, or show all models.")
            )
        elif not self._tiles:
            self._empty.setText(tr("No model yet: open one, or drop a checkpoint."))

    def _choose(self, name: str) -> None:
        tile = self.tile(name)
        if tile is None:
            return
        self._studio.change_settings(replace(self._studio.settings, model=name))
        ids = self._studio.document.selection
        if ids:
            self._studio.apply(edits.set_model(ids, name, tile.card.threshold))
        self._show_choice()

    def _show_folder(self, name: str) -> None:
        tile = self.tile(name)
        if tile is not None and tile.files is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(tile.files.folder)))

    def _remove(self, name: str) -> None:
        box = QMessageBox(self.window())
        box.setObjectName("removeModelDialog")
        box.setWindowTitle(tr("Remove model"))
        box.setText(tr("Remove “{name}” from the library?", name=name))
        box.setInformativeText(tr("Its files are deleted. Shapes made with it get another model."))
        yes = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes.clicked.connect(lambda: self._studio.library.remove(name))
        box.open()

    def choose_filter(self, kind: str) -> None:
        """Show models of one kind, those that fit, or all, telling nobody."""
        with QSignalBlocker(self._filter):
            self._filter.setCurrentIndex(self._filter.findData(kind))
        self._show_choice()


def _unfit(card: ModelCard, seen: Observation | None, name: str) -> str:
    """Why a model can't be used for an observation; empty if it can."""
    if seen is None or card.input_kind in kinds_for(seen):
        return ""
    if not kinds_for(seen):
        return "" if card.name == name else tr("the shape is a code of {name}", name=name)
    words = tr(KINDS.get(card.input_kind, (card.input_kind, ""))[0])
    return tr("it takes {words}", words=words)
