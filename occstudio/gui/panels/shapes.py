"""The list of shapes: what there is, what is selected, what is seen."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.theme import Theme, icon
from occstudio.studio import edits
from occstudio.studio.document import Document
from occstudio.studio.studio import Studio

_ID = Qt.ItemDataRole.UserRole
_ABOUT = Qt.ItemDataRole.UserRole + 1
_SEEN = Qt.ItemDataRole.UserRole + 2
_SIGN = Qt.ItemDataRole.UserRole + 3

_EYE = 34

Index = QModelIndex | QPersistentModelIndex


class ShapesPanel(QWidget):
    """Shows the document's items.

    Parameters
    ----------
    studio : Studio
        What is shown and worked on.
    """

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shapesBody")
        self.setAccessibleName("Shapes")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._studio = studio
        self._list = QListWidget(self)
        self._list.setObjectName("shapes-list")
        self._list.setAccessibleName("Shapes")
        self._list.setToolTip("Click to select, double-click to rename (F2), eye to hide (H)")
        self._list.setUniformItemSizes(True)
        self._list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self._list.setEditTriggers(QListWidget.EditTrigger.DoubleClicked)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = _RowDelegate(studio, theme, self._list)
        self._list.setItemDelegate(self._delegate)
        self._empty = QLabel("Shapes that you open\nappear here.", self)
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
        self._delegate.theme = theme
        self._list.viewport().update()

    def show_document(self, document: Document) -> None:
        """Show these items; rows that are there are kept."""
        with QSignalBlocker(self._list):
            while self._list.count() > len(document.items):
                self._list.takeItem(self._list.count() - 1)
            for place, item in enumerate(document.items):
                if place == self._list.count():
                    self._list.addItem(QListWidgetItem())
                row = self._list.item(place)
                row.setFlags(row.flags() | Qt.ItemFlag.ItemIsEditable)
                row.setText(item.name)
                row.setData(_ID, item.id)
                row.setData(_SEEN, item.visible)
                row.setData(_ABOUT, f"{item.source.observation.summary} · {item.resolution}³")
                row.setData(_SIGN, self._sign(item.id))
                seen = "" if item.visible else ", hidden"
                row.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.name}{seen}")
                row.setSelected(item.id in document.selection)
                if document.selection and item.id == document.selection[0]:
                    self._list.setCurrentRow(place, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._empty.setVisible(not document.items)
        self._list.setVisible(bool(document.items))

    def edit_name(self) -> None:
        """Edit the current row's name in its place."""
        row = self._list.currentItem()
        if row is not None:
            self._list.editItem(row)

    def _sign(self, item_id: int) -> str:
        item = self._studio.document.find(item_id)
        if item is None or item_id in self._studio.failures:
            return "alert-outline"
        return "cube-outline" if self._studio.is_current(item) else "cube-scan"

    def _connect(self) -> None:
        self._list.itemSelectionChanged.connect(self._select)
        self._list.itemChanged.connect(self._rename)
        self._studio.changed.subscribe(lambda _, new: self.show_document(new))
        self._studio.result_arrived.subscribe(lambda _: self.show_document(self._studio.document))

    def _select(self) -> None:
        chosen = tuple(int(row.data(_ID)) for row in self._list.selectedItems())
        current = self._list.currentItem()
        first = int(current.data(_ID)) if current is not None else -1
        ordered = tuple(sorted(chosen, key=lambda item_id: item_id != first))
        self._studio.apply(edits.select(ordered))

    def _rename(self, row: QListWidgetItem) -> None:
        item = self._studio.document.find(int(row.data(_ID)))
        if item is None or row.text() == item.name:
            return
        self._studio.apply(edits.rename(item.id, row.text()))
        self.show_document(self._studio.document)


class _RowDelegate(QStyledItemDelegate):
    """Paints a row: sign, name, a line about it, and an eye that can be clicked."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt says so
        """Two lines of text."""
        return QSize(120, 50)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        theme, area = self.theme, option.rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft if is_selected else theme.raised))
            painter.drawRoundedRect(area, 6, 6)
        is_seen = bool(index.data(_SEEN))
        sign = icon(str(index.data(_SIGN)), theme, color=theme.accent if is_seen else theme.muted)
        sign.paint(painter, QRect(area.left() + 10, area.center().y() - 9, 20, 20))
        text = area.adjusted(40, 6, -_EYE, -6)
        self._write(painter, text, index, option, is_seen=is_seen)
        eye = icon("eye-outline" if is_seen else "eye-off-outline", theme, color=theme.muted)
        eye.paint(painter, self._eye(option.rect))
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on the eye shows or hides the shape, and selects nothing."""
        if isinstance(event, QMouseEvent) and self._eye(option.rect).adjusted(
            -6, -12, 6, 12
        ).contains(event.position().toPoint()):
            if event.type() == QEvent.Type.MouseButtonRelease:
                shown = not bool(index.data(_SEEN))
                self._studio.apply(edits.set_visible((int(index.data(_ID)),), shown))
            return True
        return super().editorEvent(event, model, option, index)

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: Index,  # noqa: ARG002 - Qt says so
    ) -> None:
        """The editor covers the name."""
        editor.setObjectName("shapes-name")
        editor.setGeometry(option.rect.adjusted(36, 9, -_EYE, -9))

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        index: Index,
        option: QStyleOptionViewItem,
        *,
        is_seen: bool,
    ) -> None:
        metrics = option.fontMetrics
        elided = Qt.TextElideMode.ElideRight
        name = metrics.elidedText(str(index.data()), elided, area.width())
        about = metrics.elidedText(str(index.data(_ABOUT)), elided, area.width())
        painter.setPen(QColor(self.theme.text if is_seen else self.theme.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
        painter.setPen(QColor(self.theme.muted))
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, about)

    def _eye(self, area: QRect) -> QRect:
        return QRect(area.right() - _EYE + 6, area.center().y() - 9, 18, 18)
