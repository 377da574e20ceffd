"""Preferences: choices about the program itself, applied as they are made.

The rows are data, so a new setting needs one line. What is chosen is shown at once everywhere and
remembered on disk by the studio; nothing waits for an OK.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from superqt import QElidingLabel

from occstudio import paths
from occstudio.gui.theme import SPACE
from occstudio.gui.translation import NAMES, marked, told, tr
from occstudio.studio.settings import Settings

ChangeSettings = Callable[[Settings], None]
Devices = Mapping[str, str]
"""Why each device can't be used here; empty if it can."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting with a few values.

    Parameters
    ----------
    field : str
        Of `Settings`.
    label, tip : str
        What it is called, and what it does.
    options : tuple of (value, str)
        Values and what they are called.
    """

    field: str
    label: str
    tip: str
    options: tuple[tuple[str | int, str], ...]


GROUPS: tuple[tuple[str, tuple[Choice, ...]], ...] = (
    (
        marked("Appearance"),
        (
            Choice(
                "theme",
                marked("Theme"),
                marked("Colours of the window"),
                (
                    ("system", marked("As the system")),
                    ("dark", marked("Dark")),
                    ("light", marked("Light")),
                ),
            ),
            Choice(
                "language",
                marked("Language"),
                marked("Of menus and messages; used when OccStudio is started again"),
                (("system", marked("As the system")), *NAMES.items()),
            ),
        ),
    ),
    (
        marked("View"),
        (
            Choice(
                "mouse",
                marked("Mouse habits"),
                marked("Which button turns the view and which one moves it"),
                (
                    ("meshlab", marked("Left turns, middle moves (MeshLab)")),
                    ("blender", marked("Middle turns, Shift+middle moves (Blender)")),
                ),
            ),
            Choice(
                "every_triangle",
                marked("Draw every triangle"),
                marked(
                    "Automatic draws dense surfaces with fewer where OpenGL is computed by the "
                    "processor; files, measures and pictures always have all"
                ),
                ((False, marked("Automatic")), (True, marked("Always"))),
            ),
        ),
    ),
    (
        marked("Work"),
        (
            Choice(
                "device",
                marked("Compute on"),
                marked("Where networks run; automatic takes a graphics card if torch can use it"),
                (
                    ("auto", marked("Automatic")),
                    ("cpu", marked("Processor")),
                    ("cuda", marked("NVIDIA graphics card")),
                    ("mps", marked("Apple graphics")),
                ),
            ),
            Choice(
                "unit",
                marked("Unit of files"),
                marked("What the numbers of a file mean that does not say so itself"),
                (
                    ("", marked("Unknown")),
                    ("mm", marked("Millimetres")),
                    ("cm", marked("Centimetres")),
                    ("m", marked("Metres")),
                    ("in", marked("Inches")),
                    ("ft", marked("Feet")),
                ),
            ),
            Choice(
                "fits_photos",
                marked("Fit shapes to photos"),
                marked(
                    "Automatic changes shape and camera of a new photo until the outline agrees; "
                    "it takes some seconds, can be cancelled, and is one step of undo"
                ),
                ((True, marked("Automatic")), (False, marked("When I ask"))),
            ),
            Choice(
                "autosave_s",
                marked("Save a safety copy"),
                marked("After a crash, the next start offers what was last saved by itself"),
                (
                    (0, marked("Never")),
                    (30, marked("Every 30 seconds")),
                    (60, marked("Every minute")),
                    (300, marked("Every 5 minutes")),
                ),
            ),
        ),
    ),
)
"""What can be chosen, under headings."""


class Preferences(QDialog):
    """The dialog.

    Parameters
    ----------
    read : callable
        Gives what is chosen now; other parts of the window may change it meanwhile.
    on_change : callable
        Is given the new settings after each choice.
    find_devices : callable
        Finds out, on a worker, what can compute here; gives it to the function it is given.
    """

    def __init__(
        self,
        read: Callable[[], Settings],
        on_change: ChangeSettings,
        find_devices: Callable[[Callable[[Devices], None]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("preferencesDialog")
        self.setAccessibleName(tr("Preferences"))
        self.setWindowTitle(tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._read, self._on_change = read, on_change
        self._boxes: dict[str, QComboBox] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(3 * SPACE)
        self._grid.setVerticalSpacing(SPACE + 2)
        self._grid.setColumnStretch(1, 1)
        for title, choices in GROUPS:
            self._heading(tr(title))
            for choice in choices:
                self._choice(choice)
        self._heading(tr("Folders"))
        self._export = self._folder(
            tr("Exports"), tr("Where exports are written unless told otherwise")
        )
        button = self._button(
            "exportFolder", tr("Choose…"), tr("Choose another folder for exports")
        )
        button.clicked.connect(self._choose_export)
        self._grid.addWidget(button, self._grid.rowCount() - 1, 2)
        self._place(
            tr("Models"), tr("Your own models; those that ship lie elsewhere"), paths.user_models()
        )
        self._place(tr("Settings"), tr("Where these choices are kept"), paths.user_config())
        self._place(tr("Logs and safety copies"), tr("For reports of problems"), paths.user_state())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(self._grid)
        layout.addStretch()
        layout.addWidget(self._buttons())
        self.show_settings(read())
        self.setMinimumWidth(560)
        # The answer may come when the dialog is gone.
        find_devices(lambda found: self._show_devices(found) if isValid(self) else None)

    def show_settings(self, settings: Settings) -> None:
        """Show what is chosen."""
        for field, box in self._boxes.items():
            with QSignalBlocker(box):
                place = box.findData(getattr(settings, field))
                if place < 0:  # chosen in the file, by hand
                    box.addItem(str(getattr(settings, field)), getattr(settings, field))
                    place = box.count() - 1
                box.setCurrentIndex(place)
        self._export.setText(settings.export_folder or tr("Where the last file was opened"))

    def _show_devices(self, found: Devices) -> None:
        """Leave what can't compute here in the list, but say why and let nobody choose it."""
        box = self._boxes["device"]
        rows = box.model()
        assert isinstance(rows, QStandardItemModel)
        for name, reason in found.items():
            place = box.findData(name)
            if place >= 0 and reason:
                said = told(reason)
                box.setItemText(place, f"{box.itemText(place)} – {said}")
                box.setItemData(place, said, Qt.ItemDataRole.ToolTipRole)
                rows.item(place).setEnabled(False)

    def _heading(self, text: str) -> None:
        label = QLabel(text.upper(), self)
        label.setProperty("role", "heading")
        row = self._grid.rowCount()
        self._grid.setRowMinimumHeight(row, 30)
        self._grid.addWidget(label, row, 0, 1, 3, Qt.AlignmentFlag.AlignBottom)

    def _choice(self, choice: Choice) -> None:
        box = QComboBox(self)
        box.setObjectName(f"preferences-{choice.field}")
        box.setAccessibleName(tr(choice.label))
        box.setToolTip(tr(choice.tip))
        for value, text in choice.options:
            box.addItem(tr(text), value)
        self._label(tr(choice.label), tr(choice.tip)).setBuddy(box)
        self._grid.addWidget(box, self._grid.rowCount() - 1, 1, 1, 2)
        box.currentIndexChanged.connect(
            lambda _place: self._change(**{choice.field: box.currentData()})
        )
        self._boxes[choice.field] = box

    def _folder(self, name: str, tip: str) -> QElidingLabel:
        self._label(name, tip)
        path = QElidingLabel(self)
        path.setObjectName(f"preferences-folder-{name.split(maxsplit=1)[0].lower()}")
        path.setElideMode(Qt.TextElideMode.ElideMiddle)
        path.setProperty("role", "muted")
        path.setToolTip(tip)
        self._grid.addWidget(path, self._grid.rowCount() - 1, 1)
        return path

    def _place(self, name: str, tip: str, folder: Path) -> None:
        self._folder(name, tip).setText(str(folder))
        button = self._button(
            name.split(maxsplit=1)[0].lower(), tr("Open"), tr("Open {folder}", folder=folder)
        )
        button.clicked.connect(lambda: _open_folder(folder))
        self._grid.addWidget(button, self._grid.rowCount() - 1, 2)

    def _label(self, text: str, tip: str) -> QLabel:
        label = QLabel(text, self)
        label.setToolTip(tip)
        self._grid.addWidget(label, self._grid.rowCount(), 0)
        return label

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"preferences-{name}-button")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setProperty("role", "small")
        button.setAutoDefault(False)
        return button

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        restore = self._button(
            "restore", tr("Restore Defaults"), tr("All choices here as at first")
        )
        restore.setProperty("role", "")
        buttons.addButton(restore, QDialogButtonBox.ButtonRole.ResetRole)
        restore.clicked.connect(self._restore)
        buttons.rejected.connect(self.close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip(tr("Everything is remembered already (Esc)"))
        close.setDefault(True)
        return buttons

    def _change(self, **values: object) -> None:
        self._on_change(replace(self._read(), **values))  # type: ignore[arg-type]
        self.show_settings(self._read())

    def _restore(self) -> None:
        first = Settings()
        fields = (*self._boxes, "export_folder")
        self._change(**{field: getattr(first, field) for field in fields})

    def _choose_export(self) -> None:
        start = self._read().export_folder or self._read().folder
        folder = QFileDialog.getExistingDirectory(self, tr("Folder for exports"), start)
        if folder:
            self._change(export_folder=folder)


def _open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
