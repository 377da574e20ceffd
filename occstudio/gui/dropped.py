"""What falls on the window: files, folders, links, text, pictures. What can be used becomes files.

A browser drops a link or the picture itself, an editor drops text, a mail program a promise. All
of it is welcome; what cannot be used is named with a reason, beside the files that could not.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from occstudio.gui.panels.dragged_meshes import SHAPES
from occstudio.gui.translation import tr

_LINES = 400
"""As many lines of a dropped text are looked at."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Files to be opened, and what was refused, with reasons."""

    files: tuple[Path, ...] = ()
    refused: tuple[tuple[Path, str], ...] = ()

    def __len__(self) -> int:
        return len(self.files) + len(self.refused)


def carries_anything(data: QMimeData) -> bool:
    """Whether a drag has something that can be looked at."""
    if data.hasFormat(SHAPES):  # our own rows, on their way to another place or program
        return False
    return data.hasUrls() or data.hasText() or data.hasImage()


def dropped(data: QMimeData) -> Dropped:
    """Files and refusals of what was dropped or pasted."""
    files: list[Path] = []
    refused: list[tuple[Path, str]] = []
    for url in data.urls():
        if url.isLocalFile():
            files.append(Path(url.toLocalFile()))
        elif not data.hasImage():
            reason = tr("it is on the network; save it to this computer first")
            refused.append((Path(url.toDisplayString()[-80:]), reason))
    if data.hasImage() and not files:
        picture = _stored(data)
        if picture is None:
            refused.append((Path("picture"), tr("it could not be stored to be opened")))
        else:
            files.append(picture)
    if not data.hasUrls() and not data.hasImage():
        _of_text(data.text(), files, refused)
    return Dropped(tuple(dict.fromkeys(files)), tuple(refused))


def _of_text(text: str, files: list[Path], refused: list[tuple[Path, str]]) -> None:
    """Paths in a text, one a line; a text without any is refused as a whole."""
    found = 0
    for line in text.splitlines()[:_LINES]:
        name = line.strip().strip("\"'").removeprefix("file://")
        if name.startswith(("/", "~", "\\\\")) or name[1:3] in (":\\", ":/"):
            files.append(Path(name).expanduser())
            found += 1
    if not found:
        refused.append((Path("text"), tr("it is text, not a file; drop files or their paths")))


def _stored(data: QMimeData) -> Path | None:
    picture = QImage(data.imageData())
    if picture.isNull():
        return None
    path = Path(tempfile.mkdtemp(prefix="occstudio-")) / "picture.png"
    return path if picture.save(str(path)) else None
