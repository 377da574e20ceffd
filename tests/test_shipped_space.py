"""The space that ships: its book is of its weights, and between two chairs there is a chair."""

import numpy as np
import pytest

from occstudio.extraction.wholeness import extract_imagined, volume_share
from occstudio.inference.library import code_book, load_model
from occstudio.inference.predictor import NeuralModel
from occstudio.latents.code_book import CodeBook
from occstudio.latents.code_space import CodeSpace
from occstudio.latents.paths import PATH_KINDS

NAME = "furniture-space"
KINDS = {"chair", "table", "sofa", "lamp", "cabinet", "bed", "stool", "armchair"}


@pytest.fixture(scope="module")
def model() -> NeuralModel:
    return load_model(NAME, "cpu")


@pytest.fixture(scope="module")
def book() -> CodeBook:
    found = code_book(NAME)
    assert found is not None
    return found


def test_every_shape_of_the_book_has_a_name_a_creator_and_a_licence(
    model: NeuralModel, book: CodeBook
) -> None:
    assert book.version == model.card.version
    assert len(set(book.names)) == len(book) == 194
    assert {entry.kind for entry in book.entries} >= KINDS
    assert all(entry.licence for entry in book.entries)
    assert all(entry.creator for entry in book.entries)


@pytest.mark.parametrize("path", PATH_KINDS)
def test_half_way_between_two_chairs_stands_a_chair_in_one_piece(
    model: NeuralModel, book: CodeBook, path: str
) -> None:
    ends = [book.find("chair"), book.find("chair-8")]
    between = CodeSpace.of(book).path(ends, path).at(0.5)
    found, threshold = extract_imagined(model, between, resolution=64)
    assert 0.05 <= threshold <= 0.3
    assert volume_share(found.mesh) == pytest.approx(1)
    width, height, depth = np.ptp(found.mesh.vertices, axis=0)
    assert 0.85 < height < 1.1
    assert 0.3 < width < 0.8
    assert 0.3 < depth < 0.8


def test_drawn_shapes_are_whole_and_differ(model: NeuralModel, book: CodeBook) -> None:
    drawn = CodeSpace.of(book).prior("chair").sample(3, 7, 0.8)
    volumes = [
        extract_imagined(model, latent, resolution=64, normals=False)[0].mesh.volume
        for latent in drawn
    ]
    assert all(volume > 0.003 for volume in volumes)
    assert len({round(volume, 4) for volume in volumes}) == 3
