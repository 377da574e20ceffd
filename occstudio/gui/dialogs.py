"""The few windows beside the main one: details of a notice, shortcuts, about."""

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import occstudio
from occstudio.gui.opengl import OpenGl
from occstudio.gui.shortcut_sheet import ShortcutGroup, ShortcutSheet
from occstudio.gui.translation import sentence, tr
from occstudio.gui.view.mouse import sheet as mouse_sheet
from occstudio.studio.notice import Notice
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from occstudio.gui.main_window import MainWindow


def show_details(parent: QWidget, notice: Notice) -> QDialog:
    """A notice in full, with a button that copies it."""
    dialog, layout = _dialog(parent, tr("Details"), "detailsDialog")
    said = QLabel(sentence(notice.text) + ".", dialog)
    said.setWordWrap(True)
    text = QPlainTextEdit(notice.details, dialog)
    text.setObjectName("detailsDialog-text")
    text.setAccessibleName(tr("Details"))
    text.setReadOnly(True)
    layout.addWidget(said)
    layout.addWidget(text, 1)
    copy = QPushButton(tr("Copy"), dialog)
    copy.setToolTip(tr("Copy the text, for a report"))
    whole = f"{notice.sentence}.\n\n{notice.details}"  # in English: it goes to the authors
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(whole))
    _close_button(dialog, layout).addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
    dialog.resize(560, 320)
    dialog.show()
    return dialog


def show_shortcuts(window: "MainWindow") -> ShortcutSheet:
    """All shortcuts, from the table of actions, and what the mouse does."""
    mouse = ShortcutGroup(tr("Mouse in the view"), mouse_sheet(window.studio.settings.mouse))
    sheet = ShortcutSheet((*window.actions_table.shortcut_groups(), mouse), window)
    sheet.show()
    return sheet


def show_about(parent: QWidget, studio: Studio, opengl: OpenGl) -> QDialog:
    """Version, models, device and display, to be copied into a report."""
    dialog, layout = _dialog(parent, tr("About OccStudio"), "aboutDialog")
    title = QLabel(f"OccStudio {occstudio.__version__}", dialog)
    title.setProperty("role", "title")
    models = ", ".join(card.name for card in studio.models) or tr("none")
    facts = QLabel(
        tr(
            "From an observation to a mesh, by neural implicit shapes.\n\nModels: {models}\n"
            "Device: {device}\nDisplay: {value}\nQt {qversion}, Python {python_version}, "
            "{platform}",
            models=models,
            device=studio.settings.device,
            value=opengl.renderer or opengl.problem,
            qversion=qVersion(),
            python_version=platform.python_version(),
            platform=platform.platform(),
        ),
        dialog,
    )
    facts.setWordWrap(True)
    facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    layout.addWidget(title)
    layout.addWidget(facts)
    _close_button(dialog, layout)
    dialog.resize(460, 260)
    dialog.show()
    return dialog


def _dialog(parent: QWidget, title: str, name: str) -> tuple[QDialog, QVBoxLayout]:
    dialog = QDialog(parent)
    dialog.setObjectName(name)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 20, 24, 16)
    layout.setSpacing(14)
    return dialog, layout


def _close_button(dialog: QDialog, layout: QVBoxLayout) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    buttons.rejected.connect(dialog.close)
    layout.addWidget(buttons)
    return buttons
