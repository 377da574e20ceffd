"""``interpolate``, ``sample`` and ``fit`` on a small random space of shapes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from occstudio.exchange.mesh_reader import read_mesh
from occstudio.inference.checkpoint import weights_version, write_weights
from occstudio.latents.code_book import CODE, CodeBook, CodeEntry
from occstudio.networks.shape_space import FAMILY
from occstudio.shapes.model_card import ModelCard
from tests.cli.conftest import Shell

TINY = {
    "code_length": 64,
    "c_dim": 8,
    "encoder_kwargs": {"widths": [8, 8, 16]},
    "generator_kwargs": {"plane_widths": [16, 16, 8], "grid_widths": [16, 8]},
    "decoder_kwargs": {"hidden_size": 16, "n_blocks": 2},
}
SMALL = ("--resolution", 16)


@pytest.fixture
def space() -> CodeBook:
    """A model with a book in the person's library; its shapes are blobs of chance."""
    torch.manual_seed(0)
    network = FAMILY.build(TINY).eval()
    codes = np.random.default_rng(0).normal(size=(6, 64)).astype(np.float32)
    points = torch.rand(1, 4000, 3) - 0.5
    with torch.inference_mode():
        logits = network.decode(points, {CODE: torch.from_numpy(codes[:1])})
    weights = network.state_dict()
    card = ModelCard(
        "blobs",
        "shape_space",
        hyperparameters=TINY,
        threshold=float(logits.median().sigmoid()),
        version=weights_version(weights),
    )
    folder = Path(os.environ["OCCSTUDIO_HOME"]) / "models" / "blobs"
    folder.mkdir(parents=True)
    write_weights(weights, card, folder / "model.safetensors")
    entries = tuple(CodeEntry(f"blob-{k}", f"Blob {k}", "blob") for k in range(len(codes)))
    book = CodeBook("blobs", card.version, codes, entries)
    book.write(folder / "codes.safetensors")
    return book


@pytest.mark.usefixtures("space")
def test_a_way_becomes_a_folder_of_meshes(shell: Shell, tmp_path: Path) -> None:
    done = shell(
        *("interpolate", "blob-0", "Blob 1", "blob-2", "--frames", 3, "--model", "blobs"),
        *("-o", tmp_path / "way", *SMALL),
    )
    assert done.code == 0, done.err
    assert {path.suffix for path in (tmp_path / "way").iterdir()} == {".ply"}
    assert not read_mesh(tmp_path / "way" / "way-0001.ply").is_empty


@pytest.mark.usefixtures("space")
@pytest.mark.parametrize(
    ("name", "kind"), [("way.glb", "spherical"), ("way.gif", "data"), ("way.png", "data")]
)
def test_a_way_becomes_one_file(shell: Shell, tmp_path: Path, name: str, kind: str) -> None:
    done = shell(
        *("interpolate", "blob-0", "blob-1", "--frames", 3, "--path", kind, "--side", 64),
        *("-o", tmp_path / name, "--model", "blobs", *SMALL),
    )
    assert done.code == 0, done.err
    assert (tmp_path / name).stat().st_size > 500


@pytest.mark.usefixtures("space")
def test_a_shape_to_itself_stands_still(shell: Shell, tmp_path: Path) -> None:
    done = shell(
        *("interpolate", "blob-0", "blob-0", "--frames", 2, "-o", tmp_path / "way"),
        *("--model", "blobs", *SMALL),
    )
    assert done.code == 0, done.err
    first, second = sorted((tmp_path / "way").iterdir())
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("space")
def test_an_unknown_name_offers_the_nearest_ones(shell: Shell, tmp_path: Path) -> None:
    done = shell("interpolate", "blob-0", "blop-1", "-o", tmp_path / "way", "--model", "blobs")
    assert done.code == 2
    assert "did you mean blob-1" in done.err
    assert not (tmp_path / "way").exists()


@pytest.mark.usefixtures("space")
def test_samples_are_the_same_for_the_same_seed_and_can_be_taken_up(
    shell: Shell, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        done = shell(
            *("sample", "--seed", 7, "--count", 2, "--sheet", tmp_path / "sheet.png"),
            *("-o", tmp_path / name, "--model", "blobs", *SMALL),
        )
        assert done.code == 0, done.err
    one, other = (sorted((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert [path.name for path in one] == [path.name for path in other]
    pairs = [pair for pair in zip(one, other, strict=True) if pair[0].suffix == ".glb"]
    assert pairs
    assert all(a.read_bytes() == b.read_bytes() for a, b in pairs)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width == 2 * 200
    code = tmp_path / "a" / "sample-0001.safetensors"
    done = shell(
        *("interpolate", code, "blob-1", "--frames", 2, "-o", tmp_path / "way"),
        *("--model", "blobs", *SMALL),
    )
    assert done.code == 0, done.err


@pytest.mark.usefixtures("space")
def test_a_class_that_the_book_does_not_have_is_said(shell: Shell, tmp_path: Path) -> None:
    done = shell("sample", "--kind", "blub", "-o", tmp_path / "x", "--model", "blobs")
    assert done.code == 2
    assert "did you mean blob" in done.err


@pytest.mark.usefixtures("space")
def test_a_part_is_fitted_with_alternatives(shell: Shell, tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(300, 3))
    points /= 2.2 * np.linalg.norm(points, axis=1, keepdims=True)
    np.save(tmp_path / "part.npy", points[points[:, 0] > 0])
    done = shell(
        *("fit", tmp_path / "part.npy", "-o", tmp_path / "whole.ply", "--alternatives", 2),
        *("--steps", 3, "--restarts", 3, "--place", "--model", "blobs", *SMALL),
    )
    assert done.code == 0, done.err
    assert not read_mesh(tmp_path / "whole.ply").is_empty
    assert (tmp_path / "whole.safetensors").is_file()
    assert "nearest in the book: blob-" in done.err


def test_without_codes_it_says_what_is_missing(shell: Shell, tmp_path: Path) -> None:
    done = shell("sample", "--model", "scan-any", "-o", tmp_path / "x")
    assert done.code == 1
    assert "'scan-any' has no codes beside it" in done.err
