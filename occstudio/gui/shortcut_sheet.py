"""All shortcuts on one sheet, grouped as the menus are, with a field to look for one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.fuzzy import match
from occstudio.gui.theme import SPACE
from occstudio.gui.translation import tr

_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class ShortcutGroup:
    """Shortcuts under a heading: pairs of keys (several parted by a comma) and what they do."""

    title: str
    rows: tuple[tuple[str, str], ...]


class ShortcutSheet(QDialog):
    """The sheet.

    Parameters
    ----------
    groups : sequence of ShortcutGroup
        What is on it.
    """

    def __init__(self, groups: Sequence[ShortcutGroup], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsDialog")
        self.setAccessibleName(tr("Shortcuts"))
        self.setWindowTitle(tr("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._field = QLineEdit(self)
        self._field.setObjectName("shortcutsDialog-field")
        self._field.setAccessibleName(tr("Look for a shortcut"))
        self._field.setToolTip(tr("By what it does or by its key"))
        self._field.setPlaceholderText(tr("Look for a shortcut, by what it does or by its key"))
        self._field.setProperty("role", "search")
        self._field.setClearButtonEnabled(True)
        self._none = QLabel(tr("No shortcut fits."), self)
        self._none.setProperty("role", "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.hide()
        self._groups = [_Group(group, self) for group in groups]
        self._body = QWidget(self)
        self._build()
        room = parent.size()
        # Some languages have long names for keys.
        wanted = max(760, self._body.sizeHint().width() + 9 * SPACE)
        self.resize(min(wanted, room.width() - 80), min(640, room.height() - 80))
        self._field.textChanged.connect(self.search)
        self._field.setFocus()

    def search(self, query: str) -> None:
        """Show what fits: by key, or by what it does."""
        found = [group.search(query) for group in self._groups]
        self._none.setVisible(not any(found))

    def shown(self) -> list[str]:
        """What the visible rows say, in order."""
        return [text for group in self._groups for text in group.shown()]

    def _build(self) -> None:
        body = self._body
        body.setObjectName("shortcutsDialog-body")
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, SPACE, 0)
        columns.setSpacing(5 * SPACE)
        total = sum(group.weight for group in self._groups)
        lanes = [QVBoxLayout() for _ in range(_COLUMNS)]
        filled = 0
        for group in self._groups:
            lanes[min(_COLUMNS * filled // max(total, 1), _COLUMNS - 1)].addWidget(group)
            filled += group.weight
        for lane in lanes:
            lane.setSpacing(2 * SPACE)
            lane.addStretch()
            columns.addLayout(lane, 1)
        scroll = QScrollArea(self)
        scroll.setObjectName("shortcutsDialog-scroll")
        scroll.setAccessibleName(tr("Shortcuts"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addWidget(self._field)
        layout.addWidget(self._none)
        layout.addWidget(scroll, 1)


class _Group(QWidget):
    """A heading and its rows."""

    def __init__(self, group: ShortcutGroup, parent: QWidget) -> None:
        super().__init__(parent)
        self.weight = len(group.rows) + 2
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        heading = QLabel(group.title.upper(), self)
        heading.setProperty("role", "heading")
        grid.addWidget(heading, 0, 0, 1, 2)
        self._rows: list[tuple[str, str, QLabel, QWidget]] = []
        for number, (keys, text) in enumerate(group.rows):
            label, caps = QLabel(text, self), _key_caps(keys, self)
            grid.addWidget(label, number + 1, 0)
            grid.addWidget(caps, number + 1, 1, Qt.AlignmentFlag.AlignRight)
            self._rows.append((keys, text, label, caps))

    def search(self, query: str) -> bool:
        asked = query.strip().lower()
        any_shown = False
        for keys, text, label, caps in self._rows:
            is_shown = not asked or asked in keys.lower() or match(asked, text) is not None
            label.setVisible(is_shown)
            caps.setVisible(is_shown)
            any_shown |= is_shown
        self.setVisible(any_shown)
        return any_shown

    def shown(self) -> list[str]:
        return [text for _, text, label, _ in self._rows if not label.isHidden()]


def _key_caps(keys: str, parent: QWidget) -> QWidget:
    caps = QWidget(parent)
    caps.setAccessibleName(keys)
    line = QHBoxLayout(caps)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    for number, chord in enumerate(keys.split(", ")):
        if number:
            other = QLabel(tr("or"), caps)
            other.setProperty("role", "muted")
            line.addWidget(other)
        cap = QLabel(chord, caps)
        cap.setProperty("role", "keycap")
        line.addWidget(cap)
    return caps
