"""The document's items as Qt's views and screen readers see them.

Only rows that changed are told to the view, so a threshold that is dragged with two hundred shapes
open costs what one row costs. Moving rows is an edit of the document; the view follows it.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from occstudio.gui.panels.dragged_meshes import SHAPES, DraggedMeshes
from occstudio.gui.panels.photo_part import sureness, verdict_of
from occstudio.gui.translation import told, tr
from occstudio.shapes.photo_reading import UNSURE
from occstudio.studio import edits
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.studio import Studio

ITEM = int(Qt.ItemDataRole.UserRole)
"""Role of the `ShapeItem` itself."""

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class ShapeList(QAbstractListModel):
    """Rows of shapes.

    Parameters
    ----------
    studio : Studio
        Whose document it is.
    """

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._items: tuple[ShapeItem, ...] = ()

    def show_document(self, document: Document) -> None:
        """Tell the view what is different."""
        old, new = self._items, document.items
        if [item.id for item in old] != [item.id for item in new]:
            self.beginResetModel()
            self._items = new
            self.endResetModel()
            return
        self._items = new
        for row, (before, after) in enumerate(zip(old, new, strict=True)):
            if before is not after:
                self._changed(row)

    def show_item(self, item_id: int) -> None:
        """Something about an item is new that the document doesn't say: surface, picture."""
        row = self.row_of(item_id)
        if row >= 0:
            self._changed(row)

    def row_of(self, item_id: int) -> int:
        """The row of an item; -1 if there is none."""
        return next((row for row, item in enumerate(self._items) if item.id == item_id), -1)

    def item(self, index: Index) -> ShapeItem:
        """The item of a row."""
        return self._items[index.row()]

    # -- what Qt asks ------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """As many as there are items."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, words for screen readers, tooltip; the delegate paints from the item."""
        item = self.item(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return item.name
        if role == ITEM:
            return item
        if role == Qt.ItemDataRole.ToolTipRole:
            result = self._studio.result_of(item)
            reading = None if result is None else result.reading
            lines = [item.name, self.about(item), *(told(note) for note in item.source.notes)]
            return "\n".join(lines if reading is None else [*lines, verdict_of(reading)])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = (item.name, self.about(item), "" if item.visible else tr("hidden"))
            return ", ".join(part for part in said if part)
        return None

    def about(self, item: ShapeItem) -> str:
        """The line under the name: its model and resolution, or what is wrong."""
        if item.id in self._studio.failures:
            return tr("no surface")
        result = self._studio.result_of(item)
        if result is None:
            return told(item.source.observation.summary)
        made = f"{item.model} · {item.resolution}³" if item.model else tr("no model")
        return made if result.reading is None else f"{sureness(result.reading)} · {made}"

    def is_doubtful(self, item: ShapeItem) -> bool:
        """Whether its shape is likely another one than its photo shows."""
        result = self._studio.result_of(item)
        reading = None if result is None else result.reading
        return reading is not None and reading.confidence < UNSURE

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Rename."""
        if role != Qt.ItemDataRole.EditRole or not str(value).strip():
            return False
        self._studio.apply(edits.rename(self.item(index).id, str(value)))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be renamed and dragged; things are dropped between them."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows move."""
        return Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        """Rows move within the list; what leaves the window is a copy."""
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only our own rows can be dropped here."""
        return [SHAPES]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The rows, and a promise of mesh files for other programs."""
        items = [self.item(index) for index in sorted(indexes, key=lambda one: one.row())]
        data = DraggedMeshes(self._studio, items)
        data.setData(SHAPES, QByteArray(" ".join(str(item.id) for item in items).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move the rows; the document does it, so the view must not."""
        del action, column
        if not data.hasFormat(SHAPES):
            return False
        ids = tuple(int(part) for part in bytes(data.data(SHAPES).data()).split())
        place = parent.row() if row < 0 and parent.isValid() else row
        self._studio.apply(edits.move_items(ids, len(self._items) if place < 0 else place))
        return False

    def _changed(self, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)
