"""The other commands, each run for real on something small."""

import json
from pathlib import Path

import pytest
import trimesh

from occstudio.inference.checkpoint import read_card
from tests.cli.conftest import Shell

STORE = Path(__file__).parents[1] / "data" / "furniture"


@pytest.fixture
def meshes(tmp_path: Path) -> Path:
    """A folder of solids."""
    folder = tmp_path / "meshes"
    folder.mkdir()
    for index in range(12):
        trimesh.creation.box((1, 0.2 + 0.05 * index, 0.5)).export(folder / f"box{index}.obj")
    (folder / "broken.obj").write_text("f 1 2 3\n")
    return folder


def test_version_and_help_answer(shell: Shell) -> None:
    assert shell("--version").out.startswith("occstudio ")
    overview = shell("--help").out
    for command in ("reconstruct", "evaluate", "train", "dataset", "models", "doctor", "demo"):
        assert command in overview


def test_models_are_listed_and_shown(shell: Shell) -> None:
    assert "scan-any" in shell("models", "list").out
    card = shell("models", "show", "scan-any")
    assert card.code == 0
    assert "conv_onet" in card.out
    assert shell("models", "show", "nothing-like-it").code == 2


def test_the_doctor_names_versions_device_and_opengl(shell: Shell) -> None:
    done = shell("doctor")
    assert done.code == 0
    for word in ("torch", "vtk", "cpu", "opengl", "scan-any"):
        assert word in done.out


def test_a_folder_of_meshes_is_built_trained_on_and_evaluated(
    shell: Shell, meshes: Path, tmp_path: Path
) -> None:
    store, run = tmp_path / "store", tmp_path / "run"
    built = shell("dataset", "build", meshes, store, "--workers", 1, "--surface-points", 1000)
    assert built.code == 0, built.err
    assert "left out: meshes/broken" in built.out

    config = tmp_path / "small.yaml"
    config.write_text(
        "model:\n  encoder_kwargs: {hidden_dim: 8, plane_type: [xz], plane_resolution: 16}\n"
        "  decoder_kwargs: {hidden_size: 8}\n  c_dim: 8\n  padding: 0.1\n"
    )
    trained = shell(
        "train", store, "-o", run, "--shapes", 4, "--batch", 2, "--procedural", 0,
        "--config", config, "--device", "cpu", "--float32", "--json", "--name", "boxes",
    )  # fmt: skip
    assert trained.code == 0, trained.err
    assert json.loads(trained.out.splitlines()[-1])["shapes"] == 4
    assert read_card(run / "model.safetensors").name == "boxes"


def test_evaluation_prints_one_table_and_writes_it(shell: Shell, tmp_path: Path) -> None:
    scores = tmp_path / "scores.json"
    done = shell(
        "evaluate", STORE, "--no-poisson", "--resolution", 48, "--points", 1000, "-o", scores
    )
    assert done.code == 0, done.err
    assert "scan-any" in done.out
    assert json.loads(scores.read_text())


def test_a_shape_is_scanned_the_same_way_twice(shell: Shell, tmp_path: Path) -> None:
    for name in ("a.ply", "b.ply"):
        done = shell("dataset", "scan", STORE, "Scopia/chair", "-o", tmp_path / name, "--seed", 4)
        assert done.code == 0, done.err
    assert (tmp_path / "a.ply").read_bytes() == (tmp_path / "b.ply").read_bytes()
    unknown = shell("dataset", "scan", STORE, "Scopia/chairs", "-o", tmp_path / "c.ply")
    assert unknown.code == 2
    assert "did you mean Scopia/chair" in unknown.err


def test_the_demo_writes_a_mesh_and_a_picture_of_each_sample(shell: Shell, tmp_path: Path) -> None:
    done = shell("demo", "-o", tmp_path / "out", "--resolution", 32)
    assert done.code == 0, done.err
    assert {p.suffix for p in (tmp_path / "out").iterdir()} == {".glb", ".png"}
