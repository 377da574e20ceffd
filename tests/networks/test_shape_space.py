"""A code alone says what the shape is; encoder, generator and decoder fit together."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from occstudio.errors import ModelError
from occstudio.networks.families import load_families
from occstudio.networks.photo_encoder import AZIMUTHS
from occstudio.networks.shape_space import CODE, FAMILY, ShapeSpace

TINY = {
    "code_length": 64,
    "c_dim": 8,
    "encoder_kwargs": {"widths": [8, 8, 16]},
    "generator_kwargs": {"plane_widths": [16, 16, 8], "grid_widths": [16, 8]},
    "decoder_kwargs": {"hidden_size": 16, "n_blocks": 2},
}


@pytest.fixture
def network() -> ShapeSpace:
    torch.manual_seed(0)
    return FAMILY.build(TINY).eval()


def _points(count: int, batch: int = 1) -> Tensor:
    return torch.rand(batch, count, 3, generator=torch.Generator().manual_seed(1)) - 0.5


def test_the_family_is_installed() -> None:
    assert load_families()["shape_space"] is FAMILY


def test_a_scan_becomes_a_code_whatever_the_order_of_its_points(network: ShapeSpace) -> None:
    scan = _points(300)
    code = network.encode(scan)[CODE]
    assert code.shape == (1, 64)
    torch.testing.assert_close(network.encode(scan.flip(1))[CODE], code, atol=1e-5, rtol=1e-4)


def test_the_prepared_field_is_the_decoder(network: ShapeSpace) -> None:
    code, asked = network.sample_prior(1, seed=3), _points(200)
    expected = network.decode(asked, code)[0]
    # The maps may be of low precision.
    torch.testing.assert_close(network.prepare(code)(asked[0]), expected, atol=0.02, rtol=0.02)


def test_expanded_maps_stand_for_their_code(network: ShapeSpace) -> None:
    code, asked = network.sample_prior(2, seed=3), _points(50, batch=2)
    maps = network.expand(code)
    assert maps["grid"].shape == (2, 8, 8, 8, 8)
    assert maps["xz"].shape == (2, 8, 16, 16)
    torch.testing.assert_close(network.decode(asked, maps), network.decode(asked, code))


def test_logits_have_a_gradient_in_the_code(network: ShapeSpace) -> None:
    code = network.sample_prior(1, seed=3)[CODE].requires_grad_(True)
    network.decode(_points(50), {CODE: code}).sum().backward()
    assert code.grad is not None
    assert code.grad.abs().sum() > 0


def test_the_prior_is_seeded_and_narrower_when_it_is_colder(network: ShapeSpace) -> None:
    warm, again = (network.sample_prior(50, seed=5)[CODE] for _ in range(2))
    cold = network.sample_prior(50, seed=5, temperature=0.1)[CODE]
    assert torch.equal(warm, again)
    torch.testing.assert_close(cold, warm * 0.1)
    assert warm.std() == pytest.approx(1.0, abs=0.1)


def test_training_owes_more_to_the_prior_the_farther_codes_are_from_it(
    network: ShapeSpace,
) -> None:
    network.train()
    network.posterior_sample(_points(300))
    near = network.penalty()
    with torch.no_grad():
        network.encoder.out_mean.bias += 3.0
    network.posterior_sample(_points(300))
    assert network.penalty() > near + network.prior_weight * 3


def test_hyperparameters_are_read_from_the_weights(network: ShapeSpace) -> None:
    inferred = FAMILY.infer(network.state_dict())
    again = FAMILY.build(inferred.hyperparameters)
    again.load_state_dict(network.state_dict())
    asked, code = _points(20), network.sample_prior(1, seed=0)
    torch.testing.assert_close(again.eval().decode(asked, code), network.decode(asked, code))


def test_hyperparameters_that_make_no_network_are_refused_in_a_sentence() -> None:
    with pytest.raises(ModelError, match="could not build the shape_space network"):
        FAMILY.build(TINY | {"generator_kwargs": {"plane_widths": [15, 9]}})
    with pytest.raises(ModelError, match="choose the family"):
        FAMILY.infer({})


PHOTO = {
    **TINY,
    "encoder": "photo",
    "encoder_kwargs": {"hypotheses": 3, "widths": [8, 16], "blocks": 1, "hidden": 16},
}


def test_of_several_guesses_from_a_photo_the_likeliest_is_the_code() -> None:
    torch.manual_seed(0)
    network = FAMILY.build(PHOTO).eval()
    photos = torch.rand(2, 4, 64, 64)
    answers = network.answers(photos)
    assert (answers.codes.shape, answers.chances.shape) == ((2, 3, 64), (2, 3))
    assert (answers.azimuths.shape, answers.poses.shape) == ((2, AZIMUTHS), (2, 3))
    best = answers.chances.argmax(1)
    torch.testing.assert_close(network.encode(photos)[CODE], answers.codes[torch.arange(2), best])


def test_a_space_of_photos_is_read_from_its_weights_and_says_what_it_wants() -> None:
    network = FAMILY.build(PHOTO)
    inferred = FAMILY.infer(network.state_dict()).hyperparameters
    FAMILY.build(inferred).load_state_dict(network.state_dict())
    spec = FAMILY.input_spec(inferred)
    assert (spec.kind, spec.has_opacity) == ("image", True)


def test_a_space_of_scans_makes_no_guesses(network: ShapeSpace) -> None:
    with pytest.raises(ModelError, match="choose one for photos"):
        network.answers(torch.rand(1, 4, 64, 64))
    with pytest.raises(ModelError, match="unknown encoder 'smell'"):
        FAMILY.build({"encoder": "smell"})
