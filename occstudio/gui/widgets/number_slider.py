"""A slider with its number beside it: drag one or type the other."""

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from occstudio.gui.translation import tr
from occstudio.gui.widgets.number_field import NumberField

_STEPS = 1000


class NumberSlider(QWidget):
    """A number that can be dragged and typed.

    Parameters
    ----------
    title : str
        The label above.
    name : str
        Object name; the parts are ``NAME-slider`` and ``NAME-number``.
    tip : str
        What it does.
    span : (float, float)
        The ends of the slider.
    decimals : int
        Digits after the point.
    suffix : str
        Written behind the number.
    is_log : bool
        Whether equal ways of the slider are equal factors (for counts).
    """

    dragged = Signal(float)
    """The value while the hand moves."""

    released = Signal()
    """The hand has let go."""

    typed = Signal(float)
    """A value by number, key or wheel: final at once."""

    def __init__(
        self,
        title: str,
        name: str,
        tip: str,
        parent: QWidget | None = None,
        *,
        span: tuple[float, float] = (0.0, 1.0),
        decimals: int = 3,
        suffix: str = "",
        is_log: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._span, self._is_log = span, is_log
        self._slider = _Slider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName(f"{name}-slider")
        self._slider.setAccessibleName(title)
        self._slider.setRange(0, _STEPS)
        self._slider.setPageStep(50)
        self._slider.setSingleStep(5)
        self._number = NumberField(
            f"{name}-number", tr("{title}, number", title=title), decimals, self
        )
        self._number.setSuffix(suffix)
        self._number.setRange(*span)
        self._number.setSingleStep(10.0**-decimals if decimals < 2 else 0.01)
        self._number.setFixedWidth(84)
        self._label = QLabel(title, self)
        self._label.setBuddy(self._number)
        self._hint = QLabel(self)
        self._hint.setObjectName(f"{name}-hint")
        self._hint.setProperty("role", "hint")
        self._hint.hide()
        for part in (self._slider, self._number, self._label):
            part.setToolTip(tip)
        top = QHBoxLayout()
        top.addWidget(self._label, 1)
        top.addWidget(self._number)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._hint)
        layout.addWidget(self._slider)
        self._connect()

    def value(self) -> float:
        """The number."""
        return self._number.value()

    def set_span(self, low: float, high: float) -> None:
        """Other ends, without telling anybody."""
        if (low, high) == self._span:
            return
        self._span = (low, high)
        value = self.value()
        with QSignalBlocker(self._number):
            self._number.setRange(low, high)
        self.set_value(value)

    def set_value(self, value: float) -> None:
        """Show a value without telling anybody; a slider under the hand stays there."""
        if value != self._number.value():
            self._hint.hide()
        with QSignalBlocker(self._number):
            self._number.setValue(value)
        if not self._slider.isSliderDown():
            with QSignalBlocker(self._slider):
                self._slider.setValue(round(self._part(value) * _STEPS))

    def _part(self, value: float) -> float:
        low, high = self._span
        value = min(max(value, low), high)
        if high <= low:
            return 1.0
        if self._is_log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _at(self, part: float) -> float:
        low, high = self._span
        if self._is_log:
            return low * (high / low) ** part
        return low + (high - low) * part

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._slid)
        self._slider.sliderReleased.connect(self.released)
        self._number.valueChanged.connect(self.typed)
        self._number.held.connect(self._show_hint)

    def _slid(self, step: int) -> None:
        value = round(self._at(step / _STEPS), self._number.decimals())
        self._hint.hide()
        if self._slider.isSliderDown():
            self.dragged.emit(value)
        else:
            self.typed.emit(value)

    def _show_hint(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))


class _Slider(QSlider):
    """A slider that leaves the wheel to the panel, which scrolls."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Whoever has just dragged it and scrolls on would change it unawares, or be stuck."""
        event.ignore()
