"""A part of a scan in the person's world becomes whole shapes in that world."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from occstudio.errors import ModelError
from occstudio.inference.checkpoint import Checkpoint
from occstudio.inference.completion import CompletedShape, complete_shape, placed
from occstudio.inference.predictor import NeuralModel
from occstudio.latents.completion import CompletionSettings
from occstudio.networks.shape_space import FAMILY
from occstudio.shapes.frame import Frame
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.voxel_grid import VoxelGrid

TINY = {
    "code_length": 64,
    "c_dim": 8,
    "encoder_kwargs": {"widths": [8, 8, 16]},
    "generator_kwargs": {"plane_widths": [16, 16, 8], "grid_widths": [16, 8]},
    "decoder_kwargs": {"hidden_size": 16, "n_blocks": 2},
}
QUICK = CompletionSettings(steps=6, samples=128, restarts=3, least_difference=0.0)


@pytest.fixture(scope="module")
def model() -> NeuralModel:
    torch.manual_seed(0)
    network = FAMILY.build(TINY).eval()
    card = ModelCard("space", "shape_space", hyperparameters=TINY)
    return NeuralModel(Checkpoint(card, dict(network.state_dict())), torch.device("cpu"))


def cloud(count: int = 400) -> PointCloud:
    rows = np.random.default_rng(0).normal(size=(count, 3))
    return PointCloud.of(7 + rows / np.linalg.norm(rows, axis=1, keepdims=True), up="+z")


def test_alternatives_are_latents_that_the_model_decodes(model: NeuralModel) -> None:
    told: list[CompletedShape] = []
    found = complete_shape(
        cloud(), model, settings=QUICK, told=lambda best, _share: told.append(best)
    )
    assert found
    assert told
    for shape in (*told, *found):
        assert shape.latent.model == "space"
        assert shape.frame == cloud().frame
        assert np.isfinite(model.field(shape.latent)(np.zeros((2, 3), np.float32))).all()


def test_voxels_of_which_some_are_unknown_are_completed(model: NeuralModel) -> None:
    cells = np.zeros((8, 8, 8), np.bool_)
    cells[2:6, 2:6, 2:6] = True
    known = np.zeros_like(cells)
    known[:4] = True
    assert complete_shape(VoxelGrid.of(cells), model, known=known, settings=QUICK)


def test_a_mask_of_another_shape_is_refused(model: NeuralModel) -> None:
    cells, known = np.ones((4, 4, 4), np.bool_), np.ones((2, 2, 2), np.bool_)
    with pytest.raises(ModelError, match=r"expected \(4, 4, 4\)"):
        complete_shape(VoxelGrid.of(cells), model, known=known)


@pytest.mark.parametrize("up", ["+y", "+z", "-x"])
def test_a_placed_frame_takes_points_where_they_are_said_to_be(up: str) -> None:
    frame = Frame((3.0, -2.0, 5.0), 0.25, up)
    world = np.random.default_rng(1).normal(size=(20, 3)) * 3
    shift = np.array([0.1, -0.2, 0.05])
    moved = placed(frame, shift, 0.7)
    expected = 0.7 * frame.to_model(world) + shift
    np.testing.assert_allclose(moved.to_model(world), expected, atol=1e-6)


def test_the_field_of_a_code_has_the_slope_of_its_values(model: NeuralModel) -> None:
    # The code is expanded once, in low precision where that pays: values and slopes are of the
    # same maps.
    field = model.field(model.encode(cloud()))
    points = np.random.default_rng(3).uniform(-0.4, 0.4, (50, 3)).astype(np.float32)
    slopes = field.gradient(points)
    step = np.float32(1e-3)
    for axis in range(3):
        moved = np.zeros(3, np.float32)
        moved[axis] = step
        numeric = (field(points + moved) - field(points - moved)) / (2 * step)
        close = np.isclose(slopes[:, axis], numeric, rtol=0.1, atol=0.05)
        assert close.mean() > 0.85  # kinks of the network and borders of cells lie between some
