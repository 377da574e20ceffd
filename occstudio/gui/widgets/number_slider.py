"""A slider from 0 to 1 with its number beside it: drag one or type the other."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

_STEPS = 1000


class NumberSlider(QWidget):
    """A probability that can be dragged and typed.

    Parameters
    ----------
    title : str
        The label above.
    name : str
        Object name; the parts are ``NAME-slider`` and ``NAME-number``.
    tip : str
        What it does.
    """

    dragged = Signal(float)
    """The value while the hand moves."""

    released = Signal()
    """The hand has let go."""

    typed = Signal(float)
    """A value by number, key or wheel: final at once."""

    def __init__(self, title: str, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName(f"{name}-slider")
        self._slider.setAccessibleName(title)
        self._slider.setRange(1, _STEPS - 1)
        self._slider.setPageStep(50)
        self._slider.setSingleStep(5)
        self._number = QDoubleSpinBox(self)
        self._number.setObjectName(f"{name}-number")
        self._number.setAccessibleName(f"{title}, number")
        self._number.setRange(1 / _STEPS, 1 - 1 / _STEPS)
        self._number.setDecimals(3)
        self._number.setSingleStep(0.01)
        self._number.setKeyboardTracking(False)
        self._number.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._number.setFixedWidth(68)
        label = QLabel(title, self)
        label.setBuddy(self._number)
        for part in (self._slider, self._number, label):
            part.setToolTip(tip)
        top = QHBoxLayout()
        top.addWidget(label, 1)
        top.addWidget(self._number)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self._slider)
        self._connect()

    def value(self) -> float:
        """The number."""
        return self._number.value()

    def set_value(self, value: float) -> None:
        """Show a value without telling anybody; a slider under the hand stays there."""
        with QSignalBlocker(self._number):
            self._number.setValue(value)
        if not self._slider.isSliderDown():
            with QSignalBlocker(self._slider):
                self._slider.setValue(round(value * _STEPS))

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._slid)
        self._slider.sliderReleased.connect(self.released)
        self._number.valueChanged.connect(self.typed)

    def _slid(self, step: int) -> None:
        value = step / _STEPS
        if self._slider.isSliderDown():
            self.dragged.emit(value)
        else:
            self.typed.emit(value)
