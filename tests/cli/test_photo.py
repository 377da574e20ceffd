"""``occstudio reconstruct`` of photos, good and bad, with a model that reads boxes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from occstudio.exchange.mesh_reader import read_mesh
from tests.box_photo import SIZE, BoxReader, photo_file
from tests.cli.conftest import Shell


@pytest.fixture(autouse=True)
def _reads_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = BoxReader()
    monkeypatch.setattr("occstudio.inference.library.list_models", lambda: [reader.card])
    monkeypatch.setattr("occstudio.inference.library.load_model", lambda *_, **__: reader)


@pytest.mark.parametrize("suffix", [".glb", ".obj"])
def test_a_photo_becomes_a_coloured_mesh_and_is_judged(
    shell: Shell, tmp_path: Path, suffix: str
) -> None:
    photo, target = photo_file(tmp_path / "chair.jpg"), tmp_path / f"chair{suffix}"
    done = shell("reconstruct", photo, "-o", target, "--resolution", 40, "--fit")
    assert done.code == 0, done.err
    mesh = read_mesh(target)
    assert np.ptp(mesh.vertices, axis=0) == pytest.approx(SIZE, abs=0.05)
    assert mesh.colors is not None
    assert len(np.unique(mesh.colors // 64, axis=0)) >= 3
    assert "confidence 9" in done.err


def test_options_for_photos_are_obeyed(shell: Shell, tmp_path: Path) -> None:
    pair = photo_file(tmp_path / "pair.png", width=480, copies=2)
    said = shell("reconstruct", pair, "-o", tmp_path / "a.ply", "--resolution", 32).err
    assert "2 objects" in said
    options = ("--resolution", 32, "--box", "20,20,220,225", "--no-colour")
    done = shell("reconstruct", pair, "-o", tmp_path / "b.ply", *options)
    assert done.code == 0
    assert "objects" not in done.err
    assert read_mesh(tmp_path / "b.ply").colors is None


def _cat(path: Path) -> None:
    """Nothing like a box: a stripe from corner to corner."""
    pixels = np.full((240, 320, 3), 210, np.uint8)
    for column in range(300):
        pixels[column // 2 + 40 : column // 2 + 60, column + 5] = (90, 60, 30)
    Pillow.fromarray(pixels).save(path)


def _cmyk(path: Path) -> None:
    Pillow.open(photo_file(path.with_suffix(".png"))).convert("CMYK").save(path, "JPEG")


def _animated(path: Path) -> None:
    first = Pillow.open(photo_file(path.with_suffix(".png")))
    first.save(path, "GIF", save_all=True, append_images=[Pillow.new("RGB", first.size)])


def _broken_exif(path: Path) -> None:
    first = Pillow.open(photo_file(path.with_suffix(".png")))
    first.save(path, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\1" * 30)


@pytest.mark.parametrize("make", [_cmyk, _animated, _broken_exif])
def test_odd_files_are_photos_all_the_same(shell: Shell, tmp_path: Path, make: object) -> None:
    make(tmp_path / "odd.jpg")  # type: ignore[operator]
    target = tmp_path / "odd.ply"
    done = shell("reconstruct", tmp_path / "odd.jpg", "-o", target, "--resolution", 32)
    assert done.code == 0, done.err
    assert read_mesh(target).colors is not None


def test_what_is_like_nothing_that_is_known_is_said(shell: Shell, tmp_path: Path) -> None:
    _cat(tmp_path / "cat.png")
    target = tmp_path / "cat.ply"
    done = shell("reconstruct", tmp_path / "cat.png", "-o", target, "--resolution", 32)
    assert "it may be far off" in done.err
    assert "unlike all that this model knows" in done.err


@pytest.mark.parametrize(
    ("picture", "options", "sentence"),
    [
        (np.full((64, 64, 3), 128, np.uint8), (), "no object was found in the photo"),
        (np.zeros((9, 9, 3), np.uint8), (), "too small to find an object"),
        (np.zeros((64, 64, 3), np.uint8), ("--box", "1,2,three"), "is no box"),
        (np.zeros((64, 64, 3), np.uint8), ("--box", "900,900,990,990"), "draw a larger one"),
        (np.zeros((64, 64, 3), np.uint8), ("--box", "1,1,9,9", "--no-cut-out"), "--no-cut-out"),
        (np.zeros((64, 64, 3), np.uint8), ("--rembg-network", "lost.onnx"), "lost.onnx|rembg"),
    ],
)
def test_mistakes_are_one_sentence(
    shell: Shell, tmp_path: Path, picture: np.ndarray, options: tuple[str, ...], sentence: str
) -> None:
    Pillow.fromarray(picture).save(tmp_path / "a.png")
    done = shell("reconstruct", tmp_path / "a.png", "-o", tmp_path / "a.ply", *options)
    assert done.code == 1
    assert any(part in done.err for part in sentence.split("|"))
    assert "Traceback" not in done.err
    assert not (tmp_path / "a.ply").exists()
