"""The cut-out of a photo, to be looked at and corrected before a shape is made of it."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.exchange.learned_mask import has_learned_mask
from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, sentence, tr
from occstudio.gui.widgets.cut_canvas import TOOLS, CutCanvas
from occstudio.gui.widgets.switch import Switch
from occstudio.shapes.image import Image
from occstudio.studio.document import ShapeItem
from occstudio.studio.photo_cut import FOUND, CutAnswer, CutQuestion, PhotoCut
from occstudio.studio.studio import Studio

_TOOL_TEXTS = {
    "box": (marked("Box"), "crop", marked("Draw a box around the object, or drag its sides (1)")),
    "keep": (marked("Keep"), "brush", marked("Paint over what belongs to the object (2)")),
    "remove": (marked("Remove"), "eraser", marked("Paint over what does not belong to it (3)")),
}
_HOW = {
    "opacity": marked("cut out in the file"),
    "plain": marked("found by the plain background"),
    "learned": marked("found by a network"),
    "grabcut": marked("found by colours"),
}
_STEPS = 100
_MOST_RADIUS = 0.12


class CutDialog(QDialog):
    """Shows what is taken for the object of a photo; Enter takes it, Esc makes no shape.

    Parameters
    ----------
    studio : Studio
        Makes cut-outs, on a worker.
    item : ShapeItem
        Of a photo.
    theme : Theme
        Colours.
    parent : QWidget
        The window.
    """

    taken = Signal(int, object)
    """The item's id and its `PhotoCut`."""

    def __init__(self, studio: Studio, item: ShapeItem, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        photo = item.source.observation
        assert isinstance(photo, Image)
        self.setObjectName("cutDialog")
        self.setWindowTitle(tr("Cut Out “{name}”", name=item.name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.item_id = item.id
        self._studio, self._photo, self._theme = studio, photo, theme
        self._past: list[PhotoCut] = [item.input_edit.cut or FOUND]
        self._future: list[PhotoCut] = []
        self._canvas = CutCanvas("cutDialog-canvas", self)
        self._tools = QButtonGroup(self)
        self._buttons = {name: self._tool(number, name) for number, name in enumerate(TOOLS, 1)}
        self._size = QSlider(Qt.Orientation.Horizontal, self)
        self._undo, self._redo = self._step("undo", tr("Undo")), self._step("redo", tr("Redo"))
        self._whole = Switch(
            tr("Use whole picture"),
            "cutDialog-whole",
            tr("Take the picture as it is, with its background"),
            self,
        )
        self._learned = Switch(
            tr("Let a network look"),
            "cutDialog-learned",
            tr("Find the object with rembg; its network is downloaded once"),
            self,
        )
        self._state, self._doubts = QLabel(self), QLabel(self)
        self._later = QPushButton(tr("Not Now"), self)
        self._take = QPushButton(tr("Make the Shape"), self)
        self._build()
        self._connect()
        self._dress(theme)
        self._canvas.show_photo(photo)
        self._show(self.cut)

    @property
    def cut(self) -> PhotoCut:
        """What is wanted now."""
        return self._past[-1]

    def closeEvent(self, event: QCloseEvent) -> None:
        """Wait for no answer any more."""
        self._forget()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Esc and Enter end here."""
        self._forget()
        super().done(result)

    # -- private -----------------------------------------------------------------------------

    def _tool(self, number: int, name: str) -> QToolButton:
        text, _, tip = _TOOL_TEXTS[name]
        button = QToolButton(self)
        button.setObjectName(f"cutDialog-{name}")
        button.setText(f" {tr(text)}")
        button.setToolTip(tr(tip))
        button.setAccessibleName(tr(text))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        button.setChecked(number == 1)
        button.setShortcut(QKeySequence(str(number)))
        self._tools.addButton(button, number)
        return button

    def _step(self, name: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"cutDialog-{name}")
        button.setAccessibleName(text)
        button.setToolTip(text)
        return button

    def _build(self) -> None:
        self._size.setObjectName("cutDialog-size")
        self._size.setAccessibleName(tr("Size of the brush"))
        self._size.setToolTip(tr("Size of the brush; the keys [ and ] change it, too"))
        self._size.setRange(1, _STEPS)
        self._size.setValue(round(self._canvas.radius / _MOST_RADIUS * _STEPS))
        self._size.setFixedWidth(120)
        self._state.setObjectName("cutDialog-state")
        self._doubts.setObjectName("cutDialog-doubts")
        self._doubts.setProperty("role", "hint")
        self._doubts.setWordWrap(True)
        self._learned.setVisible(has_learned_mask())
        self._later.setObjectName("cutDialog-later")
        self._later.setToolTip(tr("Keep the photo in the list, without a shape (Esc)"))
        self._later.setAutoDefault(False)
        self._take.setObjectName("cutDialog-take")
        self._take.setProperty("role", "primary")
        self._take.setToolTip(tr("Make a shape of what is not dimmed (Enter)"))
        self._take.setDefault(True)
        title = QLabel(tr("Is this the object?"), self)
        title.setProperty("role", "title")
        tip = QLabel(
            tr("What is dimmed is left out. Draw a box around the object, or paint to correct it."),
            self,
        )
        tip.setProperty("role", "muted")
        tip.setWordWrap(True)
        tools = QHBoxLayout()
        tools.setSpacing(4)
        for part in self._buttons.values():
            tools.addWidget(part)
        tools.addSpacing(8)
        tools.addWidget(self._size)
        tools.addSpacing(8)
        tools.addWidget(self._undo)
        tools.addWidget(self._redo)
        tools.addStretch()
        tools.addWidget(self._learned)
        tools.addSpacing(12)
        tools.addWidget(self._whole)
        ending = QHBoxLayout()
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self._state)
        said.addWidget(self._doubts)
        ending.addLayout(said, 1)
        ending.addWidget(self._later)
        ending.addWidget(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(tip)
        layout.addWidget(self._canvas, 1)
        layout.addLayout(tools)
        layout.addLayout(ending)
        self.resize(820, 700)

    def _connect(self) -> None:
        cuts = self._studio.photos.cuts
        self._leave = [cuts.answered.subscribe(self._take_answer)]
        self._canvas.changed.connect(self._change)
        self._canvas.radius_changed.connect(
            lambda radius: self._size.setValue(round(radius / _MOST_RADIUS * _STEPS))
        )
        self._size.valueChanged.connect(
            lambda step: self._canvas.set_radius(step / _STEPS * _MOST_RADIUS)
        )
        self._tools.idClicked.connect(self._choose)
        self._undo.clicked.connect(self._go_back)
        self._redo.clicked.connect(self._go_forward)
        QShortcut(QKeySequence.StandardKey.Undo, self, self._go_back)
        QShortcut(QKeySequence.StandardKey.Redo, self, self._go_forward)
        self._whole.switched.connect(lambda on: self._change(replace(self.cut, is_whole=on)))
        self._learned.switched.connect(lambda on: self._change(replace(self.cut, is_learned=on)))
        self._later.clicked.connect(self.reject)
        self._take.clicked.connect(self._accept)

    def _dress(self, theme: Theme) -> None:
        self._canvas.set_theme(theme)
        for name, button in self._buttons.items():
            button.setIcon(icon(_TOOL_TEXTS[name][1], theme))
        self._undo.setIcon(icon("undo", theme))
        self._redo.setIcon(icon("redo", theme))
        for switch in (self._whole, self._learned):
            switch.set_theme(theme)

    def _choose(self, number: int) -> None:
        self._canvas.tool = TOOLS[number - 1]
        self._canvas.setFocus()
        self._canvas.update()

    def _change(self, wanted: PhotoCut) -> None:
        if wanted != self.cut:
            self._past.append(wanted)
            self._future.clear()
            self._show(wanted)

    def _go_back(self) -> None:
        if len(self._past) > 1:
            self._future.append(self._past.pop())
            self._show(self.cut)

    def _go_forward(self) -> None:
        if self._future:
            self._past.append(self._future.pop())
            self._show(self.cut)

    def _show(self, cut: PhotoCut) -> None:
        self._undo.setEnabled(len(self._past) > 1)
        self._redo.setEnabled(bool(self._future))
        for part in (*self._buttons.values(), self._size):
            part.setEnabled(not cut.is_whole)
        with QSignalBlocker(self._whole), QSignalBlocker(self._learned):
            self._whole.set_on(cut.is_whole)
            self._learned.set_on(cut.is_learned)
        self._learned.setEnabled(not cut.is_whole)
        self._state.setText(tr("Looking for the object…"))
        self._take.setEnabled(False)
        self._studio.photos.cuts.ask(CutQuestion(self._photo, cut))

    def _take_answer(self, answer: CutAnswer) -> None:
        if answer.question != CutQuestion(self._photo, self.cut):
            return
        found = answer.found
        self._take.setEnabled(found is not None)
        if found is None:
            self._canvas.show_cut(self.cut, None)
            self._state.setText(tr("No object"))
            self._say(answer.failure)
            return
        is_whole = self.cut.is_whole
        self._canvas.show_cut(self.cut, None if is_whole else found.image.opacity())
        if is_whole:
            self._state.setText(tr("The whole picture is used"))
        else:
            part, how = 100 * found.certainty, tr(_HOW[found.how])
            self._state.setText(tr("Certainty {part:.0f} %, {how}", part=part, how=how))
        self._say(*(() if is_whole else found.doubts))

    def _say(self, *doubts: str) -> None:
        self._doubts.setVisible(bool(doubts))
        self._doubts.setText(" ".join(f"{sentence(doubt)}." for doubt in doubts))

    def _accept(self) -> None:
        self.taken.emit(self.item_id, self.cut)
        self.accept()

    def _forget(self) -> None:
        while self._leave:
            self._leave.pop()()
            self._studio.photos.cuts.drop()
