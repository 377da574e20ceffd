"""`occstudio models`: checkpoints into the library and out of it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from occstudio import paths
from tests.cli.conftest import Shell
from tests.inference.small_models import deep_sdf_folder, paper_file
from tests.networks.golden_files import write_checkpoint_file


def test_a_checkpoint_is_added_shown_changed_and_removed(shell: Shell, tmp_path: Path) -> None:
    path = paper_file(tmp_path / "m.pt")
    added = shell("models", "add", path, "--name", "mine", "--set", "padding=0.2")
    assert added.code == 0, added.err
    assert "encoder_kwargs.plane_resolution = 64" in added.out
    assert "padding" not in added.out
    assert "mine" in shell("models", "list").out
    shown = shell("models", "show", "mine").out
    assert "assumed encoder_kwargs.plane_type" in shown
    assert "1.2 along each side" in shown
    changed = shell("models", "change", "mine", "--set", "encoder_kwargs.plane_resolution=32")
    assert changed.code == 0, changed.err
    assert "plane_resolution" not in changed.out
    assert shell("models", "remove", "mine").code == 0
    assert "mine" not in shell("models", "list").out


def test_codes_of_a_deepsdf_are_named(shell: Shell, tmp_path: Path) -> None:
    assert shell("models", "add", deep_sdf_folder(tmp_path / "chairs")).code == 0
    assert "3: chair0, chair1, chair2" in shell("models", "show", "chairs").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "nothing.pt"], 1, "no such file"),
        (["add", "m.pt", "--set", "padding"], 2, "NAME=VALUE"),
        (["add", "m.pt", "--set", "encoder=nonsense"], 1, "unknown encoder"),
        (["add", "m.pt", "--config", "m.pt"], 1, "neither YAML nor JSON"),
        (["remove", "scan-any"], 1, "ships with OccStudio"),
        (["remove", "nobody"], 2, "no model is called 'nobody'"),
        (["change", "scan-any", "--set", "padding=0.2"], 1, "ships with OccStudio"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    paper_file(tmp_path / "m.pt")
    done = shell("models", *arguments)
    assert done.code == code
    assert words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("case", ["onet_img", "onet_voxels"])
def test_photos_and_voxels_are_reconstructed_with_a_papers_file(
    shell: Shell, tmp_path: Path, case: str
) -> None:
    """The golden weights draw no shape, but a surface all the same."""
    model = write_checkpoint_file(case, tmp_path)
    if case == "onet_img":
        pixels = np.random.default_rng(0).integers(0, 256, (120, 160, 3)).astype(np.uint8)
        Pillow.fromarray(pixels).save(tmp_path / "in.png")
        source = tmp_path / "in.png"
    else:
        axis = np.linspace(-1, 1, 48)
        ball = axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2 < 0.7
        np.save(tmp_path / "in.npy", ball)
        source = tmp_path / "in.npy"
    done = shell(
        *("reconstruct", source, "--model", model, "-o", tmp_path / "out.ply"),
        *("--resolution", 16, "--device", "cpu"),
    )
    assert done.code == 0, done.err
    assert (tmp_path / "out.ply").stat().st_size > 1000


def test_a_photo_without_a_model_for_it_says_how_to_get_one(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "none")
    Pillow.new("RGB", (32, 32)).save(tmp_path / "a.png")
    done = shell("reconstruct", tmp_path / "a.png", "-o", tmp_path / "a.ply")
    assert done.code == 1
    assert "models add" in done.err


def test_a_model_of_scans_refuses_a_photo(shell: Shell, tmp_path: Path) -> None:
    Pillow.new("RGB", (32, 32)).save(tmp_path / "a.png")
    done = shell("reconstruct", tmp_path / "a.png", "-o", tmp_path / "a.ply", "--model", "scan-any")
    assert done.code == 1
    assert "takes a scan or a mesh, not a photo" in done.err
