"""The catalogue: the named shapes of a space, to be found, looked at and taken."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from occstudio.gui.fuzzy import match
from occstudio.gui.panels.explorer.part import ExplorerPart
from occstudio.gui.theme import Theme
from occstudio.gui.translation import tr
from occstudio.gui.widgets.picture_grid import GridEntry, PictureGrid
from occstudio.latents.code_book import CodeEntry
from occstudio.latents.code_space import CodeSpace
from occstudio.studio.studio import Studio


class CataloguePart(ExplorerPart):
    """A searchable grid of the named codes."""

    between_wanted = Signal(int, str)
    """A shape should be an end (0 or 1) of a way."""

    next_wanted = Signal(str)
    """A shape should be an end of a way, whichever is free."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("explorer-catalogue", studio, theme, parent)
        self.search = QLineEdit(self)
        self.search.setObjectName("explorer-search")
        self.search.setAccessibleName(tr("Search the catalogue"))
        self.search.setToolTip(tr("Names, classes or creators"))
        self.search.setPlaceholderText(tr("Search…"))
        self.search.setClearButtonEnabled(True)
        for clear in self.search.findChildren(QToolButton):
            clear.setObjectName("explorer-search-clear")
            clear.setAccessibleName(tr("Clear"))
            clear.setToolTip(tr("Clear"))
        self.kind = QComboBox(self)
        self.kind.setObjectName("explorer-kind")
        self.kind.setAccessibleName(tr("Class"))
        self.kind.setToolTip(tr("Show one class alone"))
        self.grid = PictureGrid(
            "explorer-catalogue-grid",
            tr("Catalogue"),
            tr("Double-click adds a shape; drag it to A or B to go between shapes"),
            theme,
            self,
        )
        self.take = self._button("explorer-take", tr("Add to scene"), tr("Add this shape"))
        self.as_a = self._button("explorer-as-a", tr("Use as A"), tr("Begin a way here"))
        self.as_b = self._button("explorer-as-b", tr("Use as B"), tr("End a way here"))
        self.about = QLabel(self)
        self.about.setProperty("role", "small")
        self.about.setWordWrap(True)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        # However long it is, the panel keeps its height: the tooltip says it all.
        self.about.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        tools = QVBoxLayout()
        tools.setSpacing(6)
        for part in (self.search, self.kind, self.take):
            tools.addWidget(part)
        ends = QHBoxLayout()
        ends.addWidget(self.as_a)
        ends.addWidget(self.as_b)
        tools.addLayout(ends)
        tools.addWidget(self.about, 1)
        side = QWidget(self)
        side.setLayout(tools)
        tools.setContentsMargins(0, 0, 8, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.scrolled(side, 202))
        layout.addWidget(self.grid, 1)
        self.search.textChanged.connect(lambda _: self._show_entries())
        self.kind.activated.connect(lambda _: self._show_entries())
        self.grid.wanted.connect(self._want)
        self.grid.taken.connect(self._take)
        self.grid.chosen.connect(self._show_choice)
        self.take.clicked.connect(lambda: self._take(self.grid.current_name()))
        self.as_a.clicked.connect(lambda: self.between_wanted.emit(0, self.grid.current_name()))
        self.as_b.clicked.connect(lambda: self.between_wanted.emit(1, self.grid.current_name()))
        self._show_choice("")

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        super().set_theme(theme)
        self.grid.set_theme(theme)

    def show_space(self, space: CodeSpace | None) -> None:
        """Another catalogue."""
        self.kind.clear()
        self.kind.addItem(tr("All classes"), "")
        for kind in [] if space is None else space.book.kinds:
            count = len(space.book.rows_of(kind)) if space is not None else 0
            self.kind.addItem(f"{kind.title()} ({count})", kind)
        self._show_entries()

    def show_picture(self, name: str, picture: QPixmap) -> None:
        """A picture has come."""
        self.grid.show_picture(name, picture)

    # -- private -----------------------------------------------------------------------------

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setProperty("role", "small")
        return button

    def _show_entries(self) -> None:
        space = self.space
        if space is None:
            self.grid.show_entries(())
            return
        words, kind = self.search.text().strip(), self.kind.currentData() or ""
        found = [
            entry
            for entry in space.book.entries
            if kind in ("", entry.kind) and (not words or self._fits(words, entry))
        ]
        self.grid.show_entries([_shown(entry) for entry in found])

    def _fits(self, words: str, entry: CodeEntry) -> bool:
        return all(
            match(word, f"{entry.title} {entry.kind} {entry.creator} {entry.name}") is not None
            for word in words.split()
        )

    def _want(self, names: list[str]) -> None:
        space = self.space
        if space is not None:
            self.pictures.drop()
            self.pictures.want({name: space.book.find(name) for name in names})

    def _take(self, name: str) -> None:
        space = self.space
        if space is not None and name:
            entry = space.book.entries[space.book.row(name)]
            origin = ", ".join(part for part in (entry.creator, entry.licence) if part)
            self.exploration.take(space.book.find(name), entry.title or name, origin)

    def _show_choice(self, name: str) -> None:
        for button in (self.take, self.as_a, self.as_b):
            button.setEnabled(bool(name))
        space = self.space
        if space is None or not name:
            self.about.setText("")
            return
        entry = space.book.entries[space.book.row(name)]
        self.about.setText(" · ".join(_shown(entry).tip.split("\n")))
        self.about.setToolTip(_shown(entry).tip)


def _shown(entry: CodeEntry) -> GridEntry:
    lines = [entry.title or entry.name, entry.kind, entry.creator, entry.library, entry.licence]
    return GridEntry(entry.name, entry.title or entry.name, "\n".join(filter(None, lines)))
