"""DeepSDF does what the paper's code did, and is known from its keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from occstudio.errors import ModelError
from occstudio.networks import prepared_mlp
from occstudio.networks.deep_sdf import FAMILY, DeepSdf
from tests.networks.golden_weights import (
    fill_array,
    golden_arrays,
    golden_config,
    golden_keys,
    golden_state,
)

_CASE = "deepsdf"


def _golden_network() -> DeepSdf:
    network = FAMILY.build(golden_config(_CASE))
    network.load_state_dict(golden_state(_CASE))
    return network.eval()


def _tolerance(values: np.ndarray) -> float:
    return float(2e-4 * values.std() + 1e-5)


def test_state_dict_has_the_published_keys_in_order() -> None:
    state = FAMILY.build(golden_config(_CASE)).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == golden_keys(_CASE)
    assert list(state) == list(golden_keys(_CASE))


def test_distances_are_those_of_the_papers_code_with_the_sign_turned() -> None:
    golden, network = golden_arrays(_CASE), _golden_network()
    code = network.encode(torch.from_numpy(golden["latent"]))
    query = torch.from_numpy(golden["query"])
    with torch.inference_mode():
        decoded = network.decode(query, code).numpy()
        prepared = network.prepare(code)(query[0]).numpy()
    atol = _tolerance(golden["sdf"])
    print("distances", np.abs(decoded + golden["sdf"]).max(), "of", atol)
    np.testing.assert_allclose(decoded, -golden["sdf"], atol=atol)
    np.testing.assert_allclose(prepared, -golden["sdf"][0], atol=atol)


def test_gradients_are_those_of_the_papers_code() -> None:
    golden, network = golden_arrays(_CASE), _golden_network()
    code = network.encode(torch.from_numpy(golden["latent"]))
    query = torch.from_numpy(golden["query"])[:, :64].requires_grad_()
    (gradient,) = torch.autograd.grad(network.decode(query, code).sum(), query)
    prepared = network.prepare(code).gradient(query[0].detach()).numpy()
    expected = -golden["dsdf_dp_first64"]
    print("gradients", np.abs(gradient.numpy() - expected).max(), "of", _tolerance(expected))
    np.testing.assert_allclose(gradient.numpy(), expected, atol=_tolerance(expected))
    np.testing.assert_allclose(prepared, expected[0], atol=_tolerance(expected))


@pytest.mark.parametrize("is_fast", [True, False])
def test_rough_values_differ_little(is_fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_mlp, "low_precision_pays", lambda *_: is_fast)
    golden, network = golden_arrays(_CASE), _golden_network()
    prepared = network.prepare(network.encode(torch.from_numpy(golden["latent"])))
    points = torch.from_numpy(golden["query"])[0]
    error = (prepared.rough(points) - prepared(points)).square().mean().sqrt()
    assert (error > 0) == is_fast
    assert error < 0.05 * prepared(points).std()


_VARIANTS: list[dict[str, Any]] = [
    {"dims": [32] * 4},
    {"dims": [32] * 4, "norm_layers": [0, 1, 2, 3], "weight_norm": True, "latent_in": [2]},
    {"dims": [32] * 4, "norm_layers": [0, 1, 2, 3], "latent_in": [2]},
    {"dims": [32, 48, 40], "xyz_in_all": True, "norm_layers": [0, 2], "weight_norm": True},
    {"dims": [32] * 5, "xyz_in_all": True, "latent_in": [1, 3], "norm_layers": [1, 2, 5]},
    {
        "dims": [32] * 3,
        "use_tanh": True,
        "latent_dropout": True,
        "dropout": [0],
        "xyz_in_all": None,
    },
]


def _network(specs: dict[str, Any]) -> DeepSdf:
    network = FAMILY.build({"CodeLength": 5, "NetworkSpecs": specs})
    state = network.state_dict()
    filled = {key: torch.from_numpy(fill_array(key, tuple(v.shape))) for key, v in state.items()}
    network.load_state_dict(filled)
    return network.eval()


@pytest.mark.parametrize("specs", _VARIANTS)
def test_each_option_computes_what_the_papers_formula_says(specs: dict[str, Any]) -> None:
    network = _network(specs)
    state = network.state_dict()
    torch.manual_seed(0)
    code, points = torch.randn(1, 5), torch.randn(1, 200, 3)
    given = torch.cat((code.expand(200, 5), points[0]), 1)
    x = given
    depth = len(specs["dims"]) + 1
    for layer in range(depth):
        if layer in specs.get("latent_in", ()):
            x = torch.cat((x, given), 1)
        elif layer and specs.get("xyz_in_all"):
            x = torch.cat((x, points[0]), 1)
        if f"lin{layer}.weight_g" in state:
            v, g = state[f"lin{layer}.weight_v"], state[f"lin{layer}.weight_g"]
            weight = g * torch.nn.functional.normalize(v, dim=1)
        else:
            weight = state[f"lin{layer}.weight"]
        x = x @ weight.t() + state[f"lin{layer}.bias"]
        if layer < depth - 1:
            if f"bn{layer}.weight" in state:
                scale, shift = state[f"bn{layer}.weight"], state[f"bn{layer}.bias"]
                x = torch.nn.functional.layer_norm(x, x.shape[1:], scale, shift)
            x = x.relu()
    if specs.get("use_tanh"):
        x = x.tanh()
    expected = -x.tanh()[:, 0]
    torch.testing.assert_close(network.decode(points, {"z": code})[0], expected)
    torch.testing.assert_close(network.prepare({"z": code})(points[0]), expected)
    torch.testing.assert_close(
        network.prepare({"z": code}).rough(points[0]), expected, atol=0.1, rtol=0.1
    )


@pytest.mark.parametrize("specs", _VARIANTS)
def test_every_option_is_inferred_but_the_second_tanh(specs: dict[str, Any]) -> None:
    state = _network(specs).state_dict()
    inference = FAMILY.infer(dict(sorted(state.items())))
    assert inference.assumed == ("NetworkSpecs.use_tanh",)
    found = inference.hyperparameters
    FAMILY.build(found).load_state_dict(state)
    assert found["CodeLength"] == 5
    assert found["NetworkSpecs"]["dims"] == specs["dims"]
    for name in ("xyz_in_all", "weight_norm"):
        assert found["NetworkSpecs"][name] == bool(specs.get(name))
    for name in ("latent_in", "norm_layers"):
        assert found["NetworkSpecs"][name] == list(specs.get(name) or [])


def test_golden_hyperparameters_are_inferred() -> None:
    found, config = FAMILY.infer(golden_state(_CASE)).hyperparameters, golden_config(_CASE)
    assert found["CodeLength"] == config["CodeLength"]
    for name in ("dims", "latent_in", "norm_layers", "weight_norm", "xyz_in_all", "use_tanh"):
        assert found["NetworkSpecs"][name] == config["NetworkSpecs"][name]


def test_points_are_refused_with_a_word_on_fitting() -> None:
    with pytest.raises(ModelError, match="fit one to the points"):
        _network(_VARIANTS[0]).encode(torch.zeros(1, 10, 3))


@pytest.mark.parametrize(
    "wrong",
    [
        {"NetworkArch": "siren"},
        {"NetworkSpecs": {"colour": 3}},
        {"NetworkSpecs": {"dims": [8, 8], "latent_in": [1]}},
        {"CodeLength": "many"},
    ],
)
def test_wrong_specs_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        FAMILY.build(wrong)


def test_a_checkpoint_with_a_missing_layer_is_refused() -> None:
    state = _network(_VARIANTS[0]).state_dict()
    with pytest.raises(ModelError, match="are missing"):
        FAMILY.infer({k: v for k, v in state.items() if not k.startswith("lin2.")})
