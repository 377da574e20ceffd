"""A card of one model: a picture, its name, what it takes and how good it is."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, numeral, tr
from occstudio.shapes.model_card import ModelCard
from occstudio.studio.model_files import ModelFiles, size_text

KINDS = {
    "points": (marked("points"), "scatter-plot-outline"),
    "image": (marked("a photo"), "image-outline"),
    "voxels": (marked("voxels"), "cube-outline"),
    "latent": (marked("a code"), "tune-variant"),
}
"""What a model takes, in words and as an icon."""

_PICTURE = 60


class ModelTile(QFrame):
    """Shows a model, and can be chosen.

    Parameters
    ----------
    card : ModelCard
        What is shown.
    files : ModelFiles, optional
        Where it lies; None for models without files.
    """

    chosen = Signal(str)
    """The model's name: a person wants it."""

    details_wanted = Signal(str)
    folder_wanted = Signal(str)
    removal_wanted = Signal(str)

    def __init__(
        self, card: ModelCard, files: ModelFiles | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.card, self.files = card, files
        self._is_chosen, self._reason = False, ""
        self._theme: Theme | None = None
        self.setObjectName(f"model-{card.name}")
        self.setProperty("role", "tile")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._picture = QLabel(self)
        self._picture.setFixedSize(_PICTURE, _PICTURE)
        self._name = self._line(card.name, "tileName")
        self._takes = self._line(_takes(card, files), "tileLine")
        self._scores = self._line(_worth(card), "tileLine")
        self._scores.setVisible(bool(_worth(card)))
        self._mark = QLabel(self)
        self._mark.setFixedSize(18, 18)
        self._more = QToolButton(self)
        self._more.setObjectName(f"model-{card.name}-more")
        self._more.setAccessibleName(tr("More about {name}", name=card.name))
        self._more.setToolTip(tr("Details, folder, remove"))
        self._more.setProperty("role", "quiet")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._menu())
        self._build()
        self.show_choice(is_chosen=False)

    def set_theme(self, theme: Theme) -> None:
        """Colour the picture and the icons."""
        self._theme = theme
        self._more.setIcon(icon("dots-vertical", theme, color=theme.muted))
        self._picture.setPixmap(self._thumbnail(theme))
        if self._is_chosen:
            mark = icon("check-circle", theme, color=theme.accent)
            self._mark.setPixmap(mark.pixmap(16, 16))
        else:
            self._mark.clear()

    def show_choice(self, *, is_chosen: bool, reason: str = "") -> None:
        """Mark the model in use; `reason` says why one can't be used now, if so."""
        self._is_chosen, self._reason = is_chosen, reason
        for part in (self._name, self._takes, self._scores):
            part.setEnabled(not reason)
        self.setProperty("chosen", is_chosen)
        self.style().unpolish(self)
        self.style().polish(self)
        state = tr("in use") if is_chosen else reason
        self.setAccessibleName(
            tr("Model {name}", name=self.card.name) + (f", {state}" if state else "")
        )
        what = self.card.title or self.card.name
        use = (
            tr("Not for this input: {reason}", reason=reason)
            if reason
            else tr("Click to use it for the selection")
        )
        self.setToolTip(f"{what}\n{tr('In use') if is_chosen else use}")
        if self._theme is not None:
            self.set_theme(self._theme)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._choose()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt says so
        """Two clicks tell more."""
        self.details_wanted.emit(self.card.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter choose."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What has the focus must be seen."""
        super().focusInEvent(event)
        self.update()

    # -- private -----------------------------------------------------------------------------

    def _choose(self) -> None:
        if not self._reason:
            self.chosen.emit(self.card.name)

    def _line(self, text: str, role: str) -> QElidingLabel:
        label = QElidingLabel(text, self)
        label.setProperty("role", role)
        label.setMinimumWidth(20)
        return label

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        name = self.card.name
        menu.addAction(tr("Details…"), lambda: self.details_wanted.emit(name))
        folder = menu.addAction(tr("Show in folder"), lambda: self.folder_wanted.emit(name))
        folder.setEnabled(self.files is not None)
        menu.addSeparator()
        remove = menu.addAction(tr("Remove from library…"), lambda: self.removal_wanted.emit(name))
        remove.setEnabled(self.files is not None and self.files.is_own)
        return menu

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._takes)
        words.addWidget(self._scores)
        words.addStretch()
        side = QVBoxLayout()
        side.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        side.addStretch()
        side.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignRight)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 8)
        layout.setSpacing(10)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addLayout(side)

    def _thumbnail(self, theme: Theme) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(QSize(_PICTURE, _PICTURE) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(0, 0, 0, 0))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(0, 0, _PICTURE, _PICTURE)
        path = QPainterPath()
        path.addRoundedRect(place, 6, 6)
        painter.fillPath(path, QColor(theme.field))
        found = QPixmap(str(self.files.thumbnail)) if self.files and self.files.thumbnail else None
        if found is not None and not found.isNull():
            painter.setClipPath(path)
            painter.drawPixmap(place, found, QRectF(found.rect()))
        else:
            _, sign = KINDS.get(self.card.input_kind, ("", "brain"))
            drawn = icon(sign, theme, color=theme.muted).pixmap(QSize(28, 28), ratio)
            painter.drawPixmap(16, 16, drawn)
        painter.end()
        return picture


def _takes(card: ModelCard, files: ModelFiles | None) -> str:
    takes = tr(KINDS.get(card.input_kind, (card.input_kind, ""))[0])
    return takes if files is None else f"{takes} · {size_text(files.size)}"


def _worth(card: ModelCard) -> str:
    score = card.scores.get("iou")
    parts = [f"IoU {numeral(score, '.2f')}"] if score is not None else []
    if card.licence:
        parts.append(card.licence)
    return " · ".join(parts)
