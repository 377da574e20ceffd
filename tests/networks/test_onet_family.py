"""Occupancy networks are built from hyper-parameters, and read from state dicts."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from occstudio.errors import ModelError
from occstudio.networks.families import load_families
from occstudio.networks.onet import FAMILY
from tests.networks.golden_weights import ONET_CASES, golden_config, golden_state

_NO_ENCODER: dict[str, Any] = {"encoder": None, "c_dim": 0, "z_dim": 4}
_VARIANTS: list[dict[str, Any]] = [
    {"encoder": "resnet18"},
    {"encoder": "resnet34"},
    {"encoder": "resnet50"},
    {"encoder": "resnet101"},
    {"encoder": "resnet18", "encoder_kwargs": {"use_linear": False}, "c_dim": 512},
    {"encoder": "simple_conv"},
    {"encoder": "pointnet_resnet", "encoder_kwargs": {"hidden_dim": 12}},
    {"encoder": "pointnet_simple", "encoder_kwargs": {"hidden_dim": 12}},
    {"encoder": "pointnet_simple", "dim": 2},
    {"encoder": "voxel_simple"},
    {"encoder": "idx", "encoder_kwargs": {"num_embeddings": 5}},
    {"decoder_kwargs": {"legacy": True, "hidden_size": 8}},
    {"decoder": "cbatchnorm2", "decoder_kwargs": {"n_blocks": 2, "hidden_size": 8}},
    {"decoder": "cbatchnorm_noresnet", "z_dim": 3},
    {"decoder": "batchnorm", "z_dim": 3},
    {"decoder": "simple", "z_dim": 3},
    {"encoder_latent": "simple", "z_dim": 7},
    {"decoder": "simple", "encoder_latent": "simple", **_NO_ENCODER},
    {"decoder": "batchnorm", **_NO_ENCODER},
]


def _variant(changes: dict[str, Any]) -> dict[str, Any]:
    small = {"encoder": "pointnet_simple", "decoder": "cbatchnorm", "c_dim": 6, "z_dim": 0}
    return {**small, **changes}


@pytest.mark.parametrize("changes", _VARIANTS)
@pytest.mark.parametrize("is_sorted", [False, True])
def test_every_variant_is_inferred_also_from_sorted_keys(
    changes: dict[str, Any], is_sorted: bool
) -> None:
    stated = _variant(changes)
    with torch.device("meta"):
        network = FAMILY.build(stated)
    state = network.state_dict()
    state = dict(sorted(state.items())) if is_sorted else state
    inferred = FAMILY.infer(state).hyperparameters
    for name in ("encoder", "decoder", "c_dim", "z_dim"):
        assert inferred[name] == stated[name]
    with torch.device("meta"):
        again = FAMILY.build(inferred).state_dict()
    assert {k: v.shape for k, v in again.items()} == {k: v.shape for k, v in state.items()}


@pytest.mark.parametrize("case", ONET_CASES)
def test_a_published_network_is_inferred_from_its_state_dict(case: str) -> None:
    inference, config = FAMILY.infer(golden_state(case)), golden_config(case)
    assert (
        config.items()
        >= {
            key: inference.hyperparameters[key]
            for key in ("encoder", "encoder_latent", "decoder", "c_dim", "z_dim", "dim")
        }.items()
    )
    assert "decoder_kwargs.leaky" in inference.assumed
    assert ("encoder_kwargs.normalize" in inference.assumed) == ("img" in case)


@pytest.mark.parametrize("case", ONET_CASES)
def test_no_other_family_takes_an_occupancy_network(case: str) -> None:
    state = golden_state(case)
    assert [name for name, f in load_families().items() if f.recognises(state)] == ["onet"]


def test_what_is_missing_has_the_defaults_of_the_papers_code() -> None:
    network = FAMILY.build({"encoder_kwargs": None})
    assert (network.c_dim, network.z_dim) == (512, 64)
    assert network.encoder is not None
    assert network.state_dict()["encoder.fc.weight"].shape == (512, 512)
    assert network.state_dict()["decoder.fc_p.weight"].shape == (128, 3)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"encoder": "r2n2_simple"}, "unknown encoder 'r2n2_simple'"),
        ({"decoder": "simple_local"}, "unknown decoder"),
        ({"encoder_latent": "pointnet", "z_dim": 3}, "unknown latent encoder"),
        ({"encoder": None, "c_dim": 0}, "needs a code"),
        ({"encoder": "resnet18", "encoder_kwargs": {"use_linear": False}}, "c_dim is 6"),
        ({"encoder": "idx"}, "num_embeddings"),
        ({"encoder_kwargs": {"colour": 3}}, "colour"),
        ({"decoder_kwargs": {"size": 3}}, "size"),
        ({"decoder": "cbatchnorm2", "decoder_kwargs": {"leaky": True}}, "leaky"),
    ],
)
def test_wrong_hyperparameters_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        FAMILY.build(_variant(wrong))


def test_a_foreign_state_dict_is_refused() -> None:
    with pytest.raises(ModelError, match="keys are not those"):
        FAMILY.infer({"weight": torch.zeros(3)})


@pytest.mark.parametrize(
    ("case", "kind", "points", "resolution"),
    [
        ("onet_img", "image", None, 224),
        ("onet_pointcloud", "points", 300, 0),
        ("onet_voxels", "voxels", None, 32),
        ("onet_uncond_vae", "latent", None, 0),
    ],
)
def test_each_encoder_is_given_what_the_paper_gave(
    case: str, kind: str, points: int | None, resolution: int
) -> None:
    spec = FAMILY.input_spec(golden_config(case))
    assert (spec.kind, spec.resolution, spec.box_side) == (kind, resolution, 1.1)
    if points:
        assert (spec.points, spec.is_drawn) == (points, True)
