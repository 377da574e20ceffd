"""Measures of a shape are its own, and entries have names to find them by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from occstudio.datasets.shape_store import (
    CELL,
    LATTICE_POINTS,
    LATTICE_SIDE,
    STEP,
    ShapeRecord,
    ShapeStore,
    StoredShape,
    pack,
)
from occstudio.inference.checkpoint import read_checkpoint
from occstudio.inference.library import CODES_FILE, MODEL_FILE
from occstudio.latents.code_book import CodeBook
from occstudio.networks.shape_space import FAMILY
from occstudio.shapes.model_card import ModelCard
from occstudio.training.book_making import ATTRIBUTES, entries_of, measures, write_space
from tests.networks.test_shape_space import TINY


def _box(half: tuple[float, float, float], shape_class: str = "table") -> StoredShape:
    axis = np.linspace(-LATTICE_SIDE / 2, LATTICE_SIDE / 2, LATTICE_POINTS)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    distance = (np.abs(grid) - half).max(-1)
    sdf = np.clip(np.rint(distance / STEP), -127, 127).astype(np.int8)
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (2000, 3)) * half
    side = rng.integers(3, size=2000)
    points[np.arange(2000), side] = np.sign(points[np.arange(2000), side]) * np.array(half)[side]
    normals = np.zeros((2000, 3))
    normals[np.arange(2000), side] = np.sign(points[np.arange(2000), side])
    volume = float(8 * np.prod(half))
    record = ShapeRecord(
        f"lib/{shape_class}", "Kitchen table", shape_class, half_extent=half, volume=volume
    )
    return StoredShape(record, sdf, points.astype(np.float32), normals.astype(np.float32))


def test_a_plates_measures_are_its_sides_and_its_thickness() -> None:
    found = dict(zip(ATTRIBUTES, measures(_box((0.5, 0.05, 0.3))), strict=True))
    assert (found["width"], found["height"], found["depth"]) == pytest.approx((1.0, 0.1, 0.6))
    assert found["thickness"] == pytest.approx(0.1, abs=2 * CELL)
    assert found["openness"] == pytest.approx(0.0, abs=0.01)
    assert np.isnan(found["arms"])


def test_what_is_solid_at_the_sides_above_the_seat_counts_as_arms() -> None:
    chair = _box((0.4, 0.5, 0.4), "armchair")
    bare = StoredShape(
        chair.record, chair.sdf, chair.points * np.array([0.5, 1, 1], np.float32), chair.normals
    )
    assert measures(chair)[-1] > 0.05 + measures(bare)[-1]


def test_shapes_of_one_name_are_told_apart() -> None:
    records = [ShapeRecord(f"lib/{k}", "Oak Chair!", "chair", creator="A") for k in range(2)]
    first, second = entries_of(records)
    assert (first.name, second.name) == ("oak-chair", "oak-chair-2")
    assert (first.title, second.title) == ("Oak Chair!", "Oak Chair! 2")
    assert first.creator == "A"


def test_a_space_is_written_with_a_book_that_belongs_to_its_weights(tmp_path: Path) -> None:
    shape = _box((0.5, 0.2, 0.3))
    store = ShapeStore.write(
        tmp_path / "set", [(shape.record, pack(shape.sdf, shape.points, shape.normals))]
    )
    network = FAMILY.build(TINY)
    card = ModelCard("tiny", "shape_space", hyperparameters=TINY)
    codes = np.zeros((1, 64), np.float32)
    write_space(tmp_path / "tiny", network, card, store, [0], codes, codes[:0], ())
    written = read_checkpoint(tmp_path / "tiny" / MODEL_FILE)
    book = CodeBook.read(tmp_path / "tiny" / CODES_FILE)
    assert written.card.version == book.version != ""
    assert book.names == ["kitchen-table"]
    assert book.attribute_names == ATTRIBUTES
