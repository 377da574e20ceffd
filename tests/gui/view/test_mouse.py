"""Habits: every one of them can orbit, pan and zoom."""

import pytest

from occstudio.gui.view.mouse import (
    CTRL,
    HABITS,
    LEFT,
    MIDDLE,
    NONE,
    RIGHT,
    SHIFT,
    Move,
    drag,
    fingers,
    sheet,
)
from occstudio.studio.settings import MOUSE_HABITS


@pytest.mark.parametrize("habit", HABITS)
def test_each_habit_reaches_every_move_with_and_without_a_middle_button(habit: str) -> None:
    for buttons in ((LEFT,), (LEFT, MIDDLE, RIGHT)):
        found = {drag(habit, b, m) for b in buttons for m in (NONE, SHIFT, CTRL)}
        assert set(Move) <= found
    assert {fingers(habit, m) for m in (NONE, SHIFT)} >= {Move.PAN}


def test_blender_orbits_with_the_middle_button_and_meshlab_pans() -> None:
    assert drag("blender", MIDDLE, NONE) is Move.ORBIT
    assert drag("blender", MIDDLE, SHIFT) is Move.PAN
    assert drag("meshlab", MIDDLE, NONE) is Move.PAN
    assert drag("meshlab", LEFT, NONE) is Move.ORBIT


def test_the_settings_know_the_same_habits_and_an_unknown_one_is_blenders() -> None:
    assert set(MOUSE_HABITS) == set(HABITS)
    assert drag("maya", MIDDLE, SHIFT) is Move.PAN
    assert sheet("maya") == sheet("blender")
