"""Names on the left, values on the right: what is known of something, one line each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget


class FactsTable(QWidget):
    """Rows of a name and a value that can be selected and copied.

    Parameters
    ----------
    name : str
        Object name.
    accessible_name : str
        What a screen reader says.
    """

    def __init__(self, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these rows and no others; labels are kept from one time to the next."""
        while len(self._rows) < len(facts):
            self._rows.append(self._row(len(self._rows)))
        for number, (key, value) in enumerate(self._rows):
            is_shown = number < len(facts)
            key.setVisible(is_shown)
            value.setVisible(is_shown)
            if is_shown:
                key.setText(facts[number][0])
                value.setText(facts[number][1])

    def facts(self) -> dict[str, str]:
        """What is shown."""
        return {key.text(): value.text() for key, value in self._rows if not key.isHidden()}

    def _row(self, number: int) -> tuple[QLabel, QLabel]:
        key, value = QLabel(self), QLabel(self)
        key.setProperty("role", "key")
        value.setWordWrap(True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(key, number, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, number, 1)
        return key, value
