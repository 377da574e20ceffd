"""Two small windows: one takes a picture of the view, one films a turn around it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from occstudio.errors import OccStudioError
from occstudio.exchange.film import has_video, write_picture
from occstudio.gui.translation import marked, tr
from occstudio.gui.view.capture import capture
from occstudio.gui.view.recording import Recording, Turntable
from occstudio.gui.view.viewport import Viewport
from occstudio.gui.widgets.segmented import Segmented
from occstudio.studio.notice import Notice, Severity, notice_of

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

ENLARGEMENTS = (1, 2, 4)
HEIGHTS = (480, 720, 1080)
FILMS = ((".gif", "GIF"), (".webp", "WebP"), (".png", marked("PNG frames")), (".mp4", "MP4"))
"""What a turntable can be written as: suffix, what it is called."""


class PictureDialog(QDialog):
    """How large, with what, and where to.

    Parameters
    ----------
    window : MainWindow
        Whose view is taken.
    view : Viewport
        The view.
    """

    def __init__(self, window: "MainWindow", view: Viewport) -> None:
        super().__init__(window)
        self._window, self._view = window, view
        self.setObjectName("pictureDialog")
        self.setWindowTitle(tr("Save Picture"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ratio = view.devicePixelRatioF()
        self._base = (round(view.width() * ratio), round(view.height() * ratio))
        tips = {n: f"{self._base[0] * n} × {self._base[1] * n} pixels" for n in ENLARGEMENTS}
        self.size_choice = Segmented(
            ENLARGEMENTS, "pictureDialog-size", tr("Times as large as the view"), tips, self
        )
        self.size_choice.set_value(2)
        self._pixels = QLabel("", self)
        self._pixels.setProperty("role", "muted")
        self.transparent = _check(self, "transparent", tr("Transparent background"))
        self.legends = _check(self, "legends", tr("Legends, names and scale"))
        self.legends.setChecked(True)
        self.save = _button(self, "save", tr("Save…"), tr("Choose a file and write the picture"))
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.copy = _button(self, "copy", tr("Copy"), tr("Put the picture on the clipboard"))
        layout = _column(self)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Size"), self))
        row.addWidget(self.size_choice, 1)
        layout.addLayout(row)
        for part in (self._pixels, self.transparent, self.legends):
            layout.addWidget(part)
        layout.addLayout(_buttons(self.copy, self.save))
        self.size_choice.chosen.connect(lambda _value: self._say_size())
        self.save.clicked.connect(self._save)
        self.copy.clicked.connect(self._copy)
        self._say_size()

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture."""
        times = max(self.size_choice.value(), 1)
        return self._base[0] * times, self._base[1] * times

    def taken(self) -> np.ndarray:
        """The picture, (h, w, 4) uint8."""
        return capture(
            self._view,
            self.pixels,
            transparent=self.transparent.isChecked(),
            with_overlays=self.legends.isChecked(),
        )

    def _say_size(self) -> None:
        self._pixels.setText("{} × {} pixels".format(*self.pixels))

    def _save(self) -> None:
        path = _ask(
            self._window, tr("Save Picture"), "png", "PNG (*.png);;JPEG (*.jpg);;WebP (*.webp)"
        )
        if path is None:
            return
        try:
            pixels = self.taken()
        except OccStudioError as error:
            self._window.studio.noticed.emit(notice_of(error))
            return
        self._window.studio.write(
            tr("saving {name}", name=path.name), path, lambda _: write_picture(path, pixels)
        )
        self.close()

    def _copy(self) -> None:
        pixels = self.taken()
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        QGuiApplication.clipboard().setImage(image.copy())
        self._window.studio.noticed.emit(Notice(tr("picture copied"), severity=Severity.SUCCESS))
        self.close()


class TurntableDialog(QDialog):
    """How long, how large, as what; then how far it is, and a way to give up.

    Parameters
    ----------
    window : MainWindow
        Whose view is filmed.
    view : Viewport
        The view.
    """

    def __init__(self, window: "MainWindow", view: Viewport) -> None:
        super().__init__(window)
        self._window, self._view = window, view
        self.recording: Recording | None = None
        self.setObjectName("turntableDialog")
        self.setWindowTitle(tr("Turntable"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.format = QComboBox(self)
        self.format.setObjectName("turntableDialog-format")
        self.format.setAccessibleName(tr("Format"))
        self.format.setToolTip(tr("What the film is written as"))
        for suffix, title in FILMS:
            can = suffix != ".mp4" or has_video()
            self.format.addItem(
                tr(title) if can else tr("{title} (needs occstudio[video])", title=title), suffix
            )
            if not can:
                self.format.model().item(self.format.count() - 1).setEnabled(False)  # type: ignore[attr-defined]
        self.seconds = _number(self, "seconds", tr("Seconds for a turn"), 1, 30, 4, " s")
        self.rate = _number(self, "rate", tr("Frames per second"), 1, 60, 25, "")
        tips = {height: tr("{height} pixels high", height=height) for height in HEIGHTS}
        self.height_choice = Segmented(
            HEIGHTS, "turntableDialog-height", tr("Height in pixels"), tips, self
        )
        self.height_choice.set_value(720)
        self.transparent = _check(self, "transparent", tr("Transparent background"))
        self.bar = QProgressBar(self)
        self.bar.setObjectName("turntableDialog-progress")
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.setTextVisible(False)
        self._said = QLabel("", self)
        self._said.setObjectName("turntableDialog-said")
        self._said.setProperty("role", "muted")
        self._said.setWordWrap(True)
        self.save = _button(self, "save", tr("Film…"), tr("Choose a file and film one turn"))
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.cancel = _button(self, "cancel", tr("Cancel"), tr("Give up; nothing is written"))
        self._build()
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.close)

    def wanted(self, path: Path) -> Turntable:
        """What the choices say, to be written at a path."""
        height = max(self.height_choice.value(), 1)
        width = round(height * self._view.width() / max(self._view.height(), 1) / 2) * 2
        return Turntable(
            path,
            (width, height),
            float(self.seconds.value()),
            self.rate.value(),
            self.transparent.isChecked(),
        )

    def film(self, path: Path) -> None:
        """Begin to film."""
        recording = Recording(self._view, self.wanted(path), self)
        self.recording = recording
        recording.progressed.connect(self._show_progress)
        recording.finished.connect(self._finish)
        recording.failed.connect(self._fail)
        self._set_filming(True)
        recording.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave no film half-written."""
        if self.recording is not None:
            self.recording.close()
            self.recording = None
        super().closeEvent(event)

    def reject(self) -> None:
        """Esc gives up, as Cancel does."""
        self.close()

    def _build(self) -> None:
        layout = _column(self)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setVerticalSpacing(10)
        form.addRow(tr("Format"), self.format)
        form.addRow(tr("One turn"), self.seconds)
        form.addRow(tr("Frames per second"), self.rate)
        form.addRow(tr("Height"), self.height_choice)
        form.addRow("", self.transparent)
        layout.addLayout(form)
        layout.addWidget(self.bar)
        layout.addWidget(self._said)
        layout.addLayout(_buttons(self.cancel, self.save))
        self.bar.setVisible(False)

    def _set_filming(self, is_filming: bool) -> None:
        for part in (
            self.format,
            self.seconds,
            self.rate,
            self.height_choice,
            self.transparent,
            self.save,
        ):
            part.setEnabled(not is_filming)
        self.bar.setVisible(is_filming)

    def _save(self) -> None:
        suffix = str(self.format.currentData())
        title = tr(dict(FILMS)[suffix])
        path = _ask(self._window, tr("Film a Turn"), suffix.lstrip("."), f"{title} (*{suffix})")
        if path is not None:
            self.film(path)

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self._said.setText(tr("Frame {done} of {total}", done=done, total=total))

    def _finish(self, path: str) -> None:
        if path:
            name = Path(path).name
            self._window.studio.noticed.emit(
                Notice(tr("filmed {name}", name=name), path, Severity.SUCCESS)
            )
        self.close()

    def _fail(self, reason: str) -> None:
        self._set_filming(False)
        self.recording = None
        self._said.setText(reason[:1].upper() + reason[1:])


def _ask(window: "MainWindow", title: str, suffix: str, filters: str) -> Path | None:
    settings = window.studio.settings
    item = window.studio.document.current
    name = f"{item.name if item is not None else 'view'}.{suffix}"
    start = Path(settings.export_folder or settings.folder or Path.home()) / name
    chosen, kind = QFileDialog.getSaveFileName(window, title, str(start), filters)
    if not chosen:
        return None
    path = Path(chosen)
    if not path.suffix:
        path = path.with_suffix(kind.rpartition("*")[2].rstrip(")"))
    window.change_settings(replace(settings, export_folder=str(path.parent)))
    return path


def _column(dialog: QDialog) -> QVBoxLayout:
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 20, 24, 16)
    layout.setSpacing(12)
    dialog.setMinimumWidth(340)
    return layout


def _buttons(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row


def _button(dialog: QWidget, name: str, text: str, tip: str) -> QPushButton:
    button = QPushButton(text, dialog)
    button.setObjectName(f"{dialog.objectName()}-{name}")
    button.setAccessibleName(text.rstrip("…"))
    button.setToolTip(tip)
    return button


def _check(dialog: QWidget, name: str, text: str) -> QCheckBox:
    box = QCheckBox(text, dialog)
    box.setObjectName(f"{dialog.objectName()}-{name}")
    box.setAccessibleName(text)
    box.setToolTip(text)
    return box


def _number(
    dialog: QWidget, name: str, title: str, low: int, high: int, value: int, unit: str
) -> QSpinBox:
    number = QSpinBox(dialog)
    number.setObjectName(f"{dialog.objectName()}-{name}")
    number.setAccessibleName(title)
    number.setToolTip(title)
    number.setRange(low, high)
    number.setValue(value)
    number.setSuffix(unit)
    return number
