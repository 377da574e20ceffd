"""The convolutional occupancy networks do what the papers' code did."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from occstudio.networks.conv_onet import FAMILY, ConvOccupancyNetwork
from tests.networks.golden_weights import (
    CONV_ONET_CASES,
    golden_arrays,
    golden_config,
    golden_keys,
    golden_state,
)
from tests.networks.plain_reference import PlainNetwork


def _golden_network(case: str) -> ConvOccupancyNetwork:
    network = FAMILY.build(golden_config(case))
    network.load_state_dict(golden_state(case))
    return network.eval()


@functools.cache
def _golden_features(case: str) -> dict[str, Tensor]:
    with torch.no_grad():
        return _golden_network(case).encode(_inputs(case))


def _inputs(case: str) -> Tensor:
    arrays = golden_arrays(case)
    return torch.from_numpy(arrays["points"] if "points" in arrays else arrays["voxels"])


def _tolerance(values: np.ndarray) -> float:
    return float(2e-4 * values.std() + 1e-5)


@pytest.mark.parametrize("case", CONV_ONET_CASES)
def test_state_dict_has_the_published_keys_in_order(case: str) -> None:
    state = FAMILY.build(golden_config(case)).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == golden_keys(case)
    assert list(state) == list(golden_keys(case))


@pytest.mark.parametrize("case", CONV_ONET_CASES)
def test_feature_maps_are_those_of_the_papers_code(case: str) -> None:
    golden = golden_arrays(case)
    features = _golden_features(case)
    expected = {name[2:-6] for name in golden if name.endswith("_shape")}
    assert set(features) == expected
    for name, tensor in features.items():
        array = tensor.numpy()
        assert array.shape == tuple(golden[f"c_{name}_shape"])
        step = int(golden[f"c_{name}_substride"][-1])
        every = (slice(None), slice(None, None, 4)) + (slice(1, None, step),) * (array.ndim - 2)
        close = np.abs(array[every] - golden[f"c_{name}_sub"]) <= _tolerance(array)
        assert close.mean() >= 0.995
        space = tuple(range(2, array.ndim))
        np.testing.assert_allclose(
            array.mean(space)[0], golden[f"c_{name}_mean"], atol=10 * _tolerance(array)
        )
        np.testing.assert_allclose(
            array.std(space)[0], golden[f"c_{name}_std"], atol=10 * _tolerance(array)
        )


@pytest.mark.parametrize("case", CONV_ONET_CASES)
def test_logits_are_those_of_the_papers_code(case: str) -> None:
    golden = golden_arrays(case)
    with torch.inference_mode():
        query = torch.from_numpy(golden["query"])
        logits = _golden_network(case).decode(query, _golden_features(case)).numpy()
    atol = _tolerance(golden["logits"])
    assert (np.abs(logits - golden["logits"]) <= atol).mean() >= 0.995


@pytest.mark.parametrize("case", CONV_ONET_CASES)
def test_gradients_at_queries_are_those_of_the_papers_code(case: str) -> None:
    golden = golden_arrays(case)
    network = _golden_network(case)
    features = _golden_features(case)
    query = torch.from_numpy(golden["query"]).requires_grad_()
    logits = network.decode(query, features)
    (gradient,) = torch.autograd.grad(logits.sum(), query)
    expected = golden["dlogits_dp_first64"]
    error = np.abs(gradient[:, :64].numpy() - expected)
    assert (error <= _tolerance(expected)).mean() >= 0.995


def test_the_gradient_can_be_differentiated_for_the_refinement_of_vertices() -> None:
    network = _golden_network("convonet_3plane")
    features = _golden_features("convonet_3plane")
    query = torch.from_numpy(golden_arrays("convonet_3plane")["query"])[:, :16].requires_grad_()
    logits = network.decode(query, features)
    (gradient,) = torch.autograd.grad(logits.sum(), query, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), query)
    assert torch.isfinite(second).all()
    assert second.abs().max() > 0


_VARIANTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"plane_type": "xz"}, {}),
    ({"plane_type": ["xy", "yz"], "scatter_type": "mean"}, {"leaky": True}),
    ({"plane_type": ["xz", "xy", "yz"]}, {"sample_mode": "nearest"}),
    (
        {
            "plane_type": ["grid", "xz", "xy", "yz"],
            "unet3d": True,
            "unet3d_kwargs": {"num_levels": 2, "f_maps": 8},
        },
        {},
    ),
]


@pytest.mark.parametrize(("encoder", "decoder"), _VARIANTS)
def test_training_gradients_equal_those_of_the_plain_network(
    encoder: dict[str, Any], decoder: dict[str, Any]
) -> None:
    torch.manual_seed(0)
    common = {"hidden_dim": 8, "plane_resolution": 16, "grid_resolution": 8, "n_blocks": 3}
    unet = {"unet": True, "unet_kwargs": {"depth": 3, "start_filts": 8}}
    network = FAMILY.build(
        {
            "encoder_kwargs": {**common, **unet, **encoder},
            "decoder_kwargs": {"hidden_size": 8, "n_blocks": 2, **decoder},
            "c_dim": 8,
        }
    )
    for parameter in network.parameters():
        if not parameter.any():  # layers that start at zero would hide what is before them
            torch.nn.init.normal_(parameter, std=0.2)
    inputs, points = torch.rand(2, 300, 3) - 0.5, torch.rand(2, 200, 3) * 1.2 - 0.6
    ours, plain = network(inputs, points), PlainNetwork(network)(inputs, points)
    torch.testing.assert_close(ours, plain, atol=1e-4, rtol=1e-4)
    weights = dict(network.named_parameters())
    ours_gradients = torch.autograd.grad(ours.square().mean(), list(weights.values()))
    plain_gradients = torch.autograd.grad(plain.square().mean(), list(weights.values()))
    for name, a, b in zip(weights, ours_gradients, plain_gradients, strict=True):
        assert (a - b).abs().max() <= 1e-3 * b.abs().max() + 1e-6, name


def test_autocast_keeps_coordinates_and_logits_in_single_precision() -> None:
    network = _golden_network("convonet_3plane")
    golden = golden_arrays("convonet_3plane")
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        logits = network(_inputs("convonet_3plane"), torch.from_numpy(golden["query"])).numpy()
    assert logits.dtype == np.float32
    assert np.abs(logits - golden["logits"]).mean() < 0.02 * golden["logits"].std()
