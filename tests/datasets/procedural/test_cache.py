"""A cache gives back the solids that were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from occstudio.datasets.procedural import draw, read_cache, write_cache
from occstudio.errors import UnreadableFileError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cache") / "solids.npz"
    write_cache(path, 12, seed=4, surface_points=500, workers=1)
    return path


def test_cached_solids_have_the_occupancy_of_the_drawn_ones(path: Path) -> None:
    probe = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 3))
    cache = read_cache(path)
    assert len(cache) == 12
    for number in range(12):
        drawn = draw(np.random.default_rng((4, number)))
        assert cache[number].kind == drawn.kind
        assert np.array_equal(cache[number].occupancy(probe), drawn.occupancy(probe))


def test_stored_samples_lie_on_the_surface(path: Path) -> None:
    for solid in read_cache(path):
        points, normals = solid.sample_surface(300, np.random.default_rng(0))
        inner, outer = points - 0.003 * normals, points + 0.003 * normals
        assert points.dtype == normals.dtype == np.float32
        assert len(np.unique(points, axis=0)) > 280
        assert (solid.occupancy(inner) & ~solid.occupancy(outer)).mean() >= 0.97


def test_more_samples_than_stored_repeat_some(path: Path) -> None:
    points, _ = read_cache(path)[0].sample_surface(800, np.random.default_rng(0))
    assert points.shape == (800, 3)


def test_a_slice_and_a_negative_index_work_as_in_a_list(path: Path) -> None:
    cache = read_cache(path)
    assert [solid.kind for solid in cache[-2:]] == [cache[10].kind, cache[-1].kind]


def test_two_processes_write_what_one_writes(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.npz"
    write_cache(other, 12, seed=4, surface_points=500, workers=2)
    with np.load(path) as one, np.load(other) as two:
        assert all(np.array_equal(one[name], two[name]) for name in one.files)


def test_garbage_is_refused_in_one_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"not a cache")
    with pytest.raises(UnreadableFileError, match="write it again"):
        read_cache(bad)
