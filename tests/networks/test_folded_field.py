"""The field of one shape, its norms folded into the weights, is the decoder's."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.networks.test_onet import DECODERS, random_code, small_network


@pytest.mark.parametrize(("decoder", "changes"), DECODERS)
@pytest.mark.parametrize("z_dim", [0, 5])
def test_logits_are_those_of_decode(decoder: str, changes: dict[str, Any], z_dim: int) -> None:
    network = small_network(decoder, z_dim, **changes)
    code = random_code(network)
    points = torch.rand(5000, 3, generator=torch.Generator().manual_seed(1)) - 0.5
    with torch.no_grad():
        expected = network.decode(points[None], code)[0]
    logits = network.prepare(code)(points)
    assert logits.shape == (5000,)
    assert (logits - expected).abs().max() < 1e-5 * expected.std()


def test_channels_that_a_norm_turns_round_or_wipes_out_are_folded_too() -> None:
    network = small_network()
    with torch.no_grad():
        for name, parameter in network.decoder.named_parameters():
            if name.endswith("conv_gamma.bias"):
                parameter[::3] = -1.0
            if name.endswith(("conv_gamma.bias", "conv_gamma.weight")):
                parameter[1::3] = 0.0
    code = random_code(network)
    points = torch.rand(500, 3) - 0.5
    expected = network.decode(points[None], code)[0]
    logits = network.prepare(code)(points)
    assert torch.isfinite(logits).all()
    assert (logits - expected).abs().max() < 1e-5 * expected.std()


@pytest.mark.parametrize(("decoder", "changes"), DECODERS)
def test_gradients_are_those_of_decode(decoder: str, changes: dict[str, Any]) -> None:
    network = small_network(decoder, **changes)
    code = random_code(network)
    points = torch.rand(3000, 3, generator=torch.Generator().manual_seed(1)) - 0.5
    asked = points.clone().requires_grad_()
    (expected,) = torch.autograd.grad(network.decode(asked[None], code).sum(), asked)
    slopes = network.prepare(code).gradient(points)
    # A point within rounding of where a ReLU opens may fall to either side.
    close = (slopes - expected).abs().amax(1) <= 1e-5 * expected.std()
    assert close.float().mean() > 0.99


@pytest.mark.parametrize("count", [0, 1])
def test_few_points_are_allowed(count: int) -> None:
    network = small_network()
    field = network.prepare(random_code(network))
    assert field(torch.zeros(count, 3)).shape == (count,)
    assert field.rough(torch.zeros(count, 3)).shape == (count,)
    assert field.gradient(torch.zeros(count, 3)).shape == (count, 3)


def test_rough_is_near_the_field_in_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("occstudio.networks.folded_field.low_precision_pays", lambda *_: True)
    for decoder in ("cbatchnorm", "cbatchnorm_noresnet"):
        network = small_network(decoder)
        field = network.prepare(random_code(network))
        points = torch.rand(500, 3) - 0.5
        error = (field.rough(points) - field(points)).abs().max()
        assert 0 < error < 0.1 * field(points).std()


def test_later_training_does_not_change_a_prepared_field() -> None:
    network = small_network("simple")
    field, points = network.prepare(random_code(network)), torch.rand(20, 3) - 0.5
    before = field(points)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    assert torch.equal(field(points), before)
