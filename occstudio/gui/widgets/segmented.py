"""A row of joined buttons of which one is down: a choice among a few values."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget


class Segmented(QWidget):
    """A choice among numbers.

    Parameters
    ----------
    values : sequence of int
        What can be chosen; each is a button with its number on it.
    name : str
        Object name; the buttons are called ``NAME-VALUE``.
    accessible_name : str
        What a screen reader says.
    tips : mapping of int to str, optional
        A tooltip for each value.
    """

    chosen = Signal(int)
    """The value a person has chosen."""

    def __init__(
        self,
        values: Sequence[int],
        name: str,
        accessible_name: str,
        tips: dict[int, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setProperty("role", "segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3, 3, 3, 3)
        layout.setSpacing(2)
        self._group = QButtonGroup(self)
        for value in values:
            button = QToolButton(self)
            button.setText(str(value))
            button.setCheckable(True)
            button.setObjectName(f"{name}-{value}")
            button.setAccessibleName(f"{accessible_name} {value}")
            button.setToolTip((tips or {}).get(value, f"{accessible_name} {value}"))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button, value)
            layout.addWidget(button)
        # `idClicked` is sent for a person's clicks and keys only, never by `set_value`.
        self._group.idClicked.connect(self.chosen)

    def value(self) -> int:
        """The value that is down, -1 if none is."""
        return self._group.checkedId()

    def set_value(self, value: int) -> None:
        """Press a value's button without telling anybody."""
        button = self._group.button(value)
        if button is not None:
            button.setChecked(True)
            return
        self._group.setExclusive(False)
        for each in self._group.buttons():
            each.setChecked(False)
        self._group.setExclusive(True)
