"""The choice of model, for the selected shape and for those that come."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.shape_model import kinds_for
from occstudio.studio import edits
from occstudio.studio.document import Document
from occstudio.studio.studio import Studio


class ModelPicker(QComboBox):
    """The library's models.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    """

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelPicker")
        self.setAccessibleName(tr("Model"))
        self.setMinimumContentsLength(16)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._studio = studio
        self._theme: Theme | None = None
        self._shown: tuple[ModelCard, ...] = ()
        self._has_looked = False
        self._show_models(studio.models)
        studio.models_listed.subscribe(self._show_models)
        studio.changed.subscribe(lambda _, new: self._show_document(new))
        self.activated.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self._theme = theme
        for place in range(self.count()):
            self.setItemIcon(place, icon("brain", theme, color=theme.muted))

    def _show_models(self, cards: tuple[ModelCard, ...]) -> None:
        self._has_looked = self._has_looked or bool(cards)
        self._show_document(self._studio.document)

    def _show_document(self, document: Document) -> None:
        item = document.current
        cards = self._studio.models
        if item is not None:
            kinds = kinds_for(item.source.observation)
            # A shape that is a code alone has the model that it is a code of, and no other.
            cards = tuple(
                card
                for card in cards
                if (card.input_kind in kinds if kinds else card.name == item.model)
            )
        name = item.model if item is not None else self._studio.settings.model
        with QSignalBlocker(self):
            if cards != self._shown or not cards:
                self._fill(cards)
            place = self.findData(name)
            if place >= 0:
                self.setCurrentIndex(place)
        card = next((card for card in self._studio.models if card.name == name), None)
        about = _about(card) if card is not None else tr("the first in the library")
        self.setToolTip(tr("Model that makes the surface: {about}", about=about))

    def _fill(self, cards: tuple[ModelCard, ...]) -> None:
        self._shown = cards
        self.clear()
        for card in cards:
            self.addItem(card.name, card.name)
            self.setItemData(self.count() - 1, _about(card), Qt.ItemDataRole.ToolTipRole)
        if not cards:
            self.addItem(
                tr("No model for this input") if self._has_looked else tr("Looking for models…")
            )
        self.setEnabled(bool(cards))
        if self._theme is not None:
            self.set_theme(self._theme)

    def _choose(self, place: int) -> None:
        name = str(self.itemData(place))
        card = next((card for card in self._studio.models if card.name == name), None)
        if card is None:
            return
        self._studio.change_settings(replace(self._studio.settings, model=name))
        ids = self._studio.document.selection
        if ids:
            self._studio.apply(edits.set_model(ids, name, card.threshold))


def _about(card: ModelCard) -> str:
    score = card.scores.get("iou")
    said = card.title or card.name
    return tr("{said} (IoU {score:.2f})", said=said, score=score) if score is not None else said
