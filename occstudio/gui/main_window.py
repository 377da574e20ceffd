"""The window: it arranges panels, view and bars around the studio, and does nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMainWindow,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from occstudio.gui.actions import Actions
from occstudio.gui.dialogs import show_details
from occstudio.gui.docks import Docks
from occstudio.gui.doctor_desk import DoctorDesk
from occstudio.gui.dropped import carries_anything, dropped
from occstudio.gui.lately import Lately
from occstudio.gui.opengl import OpenGl
from occstudio.gui.panels.dragged_meshes import forget_drags
from occstudio.gui.panels.explorer.explorer import ExplorerPanel
from occstudio.gui.panels.inspector import InspectorPanel
from occstudio.gui.panels.model_cards import ModelCards
from occstudio.gui.panels.models import ModelPicker
from occstudio.gui.panels.shapes import ShapesPanel
from occstudio.gui.panels.status import status_facts
from occstudio.gui.photo_desk import PhotoDesk
from occstudio.gui.saving import Saving
from occstudio.gui.theme import ICON, Theme, apply_theme, chosen_theme, icon
from occstudio.gui.translation import tr
from occstudio.gui.view.coming_view import ComingView
from occstudio.gui.view.stage import Stage, View
from occstudio.gui.view.still_view import StillView
from occstudio.gui.widgets.coach_marks import CoachMarks
from occstudio.gui.widgets.command_palette import CommandPalette
from occstudio.gui.widgets.doctor_card import DoctorCard
from occstudio.gui.widgets.drop_overlay import DropOverlay
from occstudio.gui.widgets.panel_title import PanelTitle
from occstudio.gui.widgets.status_strip import StatusStrip
from occstudio.studio.document import Document, only_codes_moved
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import Quality
from occstudio.studio.settings import Settings
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from occstudio.gui.view.director import Director


RECENT = 8
"""As many actions are remembered for the top of the command palette."""


class MainWindow(QMainWindow):
    """The studio's window.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    opengl : OpenGl
        What `probe_opengl` found.
    samples : sequence of Path
        What an empty window offers.
    builds_view : bool
        False to show the window first and `build_view` when VTK is imported.
    """

    def __init__(
        self,
        studio: Studio,
        opengl: OpenGl,
        samples: Sequence[Path] = (),
        *,
        builds_view: bool = True,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("OccStudio")
        self.setAcceptDrops(True)
        self.studio, self.opengl = studio, opengl
        self._leaves = False
        self._theme = chosen_theme(studio.settings.theme)
        # Before all panels: it is what one looks at.
        studio.result_arrived.subscribe(self._show_surface)
        self._lately = Lately(self._show_state, self)
        self.docks = Docks(self)
        self.actions_table = Actions(self)
        self.shapes = ShapesPanel(studio, self._theme, self)
        self.inspector = InspectorPanel(studio, self._theme, self)
        self.models = ModelPicker(studio, self)
        self.model_cards = ModelCards(studio, self._theme, self)
        self.explorer = ExplorerPanel(studio, self._theme, self)
        self.stage = Stage(samples, self)
        self.viewport: View = self._view() if builds_view else self._coming_view()
        self.status = StatusStrip(studio.cancel, self._show_details, self._remedy, self)
        self._drop = DropOverlay(self)
        self.command_palette = CommandPalette(self)
        self.coach_marks = CoachMarks(self)
        self.doctor_card = DoctorCard(self.stage)
        self.doctor = DoctorDesk(studio, self.doctor_card)
        self.export_button = QPushButton(f" {tr('Export…')}", self)
        self.saving = Saving(self)
        self.photo_desk = PhotoDesk(studio, self, self._theme)
        self._build()
        self._connect()
        self.director = self._direct()
        self.set_theme(self._theme)
        self._show_settings(studio.settings)
        self._show_document(studio.document)

    # -- called by the application and by commands -------------------------------------------

    def build_view(self) -> None:
        """Put the 3-D view into a window that is shown already."""
        if self.opengl.problem:
            return
        self.viewport = self._view()
        self.director = self._direct()
        self.viewport.set_theme(self._theme)
        self._show_settings(self.studio.settings)
        self._show_document(self.studio.document)

    def set_theme(self, theme: Theme) -> None:
        """Dress the application and everything that paints itself."""
        self._theme = theme
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, theme)
        for part in (
            self.actions_table,
            self.shapes,
            self.inspector,
            self.models,
            self.model_cards,
            self.explorer,
            self.stage.empty,
            self.viewport,
            self.status,
            self.command_palette,
            self.doctor_card,
            self.coach_marks,
            self.photo_desk,
        ):
            part.set_theme(theme)
        for title in self.findChildren(PanelTitle):
            title.set_theme(theme)
        self.export_button.setIcon(icon("export-variant", theme, color=theme.on_accent))

    def change_settings(self, settings: Settings) -> None:
        """Remember choices and show them."""
        theme_changed = settings.theme != self.studio.settings.theme
        self.studio.change_settings(settings)
        if theme_changed:
            self.set_theme(chosen_theme(settings.theme))
        self._show_settings(settings)

    def show_palette(self) -> None:
        """Ask what to do, by name."""
        self.actions_table.refresh()
        self.command_palette.ask(
            self.actions_table.entries(), self.studio.settings.recent_actions.split()
        )

    # -- arranging ---------------------------------------------------------------------------

    def _view(self) -> View:
        if self.opengl.problem:
            blind = StillView(self.opengl.problem, self.stage)
            self.stage.hold(blind)
            return blind
        # Imported here: VTK is heavy, and of no use without OpenGL.
        from occstudio.gui.view.viewport import Viewport

        viewport = Viewport(self.stage, is_software=self.opengl.is_software)
        self.stage.hold(viewport)
        return viewport

    def _coming_view(self) -> View:
        if self.opengl.problem:
            return self._view()
        coming = ComingView(self.stage, is_software=self.opengl.is_software)
        self.stage.hold(coming)
        return coming

    def _direct(self) -> "Director | None":
        if isinstance(self.viewport, StillView | ComingView):
            return None
        from occstudio.gui.view.director import Director
        from occstudio.gui.view.viewport import Viewport

        assert isinstance(self.viewport, Viewport)
        return Director(self.studio, self.viewport, self.status.showMessage)

    def _build(self) -> None:
        self.setCentralWidget(self.stage)
        # One line each; `commands.panels` has their rows in the View menu.
        self.docks.add(
            "shapes", tr("Shapes"), self.shapes, Qt.DockWidgetArea.LeftDockWidgetArea, 236
        )
        self.docks.add(
            "models", tr("Models"), self.model_cards, Qt.DockWidgetArea.LeftDockWidgetArea, 236
        )
        self.docks.add(
            "inspector", tr("Inspector"), self.inspector, Qt.DockWidgetArea.RightDockWidgetArea, 316
        )
        self.docks.add(
            "explorer", tr("Explorer"), self.explorer, Qt.DockWidgetArea.BottomDockWidgetArea, 256
        )
        self.setStatusBar(self.status)
        menus = self.actions_table.fill_menu_bar(self.menuBar())
        self.saving.add_recent_menu(menus["File"], self.actions_table["save"])
        bar = QToolBar(tr("Toolbar"), self)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(ICON)
        bar.toggleViewAction().setEnabled(False)
        self.actions_table.fill_toolbar(bar)
        spacer = QWidget(bar)
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        bar.addWidget(self.models)
        gap = QWidget(bar)
        gap.setFixedWidth(6)
        bar.addWidget(gap)
        self.export_button.setObjectName("toolbar-export")
        self.export_button.setProperty("role", "primary")
        self.export_button.setAccessibleName(tr("Export"))
        self.export_button.setIconSize(ICON)
        bar.addWidget(self.export_button)
        self.addToolBar(bar)
        self.setMinimumSize(QSize(860, 560))
        self.docks.remember()
        self._restore_layout()

    def _connect(self) -> None:
        studio = self.studio
        studio.changed.subscribe(self._document_changed)
        studio.result_arrived.subscribe(self._show_result)
        studio.activity_changed.subscribe(self.status.show_activity)
        studio.noticed.subscribe(self.status.show_notice)
        self.command_palette.chosen.connect(self._do)
        self.docks.changed.connect(self.actions_table.refresh)
        self.stage.empty.open_wanted.connect(self.actions_table["open"].trigger)
        self.stage.empty.tour_wanted.connect(self.actions_table["tour"].trigger)
        self.coach_marks.ended.connect(self._end_tour)
        self.doctor_card.report_wanted.connect(self.actions_table["system_report"].trigger)
        for wanted in (self.stage.empty.sample_wanted, self.stage.empty.session_wanted):
            wanted.connect(lambda path: studio.open_files([path]))
        self.shapes.menu_wanted.connect(self._show_shape_menu)
        self.explorer.between.export_wanted.connect(self.actions_table["export_way"].trigger)
        studio.exploration.space_changed.subscribe(lambda _: self.actions_table.refresh())
        photo = self.inspector.input.photo
        photo.cut_wanted.connect(self.actions_table["edit_cut_out"].trigger)
        photo.fit_wanted.connect(self.actions_table["fit_photo"].trigger)
        export = self.actions_table["export"]
        self.export_button.clicked.connect(export.trigger)
        export.changed.connect(self._show_export)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)

    def _end_tour(self) -> None:
        self.change_settings(replace(self.studio.settings, has_toured=True))

    def _do(self, name: str) -> None:
        settings = self.studio.settings
        recent = [name, *(old for old in settings.recent_actions.split() if old != name)]
        self.change_settings(replace(settings, recent_actions=" ".join(recent[:RECENT])))
        self.actions_table[name].trigger()

    def _show_shape_menu(self, place: QPoint) -> None:
        menu = self.findChild(QMenu, "menu-shape")
        if menu is not None:
            menu.popup(place)

    def _follow_system(self) -> None:
        if self.studio.settings.theme == "system":
            self.set_theme(chosen_theme("system"))

    def _show_details(self, notice: Notice) -> None:
        show_details(self, notice)

    def _remedy(self, notice: Notice) -> None:
        if notice.remedy is not None:
            self.studio.apply(notice.remedy)

    # -- showing -----------------------------------------------------------------------------

    def _document_changed(self, old: Document, new: Document) -> None:
        if only_codes_moved(old, new):
            self.viewport.show_document(new, self.studio.results)
            self._lately.soon()
        else:
            self._show_document(new)

    def _show_document(self, document: Document) -> None:
        self._offer_session()
        self.stage.show_document(document)
        self.viewport.show_document(document, self.studio.results)
        self._lately.now()
        self._show_export()

    def _show_surface(self, item_id: int) -> None:
        self.viewport.show_result(item_id, self.studio.results.get(item_id))

    def _show_result(self, item_id: int) -> None:
        result = self.studio.results.get(item_id)
        is_rough = result is not None and result.quality is Quality.PREVIEW
        (self._lately.soon if is_rough else self._lately.now)()

    def _show_state(self) -> None:
        self.actions_table.refresh()
        self._show_facts()

    def _show_settings(self, settings: Settings) -> None:
        self.stage.empty.greet(is_first=not settings.has_toured)
        self._offer_session()
        self.viewport.show_settings(settings)
        if self.director is not None:
            self.director.show(self.studio.document)
        self._show_facts()
        self.saving.follow(settings.autosave_s)
        self.actions_table.refresh()

    def _offer_session(self) -> None:
        """The last session, in an empty window, while its file is there."""
        if not self.studio.document.items:
            recent = [Path(name) for name in self.studio.settings.recent[:1]]
            self.stage.empty.offer(next((path for path in recent if path.is_file()), None))

    def _show_facts(self) -> None:
        is_simplified = self.director is not None and self.director.is_simplified
        self.status.show_facts(*status_facts(self.studio, is_simplified=is_simplified))

    def _show_export(self) -> None:
        export = self.actions_table["export"]
        self.export_button.setEnabled(export.isEnabled())
        self.export_button.setToolTip(export.toolTip())

    # -- dropping ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere in the window."""
        if carries_anything(event.mimeData()):
            event.acceptProposedAction()
            self._drop.cover(len(event.mimeData().urls()), self._theme)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002 - Qt says so
        """They went elsewhere."""
        self._drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what can be opened; the studio says what cannot."""
        self._drop.hide()
        fallen = dropped(event.mimeData())
        if fallen:
            event.acceptProposedAction()
            self.studio.open_files(fallen.files, fallen.refused)

    # -- coming and going --------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved work, remember the layout and give everything back."""
        if self.saving.must_ask and not self._leaves:
            event.ignore()
            self.saving.ask_then(self.leave)
            return
        parts = (self.saveGeometry(), self.saveState())
        state = " ".join(bytes(part.toBase64().data()).decode("ascii") for part in parts)
        self.studio.change_settings(replace(self.studio.settings, window=state))
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self.studio.close()
        forget_drags()
        self.viewport.close()
        super().closeEvent(event)

    def leave(self) -> None:
        """Close without asking about unsaved work."""
        self._leaves = True
        self.close()

    def changeEvent(self, event: QEvent) -> None:
        """A drag that ends outside leaves no overlay behind."""
        if event.type() == QEvent.Type.ActivationChange:
            self._drop.hide()
        super().changeEvent(event)

    def _restore_layout(self) -> None:
        self.resize(1280, 800)
        geometry, _, state = self.studio.settings.window.partition(" ")
        if state:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
            self.restoreState(QByteArray.fromBase64(state.encode("ascii")))
