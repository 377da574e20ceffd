"""What actions do: each is a method that asks the person for what is missing and tells the studio.

Commands know the studio and the view; they hold no state of their own.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from occstudio.exchange.formats import readable_suffixes
from occstudio.studio import edits
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

EXPORT_FILTERS = (
    "Wavefront OBJ (*.obj)",
    "PLY (*.ply)",
    "STL (*.stl)",
    "Binary glTF (*.glb)",
)


class Commands:
    """The commands of one window.

    Parameters
    ----------
    studio : Studio
        What is worked on.
    window : MainWindow
        Where it is shown.
    """

    def __init__(self, studio: Studio, window: "MainWindow") -> None:
        self._studio, self._window = studio, window

    # -- files -------------------------------------------------------------------------------

    def open(self) -> None:
        """Ask for files and open them."""
        suffixes = " ".join(f"*{suffix}" for suffix in readable_suffixes())
        names, _ = QFileDialog.getOpenFileNames(
            self._parent,
            "Open scans",
            self._studio.settings.folder,
            f"Point clouds and meshes ({suffixes});;All files (*)",
        )
        if names:
            self._remember_folder(Path(names[0]))
            self._studio.open_files([Path(name) for name in names])

    def export(self) -> None:
        """Ask where to, and export the selected shape."""
        item = self._studio.document.current
        if item is None:
            return
        start = Path(self._studio.settings.folder or Path.home()) / f"{item.name}.obj"
        name, chosen = QFileDialog.getSaveFileName(
            self._parent, f"Export {item.name}", str(start), ";;".join(EXPORT_FILTERS)
        )
        if name:
            path = Path(name)
            if not path.suffix:
                path = path.with_suffix(chosen.rpartition("*")[2].rstrip(")"))
            self._remember_folder(path)
            self._studio.export(item.id, path)

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    # -- the document ------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last step back."""
        self._studio.undo()

    def redo(self) -> None:
        """Do the step again."""
        self._studio.redo()

    def delete(self) -> None:
        """Remove the selected shapes."""
        if self._studio.document.selection:
            self._studio.apply(edits.remove_items(self._studio.document.selection))

    def rename(self) -> None:
        """Edit the selected shape's name in its place."""
        self._window.shapes.edit_name()

    def hide(self) -> None:
        """Show or hide the selected shape."""
        item = self._studio.document.current
        if item is not None:
            self._studio.apply(edits.set_visible((item.id,), not item.visible))

    def retry(self) -> None:
        """Try again what failed or was cancelled."""
        item = self._studio.document.current
        if item is not None:
            self._studio.retry(item.id)

    def cancel(self) -> None:
        """Give up what is being made."""
        self._studio.cancel()

    # -- the view ----------------------------------------------------------------------------

    def frame(self) -> None:
        """Fill the view with the selected shape."""
        self._window.viewport.frame(self._studio.document.selection)

    def frame_all(self) -> None:
        """See all shapes."""
        self._window.viewport.frame(None)

    def front(self) -> None:
        """Look from the front."""
        self._window.viewport.look(0, 0)

    def right(self) -> None:
        """Look from the right."""
        self._window.viewport.look(90, 0)

    def top(self) -> None:
        """Look from above."""
        self._window.viewport.look(0, 89)

    def corner(self) -> None:
        """Look from the corner."""
        self._window.viewport.look(35, 20)

    def points(self) -> None:
        """Ghost the input points over the surface, or not."""
        settings = self._studio.settings
        self._window.change_settings(replace(settings, shows_points=not settings.shows_points))

    def floor(self) -> None:
        """Draw the floor, or not."""
        settings = self._studio.settings
        self._window.change_settings(replace(settings, shows_floor=not settings.shows_floor))

    def theme_system(self) -> None:
        """Colours as the desktop's."""
        self._theme("system")

    def theme_dark(self) -> None:
        """Dark colours."""
        self._theme("dark")

    def theme_light(self) -> None:
        """Light colours."""
        self._theme("light")

    # -- help --------------------------------------------------------------------------------

    def shortcuts(self) -> None:
        """Show all shortcuts."""
        self._window.show_shortcuts()

    def about(self) -> None:
        """Show version and device."""
        self._window.show_about()

    def _theme(self, name: str) -> None:
        self._window.change_settings(replace(self._studio.settings, theme=name))

    def _remember_folder(self, path: Path) -> None:
        self._studio.change_settings(replace(self._studio.settings, folder=str(path.parent)))

    @property
    def _parent(self) -> QWidget:
        return self._window
