"""Completion on spaces whose every shape is known: ellipsoids, and a ball with a companion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from occstudio.errors import Cancelled, EmptyShapeError
from occstudio.latents.code_book import CODE, CodeBook, CodeEntry
from occstudio.latents.completion import Alternative, CompletionSettings, complete
from occstudio.latents.field_samples import FieldSamples
from occstudio.shapes.arrays import Points

SETTINGS = CompletionSettings(steps=120, samples=256)


class Ellipsoids(nn.Module):
    """A code is the logarithms of three radii."""

    code_length, gives_distances = 3, False

    def encode(self, inputs: Tensor) -> dict[str, Tensor]:
        raise AssertionError("it has no encoder")

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        radii = code[CODE].exp()[:, None]
        return 40 * radii.amin(-1) * (1 - (points / radii).norm(dim=-1))

    def prepare(self, code: Mapping[str, Tensor]) -> object:
        raise AssertionError("it is only fitted")


class Companions(Ellipsoids):
    """A ball at the left, and at the right one of the code's radius; below nought there is none."""

    code_length = 1

    def decode(self, points: Tensor, code: Mapping[str, Tensor]) -> Tensor:
        left = 0.2 - (points - points.new_tensor([-0.25, 0, 0])).norm(dim=-1)
        right = code[CODE] - (points - points.new_tensor([0.25, 0, 0])).norm(dim=-1)
        return 40 * torch.maximum(left, right)


def on_ball(count: int = 800, seed: int = 0) -> Points:
    rows = np.random.default_rng(seed).normal(size=(count, 3))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def book_of(codes: np.ndarray) -> CodeBook:
    entries = tuple(CodeEntry(f"shape-{k}") for k in range(len(codes)))
    return CodeBook("space", "v1", codes.astype(np.float32), entries)


def radii_book() -> CodeBook:
    return book_of(np.log(np.random.default_rng(1).uniform(0.1, 0.5, (40, 3))))


def test_a_whole_scan_gives_the_shape_that_it_shows() -> None:
    radii = np.array([0.4, 0.2, 0.3], np.float32)
    samples = FieldSamples.of_part(on_ball() * radii, None)
    best = complete(Ellipsoids(), samples, book=radii_book(), settings=SETTINGS)[0]
    assert np.exp(best.code) == pytest.approx(radii, abs=0.01)
    assert best.loss < 0.15


def test_half_a_scan_gives_the_whole_shape() -> None:
    radii = np.array([0.4, 0.2, 0.3], np.float32)
    ball = on_ball()
    normals = ball / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    seen = ball[:, 0] > 0.1
    samples = FieldSamples.of_part((ball * radii)[seen], normals[seen])
    best = complete(Ellipsoids(), samples, book=radii_book(), settings=SETTINGS)[0]
    assert np.exp(best.code) == pytest.approx(radii, abs=0.02)


def test_what_was_not_seen_is_not_empty() -> None:
    # Only the left ball was seen: shapes with and without a companion agree with that.
    book = book_of(np.linspace(-0.2, 0.2, 9)[:, None])
    samples = FieldSamples.of_part(0.2 * on_ball() - np.array([0.25, 0, 0], np.float32), on_ball())
    settings = CompletionSettings(steps=30, samples=256, prior=1e-4, alternatives=3)
    found = complete(Companions(), samples, book=book, settings=settings)
    radii = [float(alternative.code[0]) for alternative in found]
    assert min(radii) < 0.02
    assert max(radii) > 0.1
    assert max(a.loss for a in found) == pytest.approx(min(a.loss for a in found), abs=0.01)


def test_no_two_alternatives_are_alike() -> None:
    radii = np.array([0.3, 0.3, 0.3], np.float32)
    samples = FieldSamples.of_part(on_ball() * radii)
    found = complete(Ellipsoids(), samples, book=radii_book(), settings=SETTINGS)
    # All starts end in the one shape that was seen whole.
    assert np.exp(found[0].code) == pytest.approx(radii, abs=0.01)
    assert all(np.abs(a.code - found[0].code).max() > 0.02 for a in found[1:])


def test_the_best_one_comes_first() -> None:
    found = complete(
        Companions(),
        FieldSamples.of_part(0.2 * on_ball() - np.array([0.25, 0, 0], np.float32)),
        book=book_of(np.linspace(-0.2, 0.2, 9)[:, None]),
        settings=SETTINGS,
    )
    losses = [alternative.loss for alternative in found]
    assert losses == sorted(losses)


def test_a_part_is_found_its_place() -> None:
    # The upper half of a ball of radius 0.4, blown up to fill the cube, as a frame fitted to it
    # would do.
    ball = 0.4 * on_ball(2000)
    normals = on_ball(2000)
    upper = ball[:, 1] > 0
    part = (ball[upper] - np.array([0, 0.2, 0], np.float32)) * np.float32(1.25)
    book = book_of(np.log(np.full((12, 3), 0.4)) + 0.02 * np.eye(3)[np.arange(12) % 3])
    settings = CompletionSettings(steps=200, samples=512, is_part=True, prior=0.01)
    samples = FieldSamples.of_part(part, normals[upper])
    best = complete(Ellipsoids(), samples, book=book, settings=settings)[0]
    radius = np.exp(best.code).mean() / best.scale
    assert radius == pytest.approx(0.5, abs=0.04)  # of the ball in the part's own units
    assert best.shift[1] == pytest.approx(0.2, abs=0.06)


def test_unknown_cells_may_be_anything() -> None:
    axis = np.linspace(-0.48, 0.48, 17, dtype=np.float32)
    cells = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    radii = np.array([0.4, 0.25, 0.3], np.float32)
    is_full = np.linalg.norm(cells / radii, axis=1) < 1
    known = cells[:, 0] > 0
    samples = FieldSamples.of_cells(cells[is_full & known], cells[~is_full & known])
    best = complete(Ellipsoids(), samples, book=radii_book(), settings=SETTINGS)[0]
    assert np.exp(best.code) == pytest.approx(radii, abs=0.04)


def test_the_shape_is_seen_to_form() -> None:
    radii = np.array([0.4, 0.2, 0.3], np.float32)
    told: list[tuple[Alternative, float]] = []
    complete(
        Ellipsoids(),
        FieldSamples.of_part(on_ball() * radii),
        book=radii_book(),
        settings=SETTINGS,
        told=lambda best, share: told.append((best, share)),
    )
    shares = [share for _, share in told]
    errors = [np.abs(np.exp(best.code) - radii).max() for best, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert errors[-1] < 0.3 * errors[0]


def test_the_same_seed_gives_the_same_shapes() -> None:
    samples = FieldSamples.of_part(0.3 * on_ball())
    first, second = (
        complete(Ellipsoids(), samples, book=radii_book(), settings=SETTINGS) for _ in range(2)
    )
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.code, b.code)


def test_it_can_be_cancelled_while_it_fits() -> None:
    class Impatient:
        asked = 0

        def check(self) -> None:
            self.asked += 1
            if self.asked > 40:
                raise Cancelled

        def report(self, stage: str, fraction: float) -> None:
            assert stage == "fit"
            assert 0 <= fraction <= 1

    watch = Impatient()
    with pytest.raises(Cancelled):
        complete(Ellipsoids(), FieldSamples.of_part(0.3 * on_ball()), watch=watch)
    assert watch.asked == 41


def test_the_prior_keeps_a_code_among_shapes_where_nothing_is_seen() -> None:
    # A single point says next to nothing of three radii.
    book = book_of(np.log(np.full((12, 3), 0.3)) + 0.05 * np.eye(3)[np.arange(12) % 3])
    samples = FieldSamples.of_part(np.array([[0.31, 0, 0]], np.float32))
    found = complete(Ellipsoids(), samples, book=book, settings=SETTINGS)
    for alternative in found:
        assert np.exp(alternative.code)[1:] == pytest.approx([0.3, 0.3], abs=0.03)


def test_nothing_to_fit_to_is_said_in_a_sentence() -> None:
    with pytest.raises(EmptyShapeError, match="no points"):
        FieldSamples.of_part(np.zeros((0, 3), np.float32))
    with pytest.raises(EmptyShapeError, match="no cell"):
        FieldSamples.of_cells(np.zeros((0, 3), np.float32), np.ones((4, 3), np.float32))
