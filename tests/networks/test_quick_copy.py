"""A copy in low precision that follows its module."""

import copy

import torch
from torch import Tensor, nn

from occstudio.networks.map_generator import MapGenerator
from occstudio.networks.quick_copy import QuickCopy


def _generator() -> MapGenerator:
    torch.manual_seed(0)
    return MapGenerator(64, 8, plane_widths=(16, 16, 8), grid_widths=(16, 8)).eval()


def _off(quick: QuickCopy, module: MapGenerator) -> float:
    code = torch.randn(1, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected: dict[str, Tensor] = module(code)
    found = quick(code)
    assert set(found) == set(expected)
    assert all(part.dtype == torch.float32 for part in found.values())
    return max(
        float((found[name] - expected[name]).abs().max() / expected[name].std())
        for name in expected
    )


def test_it_makes_what_the_module_makes() -> None:
    module = _generator()
    assert _off(QuickCopy(module), module) < 0.05


def test_it_follows_weights_that_change() -> None:
    module = _generator()
    quick = QuickCopy(module)
    _off(quick, module)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.05)
    assert _off(quick, module) < 0.05
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            part.weight = nn.Parameter(part.weight.detach() * 2)
    assert _off(quick, module) < 0.05


def test_the_module_keeps_its_precision() -> None:
    module = _generator()
    QuickCopy(module)(torch.zeros(1, 64))
    assert all(part.dtype == torch.float32 for part in module.parameters())


def test_a_copy_of_it_belongs_to_a_copy_of_the_module() -> None:
    module = _generator()
    other = copy.deepcopy(QuickCopy(module))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    assert _off(other, module) > 1
