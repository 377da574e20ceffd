"""The bar of the field slice: across which axis it lies, and where it is."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QWidget,
)

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import tr
from occstudio.shapes.plane import AXES
from occstudio.studio.document import FieldSlice

STEPS = 400
REACH = 0.55
"""The slice moves so far from the middle, in model units."""


class SliceBar(QFrame):
    """A small bar over the view."""

    axis_chosen = Signal(str)
    """The axis that the slice is to lie across."""

    moved = Signal(float)
    """An offset in model units, while the slider is dragged."""

    set_at = Signal(float)
    """An offset that is final: by a click, a key or the wheel."""

    released = Signal()
    """The hand has let go of the slider."""

    closed = Signal()
    """The slice is to be put away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sliceBar")
        self.setAccessibleName(tr("Field slice"))
        self.setProperty("role", "card")
        self._axes = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(8)
        title = QLabel(tr("Field slice"), self)
        layout.addWidget(title)
        for number, axis in enumerate(AXES):
            button = QToolButton(self)
            button.setObjectName(f"sliceBar-{axis}")
            button.setText(axis.upper())
            button.setAccessibleName(tr("Slice across {axis}", axis=axis))
            button.setToolTip(tr("Lay the slice across the {axis} axis", axis=axis))
            button.setCheckable(True)
            self._axes.addButton(button, number)
            layout.addWidget(button)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("sliceBar-offset")
        self.slider.setAccessibleName(tr("Place of the slice"))
        self.slider.setToolTip(tr("Move the slice along its axis"))
        self.slider.setRange(-STEPS, STEPS)
        self.slider.setPageStep(40)
        self.slider.setFixedWidth(170)
        layout.addWidget(self.slider)
        self._value = QLabel("", self)
        self._value.setObjectName("sliceBar-place")
        self._value.setMinimumWidth(64)
        layout.addWidget(self._value)
        self._close = QToolButton(self)
        self._close.setObjectName("sliceBar-close")
        self._close.setAccessibleName(tr("Close the field slice"))
        self._close.setToolTip(tr("Put the slice away"))
        self._close.setProperty("role", "quiet")
        layout.addWidget(self._close)
        self.setVisible(False)
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        self._close.setIcon(icon("close", theme, color=theme.muted))

    def show_slice(self, field_slice: FieldSlice, place: str) -> None:
        """Show where the slice is; `place` is its coordinate in words."""
        with QSignalBlocker(self._axes), QSignalBlocker(self.slider):
            self._axes.button(AXES.index(field_slice.axis)).setChecked(True)
            if not self.slider.isSliderDown():
                self.slider.setValue(round(field_slice.offset / REACH * STEPS))
        self._value.setText(place)
        self.adjustSize()

    def _connect(self) -> None:
        self._axes.idClicked.connect(lambda number: self.axis_chosen.emit(AXES[number]))
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self.released)
        self._close.clicked.connect(self.closed)

    def _slid(self, step: int) -> None:
        offset = step / STEPS * REACH
        if self.slider.isSliderDown():
            self.moved.emit(offset)
        else:
            self.set_at.emit(offset)
