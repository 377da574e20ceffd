"""The bar of the photo that is ghosted over the view: how strong it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr

_USUAL = 45


class PhotoBar(QFrame):
    """A small bar over the view."""

    faded = Signal(float)
    """The photo's opacity, from 0 to 1."""

    closed = Signal()
    """The photo's camera is to be left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("photoBar")
        self.setAccessibleName(tr("Photo over the shape"))
        self.setProperty("role", "card")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(8)
        layout.addWidget(QLabel(tr("Photo over the shape"), self))
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("photoBar-opacity")
        self.slider.setAccessibleName(tr("Opacity of the photo"))
        self.slider.setToolTip(tr("From the shape alone to the photo alone"))
        self.slider.setRange(0, 100)
        self.slider.setValue(_USUAL)
        self.slider.setFixedWidth(150)
        layout.addWidget(self.slider)
        self._value = QLabel(f"{_USUAL} %", self)
        self._value.setMinimumWidth(40)
        layout.addWidget(self._value)
        self._close = QToolButton(self)
        self._close.setObjectName("photoBar-close")
        self._close.setAccessibleName(tr("Leave the photo's camera"))
        self._close.setToolTip(tr("Leave the photo's camera; turning the view does the same"))
        self._close.setProperty("role", "quiet")
        layout.addWidget(self._close)
        self.setVisible(False)
        self.slider.valueChanged.connect(self._slid)
        self._close.clicked.connect(self.closed)

    @property
    def opacity(self) -> float:
        """Of the photo, from 0 to 1."""
        return self.slider.value() / 100

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        self._close.setIcon(icon("close", theme, color=theme.muted))

    def _slid(self, step: int) -> None:
        self._value.setText(f"{step} %")
        self.faded.emit(step / 100)
