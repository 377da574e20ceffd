"""A grid of pictures with names, which come one by one; filled by whoever knows them.

Rows are plain values (`GridEntry`), so that a catalogue of hundreds costs nothing until its
pictures are looked at: `wanted` says which entries are in sight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QIcon, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QListView, QWidget

from occstudio.gui.theme import Theme, icon

MIME = "application/x-occstudio-shape"
"""Carries the name of an entry that is dragged."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class GridEntry:
    """One picture.

    Parameters
    ----------
    name : str
        What it is asked for by; unique in the grid.
    text : str
        Below the picture.
    tip : str
        Who made it, and so on.
    """

    name: str
    text: str
    tip: str = ""


class PictureGrid(QListView):
    """Entries to choose from.

    Parameters
    ----------
    name : str
        Object name.
    accessible_name, tip : str
        What a screen reader and a tooltip say.
    theme : Theme
        Colour of the sign in the place of pictures that are to come.
    """

    wanted = Signal(list)
    """Names of the entries in sight whose pictures are missing."""

    taken = Signal(str)
    """An entry was double-clicked, or Enter was pressed on it."""

    chosen = Signal(str)
    """Another entry is the current one; empty for none."""

    def __init__(
        self,
        name: str,
        accessible_name: str,
        tip: str,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        side: int = 72,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setToolTip(tip)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(side, side))
        self.setGridSize(QSize(side + 22, side + 28))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self._entries = _Entries(self)
        self._entries.waiting = _waiting(theme)
        self._entries.cell = QSize(side + 16, side + 24)
        self.setModel(self._entries)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(60)
        self._look.timeout.connect(self._tell_wanted)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look.start())
        self.activated.connect(lambda index: self.taken.emit(self._entries.name_at(index)))
        self.selectionModel().currentChanged.connect(
            lambda now, _: self.chosen.emit(self._entries.name_at(now))
        )

    def set_theme(self, theme: Theme) -> None:
        """Another colour of the sign; pictures have to be given again."""
        self._entries.waiting = _waiting(theme)
        self._entries.forget_pictures()
        self._look.start()

    def show_entries(self, entries: Sequence[GridEntry]) -> None:
        """Other entries; pictures of those that stay are kept, and so is the current one."""
        if tuple(entries) != self._entries.entries:
            current = self.current_name()
            self._entries.replace(tuple(entries))
            row = self._entries.row_of(current)
            if row >= 0:
                self.setCurrentIndex(self._entries.index(row))
        self._look.start()

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """The picture of an entry has come."""
        self._entries.show_picture(name, picture)

    def current_name(self) -> str:
        """Name of the current entry, empty if there is none."""
        return self._entries.name_at(self.currentIndex())

    def count(self) -> int:
        """How many entries there are."""
        return len(self._entries.entries)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._look.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Others come into sight."""
        super().resizeEvent(event)
        self._look.start()

    def _tell_wanted(self) -> None:
        if not self.isVisible():
            return
        seen = self.viewport().rect().adjusted(0, -200, 0, 300)
        names = [
            entry.name
            for row, entry in enumerate(self._entries.entries)
            if not self._entries.has_picture(entry.name)
            and self.visualRect(self._entries.index(row)).intersects(seen)
        ]
        if names:
            self.wanted.emit(names)


_CENTRED = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)


def _waiting(theme: Theme) -> QIcon:
    return QIcon(icon("cube-scan", theme, color=theme.muted).pixmap(QSize(28, 28)))


class _Entries(QAbstractListModel):
    """The entries and their pictures."""

    waiting = QIcon()
    cell = QSize()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: tuple[GridEntry, ...] = ()
        self._pictures: dict[str, QIcon] = {}
        self._answers: dict[int, Callable[[GridEntry], object]] = {
            int(Qt.ItemDataRole.DisplayRole): lambda entry: entry.text,
            int(Qt.ItemDataRole.AccessibleTextRole): lambda entry: entry.text,
            int(Qt.ItemDataRole.ToolTipRole): lambda entry: entry.tip or entry.text,
            int(Qt.ItemDataRole.DecorationRole): self._picture_of,
            # All alike: the first one may still wait for its picture, whose sign is small.
            int(Qt.ItemDataRole.SizeHintRole): lambda _: self.cell,
            int(Qt.ItemDataRole.TextAlignmentRole): lambda _: _CENTRED,
        }

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """As many as there are."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Text, tip or picture."""
        answer = self._answers.get(role)
        return answer(self.entries[index.row()]) if index.isValid() and answer else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All can be chosen and dragged."""
        flag = Qt.ItemFlag
        return (
            flag.ItemIsEnabled
            | flag.ItemIsSelectable
            | flag.ItemIsDragEnabled
            | (super().flags(index) & flag.NoItemFlags)
        )

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The name of what is dragged."""
        data = QMimeData()
        if indexes:
            data.setData(MIME, QByteArray(self.name_at(indexes[0]).encode()))
        return data

    def mimeTypes(self) -> list[str]:
        """Names only."""
        return [MIME]

    def name_at(self, index: Index) -> str:
        return self.entries[index.row()].name if index.isValid() else ""

    def row_of(self, name: str) -> int:
        return next((row for row, entry in enumerate(self.entries) if entry.name == name), -1)

    def replace(self, entries: tuple[GridEntry, ...]) -> None:
        self.beginResetModel()
        self.entries = entries
        kept = {entry.name for entry in entries}
        self._pictures = {name: held for name, held in self._pictures.items() if name in kept}
        self.endResetModel()

    def has_picture(self, name: str) -> bool:
        return name in self._pictures

    def show_picture(self, name: str, picture: QPixmap) -> None:
        row = self.row_of(name)
        if row >= 0:
            self._pictures[name] = QIcon(picture)
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def forget_pictures(self) -> None:
        self._pictures.clear()
        if self.entries:
            self.dataChanged.emit(self.index(0), self.index(len(self.entries) - 1))

    def _picture_of(self, entry: GridEntry) -> QIcon:
        return self._pictures.get(entry.name, self.waiting)
