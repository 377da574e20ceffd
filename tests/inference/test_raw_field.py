"""The field of a large scene from arrays: of one window of it, or of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.inference.raw_field import raw_logits
from occstudio.networks.conv_onet import FAMILY
from occstudio.networks.conv_onet_crop import CropConvOccupancyNetwork
from tests.networks.golden_weights import fill_network

_CONFIG: dict[str, Any] = {
    "data": {"input_type": "pointcloud_crop", "unit_size": 0.05, "query_vol_size": 8},
    "model": {
        "encoder": "pointnet_crop_local_pool",
        "encoder_kwargs": {
            "hidden_dim": 8,
            "plane_type": ["grid"],
            "unet3d": True,
            "unet3d_kwargs": {"num_levels": 2, "f_maps": 8},
        },
        "decoder": "simple_local_crop",
        "decoder_kwargs": {"hidden_size": 8},
        "c_dim": 8,
        "local_coord": True,
    },
    "test": {"threshold": 0.2},
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> NeuralModel:
    folder = tmp_path_factory.mktemp("crop")
    network = fill_network(FAMILY.build({**_CONFIG["data"], **_CONFIG["model"]}))
    torch.save({"model": network.state_dict()}, folder / "model.pt")
    (folder / "model.yaml").write_text(yaml.safe_dump(_CONFIG))
    return NeuralModel(read_checkpoint(folder / "model.pt"), torch.device("cpu"))


def _scene() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.uniform(0, 1, (1, 3000, 3)) * [1.6, 0.5, 0.6] + [3, 1, -2]).astype(np.float32)


def test_a_checkpoint_with_its_yaml_becomes_a_network_for_large_scenes(model: NeuralModel) -> None:
    assert isinstance(model.network, CropConvOccupancyNetwork)
    assert model.network.sizes.unit_size == 0.05
    assert model.card.input_spec.normalisation == "metres"
    assert model.card.threshold == 0.2


def test_one_window_is_encoded_alone(model: NeuralModel, tmp_path: Path) -> None:
    scene, network = _scene(), model.network
    assert isinstance(network, CropConvOccupancyNetwork)
    window = np.array([[3.1, 0.9, -2.1], [3.1, 0.9, -2.1]], np.float32)
    window[1] += network.sizes.window
    query = np.random.default_rng(1).uniform(window[0], window[1], (50, 3)).astype(np.float32)
    np.savez(tmp_path / "in.npz", inputs=scene, input_vol=window)
    found = raw_logits(model, tmp_path / "in.npz", query)
    with torch.inference_mode():
        code = network.encode(torch.from_numpy(scene), torch.from_numpy(window))
        expected = network.decode(torch.from_numpy(query)[None], code)[0]
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_without_a_window_each_query_has_its_own(model: NeuralModel, tmp_path: Path) -> None:
    scene, network = _scene(), model.network
    assert isinstance(network, CropConvOccupancyNetwork)
    query = scene[0, :50]
    np.savez(tmp_path / "in.npz", inputs=scene)
    found = raw_logits(model, tmp_path / "in.npz", query)
    with torch.inference_mode():
        expected = network.decode(
            torch.from_numpy(query)[None], network.encode(torch.from_numpy(scene))
        )
    np.testing.assert_allclose(found, expected[0].numpy(), atol=1e-5)
