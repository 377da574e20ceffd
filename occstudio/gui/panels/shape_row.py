"""How a row of the shapes panel is painted and clicked: picture, name, swatch, eye."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from occstudio.gui.panels.shape_list import ITEM, Index, ShapeList
from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr
from occstudio.gui.widgets.shape_picture import tinted
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem
from occstudio.studio.studio import Studio
from occstudio.studio.thumbnail import Picture

HEIGHT = 60
_PICTURE, _MARGIN, _SPOT = 44, 8, 26
_EYE_ICON, _SWATCH = 18, 14


class ShapeRow(QStyledItemDelegate):
    """Paints rows.

    Parameters
    ----------
    studio : Studio
        Whose shapes they are.
    theme : Theme
        Colours.
    """

    color_wanted = Signal(int, QPoint)
    """The id of an item whose swatch was clicked, and where on the screen."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self.theme = theme
        self._pixmaps: dict[int, tuple[tuple[int, str], QPixmap]] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt says so
        """A picture and two lines of text beside it."""
        return QSize(140, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        item: ShapeItem = index.data(ITEM)
        theme, area = self.theme, option.rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        state = QStyle.StateFlag
        is_selected = bool(option.state & state.State_Selected)
        if is_selected or option.state & state.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft if is_selected else theme.raised))
            painter.drawRoundedRect(area, 6, 6)
        if option.state & state.State_HasFocus and option.state & state.State_KeyboardFocusChange:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
        self._draw_picture(painter, item, self.picture_area(option.rect))
        self._write(painter, option, index, item)
        self._draw_swatch(painter, item, self.swatch_area(option.rect))
        eye = icon("eye-outline" if item.visible else "eye-off-outline", theme, color=theme.muted)
        eye.paint(painter, _centred(self.eye_area(option.rect), _EYE_ICON))
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on the eye shows or hides, one on the swatch asks for a colour."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            place = event.position().toPoint()
            item: ShapeItem = index.data(ITEM)
            is_release = event.type() == QEvent.Type.MouseButtonRelease
            if self.eye_area(option.rect).contains(place):
                if is_release:
                    self._studio.apply(edits.set_visible(self._meant(item), not item.visible))
                return True
            if self.swatch_area(option.rect).contains(place):
                if is_release:
                    self.color_wanted.emit(item.id, event.globalPosition().toPoint())
                return True
        return super().editorEvent(event, model, option, index)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """A picture that arrives while somebody types must not take the words back."""
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: Index,  # noqa: ARG002 - Qt says so
    ) -> None:
        """The editor covers the name."""
        editor.setObjectName("shapes-name")
        editor.setAccessibleName(tr("Name of the shape"))
        text = self.text_area(option.rect)
        editor.setGeometry(text.adjusted(-6, 6, 0, -6))

    # -- where things are --------------------------------------------------------------------

    def picture_area(self, row: QRect) -> QRect:
        """Square of the thumbnail."""
        top = row.center().y() - _PICTURE // 2
        return QRect(row.left() + _MARGIN, top, _PICTURE, _PICTURE)

    def text_area(self, row: QRect) -> QRect:
        """Name and the line under it."""
        left = self.picture_area(row).right() + 1 + _MARGIN
        return QRect(left, row.top(), self.swatch_area(row).left() - left, row.height())

    def swatch_area(self, row: QRect) -> QRect:
        """Where a click asks for a colour; larger than what is drawn."""
        return self.eye_area(row).translated(-_SPOT, 0)

    def eye_area(self, row: QRect) -> QRect:
        """Where a click shows or hides; larger than what is drawn."""
        return QRect(row.right() - _SPOT - 4, row.center().y() - 20, _SPOT, 40)

    # -- private -----------------------------------------------------------------------------

    def _meant(self, item: ShapeItem) -> tuple[int, ...]:
        """The eye of a selected row is that of all selected rows."""
        selection = self._studio.document.selection
        return selection if item.id in selection else (item.id,)

    def _draw_picture(self, painter: QPainter, item: ShapeItem, area: QRect) -> None:
        painter.setOpacity(1.0 if item.visible else 0.4)
        picture = self._studio.thumbnails.of(item)
        if item.id in self._studio.failures:
            sign = icon("alert-outline", self.theme, color=self.theme.warning)
            sign.paint(painter, _centred(area, 22))
        elif picture is None:
            sign = icon("cube-scan", self.theme, color=self.theme.muted)
            sign.paint(painter, _centred(area, 22))
        else:
            painter.drawPixmap(area, self._pixmap(item, picture))
        painter.setOpacity(1.0)

    def _pixmap(self, item: ShapeItem, picture: Picture) -> QPixmap:
        color = item.color or self.theme.clay
        key = (id(picture), f"{self.theme.name} {color}")
        kept = self._pixmaps.get(item.id)
        if kept is not None and kept[0] == key:
            return kept[1]
        pixmap = tinted(picture, self.theme, color)
        self._pixmaps[item.id] = (key, pixmap)
        return pixmap

    def _write(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, item: ShapeItem
    ) -> None:
        area = self.text_area(option.rect)
        elided = Qt.TextElideMode.ElideRight
        model = index.model()
        rows = model if isinstance(model, ShapeList) else None
        about = "" if rows is None else rows.about(item)
        is_doubtful = rows is not None and item.visible and rows.is_doubtful(item)
        height = option.fontMetrics.height()
        top = area.center().y() - height - 1
        line = QRect(area.left(), top, area.width(), height)
        painter.setPen(QColor(self.theme.text if item.visible else self.theme.muted))
        name = option.fontMetrics.elidedText(item.name, elided, area.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.warning if is_doubtful else self.theme.muted))
        about = painter.fontMetrics().elidedText(about, elided, area.width())
        painter.drawText(line.translated(0, height + 3), Qt.AlignmentFlag.AlignVCenter, about)

    def _draw_swatch(self, painter: QPainter, item: ShapeItem, area: QRect) -> None:
        painter.setPen(QPen(QColor(self.theme.muted), 1))
        painter.setBrush(QColor(item.color or self.theme.clay))
        painter.drawEllipse(_centred(area, _SWATCH))


def _centred(area: QRect, size: int) -> QRect:
    return QRect(area.center().x() - size // 2, area.center().y() - size // 2, size, size)
