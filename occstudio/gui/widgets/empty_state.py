"""What an empty window says: what to do, and a few samples to do it with."""

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

_THUMBNAIL = QSize(132, 104)


class EmptyState(QFrame):
    """A card in the middle of the empty view.

    Parameters
    ----------
    samples : sequence of Path
        Files that are offered; a picture beside one (same name, ``.png``) is its thumbnail.
    formats : str
        Which files can be opened, in words.
    """

    open_wanted = Signal()
    """The person wants to choose a file."""

    sample_wanted = Signal(Path)
    """The person wants this sample."""

    def __init__(
        self, samples: Sequence[Path], formats: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self.setAccessibleName("Nothing is open yet")
        self.setProperty("role", "empty")
        self._sign = QLabel(self)
        title = QLabel("Drop a scan to begin", self)
        title.setProperty("role", "title")
        text = QLabel("A point cloud becomes a clean, closed surface.\n" + formats, self)
        text.setProperty("role", "muted")
        self._open = QPushButton(" Open a file…", self)
        self._open.setObjectName("emptyState-open")
        self._open.setProperty("role", "primary")
        self._open.setToolTip("Choose one or several files (Ctrl+O)")
        self._open.setAccessibleName("Open a file")
        self._samples = [(self._sample(path), path) for path in samples]
        self._build(title, text)
        self._open.clicked.connect(self.open_wanted)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons that stand where there is no picture."""
        self._sign.setPixmap(icon("cube-scan", theme, color=theme.accent).pixmap(52, 52))
        self._open.setIcon(icon("folder-open-outline", theme, color=theme.on_accent))
        for button, path in self._samples:
            picture = path.with_suffix(".png")
            if picture.is_file():
                button.setIcon(QIcon(QPixmap(str(picture))))
            else:
                button.setIcon(icon("grain", theme, color=theme.muted))

    def _build(self, title: QLabel, text: QLabel) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 32, 40, 32)
        layout.setSpacing(8)
        for part in (self._sign, title, text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        layout.addSpacing(10)
        layout.addWidget(self._open, 0, Qt.AlignmentFlag.AlignCenter)
        if not self._samples:
            return
        layout.addSpacing(18)
        heading = QLabel("OR TRY A SAMPLE", self)
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

    def _sample(self, path: Path) -> QToolButton:
        name = path.stem.replace("_", " ").replace("-", " ").capitalize()
        button = QToolButton(self)
        button.setObjectName(f"sample-{path.stem}")
        button.setAccessibleName(f"Open the sample {name}")
        button.setToolTip(f"Open the sample {name}")
        button.setProperty("role", "sample")
        button.setText(name)
        button.setIconSize(_THUMBNAIL)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.clicked.connect(lambda: self.sample_wanted.emit(path))
        return button
