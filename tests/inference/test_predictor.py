"""Models are used through their cards: drawn from, encoded with, asked at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from occstudio.errors import ModelError
from occstudio.extraction.surface import extract_surface
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.families import model_family
from occstudio.networks.oflow import OccupancyFlowNetwork
from occstudio.shapes.frame import IDENTITY
from occstudio.shapes.point_cloud import PointCloud
from tests.networks.golden_weights import fill_network

VARIATIONAL = {
    "encoder": None,
    "encoder_latent": "simple",
    "decoder": "simple",
    "decoder_kwargs": {"hidden_size": 16},
    "c_dim": 0,
    "z_dim": 4,
}
POINTS = {
    "encoder": "pointnet_resnet",
    "encoder_kwargs": {"hidden_dim": 8},
    "decoder": "cbatchnorm",
    "decoder_kwargs": {"hidden_size": 16},
    "c_dim": 6,
    "z_dim": 0,
}
MOVING = {
    **POINTS,
    "encoder_temporal": "pointnet_resnet",
    "encoder_temporal_kwargs": {"hidden_dim": 8},
    "velocity_field_kwargs": {"hidden_size": 16, "n_blocks": 2},
}


def _opened(family: str, hyperparameters: dict[str, Any], path: Path) -> NeuralModel:
    """A filled network, written as the papers write theirs, and opened without a word beside it."""
    network = fill_network(model_family(family).build(hyperparameters))
    torch.save({"model": network.state_dict()}, path / "network.pt")
    return NeuralModel(read_checkpoint(path / "network.pt"), torch.device("cpu"))


def _cloud() -> PointCloud:
    directions = np.random.default_rng(0).normal(size=(500, 3))
    return PointCloud(0.4 * directions / np.linalg.norm(directions, axis=1)[:, None], IDENTITY)


def test_an_unconditional_model_draws_the_shape_of_a_seed(tmp_path: Path) -> None:
    model = _opened("onet", VARIATIONAL, tmp_path)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 3)).astype(np.float32)
    one, again, other = (model.field(model.draw(seed))(points) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert not model.draw(1, temperature=0.0).arrays["z"].any()
    with pytest.raises(ModelError, match="draws shapes"):
        model.encode(_cloud())


def test_a_model_with_an_encoder_draws_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="give it an observation"):
        _opened("onet", POINTS, tmp_path).draw(0)


def test_an_occupancy_network_gives_a_scan_a_surface_with_its_own_normals(tmp_path: Path) -> None:
    model = _opened("onet", POINTS, tmp_path)
    field = model.field(model.encode(_cloud()))
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 3)).astype(np.float32)
    middle = float(np.median(field(points)))
    extraction = extract_surface(field, resolution=32, threshold=1 / (1 + np.exp(-middle)))
    assert extraction.mesh.is_watertight
    assert extraction.mesh.normals is not None
    step = np.float32([1e-3, 0, 0])
    slope = (field(points + step) - field(points - step)) / 2e-3
    error = np.abs(field.gradient(points)[:, 0] - slope)
    assert np.median(error) < 0.01 * np.abs(slope).mean()
    values, slopes = field.sloped(points)
    assert np.allclose(values, field(points), atol=1e-4)
    assert np.allclose(slopes, field.gradient(points), atol=1e-4 * np.abs(slope).mean())


def test_a_moving_shape_is_asked_at_a_time_and_its_field_has_a_gradient(tmp_path: Path) -> None:
    model = _opened("oflow", MOVING, tmp_path)
    assert isinstance(model.network, OccupancyFlowNetwork)
    assert model.card.threshold == 0.3
    latent = model.encode(_cloud())
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (300, 3)).astype(np.float32)
    values = [model.field(latent, time)(points) for time in (0.0, 0.5, 0.5, 1.0)]
    assert np.array_equal(values[1], values[2])
    assert not np.allclose(values[0], values[1])
    assert not np.allclose(values[1], values[3])
    slopes = model.field(latent, 0.5).gradient(points)
    assert slopes.shape == (300, 3)
    assert np.isfinite(slopes).all()
