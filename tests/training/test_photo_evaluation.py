"""From labels and views to a model of photos, and to its scores beside what baselines reach."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from typer.testing import CliRunner

from occstudio.cli import app
from occstudio.datasets.build import build_dataset
from occstudio.datasets.mesh_source import MeshSource
from occstudio.datasets.render import RenderRecipe, render_dataset
from occstudio.datasets.shape_store import ShapeStore
from occstudio.inference.checkpoint import read_card, read_checkpoint, write_checkpoint
from occstudio.inference.photo_reader import CALIBRATION
from occstudio.networks.shape_space import FAMILY, ShapeSpace
from occstudio.shapes.model_card import ModelCard
from tests.datasets.test_render import chair_obj
from tests.networks.test_shape_space import TINY

runner = CliRunner()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labels and views of two chairs, and a space of shapes."""
    place = tmp_path_factory.mktemp("photos")
    (place / "meshes" / "shop").mkdir(parents=True)
    for number in range(2):
        stretch = 0.4 * 1.7**number
        text = chair_obj().replace("v 5", f"v {5 * stretch}").replace("v -5", f"v {-5 * stretch}")
        lines = [line for line in text.splitlines() if not line.startswith(("mtllib", "usemtl"))]
        (place / "meshes" / "shop" / f"chair{number}.obj").write_text("\n".join(lines))
    build_dataset(place / "meshes" / "shop", place / "labels", surface_points=600)
    store = ShapeStore.open(place / "labels")
    recipe = RenderRecipe(size=48, views=2, solid_views=1, seed=1)
    render_dataset(MeshSource(place / "meshes" / "shop"), store, place / "views", recipe)
    spec = FAMILY.input_spec(TINY)
    card = ModelCard("space", "shape_space", input_spec=spec, hyperparameters=TINY)
    write_checkpoint(FAMILY.build(TINY), card, place / "space.safetensors")
    return place


@pytest.mark.slow
def test_a_model_of_photos_is_trained_and_scored_by_two_commands(place: Path) -> None:
    train = ["train-photo", place / "labels", place / "views", "-o", place / "run"]
    train += ["--space", place / "space.safetensors", "--name", "eyes", "--code-steps", 1]
    train += ["--shape-steps", 1, "--pixel-steps", 2, "--real", 1, "--stretched", 3]
    done = runner.invoke(app, [str(word) for word in train])
    assert done.exit_code == 0, done.output
    model = place / "run" / "model.safetensors"
    card = read_card(model)
    assert (card.name, card.input_kind) == ("eyes", "image")
    assert set(card.calibration) <= set(CALIBRATION)
    network = read_checkpoint(model).network()
    assert isinstance(network, ShapeSpace)
    assert network.pixels is not None

    score = ["evaluate", place / "labels", "--renders", place / "views", "--model", model]
    score += ["--all", "--views", 1, "--split", "train"]
    score += ["-o", place / "scores.json", "--sheet", place / "sheet.png"]
    done = runner.invoke(app, [str(word) for word in score])
    assert done.exit_code == 0, done.output
    rows = json.loads((place / "scores.json").read_text())["rows"]
    scores: dict[str, list[float]] = {}
    for row in rows:
        scores.setdefault(row["method"], []).append(row["iou"])
    assert list(scores) == ["eyes", "nearest training view", "mean of the class"]
    # Chairs that differ in their width alone: another one, or their mean, is half right.
    assert np.mean(scores["nearest training view"]) > 0.3
    assert np.mean(scores["mean of the class"]) > 0.3
    with Pillow.open(place / "sheet.png") as page:
        assert page.width == 10 * 160


def test_a_model_that_sees_no_photos_is_refused(place: Path) -> None:
    done = runner.invoke(
        app,
        [
            *("evaluate", str(place / "labels"), "--renders", str(place / "views")),
            *("--model", str(place / "space.safetensors")),
        ],
    )
    assert "does not see photos" in str(done.exception)
