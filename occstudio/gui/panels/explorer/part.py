"""What the explorer's parts have in common: a studio, a theme, and a shape that is selected."""

from collections.abc import Hashable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QScrollArea, QWidget

from occstudio.gui.panels.explorer.code_pictures import CodePictures
from occstudio.gui.theme import Theme
from occstudio.latents.code_space import CodeSpace
from occstudio.shapes.latent import Latent
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.studio import Studio


class ExplorerPart(QWidget):
    """One tab of the explorer.

    Parameters
    ----------
    name : str
        Object name.
    studio : Studio
    theme : Theme
    """

    def __init__(
        self, name: str, studio: Studio, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.studio, self.theme = studio, theme
        self.exploration = studio.exploration
        self.pictures = CodePictures(studio.exploration, theme, self.show_picture)

    @property
    def space(self) -> CodeSpace | None:
        """The space that is explored."""
        return self.exploration.space

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.pictures.set_theme(theme)

    def show_space(self, space: CodeSpace | None) -> None:
        """Another space, or none."""

    def show_document(self, document: Document) -> None:
        """The document has changed."""

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """A picture that was wanted has come."""

    def current_in_space(self) -> tuple[ShapeItem, Latent] | None:
        """The selected shape and its code, if it has one in the space."""
        item = self.studio.document.current
        key = None if item is None else self.exploration.key_of(item)
        return None if item is None or key is None else (item, key.latent)

    def change_latent(self, latent: Latent, label: str, gesture: Hashable | None = None) -> None:
        """Give the selected shape another code; a shape that was observed gets a copy for that."""
        found = self.current_in_space()
        if found is not None:
            self.exploration.steer(found[0], latent, label, gesture)

    def scrolled(self, side: QWidget, width: int) -> QScrollArea:
        """A column of tools that scrolls where the panel is too low for it."""
        scroll = QScrollArea(self)
        scroll.setObjectName(f"{self.objectName()}-tools")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFixedWidth(width)
        side.setObjectName("explorerBody")
        scroll.setWidget(side)
        return scroll
