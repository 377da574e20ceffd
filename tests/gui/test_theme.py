"""Colours: words can be read on everything that they stand on (WCAG AA)."""

import pytest

from occstudio.gui.theme import DARK, LIGHT, Theme, contrast


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_text_meets_wcag_aa_on_every_surface(theme: Theme) -> None:
    for surface in (theme.window, theme.panel, theme.raised, theme.field):
        for words in (theme.text, theme.muted):
            assert contrast(words, surface) >= 4.5, (words, surface)
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.text, theme.accent_soft) >= 4.5
    for sign in (theme.success, theme.warning, theme.error, theme.accent):
        assert contrast(sign, theme.panel) >= 3
