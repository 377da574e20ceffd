"""Named codes are found again, and what does not belong to them is refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from occstudio.errors import ModelError, UnknownNameError, UnreadableFileError
from occstudio.latents.code_book import CodeBook, CodeEntry
from occstudio.shapes.latent import Latent


@pytest.fixture
def book() -> CodeBook:
    codes = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float16).astype(np.float32)
    entries = (
        CodeEntry("oak-chair", "Oak chair", "chair", "A. Maker", "CC0", "Library"),
        CodeEntry("pine-chair", "Pine chair", "chair"),
        CodeEntry("lamp", "Lamp", "lamp"),
    )
    heights = np.array([[1.0], [0.5], [0.25]], np.float32)
    return CodeBook("space", "v1", codes, entries, heights, ("height",), codes[:2], ("a", "b"))


def test_a_book_comes_back_as_it_was_written(book: CodeBook, tmp_path: Path) -> None:
    book.write(tmp_path / "codes.safetensors")
    again = CodeBook.read(tmp_path / "codes.safetensors")
    assert (again.model, again.version, again.entries) == ("space", "v1", book.entries)
    assert (again.attribute_names, again.anchor_kinds) == (("height",), ("a", "b"))
    np.testing.assert_array_equal(again.codes, book.codes)
    np.testing.assert_array_equal(again.attributes, book.attributes)
    np.testing.assert_array_equal(again.anchors, book.anchors)


def test_a_shape_is_found_by_its_name_and_nearest_to_itself(book: CodeBook) -> None:
    latent = book.find("pine-chair")
    assert latent.model == "space"
    assert next(entry.name for entry in book.nearest(latent, 2)) == "pine-chair"
    assert [entry.name for entry in book.of_kind("chair")] == ["oak-chair", "pine-chair"]
    assert book.kinds == ["chair", "lamp"]


def test_an_unknown_name_is_answered_with_the_nearest_ones(book: CodeBook) -> None:
    with pytest.raises(UnknownNameError, match="did you mean oak-chair"):
        book.find("oak-chare")


@pytest.mark.parametrize(
    ("latent", "said"),
    [
        (Latent({"z": np.zeros(8)}, "other"), "means nothing to 'space'"),
        (Latent({"z": np.zeros(9)}, "space"), "another version of 'space'"),
        (Latent({"c": np.zeros(8)}, "space"), "another version of 'space'"),
        (Latent({"z": np.full(8, np.nan)}, "space"), "not finite"),
    ],
)
def test_a_code_that_does_not_belong_is_refused(book: CodeBook, latent: Latent, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        book.nearest(latent)


def test_codes_of_other_weights_are_refused(book: CodeBook) -> None:
    book.check_version("v1")
    with pytest.raises(ModelError, match="other weights"):
        book.check_version("v2")


def test_codes_that_are_not_numbers_or_share_a_name_are_refused(book: CodeBook) -> None:
    with pytest.raises(ModelError, match="not finite"):
        replace(book, codes=np.full((3, 8), np.inf))
    with pytest.raises(ModelError, match="one name"):
        replace(book, entries=(book.entries[0], book.entries[0], book.entries[2]))
    with pytest.raises(ModelError, match=r"codes came as \(2, 8\)"):
        replace(book, codes=book.codes[:2])


def test_a_file_of_bare_arrays_is_a_book_too(tmp_path: Path) -> None:
    folder = tmp_path / "sdf"
    folder.mkdir()
    save_file(
        {"b": np.ones(4, np.float32), "a": np.zeros(4, np.float32)}, folder / "codes.safetensors"
    )
    book = CodeBook.read(folder / "codes.safetensors")
    assert (book.model, book.names) == ("sdf", ["a", "b"])
    assert book.find("b").arrays["z"].sum() == 4


def test_a_damaged_book_is_refused_in_a_sentence(book: CodeBook, tmp_path: Path) -> None:
    path = tmp_path / "codes.safetensors"
    book.write(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnreadableFileError, match="damaged"):
        CodeBook.read(path)
    with pytest.raises(UnreadableFileError):
        CodeBook.read(tmp_path / "nothing.safetensors")
