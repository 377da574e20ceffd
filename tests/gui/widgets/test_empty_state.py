"""The card of an empty window shows as much as there is room for, and nothing of it in part."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from occstudio.gui.theme import DARK
from occstudio.gui.widgets.empty_state import EmptyState

SAMPLES = [Path("chair.ply"), Path("bunk-bed.ply"), Path("piano-bench.ply")]


@pytest.fixture
def room(qapp: QApplication, qtbot: QtBot) -> QWidget:
    del qapp
    room = QWidget()
    qtbot.addWidget(room)
    return room


def _card(room: QWidget, size: tuple[int, int], *, is_first: bool = True) -> EmptyState:
    room.resize(*size)
    card = EmptyState(SAMPLES, room)
    card.set_theme(DARK)
    card.greet(is_first=is_first)
    card.offer(None if is_first else Path("a session with a name.occ"))
    room.show()
    card.fit(QSize(*size))
    return card


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "again"])
@pytest.mark.parametrize("size", [(880, 560), (720, 380), (460, 349), (400, 300), (300, 240)])
def test_nothing_on_it_is_cut_off(room: QWidget, size: tuple[int, int], is_first: bool) -> None:
    card = _card(room, size, is_first=is_first)
    assert card.width() <= size[0]
    assert card.height() <= size[1]
    for part in (*card.findChildren(QAbstractButton), *card.findChildren(QLabel)):
        if not part.isVisible():
            continue
        assert card.rect().contains(part.mapTo(card, part.rect().center()))
        wanted = part.sizeHint()
        if part.hasHeightForWidth():
            assert part.height() >= part.heightForWidth(part.width()), part.objectName()
        else:
            assert part.width() >= wanted.width(), part.objectName()
            assert part.height() >= wanted.height(), part.objectName()


def test_a_large_room_shows_everything_and_a_low_one_what_matters(room: QWidget) -> None:
    card = _card(room, (1000, 700))
    parts = [part for part in card.findChildren(QWidget) if part.isVisible()]
    assert {"sample-chair", "emptyState-open", "emptyState-tour"} <= {p.objectName() for p in parts}
    assert any(isinstance(part, QLabel) and "E57" in part.text() for part in parts)
    card.fit(QSize(460, 349))
    names = {p.objectName() for p in card.findChildren(QWidget) if p.isVisible()}
    assert {"sample-chair", "emptyState-open", "emptyState-tour"} <= names
    card.fit(QSize(300, 240))
    names = {p.objectName() for p in card.findChildren(QWidget) if p.isVisible()}
    assert "emptyState-open" in names
    assert "sample-chair" not in names
