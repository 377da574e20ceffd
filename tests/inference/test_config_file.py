"""Configurations beside the weights: their layouts, what they inherit, and damage."""

import json
from pathlib import Path

import pytest

from occstudio.errors import UnreadableFileError
from occstudio.inference.config_file import config_beside, read_config


def test_the_papers_sections_become_hyperparameters(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "method: conv_onet\n"
        "data: {padding: 0.2, unit_size: 0.02, query_vol_size: 90, pointcloud_n: 500, dim: 3}\n"
        "model: {encoder: pointnet_local_pool, c_dim: 32}\ntest: {threshold: 0.35}\n"
    )
    found = read_config(tmp_path / "a.yaml")
    assert found.family == "conv_onet"
    assert (found.threshold, found.points, found.is_whole) == (0.35, 500, True)
    assert found.hyperparameters == {
        "padding": 0.2,
        "unit_size": 0.02,
        "query_vol_size": 90,
        "encoder": "pointnet_local_pool",
        "c_dim": 32,
    }


def test_flat_arguments_are_hyperparameters_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"family": "convonet", "c_dim": 32}))
    found = read_config(tmp_path / "a.json")
    assert found.family == "conv_onet"
    assert found.hyperparameters["c_dim"] == 32
    assert not found.is_whole


def test_a_count_of_parameters_is_no_hyperparameter(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"c_dim": 32, "n_parameters": 13_414_465}))
    assert dict(read_config(tmp_path / "a.json").hyperparameters) == {"c_dim": 32}


def test_parents_are_found_relative_to_the_repository_and_overruled(tmp_path: Path) -> None:
    folder = tmp_path / "repo" / "configs" / "pointcloud"
    folder.mkdir(parents=True)
    (folder.parent / "default.yaml").write_text(
        "model: {c_dim: 512, decoder: simple, decoder_kwargs: {leaky: true, n: 1}}\n"
        "test: {threshold: 0.5}\n"
    )
    (folder / "base.yaml").write_text("inherit_from: configs/default.yaml\nmodel: {c_dim: 256}\n")
    (folder / "fine.yaml").write_text(
        "inherit_from: configs/pointcloud/base.yaml\nmodel: {decoder_kwargs: {leaky: false}}\n"
    )
    found = read_config(folder / "fine.yaml")
    assert found.threshold == 0.5
    assert found.hyperparameters["c_dim"] == 256
    assert found.hyperparameters["decoder_kwargs"] == {"leaky": False, "n": 1}


def test_a_parent_that_is_not_there_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("inherit_from: configs/default.yaml\nmodel: {c_dim: 8}\n")
    assert read_config(tmp_path / "a.yaml").hyperparameters == {"c_dim": 8}


def test_a_chain_that_bites_its_tail_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("inherit_from: b.yaml\n")
    (tmp_path / "b.yaml").write_text("inherit_from: a.yaml\n")
    with pytest.raises(UnreadableFileError, match="inherits from itself"):
        read_config(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    "text",
    ["a: [", "- 1\n- 2\n", "!!python/object/apply:os.system ['touch sprung']", "\0", "just words"],
)
def test_what_is_no_configuration_is_one_sentence_and_not_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(UnreadableFileError):
        read_config(tmp_path / "a.yaml")
    assert not Path("sprung").exists()


@pytest.mark.parametrize("name", ["m.yaml", "m.yml", "m.json", "config.yaml", "config.json"])
def test_a_configuration_beside_the_weights_is_found(tmp_path: Path, name: str) -> None:
    assert config_beside(tmp_path / "m.pt") is None
    (tmp_path / name).write_text("{}")
    assert config_beside(tmp_path / "m.pt") == tmp_path / name
