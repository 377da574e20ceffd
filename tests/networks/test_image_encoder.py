"""The image encoders have torchvision's layers, and normalise colours where published."""

from __future__ import annotations

import pytest
import torch

from occstudio.networks.image_encoder import (
    BOTTLENECKED,
    DEPTHS,
    ConvImageEncoder,
    ResnetFeatures,
    ResnetImageEncoder,
    normalised,
)
from tests.networks.golden_weights import fill_network

# Of the networks for ImageNet, whose last layer (1000 classes) is not among the features.
_PARAMETERS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
}


@pytest.mark.parametrize("name", DEPTHS)
def test_the_features_have_as_many_weights_as_published(name: str) -> None:
    with torch.device("meta"):
        features = ResnetFeatures(DEPTHS[name], bottleneck=name in BOTTLENECKED)
    count = sum(parameter.numel() for parameter in features.parameters())
    assert count + 1000 * features.width + 1000 == _PARAMETERS[name]


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_the_features_shrink_a_photo_32_times_before_they_are_averaged(name: str) -> None:
    encoder = fill_network(ResnetImageEncoder(name, 7))
    sizes: list[tuple[int, ...]] = []
    encoder.features.layer4.register_forward_hook(lambda *call: sizes.append(call[2].shape[2:]))
    assert encoder(torch.rand(2, 3, 96, 64)).shape == (2, 7)
    assert sizes == [(3, 2)]


def test_colours_are_normalised_inside() -> None:
    grey = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert normalised(grey).abs().max() < 1e-6
    assert torch.allclose(normalised(grey + 0.225)[0, 2], torch.ones(4, 4))
    photo = torch.rand(1, 3, 64, 64)
    inside = fill_network(ResnetImageEncoder("resnet18", 6))
    outside = fill_network(ResnetImageEncoder("resnet18", 6, normalize=False))
    assert torch.equal(inside(photo), outside(normalised(photo)))


def test_the_plain_encoder_sees_colours_as_they_are() -> None:
    encoder = fill_network(ConvImageEncoder(5))
    photo = torch.rand(1, 3, 64, 64)
    net = photo
    for layer in (encoder.conv0, encoder.conv1, encoder.conv2, encoder.conv3, encoder.conv4):
        net = layer(net).relu()  # the last one too: see below
    assert encoder(photo).shape == (1, 5)
    assert net.shape[1:] == (512, 1, 1)  # a single pixel: activation and mean change places
    torch.testing.assert_close(encoder(photo), encoder.fc_out(net.flatten(1)))


def test_without_the_linear_layer_the_code_is_as_wide_as_the_features() -> None:
    encoder = ResnetImageEncoder("resnet18", 512, use_linear=False)
    assert "fc.weight" not in encoder.state_dict()
    with pytest.raises(ValueError, match="without use_linear"):
        ResnetImageEncoder("resnet50", 512, use_linear=False)
