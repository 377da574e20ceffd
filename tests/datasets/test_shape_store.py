"""What was stored comes back: exactly, deterministically, and readable between the points."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from occstudio.datasets.shape_store import (
    CELL,
    LATTICE_POINTS,
    LATTICE_SIDE,
    POINT_BITS,
    STEP,
    ShapeRecord,
    ShapeStore,
    StoredShape,
    pack,
    unpack,
)
from occstudio.datasets.split import boxed_occupancy, part_of, twin_groups
from occstudio.errors import UnknownNameError, UnreadableFileError


def _ellipsoid(
    half: tuple[float, float, float], name: str = "Made/ellipsoid", **more: str
) -> tuple[ShapeRecord, NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]:
    ticks = np.linspace(-LATTICE_SIDE / 2, LATTICE_SIDE / 2, LATTICE_POINTS, dtype=np.float32)
    grid = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1)
    distance = (np.linalg.norm(grid / np.float32(half), axis=-1) - 1) * min(half)
    normals = np.random.default_rng(3).normal(size=(4000, 3))
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    sdf = np.clip(np.rint(distance / STEP), -127, 127).astype(np.int8)
    points = (normals * np.float32(half)).astype(np.float32)
    record = ShapeRecord(name, "ellipsoid", "other", half_extent=half, **more)
    return record, sdf, points, normals


@pytest.fixture(scope="module")
def ball() -> StoredShape:
    record, sdf, points, normals = _ellipsoid((0.5, 0.5, 0.5))
    return unpack(record, pack(sdf, points, normals))


def test_a_lattice_comes_back_exactly_and_cannot_be_written() -> None:
    record, sdf, points, normals = _ellipsoid((0.5, 0.3, 0.2))
    shape = unpack(record, pack(sdf, points, normals))
    assert (shape.sdf == sdf).all()
    for array in (shape.sdf, shape.points, shape.normals):
        assert not array.flags.writeable


def test_noise_comes_back_exactly_too() -> None:
    noise = np.random.default_rng(0).integers(-127, 128, (LATTICE_POINTS,) * 3).astype(np.int8)
    one = np.zeros((1, 3), np.float32)
    assert (unpack(ShapeRecord("a", "a", "other"), pack(noise, one, one)).sdf == noise).all()


def test_points_and_normals_come_back_within_their_quantisation(ball: StoredShape) -> None:
    step = LATTICE_SIDE / (2**POINT_BITS - 1)
    assert np.abs(np.linalg.norm(ball.points, axis=1) - 0.5).max() < step
    assert np.einsum("ij,ij->i", ball.points / 0.5, ball.normals).min() > 0.999
    assert len(np.unique(ball.points, axis=0)) > 3990


def test_occupancy_between_the_lattice_points_is_that_of_the_ball(ball: StoredShape) -> None:
    points = np.random.default_rng(1).uniform(-0.7, 0.7, (20_000, 3)).astype(np.float32)
    radius = np.linalg.norm(points, axis=1)
    sure = np.abs(radius - 0.5) > 0.05 * CELL
    assert (ball.occupancy(points) == (radius < 0.5))[sure].all()
    near = np.abs(radius - 0.5) < 2 * CELL
    assert np.abs(ball.distance(points) - (radius - 0.5))[near].max() < 0.1 * CELL


def test_axes_are_not_exchanged() -> None:
    record, sdf, points, normals = _ellipsoid((0.5, 0.3, 0.1))
    shape = unpack(record, pack(sdf, points, normals))
    tips = np.diag([0.45, 0.25, 0.08]).astype(np.float32)
    assert shape.occupancy(tips).all()
    assert not shape.occupancy(tips[:, [2, 0, 1]]).all()
    assert np.allclose(np.abs(shape.points).max(axis=0), [0.5, 0.3, 0.1], atol=0.01)


def test_beyond_the_lattice_all_is_outside_and_farther(ball: StoredShape) -> None:
    far = np.array([[0.56, 0, 0], [5, 0, 0], [0, -9, 9]], np.float32)
    assert not ball.occupancy(far).any()
    assert ball.distance(far)[1] == pytest.approx(4.45 + 127 * STEP, abs=1e-4)
    corner = np.full((1, 3), LATTICE_SIDE / 2, np.float32)
    assert not ball.occupancy(corner).any()


def test_a_store_gives_back_its_shapes_by_part_class_and_id(tmp_path: Path) -> None:
    shapes = []
    for name, part, size in (("b/x", "test", 0.2), ("a/y", "train", 0.3), ("a/x", "train", 0.4)):
        record, *arrays = _ellipsoid((0.5, size, size), name, split=part)
        shapes.append((record, pack(*arrays)))
    store = ShapeStore.write(tmp_path / "set", shapes)
    assert [record.id for record in store.records] == ["a/x", "a/y", "b/x"]
    assert store.where(split="train") == [0, 1]
    assert store.where(classes=["chair"]) == []
    assert store.where(keep=lambda record: record.half_extent[1] < 0.35) == [1, 2]
    assert store[store.index_of("b/x")].record.half_extent == (0.5, 0.2, 0.2)
    with pytest.raises(UnknownNameError):
        store.index_of("b/z")


def test_the_same_shapes_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    shapes = []
    for name in ("a", "b"):
        record, *arrays = _ellipsoid((0.5, 0.4, 0.3), name)
        shapes.append((record, pack(*arrays)))
    one = ShapeStore.write(tmp_path / "one", shapes).path
    two = ShapeStore.write(tmp_path / "two", reversed(shapes)).path
    for name in ("index.json", "shapes.bin"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_a_missing_or_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="dataset build"):
        ShapeStore.open(tmp_path)
    record, *arrays = _ellipsoid((0.5, 0.4, 0.3))
    store = ShapeStore.write(tmp_path, [(record, pack(*arrays))])
    (tmp_path / "shapes.bin").write_bytes(store.blob(0)[:500])
    with pytest.raises(UnreadableFileError, match="build"):
        ShapeStore.open(tmp_path)[0]
    (tmp_path / "index.json").write_text('{"format": 1')
    with pytest.raises(UnreadableFileError, match="damaged"):
        ShapeStore.open(tmp_path)


def test_the_split_is_the_hash_of_the_id() -> None:
    # The remainders of the sha1 of a to f are 2, 0, 6, 8, 1, 9.
    parts = [part_of(f"Library/model{i}") for i in range(2000)]
    assert 150 < parts.count("test") < 250
    assert 150 < parts.count("validation") < 250
    assert [part_of(name) for name in ("a", "b", "c", "d", "e", "f")] == PARTS_OF_A_TO_F


def test_twins_are_found_whatever_their_size_and_named_by_the_first() -> None:
    shapes = []
    for name, half in (("z", (0.5, 0.5, 0.5)), ("m", (0.5, 0.2, 0.3)), ("b", (0.1, 0.5, 0.4))):
        record, *arrays = _ellipsoid(half, name)
        shapes.append(unpack(record, pack(*arrays)))
    ticks = np.linspace(-LATTICE_SIDE / 2, LATTICE_SIDE / 2, LATTICE_POINTS)
    box = np.abs(np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"))).max(axis=0) - 0.5
    sdf = np.clip(np.rint(box / STEP), -127, 127).astype(np.int8)
    none = np.zeros((1, 3), np.float32)
    shapes.append(unpack(ShapeRecord("a", "box", "other"), pack(sdf, none, none)))
    boxed = np.stack([boxed_occupancy(shape) for shape in shapes])
    assert twin_groups(["z", "m", "b", "a"], boxed) == ["b", "b", "b", "a"]


def test_twins_of_twins_are_one_group() -> None:
    solid = np.zeros((4, 1000), bool)
    for row, start in enumerate((0, 40, 80, 600)):
        solid[row, start : start + 400] = True
    groups = twin_groups(["d", "c", "b", "a"], solid, least_iou=0.8)
    assert groups == ["b", "b", "b", "a"]


def test_pairs_that_are_merely_alike_are_not_chained() -> None:
    solid = np.zeros((4, 1000), bool)
    for row, start in enumerate((0, 10, 40, 50)):
        solid[row, start : start + 400] = True
    assert twin_groups(["a", "b", "c", "d"], solid, least_iou=0.8) == ["a", "a", "c", "c"]


PARTS_OF_A_TO_F = ["train", "test", "train", "train", "validation", "train"]
