"""Latents: arithmetic on every array alike, and no mixing of models."""

import numpy as np
import pytest

from occstudio.errors import ModelError
from occstudio.shapes.latent import Latent
from occstudio.shapes.model_card import ModelCard


def latent(value: float, model: str = "a", size: int = 3) -> Latent:
    return Latent(
        {"c": np.full(size, value, np.float32), "xz": np.full((2, 4, 4), -value, np.float32)}, model
    )


def test_toward_begins_here_and_ends_there() -> None:
    start, end = latent(1), latent(5)
    for fraction, value in ((0.0, 1), (0.25, 2), (1.0, 5)):
        between = start.toward(end, fraction)
        assert np.allclose(between.arrays["c"], value)
        assert np.allclose(between.arrays["xz"], -value)


def test_arithmetic_acts_on_every_array() -> None:
    result = (latent(3) - latent(1) + latent(2)) * 0.5
    assert np.allclose(result.arrays["c"], 2)
    assert np.allclose(result.arrays["xz"], -2)


def test_latents_of_two_models_or_two_versions_do_not_mix() -> None:
    with pytest.raises(ModelError, match="don't mix"):
        latent(1) + latent(1, model="b")
    with pytest.raises(ModelError, match="different versions"):
        latent(1) + latent(1, size=4)


def test_a_card_survives_json_and_ignores_what_later_versions_add() -> None:
    card = ModelCard("m", "conv_onet", scores={"iou": 0.8}, assumed=("padding",))
    assert ModelCard.from_json(card.to_json()) == card
    later = card.to_json().replace("{", '{"invented_later": 1,', 1)
    assert ModelCard.from_json(later) == card


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 3'])
def test_a_damaged_card_is_one_sentence(text: str) -> None:
    with pytest.raises(ModelError, match="could not be read"):
        ModelCard.from_json(text)
