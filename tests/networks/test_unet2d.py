"""The 2-D U-Net in all its modes."""

from __future__ import annotations

import pytest
import torch

from occstudio.networks.unet2d import MergeMode, UNet, UpMode
from tests.networks.plain_reference import plain_unet


@pytest.mark.parametrize("up_mode", ["transpose", "upsample"])
@pytest.mark.parametrize("merge_mode", ["concat", "add"])
def test_every_mode_equals_its_layers_one_by_one(up_mode: UpMode, merge_mode: MergeMode) -> None:
    torch.manual_seed(0)
    unet = UNet(5, 3, depth=3, start_filts=4, up_mode=up_mode, merge_mode=merge_mode)
    x = torch.randn(2, 3, 16, 16)
    ours, plain = unet(x), plain_unet(unet, x)
    assert ours.shape == (2, 5, 16, 16)
    torch.testing.assert_close(ours, plain)
    weights = list(unet.parameters())
    upstream = torch.randn(ours.shape)
    ours_gradients = torch.autograd.grad(ours, weights, upstream)
    plain_gradients = torch.autograd.grad(plain, weights, upstream)
    for a, b in zip(ours_gradients, plain_gradients, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)


def test_bilinear_upsampling_has_the_published_keys() -> None:
    keys = UNet(4, 4, depth=2, start_filts=4, up_mode="upsample").state_dict()
    assert "up_convs.0.upconv.1.weight" in keys
