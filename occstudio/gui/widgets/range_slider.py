"""Two ends of a range on one slider, each with its number: drag them or type them."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from superqt import QDoubleRangeSlider

from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.widgets.number_field import NumberField


class RangeSlider(QWidget):
    """A range that can be dragged and typed.

    Parameters
    ----------
    title : str
        The label on the left.
    name : str
        Object name; the parts are ``NAME-slider``, ``NAME-low`` and ``NAME-high``.
    tip : str
        What it does.
    """

    dragged = Signal(float, float)
    """The ends while the hand moves."""

    released = Signal()
    """The hand has let go."""

    typed = Signal(float, float)
    """Ends by number or key: final at once."""

    def __init__(self, title: str, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("{title} range", title=title))
        self._slider = QDoubleRangeSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName(f"{name}-slider")
        self._slider.setAccessibleName(tr("{title} range", title=title))
        self._low = NumberField(f"{name}-low", tr("{title}, from", title=title), 3, self)
        self._high = NumberField(f"{name}-high", tr("{title}, to", title=title), 3, self)
        label = QLabel(title, self)
        label.setProperty("role", "key")
        self._hint = QLabel(self)
        self._hint.setObjectName(f"{name}-hint")
        self._hint.setProperty("role", "hint")
        self._hint.hide()
        for part in (self._slider, self._low, self._high, label):
            part.setToolTip(tip)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(label)
        for field in (self._low, self._high):
            field.setMinimumWidth(58)
            line.addWidget(field, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._hint)
        layout.addWidget(self._slider)
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        """Colour the bar between the handles."""
        self._slider.setStyleSheet(f"QDoubleRangeSlider {{ qproperty-barColor: {theme.accent}; }}")

    def ends(self) -> tuple[float, float]:
        """The range that is shown."""
        return self._low.value(), self._high.value()

    def set_span(self, low: float, high: float, decimals: int) -> None:
        """What the range may be within, without telling anybody."""
        for part in (self._low, self._high):
            with QSignalBlocker(part):
                part.setDecimals(decimals)
                part.setSingleStep(10.0**-decimals)
                part.setRange(low, high)
        with QSignalBlocker(self._slider):
            self._slider.setRange(low, high)

    def set_ends(self, low: float, high: float) -> None:
        """Show a range without telling anybody; a slider under the hand stays there."""
        for part, value in ((self._low, low), (self._high, high)):
            with QSignalBlocker(part):
                part.setValue(value)
        if not self._slider.isSliderDown():
            with QSignalBlocker(self._slider):
                self._slider.setValue((low, high))

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._slid)
        self._slider.sliderReleased.connect(self.released)
        self._low.valueChanged.connect(self._typed_low)
        self._high.valueChanged.connect(self._typed_high)
        for part in (self._low, self._high):
            part.held.connect(self._show_hint)

    def _slid(self, ends: tuple[float, float]) -> None:
        self._hint.hide()
        tell = self.dragged if self._slider.isSliderDown() else self.typed
        tell.emit(float(ends[0]), float(ends[1]))

    def _typed_low(self, value: float) -> None:
        self.typed.emit(value, max(value, self._high.value()))

    def _typed_high(self, value: float) -> None:
        self.typed.emit(min(value, self._low.value()), value)

    def _show_hint(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
