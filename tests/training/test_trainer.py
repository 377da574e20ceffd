"""The training loop on shapes that are known exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from occstudio.datasets.training_samples import QueryRecipe, SampleRecipe, ScanRecipe
from occstudio.errors import ModelError
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.training.recipe import TrainingRecipe
from occstudio.training.run_log import Report, read_log
from occstudio.training.trainer import train
from tests.training.solids import open_ellipsoids

SMALL = {
    "encoder": "pointnet_local_pool",
    "encoder_kwargs": {
        "hidden_dim": 16,
        "plane_type": ["xz", "xy", "yz"],
        "plane_resolution": 16,
        "unet": True,
        "unet_kwargs": {"depth": 2, "merge_mode": "concat", "start_filts": 16},
    },
    "decoder": "simple_local",
    "decoder_kwargs": {"hidden_size": 16},
    "c_dim": 16,
    "padding": 0.1,
}
RECIPE = TrainingRecipe(
    name="ellipsoids",
    hyperparameters=SMALL,
    samples=SampleRecipe(
        batch_size=4, scan=ScanRecipe(points=256, ordinary=1.0), query=QueryRecipe(count=256)
    ),
    shapes=160,
    learning_rate=3e-3,
    warmup_steps=5,
    ema=0.9,
    precision="32-true",
    validation_shapes=2,
)


GLOBAL = {
    "encoder": "pointnet_resnet",
    "encoder_kwargs": {"hidden_dim": 16},
    "decoder": "cbatchnorm",
    "decoder_kwargs": {"hidden_size": 16},
    "c_dim": 16,
    "z_dim": 0,
}
"""Of the original occupancy network."""


def reports_of(recipe: TrainingRecipe, out: Path, processes: int = 1) -> list[dict[str, str]]:
    train(recipe, open_ellipsoids, out, device="cpu", processes=processes)
    return read_log(out / "log.csv")


def test_a_family_with_one_code_for_a_shape_trains_as_well(tmp_path: Path) -> None:
    recipe = replace(RECIPE, family="onet", hyperparameters=GLOBAL, shapes=320)
    reports = reports_of(recipe, tmp_path)
    assert float(reports[-1]["iou"]) > 0.5
    card = read_checkpoint(tmp_path / "model.safetensors").card
    assert (card.family, card.input_spec.points, card.input_spec.is_drawn) == ("onet", 256, True)


@pytest.mark.parametrize(("encoder", "words"), [("resnet18", "photos"), (None, "no observation")])
def test_what_does_not_take_scans_is_not_trained_on_them(
    encoder: str | None, words: str, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, family="onet", hyperparameters={"encoder": encoder})
    with pytest.raises(ModelError, match=words):
        train(recipe, open_ellipsoids, tmp_path, device="cpu")


def test_training_learns_ellipsoids_and_writes_a_model_that_loads(tmp_path: Path) -> None:
    heard: list[Report] = []
    train(RECIPE, open_ellipsoids, tmp_path, device="cpu", listener=heard.append)
    assert heard[-1].shapes == 160
    assert heard[-1].iou is not None
    assert heard[-1].iou > 0.6
    checkpoint = read_checkpoint(tmp_path / "model.safetensors")
    assert checkpoint.card.name == "ellipsoids"
    assert checkpoint.card.scores["validation_iou"] == pytest.approx(heard[-1].iou, abs=1e-3)
    checkpoint.network()


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, optimizer: str
) -> None:
    whole = replace(RECIPE, optimizer=optimizer, shapes=80, decay=1e-9)
    train(whole, open_ellipsoids, tmp_path / "whole", device="cpu")
    train(replace(whole, shapes=40), open_ellipsoids, tmp_path / "parts", device="cpu")
    train(whole, open_ellipsoids, tmp_path / "parts", device="cpu")
    ends = [
        torch.load(tmp_path / run / "state.pt", weights_only=True) for run in ("whole", "parts")
    ]
    assert ends[0]["step"] == ends[1]["step"] == 20
    for name, weights in ends[0]["network"].items():
        assert torch.allclose(weights, ends[1]["network"][name], atol=1e-5), name


def test_every_row_of_the_log_has_a_loss_when_reports_and_validations_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("occstudio.training.trainer.REPORT_EVERY_S", -1.0)  # always due
    rows = reports_of(replace(RECIPE, shapes=12, validate_minutes=-1.0), tmp_path)
    assert [int(row["step"]) for row in rows] == [1, 2, 3]
    assert all(np.isfinite(float(row["loss"])) and row["iou"] for row in rows)


def test_a_run_that_has_ended_adds_no_row_and_keeps_its_score(tmp_path: Path) -> None:
    recipe = replace(RECIPE, shapes=8)
    rows = reports_of(recipe, tmp_path)
    card = read_checkpoint(tmp_path / "model.safetensors").card
    assert reports_of(recipe, tmp_path) == rows
    assert read_checkpoint(tmp_path / "model.safetensors").card.scores == card.scores


def test_a_run_of_another_network_is_not_overwritten(tmp_path: Path) -> None:
    train(replace(RECIPE, shapes=8), open_ellipsoids, tmp_path, device="cpu")
    other = replace(RECIPE, shapes=16, hyperparameters={**SMALL, "c_dim": 8})
    with pytest.raises(ModelError, match="another network"):
        train(other, open_ellipsoids, tmp_path, device="cpu")


def test_a_new_run_can_begin_with_the_weights_of_a_model(tmp_path: Path) -> None:
    train(RECIPE, open_ellipsoids, tmp_path / "first", device="cpu")
    begun = replace(RECIPE, start=str(tmp_path / "first" / "model.safetensors"), shapes=4)
    later = reports_of(begun, tmp_path / "later")
    first = read_log(tmp_path / "first" / "log.csv")
    assert float(later[-1]["iou"]) > 0.9 * float(first[-1]["iou"])


def _mean_loss(rows: list[dict[str, str]]) -> float:
    """Over the whole run: how many steps share a row depends on how busy the machine is."""
    steps = np.diff([0, *(int(row["step"]) for row in rows)])
    losses = np.array([float(row["loss"]) for row in rows])
    return float((losses * steps)[steps > 0].sum() / steps.sum())


@pytest.mark.slow
def test_two_processes_follow_the_loss_curve_of_one(tmp_path: Path) -> None:
    """Two processes with half the batch each see as many shapes a step as one."""
    one = reports_of(RECIPE, tmp_path / "one")
    half = replace(RECIPE, samples=replace(RECIPE.samples, batch_size=2))
    two = reports_of(half, tmp_path / "two", processes=2)
    assert one[-1]["step"] == two[-1]["step"] == "40"
    assert _mean_loss(two) == pytest.approx(_mean_loss(one), abs=0.05)
    assert float(two[-1]["iou"]) == pytest.approx(float(one[-1]["iou"]), abs=0.1)


def test_frozen_parameters_keep_their_values_while_others_learn(tmp_path: Path) -> None:
    train(RECIPE, open_ellipsoids, tmp_path / "first", device="cpu")
    start = tmp_path / "first" / "model.safetensors"
    frozen = replace(RECIPE, start=str(start), freeze="encoder", shapes=16, ema=0.0)
    train(frozen, open_ellipsoids, tmp_path / "second", device="cpu")
    before = read_checkpoint(start).weights
    after = read_checkpoint(tmp_path / "second" / "model.safetensors").weights
    changed = {name for name, weight in before.items() if not torch.equal(weight, after[name])}
    assert changed
    assert not any(name.startswith("encoder") for name in changed)


def test_a_prefix_that_no_parameter_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no parameter's name begins with 'encodr'"):
        train(replace(RECIPE, freeze="encodr"), open_ellipsoids, tmp_path, device="cpu")
