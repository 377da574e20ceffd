"""Slices of fields that are known, and lines that are circles."""

import numpy as np
import pytest

from occstudio.errors import Cancelled, ModelError, OccStudioError
from occstudio.extraction.field_slice import SampledSlice, iso_segments, probability, sample_slice
from occstudio.shapes.analytic import AnalyticField, sphere
from occstudio.shapes.field import Box, level_of
from occstudio.shapes.plane import Plane

BALL = AnalyticField(sphere(0.4, (0.05, -0.02, 0.1)))


@pytest.mark.parametrize(("axis", "offset"), [("x", 0.1), ("y", -0.2), ("z", 0.3)])
def test_a_slice_holds_the_fields_own_values(axis: str, offset: float) -> None:
    plane = Plane(axis, offset, BALL.box)
    found = sample_slice(BALL, plane, 40)
    assert found.logits.shape == (41, 41)
    points = plane.lattice(40)
    assert (points[:, "xyz".index(axis)] == np.float32(offset)).all()
    assert found.logits.ravel() == pytest.approx(BALL(points))


def test_the_iso_line_of_a_ball_is_its_circle_to_second_order() -> None:
    errors = []
    for cells in (40, 80):
        line = sample_slice(BALL, Plane("y", 0.1, BALL.box), cells).iso_line(0.0)
        away = np.linalg.norm(line - np.array([0.05, -0.02, 0.1], np.float32), axis=1)
        errors.append(np.abs(away - 0.4).max())
        length = np.linalg.norm(line[::2] - line[1::2], axis=1).sum()
        assert length == pytest.approx(2 * np.pi * np.sqrt(0.4**2 - 0.12**2), rel=0.01)
    assert errors[1] < errors[0] / 3


def test_another_threshold_moves_the_line_by_what_the_field_says() -> None:
    found = sample_slice(BALL, Plane("z", 0.1, BALL.box), 120)
    line = found.iso_line(level_of(0.8))
    away = np.linalg.norm(line - np.array([0.05, -0.02, 0.1], np.float32), axis=1)
    # The field's logit falls by 40 per unit of distance.
    assert away == pytest.approx(np.full(len(away), 0.4 - level_of(0.8) / 40), abs=1e-4)


def test_segments_close_and_run_with_the_inside_on_their_left(rng: np.random.Generator) -> None:
    values = rng.normal(size=(30, 40))
    values[0] = values[-1] = values[:, 0] = values[:, -1] = -1
    segments = iso_segments(values, 0.1)
    ends = [{tuple(np.round(end, 9)) for end in segments[:, k]} for k in (0, 1)]
    assert ends[0] == ends[1]
    assert len(ends[0]) == len(segments)
    # By the divergence theorem on closed loops: as much area as is counted by corners, roughly.
    area = 0.5 * float((segments[:, 0, 0] * segments[:, 1, 1]).sum())
    area -= 0.5 * float((segments[:, 0, 1] * segments[:, 1, 0]).sum())
    assert area == pytest.approx(float((values > 0.1).sum()), rel=0.2)


def test_an_image_on_one_side_of_the_level_has_no_line() -> None:
    assert iso_segments(np.ones((5, 5)), 2.0).shape == (0, 2, 2)
    assert iso_segments(np.ones((5, 5)), 0.0).shape == (0, 2, 2)


def test_the_value_under_the_cursor_is_interpolated_and_nan_outside() -> None:
    found = SampledSlice(Plane("z", 0.0, Box.cube(1)), np.array([[0, 0], [4, 4]], np.float32))
    assert found.at(0.3, 0.5) == pytest.approx(1 / (1 + np.exp(-2)))
    assert found.at(1.0, 1.0) == pytest.approx(1 / (1 + np.exp(-4)))
    assert np.isnan(found.at(1.2, 0.5))


def test_probabilities_of_huge_logits_do_not_overflow() -> None:
    assert probability(np.array([-1e6, 0, 1e6])) == pytest.approx([0, 0.5, 1])


def test_bad_planes_and_sizes_are_refused_in_words() -> None:
    with pytest.raises(OccStudioError, match="across x, y or z"):
        Plane("w", 0.0, BALL.box)
    with pytest.raises(OccStudioError, match="must be a number"):
        Plane("x", float("nan"), BALL.box)
    with pytest.raises(OccStudioError, match="out of range"):
        sample_slice(BALL, Plane("x", 0.0, BALL.box), 100_000)


def test_undefined_values_are_an_error_of_the_model() -> None:
    broken = AnalyticField(lambda points: np.full(len(points), np.nan))
    with pytest.raises(ModelError, match="undefined"):
        sample_slice(broken, Plane("x", 0.0, broken.box), 8)


def test_a_slice_can_be_cancelled_between_batches() -> None:
    class Impatient:
        asked = 0

        def check(self) -> None:
            self.asked += 1
            if self.asked > 2:
                raise Cancelled

        def report(self, stage: str, fraction: float) -> None: ...

    watch = Impatient()
    field = AnalyticField(sphere(0.4), batch=100)
    with pytest.raises(Cancelled):
        sample_slice(field, Plane("x", 0.0, field.box), 40, watch)
    assert watch.asked == 3
