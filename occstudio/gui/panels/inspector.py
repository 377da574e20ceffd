"""The inspector: one section each for input, surface, latent, finish and measure."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from occstudio.gui.lately import Lately
from occstudio.gui.panels.finish_section import FinishSection
from occstudio.gui.panels.input_section import InputSection
from occstudio.gui.panels.inspector_part import InspectorPart
from occstudio.gui.panels.latent_section import LatentSection
from occstudio.gui.panels.measure_section import MeasureSection
from occstudio.gui.panels.surface_section import SurfaceSection
from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.widgets.notice_card import NoticeCard
from occstudio.studio.document import Document, only_codes_moved
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import Quality
from occstudio.studio.studio import Studio

LEAST_WIDTH = 292
"""Narrower, numbers and their names would not fit beside each other."""


class InspectorPanel(QWidget):
    """Shows and changes the selected shapes.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    theme : Theme
        Colours of the icons.
    """

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspectorBody")
        self.setAccessibleName(tr("Inspector"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(LEAST_WIDTH)
        self._studio, self._theme = studio, theme
        self._card = NoticeCard(self._remedy, self)
        self.input = InputSection(studio, self)
        self.surface = SurfaceSection(studio, self)
        self.latent = LatentSection(studio, self)
        self.finish = FinishSection(studio, self)
        self.measure = MeasureSection(studio, self)
        self._sections: tuple[InspectorPart, ...] = (
            self.input,
            self.surface,
            self.latent,
            self.finish,
            self.measure,
        )
        self._empty = QLabel(tr("Select a shape to see\nand change how it is made."), self)
        self._lately = Lately(lambda: self.show_document(studio.document), self)
        self._build()
        self._connect()
        self.set_theme(theme)
        self.show_document(studio.document)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self._theme = theme
        for section in self._sections:
            section.set_theme(theme)
        self._show_failure(self._studio.document)

    def show_document(self, document: Document) -> None:
        """Show the selected item."""
        item = document.current
        self._empty.setVisible(item is None)
        self._show_failure(document)
        for section in self._sections:
            if item is None:
                section.hide()
            else:
                section.show()
                section.show_item(item, self._studio.result_of(item))

    # -- private -----------------------------------------------------------------------------

    def _show_failure(self, document: Document) -> None:
        item = document.current
        failure = self._studio.failures.get(item.id) if item is not None else None
        self._card.show_notice(failure, self._theme)

    def _build(self) -> None:
        body = QWidget(self)
        body.setObjectName("inspectorBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(10)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._empty)
        layout.addWidget(self._card)
        for section in self._sections:
            layout.addWidget(section)
        layout.addStretch()
        scroll = QScrollArea(self)
        scroll.setObjectName("inspector-scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _connect(self) -> None:
        self._studio.changed.subscribe(self._document_changed)
        self._studio.result_arrived.subscribe(self._result_arrived)
        self._studio.models_listed.subscribe(lambda _: self.show_document(self._studio.document))

    def _document_changed(self, old: Document, new: Document) -> None:
        (self._lately.soon if only_codes_moved(old, new) else self._lately.now)()

    def _result_arrived(self, item_id: int) -> None:
        current = self._studio.document.current
        if current is not None and current.id == item_id:
            result = self._studio.result_of(current)
            is_rough = result is not None and result.quality is Quality.PREVIEW
            (self._lately.soon if is_rough else self._lately.now)()

    def _remedy(self, notice: Notice) -> None:
        if notice.remedy is not None:
            self._studio.apply(notice.remedy)
