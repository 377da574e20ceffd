"""The 3-D U-Net and its orders of layers."""

from __future__ import annotations

import copy

import pytest
import torch

from occstudio.networks.unet3d import UNet3D


@pytest.mark.parametrize("order", ["gcr", "cgr", "cr", "gcl", "bce"])
def test_every_layer_order_keeps_the_size_of_the_grid(order: str) -> None:
    torch.manual_seed(0)
    unet = UNet3D(4, 6, f_maps=8, num_levels=2, layer_order=order)
    assert unet(torch.randn(2, 4, 8, 8, 8)).shape == (2, 6, 8, 8, 8)


def test_an_unknown_letter_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown letter 'q'"):
        UNet3D(4, 4, f_maps=8, num_levels=2, layer_order="gcq")


def test_single_precision_is_exact_whatever_the_memory_format() -> None:
    torch.manual_seed(0)
    unet = UNet3D(8, 8, f_maps=8, num_levels=2)
    sparse = torch.randn(1, 8, 32, 32, 32) * (torch.rand(1, 1, 32, 32, 32) < 0.05)
    with torch.no_grad():
        exact = copy.deepcopy(unet).double()(sparse.double()).float()
        ours = unet(sparse.contiguous(memory_format=torch.channels_last_3d))
    assert (ours - exact).abs().max() < 2e-5 * exact.std()
