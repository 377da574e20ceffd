"""Type a few letters, press Enter: everything that can be done, found by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from occstudio.gui.fuzzy import match
from occstudio.gui.theme import SPACE, Theme
from occstudio.gui.translation import tr
from occstudio.gui.widgets.palette_row import PaletteRow, RowText

_WIDTH = 560
_SHOWN = 9
_RECENT_WORTH = 4.0


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something that can be chosen.

    Parameters
    ----------
    name : str
        Given back when it is chosen.
    title : str
        What it is called.
    menu : str
        Where else it is found, e.g. ``View › Theme``.
    about : str
        What it does.
    keys : str
        Its shortcut, empty if it has none.
    reason : str
        Why it can't be chosen now; empty if it can.
    """

    name: str
    title: str
    menu: str
    about: str = ""
    keys: str = ""
    reason: str = ""


def ranked(
    entries: Sequence[PaletteEntry], query: str, recent: Sequence[str]
) -> list[tuple[PaletteEntry, tuple[int, ...]]]:
    """Entries that fit a query, best first, with the places of its letters in their titles.

    Without a query these are all entries: those used last, those that can be done, the rest.
    With one, a title counts most, then menu and description, and what was used lately wins
    against what fits alike.
    """
    newness = {name: _RECENT_WORTH / (1 + place) for place, name in enumerate(recent)}
    if not query.strip():
        ordered = sorted(
            entries, key=lambda entry: (-newness.get(entry.name, 0.0), bool(entry.reason))
        )
        return [(entry, ()) for entry in ordered]
    found: list[tuple[float, PaletteEntry, tuple[int, ...]]] = []
    for entry in entries:
        fit = match(query, entry.title)
        if fit is not None:
            worth, places = fit[0] + 20.0, fit[1]
        else:
            wider = match(query, f"{entry.title} {entry.menu} {entry.about}")
            if wider is None or wider[0] < 6.0 * len(query.replace(" ", "")) - 2.0:
                continue  # letters strewn over a description are no match
            worth, places = wider[0], ()
        worth += newness.get(entry.name, 0.0) - (3.0 if entry.reason else 0.0)
        found.append((worth, entry, places))
    found.sort(key=lambda row: -row[0])
    return [(entry, places) for _, entry, places in found]


class CommandPalette(QFrame):
    """A field and a list over the window.

    Parameters
    ----------
    parent : QWidget
        The window that it covers a part of.
    """

    chosen = Signal(str)
    """The name of what is to be done."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._focused_before: QWidget | None = None
        self.setObjectName("commandPalette")
        self.setAccessibleName(tr("Command palette"))
        self.setProperty("role", "popup")
        self._entries: tuple[PaletteEntry, ...] = ()
        self._recent: tuple[str, ...] = ()
        self._theme: Theme | None = None
        self._field = QLineEdit(self)
        self._field.setObjectName("commandPalette-field")
        self._field.setAccessibleName(tr("What do you want to do?"))
        self._field.setPlaceholderText(tr("What do you want to do?"))
        self._field.setToolTip(tr("Type a few letters; arrows choose, Enter does it, Esc closes"))
        self._field.setProperty("role", "search")
        self._list = QListWidget(self)
        self._list.setObjectName("commandPalette-list")
        self._list.setAccessibleName(tr("What can be done"))
        self._list.setToolTip(tr("Click to do it"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._row = PaletteRow(self._list)
        self._list.setItemDelegate(self._row)
        self._none = QLabel(self)
        self._none.setProperty("role", "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setMinimumHeight(56)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.setSpacing(SPACE)
        for part in (self._field, self._list, self._none):
            layout.addWidget(part)
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._list.itemClicked.connect(lambda _row: self._take())
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Colour the rows."""
        self._theme = theme
        self._row.theme = theme

    def ask(self, entries: Sequence[PaletteEntry], recent: Sequence[str]) -> None:
        """Appear, with what can be done now and what was done lately."""
        self._entries, self._recent = tuple(entries), tuple(recent)
        if not self.isVisible():
            self._focused_before = QApplication.focusWidget()
        self._field.clear()
        self._search("")
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Keep to the top middle of the parent."""
        around = self._covered.rect()
        rows = min(max(self._list.count(), 1), _SHOWN)
        height = rows * self._row.height + 4
        self._list.setFixedHeight(min(height, max(around.height() - 180, self._row.height)))
        width = min(_WIDTH, around.width() - 4 * SPACE)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((around.width() - width) // 2, min(88, around.height() // 8))

    def shown(self) -> list[str]:
        """The names of the rows, from the top."""
        return [self._list.item(k).data(self._row.NAME) for k in range(self._list.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys belong to the palette while it is open; it closes when it loses them."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._steered(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _steered(self, key: Qt.Key) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _SHOWN - 1,
            Qt.Key.Key_PageUp: 1 - _SHOWN,
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Backtab: -1,
        }
        if key in steps and self._list.count():
            wanted = self._list.currentRow() + steps[key]
            if abs(steps[key]) == 1:
                wanted %= self._list.count()
            self._list.setCurrentRow(min(max(wanted, 0), self._list.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            return False
        return True

    def _search(self, query: str) -> None:
        self._list.clear()
        for entry, places in ranked(self._entries, query, self._recent):
            text = RowText(entry.title, places, entry.menu, entry.about, entry.keys, entry.reason)
            self._row.add(self._list, entry.name, text)
        self._list.setCurrentRow(0)
        has_rows = bool(self._list.count())
        self._list.setVisible(has_rows)
        self._none.setVisible(not has_rows)
        self._none.setText(
            tr("Nothing is called “{query}”. F1 lists everything.", query=escape(query.strip()))
        )
        self.place()

    def _take(self) -> None:
        row = self._list.currentItem()
        name = "" if row is None else str(row.data(self._row.NAME))  # pyright: ignore[reportUnnecessaryComparison]
        entry = next((entry for entry in self._entries if entry.name == name), None)
        if entry is None or entry.reason:
            return  # the row says why
        self._close()
        self.chosen.emit(name)

    def _close(self) -> None:
        before, self._focused_before = self._focused_before, None
        self.hide()
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)
