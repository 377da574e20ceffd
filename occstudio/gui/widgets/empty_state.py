"""What an empty window says: what to do, what can be dropped, and samples to try it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpacerItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, tr


@dataclass(frozen=True, slots=True)
class Fit:
    """How much of the card there is room for.

    Parameters
    ----------
    margins : pair of int
        At the sides, and above and below.
    gap : int
        Between its parts.
    thumbnail : QSize
        Of a sample.
    has_inputs, has_files, has_samples : bool
        Whether what can be dropped is shown, how such files are called, and the samples.
    """

    margins: tuple[int, int]
    gap: int
    thumbnail: QSize
    has_inputs: bool = True
    has_files: bool = True
    has_samples: bool = True


FITS = (
    Fit((40, 32), 18, QSize(132, 104)),
    Fit((32, 20), 12, QSize(108, 84)),
    Fit((24, 16), 10, QSize(88, 66), has_files=False),
    Fit((20, 14), 8, QSize(72, 54), has_inputs=False, has_files=False),
    Fit((16, 10), 6, QSize(48, 36), has_inputs=False, has_files=False),
    Fit((12, 8), 4, QSize(48, 36), has_inputs=False, has_files=False, has_samples=False),
)
"""From the whole card to what a low window has room for."""

_EDGE = 8
"""Stays free at both sides."""

WELCOME_INPUTS = (
    ("scatter-plot", marked("Scans"), "PLY, XYZ, PCD, LAS, E57, NPZ"),
    ("cube-outline", marked("Meshes"), "OBJ, STL, GLB, OFF, PLY"),
    ("image-outline", marked("Photos, voxels"), "PNG, JPEG, binvox"),
    ("brain", marked("Models, sessions"), ".pt, .safetensors, .occ"),
)
"""What can be dropped: icon, what it is, how its files are called."""


SAMPLE_NAMES = (marked("Chair"), marked("Bunk bed"), marked("Piano bench"), marked("Sofa photo"))
"""Of the samples that ship, as their files are called."""


class EmptyState(QFrame):
    """A card in the middle of the empty view.

    Parameters
    ----------
    samples : sequence of Path
        Files that are offered; a picture beside one (same name, ``.png``) is its thumbnail.
    """

    open_wanted = Signal()
    """The person wants to choose a file."""

    sample_wanted = Signal(Path)
    """The person wants this sample."""

    session_wanted = Signal(Path)
    """The person wants to go on with this session."""

    tour_wanted = Signal()
    """The person wants to be shown around."""

    changed = Signal()
    """It says something else, and may want another size."""

    def __init__(self, samples: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self.setAccessibleName(tr("Nothing is open yet"))
        self.setProperty("role", "empty")
        self._title = QLabel(self)
        self._title.setObjectName("emptyState-title")
        self._title.setProperty("role", "title")
        self._text = QLabel(self)
        self._text.setProperty("role", "muted")
        self._signs: list[QLabel] = []
        self._files: list[QLabel] = []
        self._gaps: list[QSpacerItem] = []
        self._layout = QVBoxLayout(self)
        self._open = self._button(
            "open", tr("Open a file…"), tr("Choose one or several files (Ctrl+O)")
        )
        self._open.setProperty("role", "primary")
        self._tour = self._button("tour", tr("Show me around"), tr("A short tour of the window"))
        self._again = self._button("again", tr("Go on"), tr("Open the session that was saved last"))
        self._again.setVisible(False)
        self._last: Path | None = None
        self._is_first = False
        self._samples = [(self._sample(path), path) for path in samples]
        self._build()
        self.greet(is_first=False)
        self._open.clicked.connect(self.open_wanted)
        self._tour.clicked.connect(self.tour_wanted)
        self._again.clicked.connect(self._go_on)

    def greet(self, *, is_first: bool) -> None:
        """Say hello at the first start, with a tour; else come to the point."""
        self._title.setText(
            tr("Welcome to OccStudio") if is_first else tr("Drop something to begin")
        )
        self._text.setText(
            tr("Drop a scan, a mesh or a photo anywhere: it becomes a clean, closed surface.")
            if is_first
            else tr("A scan, a mesh or a photo becomes a clean, closed surface.")
        )
        self._is_first = is_first
        self._tour.setVisible(is_first)
        self.changed.emit()

    def offer(self, session: Path | None) -> None:
        """Offer to go on with the last session, if there is one."""
        self._last = session
        self._again.setVisible(session is not None)
        if session is not None:
            name = self.fontMetrics().elidedText(session.stem, Qt.TextElideMode.ElideMiddle, 180)
            said = tr("Go on with {name}", name=name)
            self._again.setText(f" {said}")
            self._again.setAccessibleName(said)
            self._again.setToolTip(str(session))
        self.changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons, and those that stand where there is no picture."""
        for sign, (name, _, _) in zip(self._signs, WELCOME_INPUTS, strict=True):
            sign.setPixmap(icon(name, theme, color=theme.accent).pixmap(26, 26))
        self._open.setIcon(icon("folder-open-outline", theme, color=theme.on_accent))
        self._tour.setIcon(icon("map-marker-path", theme))
        self._again.setIcon(icon("history", theme))
        for button, path in self._samples:
            picture = path.with_suffix(".png")
            if picture.is_file():
                button.setIcon(QIcon(QPixmap(str(picture))))
            else:
                sign = icon("grain", theme, color=theme.muted)
                button.setIcon(QIcon(sign.pixmap(FITS[0].thumbnail)))

    def fit(self, room: QSize) -> None:
        """Take the size of as much as there is room for, at least of its buttons."""
        size = self.size()
        for wanted in FITS:
            size = self._size_of(wanted, room.width() - 2 * _EDGE)
            if size.boundedTo(room) == size:
                break
        self.resize(size.boundedTo(room))
        self._layout.activate()

    def _size_of(self, fit: Fit, most: int) -> QSize:
        """Show so much; how large the card is then, its words wrapped to be no wider than most."""
        across, down = fit.margins
        layout = self._layout
        layout.setContentsMargins(across, down, across, down)
        for gap in self._gaps:
            gap.changeSize(0, fit.gap)
        for files in self._files:
            files.setVisible(fit.has_files)
        for button, _ in self._samples:
            button.setIconSize(fit.thumbnail)
        self._inputs.setVisible(fit.has_inputs)
        self._row.setVisible(bool(self._samples) and fit.has_samples)
        self._text.setWordWrap(False)
        is_wide = self._text.sizeHint().width() + 2 * across > most
        self._tour.setVisible(self._is_first and fit.has_samples)
        self._text.setWordWrap(is_wide)
        self._again.setVisible(self._last is not None and fit.has_samples)
        # Those within know of a change only after events; here they are measured at once.
        for inner in (*(part.layout() for part in self._bodies), layout):
            assert inner is not None
            inner.invalidate()
            inner.activate()
        size = layout.sizeHint()
        if is_wide:
            width = max(most, layout.minimumSize().width())
            size = QSize(width, layout.totalHeightForWidth(width))
        return size.grownBy(self.contentsMargins())  # the frame

    def _build(self) -> None:
        layout = self._layout
        layout.setSpacing(6)
        for part in (self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        self._inputs = self._inputs_row()
        self._row = self._samples_row()
        self._bodies = (self._inputs, self._buttons_row(), self._row)
        for part in self._bodies:
            gap = QSpacerItem(0, FITS[0].gap)
            self._gaps.append(gap)
            layout.addItem(gap)
            layout.addWidget(part)

    def _buttons_row(self) -> QWidget:
        body = QWidget(self)
        line = QHBoxLayout(body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addStretch()
        line.addWidget(self._open)
        line.addWidget(self._again)
        line.addWidget(self._tour)
        line.addStretch()
        return body

    def _samples_row(self) -> QWidget:
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        heading = QLabel(tr("Or try a sample").upper(), body)
        heading.setProperty("role", "heading")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(heading)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch()
        for button, _ in self._samples:
            row.addWidget(button)
        row.addStretch()
        layout.addLayout(row)
        return body

    def _inputs_row(self) -> QWidget:
        body = QWidget(self)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(28)
        for _, title, suffixes in WELCOME_INPUTS:
            column = QVBoxLayout()
            column.setSpacing(2)
            sign, name, files = QLabel(body), QLabel(tr(title), body), QLabel(suffixes, body)
            files.setProperty("role", "small")
            self._signs.append(sign)
            self._files.append(files)
            for part in (sign, name, files):
                part.setAlignment(Qt.AlignmentFlag.AlignCenter)
                column.addWidget(part)
            row.addLayout(column)
        return body

    def _go_on(self) -> None:
        if self._last is not None:
            self.session_wanted.emit(self._last)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(f" {text}", self)
        button.setObjectName(f"emptyState-{name}")
        button.setToolTip(tip)
        button.setAccessibleName(text.strip(" …"))
        return button

    def _sample(self, path: Path) -> QToolButton:
        name = tr(path.stem.replace("_", " ").replace("-", " ").capitalize())
        button = QToolButton(self)
        button.setObjectName(f"sample-{path.stem}")
        button.setAccessibleName(tr("Open the sample {name}", name=name))
        button.setToolTip(tr("Open the sample {name}", name=name))
        button.setProperty("role", "sample")
        button.setText(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.clicked.connect(lambda: self.sample_wanted.emit(path))
        return button
