"""The explorer's panel: between shapes, new shapes, steering, map, catalogue."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedLayout, QTabWidget, QToolButton, QVBoxLayout, QWidget

from occstudio.gui.panels.explorer.between import BetweenPart
from occstudio.gui.panels.explorer.catalogue import CataloguePart
from occstudio.gui.panels.explorer.part import ExplorerPart
from occstudio.gui.panels.explorer.samples import SamplesPart
from occstudio.gui.panels.explorer.space_map import MapPart
from occstudio.gui.panels.explorer.steer import SteerPart
from occstudio.gui.theme import ICON, Theme, icon
from occstudio.gui.translation import marked, tr
from occstudio.latents.code_space import CodeSpace
from occstudio.studio.document import Document
from occstudio.studio.pipeline import Quality
from occstudio.studio.studio import Studio

TABS = (
    ("between", marked("Between shapes"), "vector-line"),
    ("samples", marked("New shapes"), "creation-outline"),
    ("steer", marked("Steer"), "tune-variant"),
    ("map", marked("Map"), "map-outline"),
    ("catalogue", marked("Catalogue"), "view-grid-outline"),
)
"""Name, title and sign of the explorer's tabs."""


class ExplorerPanel(QWidget):
    """The parts in tabs; only the one in sight follows the document.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    theme : Theme
        Colours.
    """

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explorerBody")
        self.setAccessibleName(tr("Explorer"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._studio, self._theme = studio, theme
        self.between = BetweenPart(studio, theme, self)
        self.samples = SamplesPart(studio, theme, self)
        self.steer = SteerPart(studio, theme, self)
        self.map = MapPart(studio, theme, self)
        self.catalogue = CataloguePart(studio, theme, self)
        self._parts: tuple[ExplorerPart, ...] = (
            self.between,
            self.samples,
            self.steer,
            self.map,
            self.catalogue,
        )
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("explorer-tabs")
        self.tabs.setAccessibleName(tr("Ways to explore"))
        self.tabs.setDocumentMode(True)
        self.tabs.setIconSize(ICON)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(tr("Ways to explore"))
        for arrow in self.tabs.tabBar().findChildren(QToolButton):
            arrow.setToolTip(arrow.accessibleName())
        for part, (_, title, _) in zip(self._parts, TABS, strict=True):
            self.tabs.addTab(part, tr(title))
        self._nothing = QLabel(self)
        self._nothing.setObjectName("explorer-nothing")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.tabs)
        outer.addLayout(self._stack)
        self._show_signs()
        self._connect()
        self._show_space(studio.exploration.space)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        for part in self._parts:
            part.set_theme(theme)
        self._show_signs()

    def open_tab(self, name: str) -> None:
        """Show one of the `TABS`."""
        self.tabs.setCurrentIndex([tab for tab, _, _ in TABS].index(name))

    # -- private -----------------------------------------------------------------------------

    def _connect(self) -> None:
        studio = self._studio
        studio.exploration.space_changed.subscribe(self._show_space)
        studio.changed.subscribe(lambda _, new: self._show_document(new))
        studio.result_arrived.subscribe(self._arrived)
        self.tabs.currentChanged.connect(lambda _: self._show_document(studio.document))
        self.between.catalogue_wanted.connect(lambda: self.open_tab("catalogue"))
        self.catalogue.between_wanted.connect(self._between)

    def _show_signs(self) -> None:
        for number, (_, _, sign) in enumerate(TABS):
            self.tabs.setTabIcon(number, icon(sign, self._theme))

    def _between(self, place: int, name: str) -> None:
        self.between.choose_named(place, name)
        self.open_tab("between")

    def _show_space(self, space: CodeSpace | None) -> None:
        self._stack.setCurrentWidget(self._nothing if space is None else self.tabs)
        self._nothing.setText(
            tr("Looking for a space of shapes…")
            if self._studio.exploration.is_looking
            else tr(
                "No model with a space of shapes is in the library. "
                "Open one with File › Open Model, or train one with “occstudio train”."
            )
        )
        for part in self._parts:
            part.show_space(space)

    def _arrived(self, item_id: int) -> None:
        result = self._studio.results.get(item_id)
        if result is None or result.quality is not Quality.PREVIEW:
            self._show_document(self._studio.document)

    def _show_document(self, document: Document) -> None:
        part = self.tabs.currentWidget()
        if isinstance(part, ExplorerPart) and self._studio.exploration.space is not None:
            part.show_document(document)
