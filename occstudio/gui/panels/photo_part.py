"""What the inspector says of a photo: how sure the shape is, and what can be done about it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from occstudio.gui.translation import sentence, tr
from occstudio.shapes.image import Image
from occstudio.shapes.photo_reading import SURE, UNSURE, PhotoReading
from occstudio.studio.document import ShapeItem
from occstudio.studio.pipeline import ShapeResult


class PhotoPart(QWidget):
    """Doubts, and the ways to the cut-out and to the fit."""

    cut_wanted = Signal()
    """The cut-out is to be edited."""

    fit_wanted = Signal()
    """The shape is to be fitted to the photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photoPart")
        self.setAccessibleName(tr("Photo"))
        self._doubts = QLabel(self)
        self._doubts.setObjectName("photo-doubts")
        self._doubts.setProperty("role", "hint")
        self._doubts.setWordWrap(True)
        self._cut = self._button("photo-cut", tr("Edit cut-out…"))
        self._cut.setToolTip(tr("See and correct what is taken for the object of the photo"))
        self._fit = self._button("photo-fit", tr("Fit to photo"))
        self._fit.setToolTip(
            tr("Change shape and camera until the outline agrees with the photo's")
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._doubts)
        buttons = QHBoxLayout()
        buttons.addWidget(self._cut)
        buttons.addWidget(self._fit)
        buttons.addStretch()
        layout.addLayout(buttons)
        self._cut.clicked.connect(self.cut_wanted)
        self._fit.clicked.connect(self.fit_wanted)

    def show_item(self, item: ShapeItem, result: ShapeResult | None) -> None:
        """Show an item; hidden unless it is a photo."""
        is_photo = isinstance(item.source.observation, Image)
        self.setVisible(is_photo)
        if not is_photo:
            return
        doubts = () if result is None else result.doubts
        self._doubts.setVisible(bool(doubts))
        self._doubts.setText("\n".join(f"{sentence(doubt)}." for doubt in doubts))
        self._fit.setVisible(result is not None and result.reading is not None)

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setProperty("role", "small")
        return button


def verdict_of(reading: PhotoReading) -> str:
    """In words, how far the shape that was read out of a photo can be trusted."""
    if reading.confidence >= SURE:
        return tr("likely right in its main features")
    return tr("a guess") if reading.confidence >= UNSURE else tr("may be far off")


def sureness(reading: PhotoReading) -> str:
    """The same, as short as can be."""
    return tr("{part:.0f} % sure", part=100 * reading.confidence)


def photo_facts(item: ShapeItem, result: ShapeResult | None) -> list[tuple[str, str]]:
    """What is known of a photo's shape, by name."""
    if not isinstance(item.source.observation, Image):
        return []
    if not item.model:
        return [(tr("Shape"), tr("none yet: look at the cut-out first"))]
    if result is None or result.reading is None:
        return []
    reading = result.reading
    part = 100 * reading.confidence
    said = tr("{part:.0f} %: {verdict}", part=part, verdict=verdict_of(reading))
    facts = [(tr("Confidence"), said)]
    if reading.camera is not None:
        agreement = tr("{part:.0f} % of the outline", part=100 * reading.agreement)
        facts.append((tr("Agrees with"), agreement))
    return facts
