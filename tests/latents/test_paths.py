"""Paths begin and end at their keys, keep to what they promise, and refuse what has no way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from occstudio.errors import ModelError, UnknownNameError
from occstudio.latents.code_book import CODE, CodeBook, Codes
from occstudio.latents.neighbours import NeighbourGraph
from occstudio.latents.paths import PATH_KINDS, Path, path_between, slerp
from occstudio.shapes.latent import Latent
from tests.latents.books import ring

BOOK = ring()


def _codes(path: Path, count: int = 101) -> Codes:
    return np.stack([path.at(f).arrays[CODE] for f in np.linspace(0, 1, count)])


def _keys(*rows: int) -> list[Latent]:
    return [BOOK.latent(BOOK.codes[row]) for row in rows]


@pytest.mark.parametrize("kind", PATH_KINDS)
def test_every_path_passes_its_keys_at_even_fractions(kind: str) -> None:
    path = path_between(_keys(0, 7, 9), kind, BOOK)
    for fraction, row in ((0.0, 0), (0.5, 7), (1.0, 9)):
        np.testing.assert_allclose(path.at(fraction).arrays[CODE], BOOK.codes[row], atol=1e-5)


@pytest.mark.parametrize("kind", PATH_KINDS)
def test_from_a_shape_to_itself_stands_still(kind: str) -> None:
    codes = _codes(path_between(_keys(4, 4), kind, BOOK), 11)
    np.testing.assert_allclose(codes, np.repeat(BOOK.codes[4:5], 11, 0), atol=1e-6)


@pytest.mark.parametrize("kind", PATH_KINDS)
def test_no_path_jumps(kind: str) -> None:
    codes = _codes(path_between(_keys(0, 11), kind, BOOK))
    steps = np.linalg.norm(np.diff(codes, axis=0), axis=1)
    assert steps.max() < 3 * steps.mean() + 1e-6


def test_beyond_the_ends_the_ends_are_held() -> None:
    path = path_between(_keys(0, 5))
    assert np.array_equal(path.at(-1).arrays[CODE], path.at(0).arrays[CODE])
    assert np.array_equal(path.at(7).arrays[CODE], path.at(1).arrays[CODE])


def test_on_the_sphere_the_norm_is_kept() -> None:
    codes = _codes(path_between(_keys(0, 8), "spherical", BOOK))
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 2.0, atol=1e-5)
    half = slerp(np.array([1, 0], np.float32), np.array([0, 2], np.float32), 0.5)
    assert np.linalg.norm(half) == pytest.approx(1.5)


def test_opposite_codes_and_none_at_all_fall_back_to_the_line() -> None:
    a, b = np.array([1, 0], np.float32), np.array([-1, 0], np.float32)
    np.testing.assert_allclose(slerp(a, b, 0.25), [0.5, 0])
    np.testing.assert_allclose(slerp(np.zeros(2, np.float32), a, 0.5), [0.5, 0])


def test_the_way_through_the_data_goes_round_where_the_line_crosses_nothing() -> None:
    straight = _codes(path_between(_keys(0, 12), "linear"))
    round_it = _codes(path_between(_keys(0, 12), "data", BOOK))
    assert np.linalg.norm(straight, axis=1).min() < 0.05
    assert np.linalg.norm(round_it, axis=1).min() > 1.8


def test_the_way_visits_neighbours_and_costs_no_more_than_the_direct_edge() -> None:
    graph = NeighbourGraph.of_book(BOOK, count=4)
    way = graph.way(0, 6)
    assert way == list(range(7)) or way == [0, 2, 4, 6]
    cost = sum(graph.edges[a, b] for a, b in itertools.pairwise(way))
    assert cost <= float(np.square(BOOK.codes[0] - BOOK.codes[6]).sum())


def test_a_graph_of_two_far_groups_is_joined() -> None:
    far = np.concatenate([BOOK.codes, BOOK.codes + 100])
    way = NeighbourGraph.of(far, 3).way(0, len(far) - 1)
    assert way[0] == 0
    assert way[-1] == len(far) - 1


def test_latents_of_several_arrays_go_straight() -> None:
    a = Latent({"xz": np.zeros((2, 3, 3)), "xy": np.zeros((2, 3, 3))}, "planes")
    b = Latent({"xz": np.ones((2, 3, 3)), "xy": np.ones((2, 3, 3))}, "planes")
    np.testing.assert_allclose(path_between([a, b]).at(0.25).arrays["xy"], 0.25)
    with pytest.raises(ModelError, match="only the linear path"):
        path_between([a, b], "data")


def test_what_has_no_way_is_refused_in_a_sentence() -> None:
    with pytest.raises(ModelError, match="two shapes"):
        path_between(_keys(1))
    with pytest.raises(ModelError, match="don't mix"):
        path_between([*_keys(1), Latent({CODE: BOOK.codes[0]}, "other")])
    with pytest.raises(ModelError, match="not finite"):
        path_between([*_keys(1), BOOK.latent(np.full(6, np.nan, np.float32))])
    with pytest.raises(ModelError, match="choose the linear path"):
        path_between(_keys(1, 2), "data")
    with pytest.raises(UnknownNameError, match="did you mean"):
        path_between(_keys(1, 2), "lineal")


def test_a_book_of_anchors_gives_finer_ways() -> None:
    sparse = ring(6)
    dense = CodeBook(
        "space", "v1", sparse.codes, sparse.entries, anchors=BOOK.codes, anchor_kinds=("a",) * 24
    )
    keys = [dense.latent(dense.codes[0]), dense.latent(dense.codes[3])]
    codes = _codes(path_between(keys, "data", dense))
    assert np.linalg.norm(codes, axis=1).min() > 1.8
