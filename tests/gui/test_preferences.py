"""Choices are applied as they are made, and remembered."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from occstudio.gui.main_window import MainWindow
from occstudio.gui.preferences import GROUPS, Preferences
from occstudio.studio.settings import MOUSE_HABITS, THEMES, UNITS, Settings, load_settings
from tests.gui.conftest import TIMEOUT_MS


def choose(dialog: Preferences, field: str, value: object) -> None:
    """As a person does with keys or mouse."""
    box = dialog.findChild(QComboBox, f"preferences-{field}")
    box.setCurrentIndex(box.findData(value))


def opened_dialog(window: MainWindow) -> Preferences:
    window.actions_table["preferences"].trigger()
    return window.findChild(Preferences, "preferencesDialog")


def test_a_choice_is_applied_and_remembered_at_once(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(window)
    choose(dialog, "theme", "light")
    assert window._theme.name == "light"
    assert window.actions_table["theme_light"].isChecked()
    choose(dialog, "mouse", "blender")
    choose(dialog, "autosave_s", 300)
    assert window.studio.settings.mouse == "blender"
    qtbot.waitUntil(lambda: load_settings().autosave_s == 300, timeout=TIMEOUT_MS)
    dialog.close()


def test_defaults_come_back_and_the_rest_is_kept(window: MainWindow, tmp_path: Path) -> None:
    dialog = opened_dialog(window)
    window.actions_table["floor"].trigger()
    choose(dialog, "unit", "cm")
    choose(dialog, "device", "cpu")
    model = window.studio.settings.model
    dialog.findChild(QPushButton, "preferences-restore-button").click()
    assert window.studio.settings.unit == Settings().unit
    assert window.studio.settings.device == Settings().device
    assert window.studio.settings.model == model
    assert window.studio.settings.shows_floor is not Settings().shows_floor
    dialog.close()


def test_every_value_of_a_setting_can_be_chosen() -> None:
    offered = {
        choice.field: tuple(value for value, _ in choice.options)
        for _, choices in GROUPS
        for choice in choices
    }
    assert offered["theme"] == THEMES
    assert offered["mouse"] == MOUSE_HABITS
    assert offered["unit"] == UNITS
    assert Settings().autosave_s in offered["autosave_s"]
