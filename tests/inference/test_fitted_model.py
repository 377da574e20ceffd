"""A model without an encoder has a code fitted to a scan, in the scan's own place and size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.errors import Cancelled
from occstudio.extraction.surface import extract_surface
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.predictor import NeuralModel
from occstudio.networks.deep_sdf import FAMILY
from occstudio.shapes.frame import Frame
from occstudio.shapes.point_cloud import PointCloud

_SPECS = {"CodeLength": 2, "NetworkSpecs": {"dims": [64, 64], "weight_norm": False}}


def _trained_on_spheres(path: Path) -> Path:
    """A checkpoint as the paper's code writes it, of a network that knows spheres."""
    torch.manual_seed(0)
    network = FAMILY.build(_SPECS).train()
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(400):
        radii = 0.3 + 0.7 * torch.rand(8, 1)
        code = torch.cat((radii - 0.65, torch.zeros(8, 1)), 1)
        points = 2.2 * torch.rand(8, 256, 3) - 1.1
        depth = torch.tanh(radii - points.norm(dim=-1))
        loss = (network.decode(points, {"z": code}) - depth).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    torch.save({"epoch": 1, "model_state_dict": state}, path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> NeuralModel:
    path = _trained_on_spheres(tmp_path_factory.mktemp("deep_sdf") / "latest.pth")
    return NeuralModel(read_checkpoint(path), torch.device("cpu"))


def _scan() -> PointCloud:
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((2000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = 100 * normals + [500.0, 20.0, -7.0]
    return PointCloud(points, Frame.fit(points, up="+z"), normals=normals.astype(np.float32))


def test_a_ball_is_found_where_it_was_scanned(model: NeuralModel) -> None:
    assert model.card.input_kind == "latent"
    scan = _scan()
    field = model.field(model.encode(scan))
    mesh = extract_surface(field, resolution=48, threshold=0.5).mesh.placed(scan.frame)
    distance = np.linalg.norm(mesh.vertices - [500.0, 20.0, -7.0], axis=1)
    assert abs(np.median(distance) - 100) < 4
    assert mesh.is_watertight


def test_a_fit_can_be_cancelled(model: NeuralModel) -> None:
    class Impatient:
        def check(self) -> None:
            if self.steps > 3:
                raise Cancelled

        def report(self, stage: str, fraction: float) -> None:
            self.steps += stage == "fit"

        steps = 0

    with pytest.raises(Cancelled):
        model.encode(_scan(), Impatient())
