"""A number that may be typed freely: what is out of range is held at the end, and said."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from occstudio.gui.translation import tr


class NumberField(QDoubleSpinBox):
    """A spin box that takes any number and says when it had to hold it back.

    Parameters
    ----------
    name : str
        Object name.
    accessible_name : str
        What a screen reader says.
    decimals : int
        Digits after the point; 0 for counts, which get separators of thousands.
    """

    held = Signal(str)
    """Why another number stands there than was typed; empty when all is well again."""

    def __init__(
        self, name: str, accessible_name: str, decimals: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._typed = ""
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setDecimals(decimals)
        self.setGroupSeparatorShown(decimals == 0)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().textEdited.connect(self._remember)
        self.editingFinished.connect(self._tell)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Any number may be typed; it is held back when the person is done."""
        if self._number(text) is not None:
            return QValidator.State.Acceptable, text, place
        return QValidator.State.Intermediate, text, place

    def fixup(self, text: str) -> str:  # noqa: ARG002 - Qt says so
        """What is no number becomes what stood there before."""
        return self.textFromValue(self.value()) + self.suffix()

    def valueFromText(self, text: str) -> float:
        """The number that was typed, in range or not."""
        found = self._number(text)
        return self.value() if found is None else found

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the panel unless one is typing here."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def range_text(self) -> str:
        """The range, as a hint."""
        low, high = self.textFromValue(self.minimum()), self.textFromValue(self.maximum())
        return tr("From {low} to {high}{suffix}", low=low, high=high, suffix=self.suffix())

    def _remember(self, text: str) -> None:
        self._typed = text

    def _tell(self) -> None:
        typed, self._typed = self._number(self._typed), ""
        self.held.emit("" if typed is None or self._is_within(typed) else self.range_text())

    def _is_within(self, number: float) -> bool:
        slack = 0.5 * 10.0 ** -self.decimals()
        return self.minimum() - slack <= number <= self.maximum() + slack

    def _number(self, text: str) -> float | None:
        bare = text.removesuffix(self.suffix()).strip()
        for locale in (self.locale(), QLocale.c()):
            number, is_number = locale.toDouble(bare)
            if is_number:
                return number
        return None
