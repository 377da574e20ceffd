"""The map: the catalogue as a landscape, with a shape for every place a hand goes to."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from occstudio.gui.panels.explorer.part import ExplorerPart
from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, tr
from occstudio.gui.widgets.place_map import PlaceMap
from occstudio.latents.code_space import CodeSpace
from occstudio.studio.document import Document
from occstudio.studio.studio import Studio


class MapPart(ExplorerPart):
    """The map, on which the selected shape follows the hand."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("explorer-map-part", studio, theme, parent)
        self.map = PlaceMap(theme, self)
        self._item: int | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.addWidget(self.map)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(80)
        self._look.timeout.connect(self._want)
        self.map.moved.connect(self._go)
        self.map.released.connect(self._let_go)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        super().set_theme(theme)
        self.map.set_theme(theme)
        self._look.start()

    def show_space(self, space: CodeSpace | None) -> None:
        """Another landscape."""
        if space is not None:
            names = [entry.title or entry.name for entry in space.book.entries]
            self.map.show_places(names, space.map.places, space.map.anchor_places)
            self._look.start()
        self.show_document(self.studio.document)

    def show_document(self, document: Document) -> None:  # noqa: ARG002 - as all parts
        """Where the selected shape lies."""
        found = self.current_in_space()
        space = self.space
        if found is None or space is None:
            self.map.set_cross(None)
        else:
            self.map.set_cross(space.map.place_of(found[1]))

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """A picture has come."""
        self.map.show_picture(name, picture)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Others have room."""
        super().resizeEvent(event)
        self._look.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._look.start()

    def _want(self) -> None:
        space = self.space
        if space is None or not self.isVisible():
            return
        by_name = {entry.title or entry.name: row for row, entry in enumerate(space.book.entries)}
        self.pictures.drop()
        self.pictures.want(
            {
                name: space.book.latent(space.book.codes[by_name[name]])
                for name in self.map.shown_names()
            }
        )

    def _go(self, x: float, y: float) -> None:
        """The selected shape becomes what lies there; without one, a new shape does."""
        space = self.space
        if space is None:
            return
        latent = space.map.latent_at(x, y)
        found = self.current_in_space()
        if found is None:
            self.exploration.take(latent, tr("From the map"), tr("a place on the map"))
            return
        self.change_latent(latent, marked("Move on the map"), ("map", found[0].id))

    def _let_go(self) -> None:
        self.studio.end_gesture()
