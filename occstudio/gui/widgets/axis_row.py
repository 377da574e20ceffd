"""A slider between two looks of a shape: a picture at each end, its name on it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

_STEPS = 100
_SIDE = 34


class AxisRow(QWidget):
    """One direction.

    Parameters
    ----------
    low, high : str
        What its ends are called; with `low` alone it is the name of the whole.
    name : str
        Object name; the slider is ``NAME-slider``.
    span : float
        The slider goes from minus this to this.
    """

    dragged = Signal(float)
    """The amount, while the hand moves or at a key."""

    released = Signal()
    """The hand has let go."""

    def __init__(
        self, low: str, high: str, name: str, span: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        title = f"{low} – {high}" if high else low
        self.setAccessibleName(title)
        self._span = span
        self.slider = _Slider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName(f"{name}-slider")
        self.slider.setProperty("role", "balance")
        self.slider.setAccessibleName(title)
        self.slider.setToolTip(title)
        self.slider.setRange(-_STEPS, _STEPS)
        self.slider.setSingleStep(4)
        self.slider.setPageStep(20)
        self._ends = (QLabel(self), QLabel(self))
        for end in self._ends:
            end.setFixedSize(_SIDE, _SIDE)
            end.setScaledContents(True)
        words = QHBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        for text in (low, high):
            label = QLabel(text, self)
            label.setProperty("role", "small")
            words.addWidget(label)
            if text == low:
                words.addStretch()
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(words)
        middle.addWidget(self.slider)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._ends[0])
        layout.addLayout(middle, 1)
        layout.addWidget(self._ends[1])
        self.slider.valueChanged.connect(self._tell)
        self.slider.sliderReleased.connect(self.released)

    def value(self) -> float:
        """The amount."""
        return self.slider.value() * self._span / _STEPS

    def set_value(self, value: float) -> None:
        """Another amount without telling anybody; not under a hand."""
        if not self.slider.isSliderDown():
            blocked = self.slider.blockSignals(True)
            self.slider.setValue(round(value / self._span * _STEPS))
            self.slider.blockSignals(blocked)

    def show_end(self, is_high: bool, picture: QPixmap) -> None:
        """What the shape becomes at an end."""
        self._ends[int(is_high)].setPixmap(picture)

    def clear_ends(self) -> None:
        """The pictures are of another shape."""
        for end in self._ends:
            end.clear()

    def _tell(self, step: int) -> None:
        self.dragged.emit(step * self._span / _STEPS)
        if not self.slider.isSliderDown():
            self.released.emit()


class _Slider(QSlider):
    """The wheel scrolls the panel, it changes no shape by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
