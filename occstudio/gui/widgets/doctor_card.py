"""Why a mesh may look bad: each thing that was found, its measure, and one click against it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.theme import DARK, SPACE, Theme, icon
from occstudio.gui.translation import sentence, told, tr
from occstudio.studio.diagnosis import Diagnosis
from occstudio.studio.finding import Finding, Weight

_WIDTH = 344
_MARGINS = (2 * SPACE, SPACE + 4, SPACE + 4, 2 * SPACE)


class DoctorCard(QFrame):
    """A card over the view.

    Parameters
    ----------
    parent : QWidget
        What it lies over.
    """

    remedy_wanted = Signal(object)
    """The `Finding` whose button was pressed."""

    dismissed = Signal()
    """The person has read it."""

    report_wanted = Signal()
    """The person wants to know about the machine, too."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._theme: Theme = DARK
        self._diagnosis: Diagnosis | None = None
        self._name = ""
        self.setObjectName("doctorCard")
        self.setAccessibleName(tr("Why this shape may look bad"))
        self.setProperty("role", "popup")
        self._sign, self._title = QLabel(self), QLabel(self)
        self._title.setObjectName("doctorCard-title")
        self._title.setProperty("role", "panelTitle")
        self._title.setWordWrap(True)
        self._close = QToolButton(self)
        self._close.setObjectName("doctorCard-close")
        self._close.setProperty("role", "quiet")
        self._close.setIconSize(QSize(14, 14))
        self._close.setAccessibleName(tr("Close this card"))
        self._close.setToolTip(tr("Close; Tools › Why Does It Look Bad? opens it again"))
        self._report = QToolButton(self)
        self._report.setObjectName("doctorCard-report")
        self._report.setProperty("role", "quiet")
        self._report.setText(tr("System report…"))
        self._report.setAccessibleName(tr("System report"))
        self._report.setToolTip(tr("If the machine may be to blame: what it has, what is missing"))
        self._body = QWidget(self)
        self._body.setObjectName("doctorCard-body")
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2 * SPACE)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("doctorCard-scroll")
        self._scroll.setAccessibleName(tr("What was found"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body)
        self._scroll.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._sign)
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*_MARGINS)
        layout.setSpacing(SPACE + 4)
        layout.addLayout(head)
        layout.addWidget(self._scroll)
        layout.addWidget(self._report, 0, Qt.AlignmentFlag.AlignLeft)
        self._report.clicked.connect(self.report_wanted)
        self._close.clicked.connect(self._dismiss)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self._theme = theme
        self._close.setIcon(icon("close", theme, color=theme.muted))
        if self._diagnosis is not None:
            self._fill(self._diagnosis)

    def show_diagnosis(self, diagnosis: Diagnosis, name: str) -> None:
        """Appear with what was found of a shape."""
        self._diagnosis, self._name = diagnosis, name
        self._fill(diagnosis)
        self.show()
        self.raise_()
        self.place()

    def close_card(self) -> None:
        """Go away."""
        self._diagnosis = None
        self.hide()

    def place(self) -> None:
        """Keep to the left upper corner of what it lies over."""
        room = self._covered.size()
        width = min(_WIDTH, room.width() - 4 * SPACE)
        self.setFixedWidth(width)
        inner = width - _MARGINS[0] - _MARGINS[2] - 2 * self.frameWidth()
        self._rows.activate()  # rows that were just added have no height before
        wanted = self._rows.sizeHint().height()
        if self._rows.hasHeightForWidth():  # their own wish is for narrower lines, and higher
            wanted = self._rows.heightForWidth(inner)
        self._scroll.setFixedHeight(max(min(wanted, room.height() - 14 * SPACE), 40))
        self.adjustSize()
        self.move(2 * SPACE, 2 * SPACE)

    def _fill(self, diagnosis: Diagnosis) -> None:
        while (row := self._rows.takeAt(0)) is not None:  # pyright: ignore[reportUnnecessaryComparison]
            widget = row.widget()
            if widget is not None:  # pyright: ignore[reportUnnecessaryComparison]
                widget.hide()
                widget.deleteLater()
        theme = self._theme
        color = theme.warning if diagnosis.is_worrying else theme.accent
        self._sign.setPixmap(icon("stethoscope", theme, color=color).pixmap(20, 20))
        self._title.setText(tr("Why {name} may look bad", name=self._name))
        if not diagnosis.findings:
            self._title.setText(tr("{name} looks well", name=self._name))
            text = QLabel(
                tr(
                    "Input, field and surface were measured and nothing stands out. If it still "
                    "looks wrong, try another threshold, a finer resolution or another model."
                ),
                self._body,
            )
            text.setWordWrap(True)
            text.setProperty("role", "muted")
            self._rows.addWidget(text)
        for finding in diagnosis.findings:
            row = self._row(finding)
            self._rows.addWidget(row)
            row.show()  # a layout shows what it is given later, and counts it as nothing before
        self._rows.addStretch()

    def _row(self, finding: Finding) -> QWidget:
        theme = self._theme
        row = QWidget(self._body)
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, SPACE, 0)
        grid.setHorizontalSpacing(SPACE + 2)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        worries = finding.weight is Weight.WORRY
        sign = QLabel(row)
        color = theme.warning if worries else theme.muted
        name = "alert-outline" if worries else "information-outline"
        sign.setPixmap(icon(name, theme, color=color).pixmap(16, 16))
        sign.setAccessibleName(tr("Likely") if worries else tr("Possible"))
        text = QLabel(sentence(finding.text) + ".", row)
        text.setWordWrap(True)
        grid.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, 0, 1)
        said = told(finding.measured)
        if finding.remedy is None and finding.advice:
            advice = told(finding.advice)
            said = f"{said}; {advice}" if said else advice
        if said:
            measured = QLabel(said[:1].upper() + said[1:] + ".", row)
            measured.setWordWrap(True)
            measured.setProperty("role", "small")
            grid.addWidget(measured, 1, 1)
        if finding.remedy is not None:
            button = QPushButton(told(finding.remedy_label), row)
            button.setObjectName(f"doctorCard-remedy-{finding.code}")
            button.setProperty("role", "small")
            button.setAccessibleName(button.text())
            button.setToolTip(tr("Do this now; undo takes it back"))
            button.clicked.connect(lambda: self.remedy_wanted.emit(finding))
            grid.addWidget(button, 2, 1, Qt.AlignmentFlag.AlignLeft)
        return row

    def _dismiss(self) -> None:
        self.close_card()
        self.dismissed.emit()
