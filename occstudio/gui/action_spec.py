"""One row of the table of actions, and the usual reasons why one can't be done just now."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from occstudio.gui.translation import language, tr

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def always(window: "MainWindow") -> str:  # noqa: ARG001 - as all reasons
    """Can always be done."""
    return ""


def needs_shape(window: "MainWindow") -> str:
    """Needs a selected shape."""
    if window.studio.document.current is not None:
        return ""
    return (
        tr("select a shape first") if window.studio.document.items else tr("open something first")
    )


def needs_surface(window: "MainWindow") -> str:
    """Needs a selected shape that has a surface."""
    item = window.studio.document.current
    if item is None:
        return needs_shape(window)
    if window.studio.result_of(item) is None:
        return tr("“{name}” has no surface yet", name=item.name)
    return ""


def needs_any_shape(window: "MainWindow") -> str:
    """Needs something to be open."""
    return "" if window.studio.document.items else tr("open something first")


def needs_view(window: "MainWindow") -> str:
    """Needs the 3-D view."""
    return window.opengl.problem and tr("there is no 3-D view on this computer")


def key_text(keys: str) -> str:
    """A shortcut as the keyboard of the language in use has it."""
    return _key_text(keys, language())


@cache
def _key_text(keys: str, _language: str) -> str:
    # Qt translates the names of keys one by one, and all actions are looked at all the time.
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def without_marks(text: str) -> str:
    """What a menu says, without the marks that only menus need."""
    return text.replace("&", "").rstrip("…")


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One row of the table: what a person can do, and everything that is said of it.

    Parameters
    ----------
    name : str
        Object name, and what it is called in code.
    menu : str
        Menu that it is in; ``A/B`` is the submenu B of A.
    text : str
        What the menu says, in English; ``&`` before the letter that Alt takes.
    run : callable
        Does it to a window.
    icon : str
        Material icon, empty for none.
    keys : tuple of str
        Shortcuts, the first is shown.
    tip : str
        What it does, in a tooltip, the palette and for screen readers; in English.
    blocked : callable
        Why it can't be done in a window just now; an empty string if it can.
    checked : callable, optional
        Whether it is on in a window; None if it is not something that is on or off.
    label : callable, optional
        What the menu says now, where that depends, as with undo.
    group : str
        Checkable actions of one group exclude each other.
    separated : bool
        Whether a line is drawn above it.
    """

    name: str
    menu: str
    text: str
    run: "Callable[[MainWindow], object]"
    icon: str = ""
    keys: tuple[str, ...] = ()
    tip: str = ""
    blocked: "Callable[[MainWindow], str]" = always
    checked: "Callable[[MainWindow], bool] | None" = None
    label: "Callable[[MainWindow], str] | None" = None
    group: str = ""
    separated: bool = False

    @property
    def title(self) -> str:
        """The text without the marks that only menus need."""
        return without_marks(tr(self.text))

    @property
    def place(self) -> str:
        """The menus that lead to it, as in ``View › Theme``."""
        return " › ".join(without_marks(tr(part)) for part in self.menu.split("/"))

    @property
    def help(self) -> str:
        """What it does and its first shortcut."""
        said = tr(self.tip) or self.title
        return f"{said} ({key_text(self.keys[0])})" if self.keys else said
