"""Offers unsaved work of a program that ended without saving it.

Each piece has a name and a time; it can be restored, discarded for good, or left for later.
"""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.translation import tr
from occstudio.studio.autosave import Recovery


class RecoveryDialog(QDialog):
    """Lists what can be recovered.

    Parameters
    ----------
    found : tuple of Recovery
        What there is, not empty.
    """

    restore = Signal(object)
    """The `Recovery` that is to be opened."""

    discard = Signal(object)
    """The `Recovery` that is to be deleted."""

    def __init__(self, found: tuple[Recovery, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recoveryDialog")
        self.setWindowTitle(tr("Unsaved work was found"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._list = QListWidget(self)
        self._list.setObjectName("recoveryDialog-list")
        self._list.setAccessibleName(tr("Unsaved work"))
        for recovery in found:
            row = QListWidgetItem(_line(recovery), self._list)
            row.setData(Qt.ItemDataRole.UserRole, recovery)
            row.setToolTip(str(recovery.session or recovery.path))
        self._list.setCurrentRow(0)
        explained = QLabel(
            tr(
                "OccStudio ended before this was saved. Restoring opens it; your saved files are "
                "not touched."
            ),
            self,
        )
        explained.setWordWrap(True)
        self._restore = QPushButton(tr("Restore"), self)
        self._discard = QPushButton(tr("Discard"), self)
        self._later = QPushButton(tr("Later"), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(14)
        layout.addWidget(explained)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._buttons())
        self.resize(520, 300)

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        for button, name, tip, kind in (
            (self._restore, "restore", tr("Open the selected work"), role.AcceptRole),
            (
                self._discard,
                "discard",
                tr("Delete the selected work for good"),
                role.DestructiveRole,
            ),
            (self._later, "later", tr("Leave everything and decide later (Esc)"), role.RejectRole),
        ):
            button.setObjectName(f"recoveryDialog-{name}")
            button.setAccessibleName(button.text())
            button.setToolTip(tip)
            box.addButton(button, kind)
        self._restore.setProperty("role", "primary")
        self._restore.setDefault(True)
        self._restore.clicked.connect(self._restore_chosen)
        self._discard.clicked.connect(self._discard_chosen)
        self._later.clicked.connect(self.reject)
        self._list.itemActivated.connect(lambda _: self._restore_chosen())
        return box

    def _restore_chosen(self) -> None:
        row = self._list.currentItem()
        if row is not None:
            self.restore.emit(row.data(Qt.ItemDataRole.UserRole))
        self.accept()

    def _discard_chosen(self) -> None:
        row = self._list.takeItem(self._list.currentRow())
        if row is not None:
            self.discard.emit(row.data(Qt.ItemDataRole.UserRole))
        if not self._list.count():
            self.reject()


def _line(recovery: Recovery) -> str:
    state = f", {tr('closed without saving')}" if recovery.was_discarded else ""
    return f"{recovery.name} – {_when(recovery.saved_at)}{state}"


def _when(moment: datetime) -> str:
    days = (datetime.now().astimezone().date() - moment.date()).days
    clock = f"{moment:%H:%M}"
    return {0: tr("today {clock}", clock=clock), 1: tr("yesterday {clock}", clock=clock)}.get(
        days, f"{moment:%Y-%m-%d} {clock}"
    )
