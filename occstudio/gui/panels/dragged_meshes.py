"""Shapes that are dragged out of the window as files.

The files are written on a worker that starts with the drag; another program gets their names, and
asks for them when it is dropped on. If the hand is quicker than the worker, it waits then.
"""

import logging
import shutil
import tempfile
import threading
from collections.abc import Container, Sequence
from pathlib import Path

from PySide6.QtCore import QMetaType, QMimeData, QUrl

from occstudio import paths
from occstudio.errors import OccStudioError
from occstudio.studio.document import ShapeItem
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.studio import Studio

SHAPES = "application/x-occstudio-shapes"
"""Ids of the rows, for the list itself."""

FILES = "text/uri-list"
SUFFIX = ".ply"
"""What MeshLab, Blender, CloudCompare and the like all take, with colours."""

_LONGEST_WAIT_S = 30.0
_log = logging.getLogger(__name__)
_FORBIDDEN = '<>:"/\\|?*'


class DraggedMeshes(QMimeData):
    """A promise of one file for each shape that has a surface.

    Parameters
    ----------
    studio : Studio
        Whose surfaces they are.
    items : sequence of ShapeItem
        What is dragged.
    """

    def __init__(self, studio: Studio, items: Sequence[ShapeItem]) -> None:
        super().__init__()
        self._written = threading.Event()
        results = [(item, studio.results[item.id]) for item in items if item.id in studio.results]
        self.files: list[Path] = []
        if not results:
            return
        folder = drag_folder()
        names: list[str] = []
        for item, _ in results:
            names.append(_file_name(item.name, names))
        self.files = [folder / f"{name}{SUFFIX}" for name in names]
        jobs = list(zip(self.files, (result for _, result in results), strict=True))
        threading.Thread(
            target=_write, args=(jobs, self._written), name="occstudio-drag", daemon=True
        ).start()
        self.setUrls([QUrl.fromLocalFile(str(file)) for file in self.files])

    def retrieveData(self, mimetype: str, preferredType: QMetaType | QMetaType.Type) -> object:
        """The names are only told once the files are there."""
        if mimetype == FILES and self.files:
            self._written.wait(_LONGEST_WAIT_S)
        return super().retrieveData(mimetype, preferredType)


def drag_folder() -> Path:
    """A new folder for the files of one drag."""
    home = paths.user_cache() / "dragged"
    home.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=home))


def forget_drags() -> None:
    """Remove the files of earlier drags: whoever took them has read them by now."""
    shutil.rmtree(paths.user_cache() / "dragged", ignore_errors=True)


def _write(jobs: Sequence[tuple[Path, ShapeResult]], written: threading.Event) -> None:
    from occstudio.exchange.mesh_writer import write_mesh  # not before it is needed

    try:
        for file, result in jobs:
            write_mesh(result.mesh, file, frame=result.frame)
    except OccStudioError as error:
        _log.warning("a dragged shape was not written: %s", error)
    finally:
        written.set()


def _file_name(name: str, taken: Container[str]) -> str:
    stem = "".join("-" if letter in _FORBIDDEN or letter < " " else letter for letter in name)
    stem = stem.strip(" .")[:80] or "shape"
    number, free = 2, stem
    while free in taken:
        free, number = f"{stem} {number}", number + 1
    return free
