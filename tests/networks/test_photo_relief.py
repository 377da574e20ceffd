"""The head that tells depths is an addition: what else a photo's encoder says stays as it was."""

from __future__ import annotations

import pytest
import torch

from occstudio.networks.photo_encoder import PhotoEncoder
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from tests.networks.test_shape_space import TINY

EYES = {"widths": [8, 16, 24], "blocks": 2, "hidden": 16, "hypotheses": 2}


def _built(*, sees_relief: bool) -> ShapeSpace:
    torch.manual_seed(0)
    encoder = {**EYES, "sees_relief": sees_relief}
    return FAMILY.build({**TINY, "encoder": "photo", "encoder_kwargs": encoder}).eval()


@pytest.mark.parametrize("side", [32, 64])
def test_depths_are_told_for_a_quarter_of_the_pixels_each_way(side: int) -> None:
    photos = torch.rand(2, 4, side, side)
    depths = _built(sees_relief=True).answers(photos).relief
    assert depths is not None
    assert depths.shape == (2, side // 4, side // 4)


def test_who_never_learned_depths_tells_none() -> None:
    assert _built(sees_relief=False).answers(torch.rand(1, 4, 32, 32)).relief is None


def test_the_head_leaves_all_else_as_it_was() -> None:
    with_head, without = _built(sees_relief=True), _built(sees_relief=False)
    common = {k: v for k, v in with_head.state_dict().items() if "relief" not in k}
    without.load_state_dict(common)
    photos = torch.rand(3, 4, 32, 32)
    with torch.no_grad():
        assert torch.equal(with_head.answers(photos).codes, without.answers(photos).codes)
        encoder = with_head.encoder
        assert isinstance(encoder, PhotoEncoder)
        sides = [tuple(one.shape[1:]) for one in encoder.maps(photos)]
    assert sides == [(8, 8, 8), (16, 4, 4), (24, 2, 2)]


@pytest.mark.parametrize("sees_relief", [False, True])
def test_whether_there_is_a_head_shows_in_the_weights(sees_relief: bool) -> None:
    state = _built(sees_relief=sees_relief).state_dict()
    inferred = FAMILY.infer(state).hyperparameters
    FAMILY.build({**TINY, **inferred}).load_state_dict(state)
    assert inferred["encoder_kwargs"]["sees_relief"] is sees_relief
