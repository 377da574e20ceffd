"""The occupancy networks do what the papers' code did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from occstudio.errors import ModelError
from occstudio.networks.onet import FAMILY, GlobalOccupancyNetwork
from tests.networks.golden_weights import (
    ONET_CASES,
    fill_network,
    golden_arrays,
    golden_config,
    golden_keys,
    golden_state,
)
from tests.networks.plain_onet import plain_logits

WITH_ENCODER = [case for case in ONET_CASES if case != "onet_uncond_vae"]
DECODERS: list[tuple[str, dict[str, Any]]] = [
    ("cbatchnorm", {}),
    ("cbatchnorm", {"leaky": True}),
    ("cbatchnorm", {"legacy": True, "leaky": True}),
    ("cbatchnorm2", {"n_blocks": 3}),
    ("cbatchnorm_noresnet", {}),
    ("cbatchnorm_noresnet", {"leaky": True}),
    ("batchnorm", {}),
    ("batchnorm", {"leaky": True}),
    ("simple", {}),
    ("simple", {"leaky": True}),
]


def _golden_network(case: str) -> GlobalOccupancyNetwork:
    network = FAMILY.build(golden_config(case))
    network.load_state_dict(golden_state(case))
    return network.eval()


def _inputs(golden: dict[str, Any]) -> Tensor:
    if "image_u8" in golden:
        return torch.from_numpy(golden["image_u8"]).permute(2, 0, 1)[None] / 255
    return torch.from_numpy(golden["points"] if "points" in golden else golden["voxels"])


def _golden_code(golden: dict[str, Any]) -> dict[str, Tensor]:
    return {"c": torch.from_numpy(golden["c"]), "z": torch.from_numpy(golden["z"])}


def _close(ours: Tensor, golden: np.ndarray) -> None:
    atol = float(2e-4 * golden.std() + 1e-5)
    np.testing.assert_allclose(ours.detach().numpy(), golden, rtol=0, atol=atol)


def small_network(decoder: str = "cbatchnorm", z_dim: int = 5, **changes: Any) -> nn.Module:
    """A filled network of 16 channels; `changes` are decoder_kwargs."""
    hyperparameters = {
        "encoder": "pointnet_resnet",
        "encoder_kwargs": {"hidden_dim": 8},
        "decoder": decoder,
        "decoder_kwargs": {"hidden_size": 16, **changes},
        "c_dim": 6,
        "z_dim": z_dim,
    }
    return fill_network(FAMILY.build(hyperparameters))


def random_code(network: Any) -> dict[str, Tensor]:
    """Code and latent of one shape."""
    generator = torch.Generator().manual_seed(3)
    return {
        "c": torch.randn(1, network.c_dim, generator=generator),
        "z": torch.randn(1, network.z_dim, generator=generator),
    }


@pytest.mark.parametrize("case", ONET_CASES)
def test_state_dict_has_the_published_keys_in_order(case: str) -> None:
    state = FAMILY.build(golden_config(case)).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == golden_keys(case)
    assert list(state) == list(golden_keys(case))


@pytest.mark.parametrize("case", WITH_ENCODER)
def test_codes_are_those_of_the_papers_code(case: str) -> None:
    golden = golden_arrays(case)
    with torch.inference_mode():
        _close(_golden_network(case).encode(_inputs(golden))["c"], golden["c"])


def test_latents_are_those_of_the_papers_code() -> None:
    golden = golden_arrays("onet_uncond_vae")
    points, occupancy = (torch.from_numpy(golden[f"latent_{k}"]) for k in ("points", "occ"))
    mean, deviation = _golden_network("onet_uncond_vae").infer_latent(points, occupancy)
    _close(mean, golden["latent_mean"])
    _close(deviation, golden["latent_logstd"])


@pytest.mark.parametrize("case", ONET_CASES)
def test_logits_and_gradients_are_those_of_the_papers_code(case: str) -> None:
    golden = golden_arrays(case)
    query = torch.from_numpy(golden["query"]).requires_grad_()
    logits = _golden_network(case).decode(query, _golden_code(golden))
    _close(logits, golden["logits"])
    (gradient,) = torch.autograd.grad(logits.sum(), query)
    _close(gradient[:, :64], golden["dlogits_dp_first64"])


@pytest.mark.parametrize("case", ONET_CASES)
def test_the_prepared_field_has_the_logits_of_the_papers_code(case: str) -> None:
    golden = golden_arrays(case)
    field = _golden_network(case).prepare(_golden_code(golden))
    query = torch.from_numpy(golden["query"])[0]
    _close(field(query), golden["logits"][0])
    slopes = golden["dlogits_dp_first64"]
    _close(field.gradient(query[: slopes.shape[1]]), slopes[0])
    assert (field.rough(query) - field(query)).abs().max() < 0.1 * golden["logits"].std()


@pytest.mark.parametrize(("decoder", "changes"), DECODERS)
@pytest.mark.parametrize("z_dim", [0, 5])
def test_every_decoder_equals_its_layers_one_by_one(
    decoder: str, changes: dict[str, Any], z_dim: int
) -> None:
    network = small_network(decoder, z_dim, **changes)
    code = random_code(network)
    points = torch.rand(1, 200, 3, generator=torch.Generator().manual_seed(1)) - 0.5
    state = {k.removeprefix("decoder."): v for k, v in network.decoder.state_dict().items()}
    expected = plain_logits(
        decoder, state, points[0], code["z"][0], code["c"][0], changes.get("leaky", False)
    )
    logits = network.decode(points, code)[0].double()
    torch.testing.assert_close(logits, expected, atol=2e-5, rtol=2e-5)


def test_leaky_changes_the_last_activation_only() -> None:
    code = random_code(small_network())
    points = torch.rand(1, 200, 3) - 0.5
    logits, leaky = (small_network(leaky=leaky).decode(points, code) for leaky in (False, True))
    assert (logits - leaky).abs().max() > 0.01
    weights = small_network().decoder.fc_out.weight.clone()
    with torch.no_grad():
        for network in (plain := small_network(), other := small_network(leaky=True)):
            network.decoder.bn.conv_beta.bias.fill_(100.0)  # every channel is positive at the end
            network.decoder.fc_out.weight.copy_(weights)
    torch.testing.assert_close(plain.decode(points, code), other.decode(points, code))


def test_a_legacy_file_is_the_same_function_under_other_keys() -> None:
    legacy = golden_state("onet_img_legacy")
    renamed = {
        key.replace(".fc_gamma.", ".conv_gamma.").replace(".fc_beta.", ".conv_beta."): value
        for key, value in legacy.items()
    }
    for key, value in renamed.items():
        if key.endswith((".conv_gamma.weight", ".conv_beta.weight")):
            renamed[key] = value.unsqueeze(2)
    network = FAMILY.build(golden_config("onet_img"))
    network.load_state_dict(renamed)
    golden = golden_arrays("onet_img_legacy")
    query = torch.from_numpy(golden["query"])
    _close(network.eval().decode(query, _golden_code(golden)), golden["logits"])


def test_a_latent_alone_draws_shapes_and_the_mean_is_zero() -> None:
    network = _golden_network("onet_uncond_vae")
    assert not network.encode(torch.zeros(2))["z"].any()
    draws = [network.sample_prior(3, seed=4, temperature=t)["z"] for t in (1.0, 1.0, 0.5)]
    assert torch.equal(draws[0], draws[1])
    torch.testing.assert_close(draws[2], 0.5 * draws[0])
    assert draws[0].shape == (3, 128)
    assert not torch.equal(draws[0], network.sample_prior(3, seed=5)["z"])


def test_a_missing_latent_is_the_priors_mean() -> None:
    network = small_network()
    points, code = torch.rand(1, 9, 3) - 0.5, random_code(small_network())
    given = network.decode(points, {"c": code["c"], "z": torch.zeros(1, 5)})
    assert torch.equal(network.decode(points, {"c": code["c"]}), given)


def test_a_code_that_does_not_fit_is_refused_with_its_shape() -> None:
    with pytest.raises(ModelError, match=r"'c' of shape \(1, 6\), got \(1, 7\)"):
        small_network().decode(torch.zeros(1, 4, 3), {"c": torch.zeros(1, 7)})
    with pytest.raises(ModelError, match="got none"):
        small_network().prepare({})


@pytest.mark.parametrize(
    ("case", "wrong", "words"),
    [
        ("onet_img", (1, 224, 224, 3), r"photos \(B, 3, H, W\)"),
        ("onet_pointcloud", (300, 3), r"points \(B, T, 3\)"),
        ("onet_voxels", (1, 64, 64, 64), r"voxels \(B, 32, 32, 32\)"),
    ],
)
def test_an_observation_that_does_not_fit_is_refused(
    case: str, wrong: tuple[int, ...], words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        FAMILY.build(golden_config(case)).encode(torch.zeros(wrong))


def test_autocast_keeps_coordinates_and_logits_in_single_precision() -> None:
    golden = golden_arrays("onet_pointcloud")
    network, query = _golden_network("onet_pointcloud"), torch.from_numpy(golden["query"])
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        logits = network(_inputs(golden), query).numpy()
    assert logits.dtype == np.float32
    assert np.abs(logits - golden["logits"]).mean() < 0.05 * golden["logits"].std()


def test_a_training_step_moves_every_weight_towards_the_labels() -> None:
    torch.manual_seed(0)
    hyperparameters = {
        "encoder": "pointnet_simple",
        "encoder_kwargs": {"hidden_dim": 16},
        "decoder": "cbatchnorm",
        "decoder_kwargs": {"hidden_size": 16},
        "c_dim": 16,
        "z_dim": 0,
    }
    network = FAMILY.build(hyperparameters)
    clouds = torch.rand(4, 50, 3) - 0.5
    queries = torch.rand(4, 128, 3) - 0.5
    inside = (queries.norm(dim=2) < 0.4).float()
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        loss = nn.functional.binary_cross_entropy_with_logits(network(clouds, queries), inside)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.5 * losses[0]
    moved = [p.grad is not None and bool(p.grad.any()) for p in network.parameters()]
    assert all(moved)
