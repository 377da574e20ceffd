"""Colours: words can be read on everything that they stand on (WCAG 2.2, level AA)."""

import re

import pytest

from occstudio.gui.theme import DARK, LIGHT, STYLE, Theme, contrast, faded, style_colors

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
