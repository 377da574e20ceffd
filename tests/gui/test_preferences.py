"""Choices are applied as they are made, and remembered."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from occstudio.gui.app import work_on_library
from occstudio.gui.main_window import MainWindow
from occstudio.gui.preferences import GROUPS, Preferences
from occstudio.inference.device import known_devices
from occstudio.studio.settings import MOUSE_HABITS, THEMES, UNITS, Settings, load_settings
from tests.gui.conftest import TIMEOUT_MS

ENABLED = Qt.ItemFlag.ItemIsEnabled


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


def test_a_device_that_is_not_here_is_listed_with_the_reason_and_cannot_be_chosen(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.studio.library._work = work_on_library()
    dialog = opened_dialog(window)
    box = dialog.findChild(QComboBox, "preferences-device")
    here = known_devices()
    missing = [name for name, reason in here.items() if reason]
    assert missing  # no machine has both
    row = box.findData(missing[0])
    qtbot.waitUntil(lambda: here[missing[0]] in box.itemText(row), timeout=TIMEOUT_MS)
    for name, reason in here.items():
        place = box.findData(name)
        assert bool(box.model().flags(box.model().index(place, 0)) & ENABLED) is not bool(reason)
        assert (reason in box.itemText(place)) or not reason
    assert box.model().flags(box.model().index(box.findData("auto"), 0)) & ENABLED
    dialog.close()


def test_an_answer_about_devices_that_comes_late_hurts_nobody(window: MainWindow) -> None:
    takers: list[Callable[[Mapping[str, str]], None]] = []
    settings = window.studio.settings
    dialog = Preferences(lambda: settings, lambda _: None, takers.append, window)
    dialog.close()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    takers[0]({"cuda": "torch finds no NVIDIA graphics card"})


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
