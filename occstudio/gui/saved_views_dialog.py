"""The saved views in a list: named in place, looked from by a double click, forgotten."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.action_spec import key_text
from occstudio.gui.translation import tr
from occstudio.studio import edits
from occstudio.studio.document import Document
from occstudio.studio.studio import Studio


class SavedViewsDialog(QDialog):
    """Follows the document while it is open.

    Parameters
    ----------
    studio : Studio
        Whose document has the views.
    look : callable
        Looks from the view with a number.
    parent : QWidget
        The window.
    """

    def __init__(self, studio: Studio, look: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("savedViews")
        self.setWindowTitle(tr("Saved Views"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._studio, self._look = studio, look
        self._table = QTableWidget(0, 2, self)
        self._table.setObjectName("savedViews-table")
        self._table.setAccessibleName(tr("Saved Views"))
        self._table.setHorizontalHeaderLabels([tr("Key"), tr("Name")])
        self._table.setShowGrid(False)
        self._table.setColumnWidth(0, 120)
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self._table.horizontalHeader().setHighlightSections(False)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self._table.setEditTriggers(
            QTableWidget.EditTrigger.EditKeyPressed | QTableWidget.EditTrigger.SelectedClicked
        )
        self._forget = QPushButton(tr("Forget"), self)
        self._forget.setObjectName("savedViews-forget")
        self._forget.setToolTip(tr("Forget the selected view"))
        self._go = QPushButton(tr("Look"), self)
        self._go.setObjectName("savedViews-look")
        self._go.setToolTip(tr("Look from the selected view; a double click does the same"))
        self._build()
        self._connect()
        self.show_document(studio.document)

    def show_document(self, document: Document) -> None:
        """List its views; the selected row stays."""
        chosen = max(self._table.currentRow(), 0)
        with QSignalBlocker(self._table):
            self._table.setRowCount(len(document.views))
            for row, view in enumerate(document.views):
                key = QTableWidgetItem(key_text(f"Ctrl+Alt+{view.slot}"))
                key.setData(Qt.ItemDataRole.UserRole, view.slot)
                key.setFlags(key.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self._table.setItem(row, 0, key)
                name = view.name or tr("View {slot}", slot=view.slot)
                self._table.setItem(row, 1, QTableWidgetItem(name))
        if document.views:
            self._table.setCurrentCell(min(chosen, len(document.views) - 1), 1)
        for button in (self._forget, self._go):
            button.setEnabled(bool(document.views))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Follow the document no longer."""
        self._leave()
        super().closeEvent(event)

    # -- private -----------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(14)
        layout.addWidget(self._table, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self._go, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._forget, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)
        self.resize(420, 360)

    def _connect(self) -> None:
        self._leave = self._studio.changed.subscribe(lambda _, new: self.show_document(new))
        self._table.itemChanged.connect(self._rename)
        self._table.cellDoubleClicked.connect(lambda row, _: self._look(self._slot(row)))
        self._go.clicked.connect(lambda: self._look(self._slot(self._table.currentRow())))
        self._forget.clicked.connect(
            lambda: self._studio.apply(edits.remove_view(self._slot(self._table.currentRow())))
        )

    def _slot(self, row: int) -> int:
        item = self._table.item(row, 0)
        return 0 if item is None else int(item.data(Qt.ItemDataRole.UserRole))

    def _rename(self, item: QTableWidgetItem) -> None:
        if item.column() == 1:
            self._studio.apply(edits.rename_view(self._slot(item.row()), item.text()))
