"""The middle of the window: the 3-D view, and over it what an empty window says.

Where there is no OpenGL, still pictures stand in for the view, and everything else works.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from occstudio.gui.theme import Theme
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.widgets.empty_state import EmptyState
from occstudio.studio.document import Document
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.settings import Settings


class View(Protocol):
    """What the window asks of a 3-D view.

    Attributes
    ----------
    orbit : OrbitCamera
        Where one looks from.
    """

    orbit: OrbitCamera

    def show_document(self, document: Document, results: dict[int, ShapeResult]) -> None:
        """Make the view what the document says."""
        ...

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:
        """Swap in a new surface."""
        ...

    def set_theme(self, theme: Theme) -> None:
        """Colour everything."""
        ...

    def show_settings(self, settings: Settings) -> None:
        """Paint and move as the person chose."""
        ...

    def frame(self, item_ids: tuple[int, ...] | None) -> None:
        """Bring these shapes (or all) into view."""
        ...

    def look(self, azimuth: float, elevation: float) -> None:
        """Look from a side."""
        ...

    def turn(self, camera: OrbitCamera) -> None:
        """Look from elsewhere."""
        ...

    def close(self) -> object:
        """Give everything back."""
        ...


class Stage(QWidget):
    """Holds the view and centres the empty state over it.

    Parameters
    ----------
    samples : sequence of Path
        What the empty state offers.
    """

    def __init__(self, samples: Sequence[Path], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        # Panels give way first: where they would squeeze the view, they scroll.
        self.setMinimumSize(280, 240)
        self._view: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyState(samples, self)
        self.empty.changed.connect(self._center)

    def hold(self, view: QWidget) -> None:
        """Put the view in its place, instead of one that is there."""
        if self._view is not None:
            self._view.hide()
            self._view.deleteLater()
        self._view = view
        self._layout.addWidget(view)
        self.empty.raise_()

    def show_document(self, document: Document) -> None:
        """Offer something to do while there is nothing."""
        self.empty.setVisible(not document.items)
        self._center()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the empty state in the middle."""
        super().resizeEvent(event)
        self._center()

    def _center(self) -> None:
        self.empty.fit(self.size())
        spare = self.size() - self.empty.size()
        self.empty.move(spare.width() // 2, spare.height() // 2)
