"""Colours: words can be read on everything that they stand on (WCAG 2.2, level AA)."""

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from occstudio.gui.theme import DARK, LIGHT, STYLE, Theme, contrast, faded, icon, style_colors

SURFACES = ("window", "panel", "raised", "field")

TEXT = (
    *((words, surface) for words in ("text", "muted", "accent", "warning") for surface in SURFACES),
    # Buttons and cards under the cursor, pressed, chosen.
    *((words, surface) for words in ("text", "muted") for surface in ("hover", "accent_soft")),
    ("text", "pressed"),
    ("accent", "accent_soft"),  # tools that are on
    ("warning", "accent_soft"),  # why a chosen row of the palette can't be done
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    # Names, scale and legends over the view.
    ("text", "sky"),
    ("text", "ground"),
)
"""Words and what is behind them."""

PARTS = (
    *(("accent", surface) for surface in (*SURFACES, "hover", "pressed", "track", "accent_soft")),
    *((sign, surface) for sign in ("success", "warning", "error") for surface in SURFACES),
    *(("text", surface) for surface in ("track", *SURFACES)),  # handles; the ring of a main button
    *(("muted", surface) for surface in SURFACES),  # switches that are off
    *(("faded", surface) for surface in (*SURFACES, "hover")),  # what can't be used just now
    ("points", "sky"),
    ("points", "ground"),
)
"""Signs, focus rings, handles, and what is switched off, and what is behind them."""

both = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_contrast_is_that_of_the_standard() -> None:
    # The two greys that every guide names as just enough and just too little.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@both
def test_text_meets_wcag_aa_on_every_surface(theme: Theme) -> None:
    assert not too_weak(theme, TEXT, 4.5)


@both
def test_signs_focus_rings_and_handles_meet_wcag_aa(theme: Theme) -> None:
    assert not too_weak(theme, PARTS, 3)


@both
def test_every_rule_of_the_style_sheet_can_be_read(theme: Theme) -> None:
    colors, seen = style_colors(theme), 0
    for selector, words, ground in ruled():
        least = 3 if words == "faded" else 4.5
        assert contrast(colors[words], colors[ground]) >= least, (selector, words, ground)
        seen += 1
    assert seen > 15


@both
def test_every_focus_ring_differs_from_the_border_without_focus(theme: Theme) -> None:
    colors = style_colors(theme)
    rings = re.findall(
        r"([^{}]*:focus[^{}]*)\{[^}]*?border(?:-color)?:[^;$]*\$(\w+)", STYLE.template
    )
    assert len(rings) >= 5
    for selector, ring in rings:
        for surface in ("window", "panel", "raised"):
            assert contrast(colors[ring], colors[surface]) >= 3, selector


@both
def test_what_cannot_be_used_looks_weaker_than_what_can(theme: Theme) -> None:
    assert contrast(faded(theme), theme.panel) < contrast(theme.muted, theme.panel) - 0.5


def too_weak(theme: Theme, pairs: tuple[tuple[str, str], ...], least: float) -> list[str]:
    colors = style_colors(theme)
    return [
        f"{front} on {back}: {contrast(colors[front], colors[back]):.2f}"
        for front, back in pairs
        if contrast(colors[front], colors[back]) < least
    ]


def ruled() -> list[tuple[str, str, str]]:
    """Selector, colour and ground of each rule that names both."""
    found: list[tuple[str, str, str]] = []
    for selector, body in re.findall(r"([^{}]+)\{([^}]*)\}", STYLE.template):
        words = re.search(r"(?<![-\w])color:\s*\$(\w+)", body)
        ground = re.search(r"(?<![-\w])background:\s*\$(\w+)", body)
        if words and ground:
            found.append((selector.strip(), words[1], ground[1]))
        chosen = re.search(r"selection-color:\s*\$(\w+)", body)
        behind = re.search(r"selection-background-color:\s*\$(\w+)", body)
        if chosen and behind:
            found.append((selector.strip(), chosen[1], behind[1]))
    return found


@pytest.mark.parametrize("size", [QSize(0, 0), QSize(18, -3), QSize(-1, 18)])
def test_an_icon_without_room_is_no_picture_and_no_warning(
    qapp: QApplication, qtlog: object, size: QSize
) -> None:
    del qapp
    drawn = icon("eye", DARK)
    assert drawn.pixmap(size).isNull()
    assert drawn.pixmap(size, QIcon.Mode.Disabled).isNull()
    assert not qtlog.records  # type: ignore[attr-defined]


def test_a_squeezed_button_paints_its_icon_without_a_warning(
    qapp: QApplication, qtbot: QtBot, qtlog: object
) -> None:
    del qapp
    button = QToolButton()
    qtbot.addWidget(button)
    button.setIcon(icon("eye", DARK))
    button.setStyleSheet("padding: 9px")
    for height in (1, 4, 12, 17):
        button.setFixedSize(30, height)
        button.grab()
    assert not qtlog.records  # type: ignore[attr-defined]


def test_an_icon_has_as_many_pixels_as_the_screen_wants(qapp: QApplication) -> None:
    del qapp
    small: QPixmap = icon("eye", DARK).pixmap(QSize(18, 18), 1.0)
    large: QPixmap = icon("eye", DARK).pixmap(QSize(18, 18), 2.0)
    assert small.size() == QSize(18, 18)
    assert large.size() == QSize(36, 36)
    ink = [picture.toImage() for picture in (small, large)]
    counts = [
        sum(
            image.pixelColor(x, y).alpha() > 0
            for x in range(image.width())
            for y in range(image.height())
        )
        for image in ink
    ]
    assert 3 * counts[0] < counts[1] < 5 * counts[0]
