"""A code is written and taken up again, unless it is of something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from occstudio.errors import ModelError, UnreadableFileError
from occstudio.latents.code_book import CODE
from occstudio.latents.code_file import read_code, write_code
from occstudio.shapes.latent import Latent
from tests.latents.books import ring


def test_a_code_comes_back_as_it_was(tmp_path: Path) -> None:
    book = ring()
    latent = book.find("shape-03")
    write_code(latent, tmp_path / "code.safetensors", book.version)
    found = read_code(tmp_path / "code.safetensors", book)
    np.testing.assert_array_equal(found.arrays[CODE], latent.arrays[CODE])
    assert found.model == book.model


def test_a_script_may_write_a_code_as_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "code.npz", z=np.arange(6)[None])
    found = read_code(tmp_path / "code.npz", ring())
    np.testing.assert_array_equal(found.arrays[CODE], np.arange(6))


def test_a_code_of_another_model_is_refused(tmp_path: Path) -> None:
    write_code(Latent({CODE: np.zeros(6)}, "birds"), tmp_path / "bird.safetensors")
    with pytest.raises(ModelError, match="'birds' means nothing to 'space'"):
        read_code(tmp_path / "bird.safetensors", ring())


def test_a_code_of_other_weights_is_refused(tmp_path: Path) -> None:
    write_code(ring().find("shape-03"), tmp_path / "old.safetensors", "v0")
    with pytest.raises(ModelError, match="other weights of 'space'"):
        read_code(tmp_path / "old.safetensors", ring())


@pytest.mark.parametrize("bad", [np.full(6, np.nan), np.zeros(5)])
def test_a_code_that_is_not_finite_or_too_short_is_refused(tmp_path: Path, bad: np.ndarray) -> None:
    np.savez(tmp_path / "bad.npz", z=bad)
    with pytest.raises(ModelError, match=r"not finite|another version"):
        read_code(tmp_path / "bad.npz", ring())


@pytest.mark.parametrize("name", ["code.npz", "code.safetensors"])
def test_what_is_no_code_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(UnreadableFileError, match="no code"):
        read_code(tmp_path / name, ring())


def test_a_file_with_other_arrays_says_what_it_has(tmp_path: Path) -> None:
    np.savez(tmp_path / "points.npz", points=np.zeros((4, 3)))
    with pytest.raises(UnreadableFileError, match=r"no array 'z' \(but points"):
        read_code(tmp_path / "points.npz", ring())
