"""Families are found by entry points, build networks, and read them from state dicts."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest
import torch

from occstudio.errors import ModelError
from occstudio.networks.conv_onet import FAMILY
from occstudio.networks.families import ENTRY_POINT_GROUP, ModelFamily, load_family
from tests.networks.golden_weights import CONV_ONET_CASES, golden_config, golden_state


def _entry(value: str) -> EntryPoint:
    return EntryPoint(name="some_name", value=value, group=ENTRY_POINT_GROUP)


def test_our_family_is_loaded_as_a_third_party_would_be() -> None:
    family = load_family(_entry("occstudio.networks.conv_onet:FAMILY"))
    assert family is FAMILY
    assert isinstance(family, ModelFamily)


@pytest.mark.parametrize("value", ["no_such_package:FAMILY", "occstudio.networks.conv_onet:NONE"])
def test_a_family_that_cannot_be_imported_says_which_package_to_mend(value: str) -> None:
    with pytest.raises(ModelError, match="update or uninstall"):
        load_family(_entry(value))


def test_what_is_no_family_is_refused() -> None:
    with pytest.raises(ModelError, match="is no model family but"):
        load_family(_entry("occstudio.networks.conv_onet:ConvOccupancyNetwork.encode"))


@pytest.mark.parametrize("case", CONV_ONET_CASES)
def test_a_network_is_inferred_from_its_state_dict(case: str) -> None:
    state = golden_state(case)
    inference = FAMILY.infer(state)
    network = FAMILY.build(inference.hyperparameters)
    network.load_state_dict(state)
    config = golden_config(case)
    assert inference.hyperparameters["encoder"] == config["encoder"]
    assert inference.hyperparameters["c_dim"] == config["c_dim"]
    for name in ("plane_resolution", "grid_resolution", "hidden_dim"):
        if name in config["encoder_kwargs"]:
            assert (
                inference.hyperparameters["encoder_kwargs"][name]
                == (config["encoder_kwargs"][name])
            )
    assert "padding" in inference.assumed


_VARIANTS: list[dict[str, Any]] = [
    {"unet": True, "unet_kwargs": {"depth": 3, "start_filts": 8, "up_mode": "upsample"}},
    {"unet": True, "unet_kwargs": {"depth": 2, "start_filts": 4, "merge_mode": "add"}},
    {"unet": True, "unet_kwargs": {"depth": 1, "start_filts": 4}},
    {"plane_type": "grid", "unet3d": True, "unet3d_kwargs": {"num_levels": 2, "f_maps": 8}},
    {
        "plane_type": "grid",
        "unet3d": True,
        "unet3d_kwargs": {"num_levels": 2, "f_maps": 8, "layer_order": "cgr"},
    },
    {"n_blocks": 2, "hidden_dim": 12},
]


@pytest.mark.parametrize("variant", _VARIANTS)
@pytest.mark.parametrize("is_sorted", [False, True])
def test_every_variant_is_inferred_also_from_sorted_keys(
    variant: dict[str, Any], is_sorted: bool
) -> None:
    encoder = {"hidden_dim": 8, "plane_resolution": 16, "grid_resolution": 8, **variant}
    decoder = {"hidden_size": 8, "n_blocks": 3}
    network = FAMILY.build({"encoder_kwargs": encoder, "decoder_kwargs": decoder, "c_dim": 8})
    state = network.state_dict()
    state = dict(sorted(state.items())) if is_sorted else state
    FAMILY.build(FAMILY.infer(state).hyperparameters).load_state_dict(state)


def test_a_foreign_state_dict_is_refused() -> None:
    with pytest.raises(ModelError, match="keys are not those"):
        FAMILY.infer({"weight": torch.zeros(3)})


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoder": "pointnet_plus_plus"},
        {"decoder": "simple"},
        {"local_coord": True},
        {"encoder_kwargs": {"plane_type": "zx"}},
        {"encoder_kwargs": {"colour": 3}},
        {"decoder_kwargs": {"size": 3}},
        {"encoder_kwargs": {"unet3d": True, "unet3d_kwargs": {"layer_order": "q"}}},
    ],
)
def test_wrong_hyperparameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        FAMILY.build(wrong)


def test_input_kinds_follow_the_encoder() -> None:
    assert FAMILY.input_spec(golden_config("convonet_3plane")).kind == "points"
    assert FAMILY.input_spec(golden_config("convonet_voxel_3plane")).kind == "voxels"
