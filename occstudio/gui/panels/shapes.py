"""The list of shapes: what there is, what is selected, what is seen, in which order."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QLabel,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.panels.shape_list import ShapeList
from occstudio.gui.panels.shape_row import ShapeRow
from occstudio.gui.theme import Theme
from occstudio.gui.translation import marked, tr
from occstudio.studio import edits
from occstudio.studio.document import Document
from occstudio.studio.studio import Studio

COLORS = (
    (marked("Terracotta"), "#d9825b"),
    (marked("Sand"), "#e0c48a"),
    (marked("Moss"), "#8fae72"),
    (marked("Sea"), "#5fb0a5"),
    (marked("Sky"), "#7aa7dd"),
    (marked("Violet"), "#a893d8"),
    (marked("Rose"), "#d98aa4"),
    (marked("Graphite"), "#8a919c"),
)
"""Colours that are told apart beside each other, in both themes."""


class ShapesPanel(QWidget):
    """Shows the document's items.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    theme : Theme
        Colours.
    """

    menu_wanted = Signal(QPoint)
    """Somebody asked what can be done to the selected shapes, there on the screen."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shapesBody")
        self.setAccessibleName(tr("Shapes"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._studio = studio
        self._model = ShapeList(studio, self)
        self._list = _List(self)
        self._list.setModel(self._model)
        self._row = ShapeRow(studio, theme, self._list)
        self._list.setItemDelegate(self._row)
        self._empty = QLabel(tr("Shapes that you open\nappear here."), self)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 8)
        layout.addWidget(self._empty)
        layout.addWidget(self._list, 1)
        self._connect()
        self.show_document(studio.document)

    def set_theme(self, theme: Theme) -> None:
        """Colour the rows."""
        self._row.theme = theme
        self._list.viewport().update()

    def show_document(self, document: Document) -> None:
        """Show these items, and which are selected."""
        self._model.show_document(document)
        selection = self._list.selectionModel()
        wanted = {self._model.row_of(item_id) for item_id in document.selection}
        flag = QItemSelectionModel.SelectionFlag
        if wanted != {index.row() for index in selection.selectedIndexes()}:
            blocked = selection.blockSignals(True)
            selection.clearSelection()
            for row in wanted:
                selection.select(self._model.index(row), flag.Select)
            selection.blockSignals(blocked)
            self._list.viewport().update()
        current = document.current
        if current is not None:
            index = self._model.index(self._model.row_of(current.id))
            if index != selection.currentIndex():
                selection.setCurrentIndex(index, flag.NoUpdate)
                self._list.scrollTo(index)
        self._empty.setVisible(not document.items)
        self._list.setVisible(bool(document.items))

    def edit_name(self) -> None:
        """Edit the current row's name in its place."""
        index = self._list.currentIndex()
        is_edited = self._list.state() == QAbstractItemView.State.EditingState
        if index.isValid() and not is_edited:
            self._list.edit(index)

    def choose_color(self, place: QPoint | None = None) -> None:
        """Offer colours for the selected shapes."""
        ids = self._studio.document.selection
        if not ids:
            return
        menu = QMenu(self)
        menu.setObjectName("shapes-colors")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        own = menu.addAction(_dot(self._row.theme.clay), tr("&Material's own"))
        own.triggered.connect(lambda: self._color(ids, ""))
        menu.addSeparator()
        for name, color in COLORS:
            action = menu.addAction(_dot(color), tr(name))
            action.triggered.connect(lambda _=False, color=color: self._color(ids, color))
        menu.addSeparator()
        menu.addAction(tr("&Other…")).triggered.connect(lambda: self._other_color(ids))
        index = self._list.currentIndex()
        at = place or self._list.viewport().mapToGlobal(self._list.visualRect(index).center())
        menu.popup(at)

    # -- private -----------------------------------------------------------------------------

    def _connect(self) -> None:
        self._list.selectionModel().selectionChanged.connect(self._select)
        self._list.selectionModel().currentChanged.connect(self._select)
        self._list.customContextMenuRequested.connect(
            lambda place: self.menu_wanted.emit(self._list.viewport().mapToGlobal(place))
        )
        self._list.eye_wanted.connect(self._turn_eyes)
        self._row.color_wanted.connect(self._color_of)
        self._studio.changed.subscribe(lambda _, new: self.show_document(new))
        self._studio.result_arrived.subscribe(self._model.show_item)
        self._studio.thumbnails.drawn.subscribe(self._model.show_item)

    def _select(self) -> None:
        if len(self._studio.document.items) != self._model.rowCount():
            return  # rows are changing just now: the document says what is selected then
        selection = self._list.selectionModel()
        chosen = [self._model.item(index).id for index in selection.selectedIndexes()]
        current: QModelIndex = selection.currentIndex()
        first = self._model.item(current).id if current.isValid() else -1
        ordered = tuple(sorted(chosen, key=lambda item_id: item_id != first))
        self._studio.apply(edits.select(ordered))

    def _turn_eyes(self) -> None:
        document = self._studio.document
        if document.current is not None:
            shown = not document.current.visible
            self._studio.apply(edits.set_visible(document.selection, shown))

    def _color_of(self, item_id: int, place: QPoint) -> None:
        if item_id not in self._studio.document.selection:
            self._studio.apply(edits.select((item_id,)))
        self.choose_color(place)

    def _color(self, ids: tuple[int, ...], color: str) -> None:
        self._studio.apply(edits.set_color(ids, color))

    def _other_color(self, ids: tuple[int, ...]) -> None:
        dialog = QColorDialog(self)
        dialog.setObjectName("shapes-color-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        item = self._studio.document.find(ids[0])
        if item is not None and item.color:
            dialog.setCurrentColor(QColor(item.color))
        dialog.colorSelected.connect(lambda color: self._color(ids, color.name()))
        dialog.open()


class _List(QListView):
    """A list that is worked by keys alone: space is the eye, F2 the name (an action)."""

    eye_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shapes-list")
        self.setAccessibleName(tr("Shapes"))
        self.setToolTip(tr("Double-click or F2 renames, Space shows or hides, drag moves"))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space shows or hides."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.eye_wanted.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


def _dot(color: str) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(QColor(color))
    return QIcon(pixmap)
