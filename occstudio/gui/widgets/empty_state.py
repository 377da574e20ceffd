"""What an empty window says: what to do, what can be dropped, and samples to try it with."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, tr

_THUMBNAIL = QSize(132, 104)

WELCOME_INPUTS = (
    ("scatter-plot", marked("Scans"), "PLY, XYZ, PCD, LAS, E57, NPZ"),
    ("cube-outline", marked("Meshes"), "OBJ, STL, GLB, OFF, PLY"),
    ("image-outline", marked("Photos, voxels"), "PNG, JPEG, binvox"),
    ("brain", marked("Models, sessions"), ".pt, .safetensors, .occ"),
)
"""What can be dropped: icon, what it is, how its files are called."""


SAMPLE_NAMES = (marked("Chair"), marked("Oak table"), marked("Piano bench"))
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
        self._open = self._button(
            "open", tr("Open a file…"), tr("Choose one or several files (Ctrl+O)")
        )
        self._open.setProperty("role", "primary")
        self._tour = self._button("tour", tr("Show me around"), tr("A short tour of the window"))
        self._again = self._button("again", tr("Go on"), tr("Open the session that was saved last"))
        self._again.setVisible(False)
        self._last: Path | None = None
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
        self._tour.setVisible(is_first)

    def offer(self, session: Path | None) -> None:
        """Offer to go on with the last session, if there is one."""
        self._last = session
        self._again.setVisible(session is not None)
        if session is not None:
            said = tr("Go on with {name}", name=session.stem)
            self._again.setText(f" {said}")
            self._again.setAccessibleName(said)
            self._again.setToolTip(str(session))

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
                button.setIcon(QIcon(sign.pixmap(_THUMBNAIL)))

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 32, 40, 32)
        layout.setSpacing(8)
        for part in (self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        layout.addSpacing(16)
        layout.addLayout(self._inputs())
        layout.addSpacing(18)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addStretch()
        line.addWidget(self._open)
        line.addWidget(self._again)
        line.addWidget(self._tour)
        line.addStretch()
        layout.addLayout(line)
        if not self._samples:
            return
        layout.addSpacing(18)
        heading = QLabel(tr("Or try a sample").upper(), self)
        heading.setProperty("role", "heading")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(heading)
        layout.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch()
        for button, _ in self._samples:
            row.addWidget(button)
        row.addStretch()
        layout.addLayout(row)

    def _inputs(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(20)
        for _, title, suffixes in WELCOME_INPUTS:
            column = QVBoxLayout()
            column.setSpacing(2)
            sign, name, files = QLabel(self), QLabel(tr(title), self), QLabel(suffixes, self)
            files.setProperty("role", "small")
            self._signs.append(sign)
            for part in (sign, name, files):
                part.setAlignment(Qt.AlignmentFlag.AlignCenter)
                column.addWidget(part)
            row.addLayout(column, 1)
        return row

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
        button.setIconSize(_THUMBNAIL)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.clicked.connect(lambda: self.sample_wanted.emit(path))
        return button
