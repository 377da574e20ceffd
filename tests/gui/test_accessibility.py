"""Everything that can be used has a name and says what it does; keys alone reach it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from tests.gui.test_workflows import opened

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
)


def controls(window: QWidget) -> list[QWidget]:
    """What can be used; the inner parts that Qt makes for itself are left out."""
    found = [part for part in window.findChildren(QWidget) if isinstance(part, CONTROLS)]
    return [
        part
        for part in found
        if not isinstance(part, QScrollBar)
        and not part.objectName().startswith("qt_")
        and not isinstance(part.parentWidget(), QAbstractSpinBox | QComboBox)
        and "PrivateContainer" not in type(part.parentWidget()).__name__
        and type(part).__name__ not in ("QComboBoxListView", "QListView")
        and "ExtensionButton" not in part.metaObject().className()
    ]


def told(part: QWidget) -> str:
    return f"{type(part).__name__} {part.objectName()!r} in {part.parentWidget().objectName()!r}"


@pytest.mark.parametrize("state", ["empty", "open"])
def test_every_control_has_a_name_and_says_what_it_does_or_why_it_cannot(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, state: str
) -> None:
    if state == "open":
        opened(qtbot, window, tmp_path)
    parts = controls(window)
    assert len(parts) > 30
    text = [
        getattr(part, "text", str)() if isinstance(part, QAbstractButton) else "" for part in parts
    ]
    nameless = [
        told(p) for p, said in zip(parts, text, strict=True) if not (p.accessibleName() or said)
    ]
    silent = [told(part) for part in parts if not part.toolTip()]
    assert (nameless, silent) == ([], [])


def test_tab_reaches_shapes_inspector_and_models(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(qtbot, window, tmp_path)
    window.shapes.findChildren(QAbstractItemView)[0].setFocus(Qt.FocusReason.TabFocusReason)
    reached: set[str] = set()
    panels = {"shapes": window.shapes, "inspector": window.inspector, "models": window.model_cards}
    for _ in range(160):
        focused = window.focusWidget()
        reached |= {
            name for name, panel in panels.items() if focused and panel.isAncestorOf(focused)
        }
        qtbot.keyClick(focused or window, Qt.Key.Key_Tab)
    assert reached == {"shapes", "inspector", "models"}
