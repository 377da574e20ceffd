"""Between the studio's photos and the window: shows each cut-out that is to be looked at."""

from collections import deque
from typing import TYPE_CHECKING

from occstudio.gui.cut_dialog import CutDialog
from occstudio.gui.theme import Theme
from occstudio.shapes.image import Image
from occstudio.studio.photo_cut import PhotoCut
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class PhotoDesk:
    """Opens one `CutDialog` after the other.

    Parameters
    ----------
    studio : Studio
        Whose photos they are.
    window : QWidget
        Over which they open.
    theme : Theme
        Colours.
    """

    def __init__(self, studio: Studio, window: "QWidget", theme: Theme) -> None:
        self._studio, self._window, self._theme = studio, window, theme
        self._waiting: deque[int] = deque()
        self.dialog: CutDialog | None = None
        studio.photos.asks = True
        studio.photos.cut_wanted.subscribe(self.show)
        studio.changed.subscribe(lambda _, __: self._follow())

    def set_theme(self, theme: Theme) -> None:
        """Colour the next ones."""
        self._theme = theme

    def show(self, item_id: int) -> None:
        """Show an item's cut-out, when those before it are done with."""
        self._waiting.append(item_id)
        self._next()

    # -- private -----------------------------------------------------------------------------

    def _next(self) -> None:
        while self._waiting and self.dialog is None:
            item = self._studio.document.find(self._waiting.popleft())
            if item is None or not isinstance(item.source.observation, Image):
                continue
            dialog = CutDialog(self._studio, item, self._theme, self._window)
            dialog.taken.connect(self._take)
            dialog.finished.connect(self._end)
            self.dialog = dialog
            dialog.show()

    def _take(self, item_id: int, cut: PhotoCut) -> None:
        self._studio.photos.accept(item_id, cut)

    def _end(self) -> None:
        self.dialog = None
        self._next()

    def _follow(self) -> None:
        if self.dialog is not None and self._studio.document.find(self.dialog.item_id) is None:
            self.dialog.reject()
