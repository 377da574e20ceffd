"""A row of the command palette: title with the letters that were typed, where it is, its key."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from occstudio.gui.theme import DARK, Theme, faded
from occstudio.gui.translation import tr


@dataclass(frozen=True, slots=True)
class RowText:
    """What a row says: title and the places of its typed letters, menu, about, key, reason."""

    title: str
    places: tuple[int, ...]
    menu: str
    about: str
    keys: str
    reason: str


class PaletteRow(QStyledItemDelegate):
    """Paints rows of two lines.

    Parameters
    ----------
    owner : QListWidget
        Whose rows they are.
    """

    NAME = Qt.ItemDataRole.UserRole
    TEXT = Qt.ItemDataRole.UserRole + 1

    def __init__(self, owner: QListWidget) -> None:
        super().__init__(owner)
        self.theme: Theme = DARK
        self.height = 46

    def add(self, owner: QListWidget, name: str, text: RowText) -> None:
        """Append a row."""
        row = QListWidgetItem(owner)
        row.setData(self.NAME, name)
        row.setData(self.TEXT, text)
        said = f"{text.title}, {text.keys}" if text.keys else text.title
        said += tr(", not now: {reason}", reason=text.reason) if text.reason else ""
        row.setData(Qt.ItemDataRole.AccessibleTextRole, said)

    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt says so
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        """All rows are alike."""
        return QSize(0, self.height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Ground, title, second line, key."""
        text = index.data(self.TEXT)
        if not isinstance(text, RowText):
            return
        # The stubs know neither field.
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        font: QFont = option.font  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.accent_soft))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
        inner = rect.adjusted(12, 5, -12, -5)
        top = QRect(inner.left(), inner.top(), inner.width(), inner.height() // 2)
        below = QRect(inner.left(), top.bottom(), inner.width(), inner.height() // 2)
        self._keys(painter, font, top, text)
        self._title(painter, font, top, text)
        self._second(painter, font, below, text)
        painter.restore()

    def _keys(self, painter: QPainter, font: QFont, rect: QRect, text: RowText) -> None:
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(
            rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text.keys
        )

    def _title(self, painter: QPainter, font: QFont, rect: QRect, text: RowText) -> None:
        plain, strong = QFont(font), QFont(font)
        strong.setWeight(QFont.Weight.Bold)
        color = QColor(faded(self.theme) if text.reason else self.theme.text)
        hit = QColor(faded(self.theme) if text.reason else self.theme.accent)
        left = rect.left()
        for place, letter in enumerate(text.title):
            is_hit = place in text.places
            used = strong if is_hit else plain
            painter.setFont(used)
            painter.setPen(hit if is_hit else color)
            painter.drawText(
                QRect(left, rect.top(), rect.right() - left, rect.height()),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                letter,
            )
            left += QFontMetrics(used).horizontalAdvance(letter)

    def _second(self, painter: QPainter, font: QFont, rect: QRect, text: RowText) -> None:
        small = QFont(font)
        small.setPixelSize(11)
        painter.setFont(small)
        painter.setPen(QColor(self.theme.warning if text.reason else self.theme.muted))
        said = (
            tr("Not now: {reason}", reason=text.reason)
            if text.reason
            else f"{text.menu}  ·  {text.about}"
        )
        fitting = QFontMetrics(small).elidedText(said, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitting)
