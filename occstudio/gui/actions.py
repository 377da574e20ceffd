"""One table of everything a person can do: menus, toolbar, shortcuts and tooltips come from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from occstudio.gui.commands import Commands
from occstudio.gui.theme import Theme, icon
from occstudio.studio.studio import Studio


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One line of the table.

    Parameters
    ----------
    name : str
        Object name, and what it is called in code.
    menu : str
        Menu that it is in; ``A/B`` is the submenu B of A.
    text : str
        What the menu says.
    icon : str
        Material icon, empty for none.
    keys : tuple of str
        Shortcuts, the first is shown.
    tip : str
        What it does, in a tooltip.
    is_checkable : bool
        Whether it is on or off.
    group : str
        Checkable actions of one group exclude each other.
    separated : bool
        Whether a line is drawn above it.
    """

    name: str
    menu: str
    text: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    tip: str = ""
    is_checkable: bool = False
    group: str = ""
    separated: bool = False


TABLE: tuple[ActionSpec, ...] = (
    ActionSpec("open", "File", "Open…", "folder-open-outline", ("Ctrl+O",), "Open scans"),
    ActionSpec(
        "export",
        "File",
        "Export…",
        "export-variant",
        ("Ctrl+E",),
        "Write the selected surface as OBJ, PLY, STL or GLB",
    ),
    ActionSpec("quit", "File", "Quit", "", ("Ctrl+Q",), "Close the window", separated=True),
    ActionSpec("undo", "Edit", "Undo", "undo", ("Ctrl+Z",), "Take the last step back"),
    ActionSpec("redo", "Edit", "Redo", "redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do the step again"),
    ActionSpec(
        "delete", "Shape", "Delete", "trash-can-outline", ("Del",), "Remove the selected shape"
    ),
    ActionSpec("rename", "Shape", "Rename", "pencil-outline", ("F2",), "Give it another name"),
    ActionSpec(
        "hide", "Shape", "Show or Hide", "eye-outline", ("H",), "Show or hide the selected shape"
    ),
    ActionSpec(
        "retry",
        "Shape",
        "Reconstruct Again",
        "refresh",
        ("Ctrl+R",),
        "Try again what failed or was cancelled",
        separated=True,
    ),
    ActionSpec("cancel", "Shape", "Cancel", "close", ("Esc",), "Give up what is being made"),
    ActionSpec(
        "frame", "View", "Frame Selected", "image-filter-center-focus", ("F",), "Fill the view"
    ),
    ActionSpec("frame_all", "View", "Frame All", "fit-to-page-outline", ("Home",), "See all"),
    ActionSpec("front", "View", "Front", "", ("1",), "Look from the front", separated=True),
    ActionSpec("right", "View", "Right", "", ("3",), "Look from the right"),
    ActionSpec("top", "View", "Top", "", ("7",), "Look from above"),
    ActionSpec("corner", "View", "Three-quarter", "", ("0",), "Look from the corner"),
    ActionSpec(
        "points",
        "View",
        "Input Points",
        "scatter-plot-outline",
        ("P",),
        "Ghost the input points over the surface",
        is_checkable=True,
        separated=True,
    ),
    ActionSpec("floor", "View", "Floor Grid", "grid", ("G",), "Draw the floor", is_checkable=True),
    *(
        ActionSpec(
            f"theme_{name}",
            "View/Theme",
            text,
            "",
            (),
            f"{text} colours",
            is_checkable=True,
            group="theme",
        )
        for name, text in (("system", "As the System"), ("dark", "Dark"), ("light", "Light"))
    ),
    ActionSpec("shortcuts", "Help", "Shortcuts", "keyboard-outline", ("F1",), "All shortcuts"),
    ActionSpec("about", "Help", "About OccStudio", "information-outline", (), "Version, device"),
)

TOOLBAR: tuple[str, ...] = ("open", "", "undo", "redo", "", "frame", "points", "floor")
"""Names of the actions in the toolbar; an empty one is a line."""

_WITH_TEXT = ("open",)


class Actions(QObject):
    """The table as Qt actions.

    Parameters
    ----------
    commands : Commands
        What they do: the action ``open`` calls ``commands.open``.
    parent : QWidget
        The window; shortcuts work anywhere in it.
    """

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self._by_name: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for spec in TABLE:
            action = self._made(spec, commands, parent)
            self._by_name[spec.name] = action
            parent.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def fill_menu_bar(self, bar: QMenuBar) -> Mapping[str, QMenu]:
        """Make the menus, in the order of the table; they are returned by their path."""
        menus: dict[str, QMenu] = {}
        for spec in TABLE:
            path = ""
            for part in spec.menu.split("/"):
                above, path = path, f"{path}/{part}".lstrip("/")
                if path not in menus:
                    menus[path] = menus[above].addMenu(part) if above else bar.addMenu(f"&{part}")
                    menus[path].setObjectName(f"menu-{path.replace('/', '-').lower()}")
            if spec.separated:
                menus[spec.menu].addSeparator()
            menus[spec.menu].addAction(self._by_name[spec.name])
        return menus

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Add the toolbar's actions."""
        for name in TOOLBAR:
            if not name:
                bar.addSeparator()
                continue
            bar.addAction(self._by_name[name])
            button = bar.widgetForAction(self._by_name[name])
            button.setObjectName(f"toolbar-{name}")
            button.setAccessibleName(self._by_name[name].text().rstrip("…"))
            if name in _WITH_TEXT and isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        for spec in TABLE:
            if spec.icon:
                self._by_name[spec.name].setIcon(icon(spec.icon, theme))

    def show(self, studio: Studio) -> None:
        """Enable what can be done now, and say in tooltips what it is or why it can't."""
        current = studio.document.current
        for name, label, verb in (
            ("undo", studio.undo_label, "Undo"),
            ("redo", studio.redo_label, "Redo"),
        ):
            self._enable(name, label is not None, f"there is nothing to {verb.lower()}")
            self._by_name[name].setText(verb if label is None else f"{verb} “{label}”")
        for name in ("export", "delete", "rename", "hide", "retry", "frame", "frame_all"):
            self._enable(name, current is not None, "open a scan first")
        for name, is_on in (
            ("points", studio.settings.shows_points),
            ("floor", studio.settings.shows_floor),
            (f"theme_{studio.settings.theme}", True),
        ):
            self._by_name[name].setChecked(is_on)

    def _enable(self, name: str, can: bool, reason: str) -> None:
        spec = next(spec for spec in TABLE if spec.name == name)
        action = self._by_name[name]
        action.setEnabled(can)
        action.setToolTip(_tip(spec) if can else f"{_tip(spec)}: {reason}")

    def _made(self, spec: ActionSpec, commands: Commands, parent: QWidget) -> QAction:
        action = QAction(spec.text, parent)
        action.setObjectName(f"action-{spec.name}")
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(_tip(spec))
        # A hair of space: Qt sets icon and word too close.
        action.setIconText(f" {spec.text.rstrip('…')}")
        action.setCheckable(spec.is_checkable)
        if spec.group:
            if spec.group not in self._groups:
                self._groups[spec.group] = QActionGroup(self)
            self._groups[spec.group].addAction(action)
        run: Callable[[], None] = getattr(commands, spec.name)
        # Without the flag that the signal carries.
        action.triggered.connect(lambda _checked=False: run())
        return action


def shortcut_sheet() -> tuple[tuple[str, str], ...]:
    """Shortcuts and what they do, in the order of the table."""
    return tuple((" or ".join(spec.keys), spec.text.rstrip("…")) for spec in TABLE if spec.keys)


def _tip(spec: ActionSpec) -> str:
    said = spec.tip or spec.text
    return f"{said} ({spec.keys[0]})" if spec.keys else said
