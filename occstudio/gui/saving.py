"""The person's side of the session: where to save, what to do with unsaved work, what was lost.

Nothing here blocks: a question is a sheet over the window, and what the person wanted to do is
done when it is answered.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QImageWriter
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from occstudio.exchange.session_file import SUFFIX
from occstudio.gui.recovery_dialog import RecoveryDialog
from occstudio.gui.translation import marked, tr
from occstudio.studio.autosave import Recovery

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

FILTER = marked("OccStudio session")
THUMBNAIL = QSize(320, 200)


class Saving(QObject):
    """Asks where sessions go, and before unsaved work is left.

    Parameters
    ----------
    window : MainWindow
        Whose session it is.

    Attributes
    ----------
    asks : bool
        Whether unsaved work is asked about; scripts and tests leave it without being asked (it
        is put aside all the same).
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.asks = False
        self._window, self._session = window, window.studio.session
        self._question: QMessageBox | None = None
        self._shown: tuple[Path | None, bool] = (None, False)
        self._timer = QTimer(self)
        self._timer.setObjectName("autosave")
        self._timer.timeout.connect(self._session.autosave)
        self._session.changed.subscribe(self.show)
        self._session.wanted.subscribe(self.open)
        self._session.offered.subscribe(self.offer)
        self.follow(window.studio.settings.autosave_s)
        self.show()

    @property
    def must_ask(self) -> bool:
        """Whether leaving the session would leave unsaved work."""
        return self.asks and self._session.is_dirty and bool(self._window.studio.document.items)

    def follow(self, autosave_s: int) -> None:
        """Autosave so often; 0 for never."""
        if autosave_s <= 0:
            self._timer.stop()
        elif not self._timer.isActive() or self._timer.interval() != 1000 * autosave_s:
            self._timer.start(1000 * autosave_s)

    def show(self) -> None:
        """Say in the title which session it is, and whether anything is unsaved."""
        if self._session.path is None and not self._window.studio.document.items:
            self._window.setWindowTitle("OccStudio[*]")
        else:
            self._window.setWindowTitle(tr("{name}[*] – OccStudio", name=self._session.name))
        is_dirty = self._session.is_dirty
        self._window.setWindowModified(is_dirty)
        if self._shown != (self._session.path, is_dirty):
            self._shown = self._session.path, is_dirty
            self._window.actions_table.refresh()

    # -- what a person wants -----------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty session."""
        self.ask_then(self._session.new)

    def open(self, path: Path) -> None:
        """Open a session file instead of what is there."""
        self.ask_then(lambda: self._session.open(path))

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the session's file; ask for one if it has none."""
        if self._session.path is None:
            self.save_as(then)
        else:
            self._session.save(self._session.path, self._thumbnail(), then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask where to, and save."""
        settings = self._window.studio.settings
        at = self._session.path
        start = at or Path(settings.folder or Path.home()) / f"{_safe(self._session.name)}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save session"), str(start), f"{tr(FILTER)} (*{SUFFIX})"
        )
        if name:
            self._session.save(Path(name), self._thumbnail(), then)

    def ask_then(self, action: Callable[[], None]) -> None:
        """Do something that leaves the session, after what is unsaved was asked about."""
        if not self.must_ask:
            action()
            return
        if self._question is not None:
            self._question.raise_()
            return
        box = QMessageBox(self._window)
        box.setObjectName("unsavedQuestion")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setText(tr("Save the changes to “{name}”?", name=self._session.name))
        box.setInformativeText(
            tr("Without saving, they are kept aside for a while: File › Recover Work.")
        )
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        box.button(buttons.Discard).setText(tr("Don't save"))
        self._question = box

        def answered(result: int) -> None:
            self._question = None
            if result == buttons.Save:
                self.save(action)
            elif result == buttons.Discard:
                action()

        box.finished.connect(answered)
        box.open()

    def offer(self, found: tuple[Recovery, ...]) -> None:
        """Offer work of programs that died."""
        dialog = RecoveryDialog(found, self._window)
        dialog.restore.connect(self._recover)
        dialog.discard.connect(self._session.discard)
        dialog.open()

    def add_recent_menu(self, menu: QMenu, before: QAction) -> None:
        """Add the submenu of recent sessions; those that are gone are grey."""
        recent = QMenu(tr("Open Re&cent"), menu)
        recent.setObjectName("menu-file-recent")
        recent.setToolTipsVisible(True)
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        menu.insertMenu(before, recent)

    # -- private -----------------------------------------------------------------------------

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for name in self._window.studio.settings.recent:
            path = Path(name)
            action = menu.addAction(path.name)
            is_there = path.is_file()
            action.setEnabled(is_there)
            action.setToolTip(name if is_there else tr("{name} is not there (any more)", name=name))
            action.triggered.connect(lambda _checked=False, path=path: self.open(path))
        if menu.isEmpty():
            menu.addAction(tr("No sessions yet")).setEnabled(False)

    def _recover(self, recovery: Recovery) -> None:
        self.ask_then(lambda: self._session.recover(recovery))

    def _thumbnail(self) -> bytes:
        if not self._window.studio.document.items:
            return b""
        picture = cast(QWidget, self._window.viewport).grab().toImage()
        small = picture.scaled(
            THUMBNAIL,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(small)
        return bytes(buffer.data().data())


def _safe(name: str) -> str:
    """A name that every system takes as a file's."""
    return "".join("-" if letter in '<>:"/\\|?*' or letter < " " else letter for letter in name)
