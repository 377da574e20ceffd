"""A prepared decoder gives the logits of the decoder it was made from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from occstudio.networks.local_decoder import LocalDecoder
from occstudio.networks.map_sampling import SampleMode
from occstudio.networks.prepared_decoder import SlopedDecoder

_PLANES = ("xz", "xy", "yz")


def _features(names: Sequence[str], batch: int = 1) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(batch, 8, *(16,) * (3 if name == "grid" else 2), generator=generator)
        for name in names
    }


def _decoder(leaky: bool = False, sample_mode: SampleMode = "bilinear") -> LocalDecoder:
    torch.manual_seed(0)
    decoder = LocalDecoder(8, hidden_size=16, n_blocks=3, leaky=leaky, sample_mode=sample_mode)
    for block in decoder.blocks:
        torch.nn.init.normal_(block.fc_1.weight, std=0.3)
    return decoder


@pytest.mark.parametrize("names", [("xz",), _PLANES, ("grid",), ("grid", *_PLANES)])
@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize("sample_mode", ["bilinear", "nearest"])
def test_logits_are_those_of_decode(
    names: Sequence[str], leaky: bool, sample_mode: SampleMode
) -> None:
    decoder, features = _decoder(leaky, sample_mode), _features(names)
    points = torch.rand(5000, 3, generator=torch.Generator().manual_seed(1)) * 1.4 - 0.7
    with torch.no_grad():
        expected = decoder(points.unsqueeze(0), features)[0]
    logits = decoder.prepare(features)(points)
    assert logits.shape == (5000,)
    assert (logits - expected).abs().max() < 1e-5 * expected.std()


@pytest.mark.parametrize("names", [("yz",), _PLANES, ("grid",), ("grid", *_PLANES)])
@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize("sample_mode", ["bilinear", "nearest"])
def test_the_gradient_is_that_of_decode(
    names: Sequence[str], leaky: bool, sample_mode: SampleMode
) -> None:
    decoder, features = _decoder(leaky, sample_mode), _features(names)
    points = torch.rand(3000, 3, generator=torch.Generator().manual_seed(1)) * 1.4 - 0.7
    asked = points.clone().requires_grad_(True)
    (expected,) = torch.autograd.grad(decoder(asked.unsqueeze(0), features).sum(), asked)
    prepared = decoder.prepare(features)
    assert isinstance(prepared, SlopedDecoder)
    off = (prepared.gradient(points) - expected).abs().amax(1) / expected.std()
    # At a kink of a ReLU either side is right.
    assert (off > 1e-5).float().mean() < 0.002
    values, slopes = prepared.sloped(points)
    assert torch.equal(slopes, prepared.gradient(points))
    assert torch.allclose(values, prepared(points), atol=1e-5 * float(expected.std()))


@pytest.mark.parametrize("count", [0, 1])
def test_few_points_are_allowed(count: int) -> None:
    field = _decoder().prepare(_features(_PLANES))
    assert field(torch.zeros(count, 3)).shape == (count,)
    assert isinstance(field, SlopedDecoder)
    assert field.gradient(torch.zeros(count, 3)).shape == (count, 3)


def test_the_maps_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        _decoder().prepare(_features(_PLANES, batch=2))
