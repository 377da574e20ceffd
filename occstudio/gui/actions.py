"""One table of everything a person can do: menus, toolbar, palette, shortcuts and tooltips.

The rows stand beside what they do, in `occstudio.gui.commands`; here they are put in order and
made into Qt actions.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton

from occstudio.gui.action_spec import ActionSpec, key_text, without_marks
from occstudio.gui.commands import (
    capture,
    edit,
    explore,
    field,
    file,
    panels,
    photo,
    saved_views,
    shading,
    shape,
    support,
    tools,
    view,
)
from occstudio.gui.shortcut_sheet import ShortcutGroup
from occstudio.gui.theme import Theme, icon
from occstudio.gui.translation import marked, tr
from occstudio.gui.widgets.command_palette import PaletteEntry

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow

MENUS = (
    marked("&File"),
    marked("&Edit"),
    marked("&View"),
    marked("&Shape"),
    marked("&Model"),
    marked("&Latent"),
    marked("&Tools"),
    marked("&Help"),
)
"""The menus in order; one without a row is left out."""

# One line each, so that two people can add theirs.
AREAS = (
    file,
    capture,
    edit,
    view,
    saved_views,
    shading,
    field,
    panels,
    photo,
    shape,
    explore,
    tools,
    support,
)
"""The modules with rows; within a menu, rows stand in this order."""

TABLE: tuple[ActionSpec, ...] = (
    *(row for area in AREAS for row in area.ROWS),
    *file.LAST_ROWS,
)
"""Everything a person can do."""

TOOLBAR: tuple[str, ...] = (
    *("open", ""),
    *("undo", "redo", ""),
    *("frame", "points", "floor", ""),
    *("next_shading", "slice", "compare"),
)
"""Names of the actions in the toolbar; an empty one is a line."""

_WITH_TEXT = ("open",)


class Actions(QObject):
    """The table as Qt actions.

    Parameters
    ----------
    window : MainWindow
        What they are done to; shortcuts work anywhere in it.
    """

    ran = Signal(str)
    """The name of an action that is about to be done."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._by_name: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for spec in TABLE:
            action = self._made(spec)
            self._by_name[spec.name] = action
            window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def fill_menu_bar(self, bar: QMenuBar) -> Mapping[str, QMenu]:
        """Make the menus; they are returned by their path."""
        menus: dict[str, QMenu] = {}
        for title in MENUS:
            name = title.replace("&", "")
            rows = [spec for spec in TABLE if spec.menu.partition("/")[0] == name]
            if rows:
                menus[name] = bar.addMenu(tr(title))
                menus[name].setObjectName(f"menu-{name.lower()}")
            for spec in rows:
                self._add(spec, menus)
        return menus

    def _add(self, spec: ActionSpec, menus: dict[str, QMenu]) -> None:
        path = ""
        for part in spec.menu.split("/"):
            above, path = path, f"{path}/{part}".lstrip("/")
            if path not in menus:
                said = tr(part)
                menus[path] = menus[above].addMenu(said if "&" in said else f"&{said}")
                menus[path].setObjectName(f"menu-{path.replace('/', '-').lower()}")
        if spec.separated:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(self._by_name[spec.name])

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Add the toolbar's actions."""
        for name in TOOLBAR:
            if not name:
                bar.addSeparator()
                continue
            action = self._by_name[name]
            bar.addAction(action)
            button = bar.widgetForAction(action)
            button.setObjectName(f"toolbar-{name}")
            button.setAccessibleName(action.iconText().strip())
            if name in _WITH_TEXT and isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        for spec in TABLE:
            if spec.icon:
                self._by_name[spec.name].setIcon(icon(spec.icon, theme))

    def refresh(self) -> None:
        """Enable what can be done now, and say in tooltips what it is or why it can't."""
        for spec in TABLE:
            action = self._by_name[spec.name]
            reason = spec.blocked(self._window)
            action.setEnabled(not reason)
            action.setToolTip(f"{spec.help}: {reason}" if reason else spec.help)
            action.setStatusTip("")
            if spec.label is not None:
                action.setText(spec.label(self._window))
            if spec.checked is not None:
                action.setChecked(spec.checked(self._window))

    def entries(self) -> list[PaletteEntry]:
        """The table for the command palette, with what can't be done just now and why."""
        return [
            PaletteEntry(
                spec.name,
                without_marks(self._by_name[spec.name].text()),
                spec.place,
                tr(spec.tip),
                key_text(spec.keys[0]) if spec.keys else "",
                spec.blocked(self._window),
            )
            for spec in TABLE
            if spec.name != "palette"
        ]

    def shortcut_groups(self) -> list[ShortcutGroup]:
        """Shortcuts by menu, in the order of the table."""
        groups: list[ShortcutGroup] = []
        for title in MENUS:
            name = title.replace("&", "")
            rows = tuple(
                (", ".join(key_text(keys) for keys in spec.keys), spec.title)
                for spec in TABLE
                if spec.keys and spec.menu.partition("/")[0] == name
            )
            if rows:
                groups.append(ShortcutGroup(without_marks(tr(title)), rows))
        return groups

    def _made(self, spec: ActionSpec) -> QAction:
        window = self._window
        action = QAction(tr(spec.text), window)
        action.setObjectName(f"action-{spec.name}")
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(spec.help)
        # A hair of space: Qt sets icon and word too close.
        action.setIconText(f" {spec.title}")
        action.setCheckable(spec.checked is not None)
        if spec.group:
            if spec.group not in self._groups:
                self._groups[spec.group] = QActionGroup(self)
            self._groups[spec.group].addAction(action)
        # Without the flag that the signal carries.
        action.triggered.connect(lambda _checked=False: self._run(spec))
        return action

    def _run(self, spec: ActionSpec) -> None:
        self.ran.emit(spec.name)
        try:
            spec.run(self._window)
        finally:
            # A click has turned a checkable action over already; the truth is the window's.
            self.refresh()
