"""A switch with its words on the left: on or off, at once."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from superqt import QToggleSwitch

from occstudio.gui.theme import Theme

_WIDTH, _HEIGHT = 32, 18


class Switch(QWidget):
    """A choice between yes and no.

    Parameters
    ----------
    title : str
        What is switched.
    name : str
        Object name; the switch itself is ``NAME-switch``.
    tip : str
        What it does.
    """

    switched = Signal(bool)
    """A person has switched it."""

    def __init__(self, title: str, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._switch = QToggleSwitch(self)
        self._switch.setObjectName(f"{name}-switch")
        self._switch.setAccessibleName(title)
        self._switch.setProperty("switchWidth", _WIDTH)
        self._switch.setProperty("switchHeight", _HEIGHT)
        self._switch.setProperty("handleSize", _HEIGHT - 6)
        self._switch.setFixedSize(_WIDTH + 4, _HEIGHT + 4)
        self._switch.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        label = QLabel(title, self)
        label.setBuddy(self._switch)
        for part in (self._switch, label):
            part.setToolTip(tip)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label, 1)
        layout.addWidget(self._switch)
        self._switch.toggled.connect(self.switched)

    def set_theme(self, theme: Theme) -> None:
        """Colour the track and the knob."""
        self._switch.setProperty("onColor", QColor(theme.accent))
        self._switch.setProperty("offColor", QColor(theme.muted))
        self._switch.setProperty(
            "handleColor", QColor(theme.raised if theme.name == "light" else theme.text)
        )

    def is_on(self) -> bool:
        """What is shown."""
        return self._switch.isChecked()

    def set_on(self, is_on: bool) -> None:
        """Show it without telling anybody."""
        if is_on == self._switch.isChecked():  # it would move its knob, and paint for a while
            return
        with QSignalBlocker(self._switch):
            self._switch.setChecked(is_on)
