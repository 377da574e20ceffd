"""What the view asks of fields and surfaces, answered within the call: no threads here."""

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from occstudio.shapes.analytic import AnalyticModel
from occstudio.shapes.frame import Frame
from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio import edits
from occstudio.studio.inquiries import (
    CertaintyQuestion,
    DistanceAnswer,
    DistanceQuestion,
    ShellQuestion,
    SliceAnswer,
    SliceQuestion,
)
from occstudio.studio.inquiry import Inquiry
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import Wish
from occstudio.studio.studio import Studio


@pytest.fixture
def studio() -> Iterator[Studio]:
    model = AnalyticModel()
    made = Studio(lambda name, device: model, lambda: [model.card])
    made.refresh_models()
    yield made
    made.close()


def opened(studio: Studio, tmp_path: Path, radii: tuple[float, ...], name: str = "egg") -> int:
    """Open points on an ellipsoid; its id."""
    points = np.random.default_rng(0).normal(size=(3000, 3))
    points *= np.asarray(radii) / np.linalg.norm(points, axis=1, keepdims=True)
    points[:6] = np.concatenate([np.diag(radii), -np.diag(radii)])
    np.save(tmp_path / f"{name}.npy", points)
    studio.open_files([tmp_path / f"{name}.npy"])
    return studio.document.items[-1].id


def slice_question(studio: Studio, item_id: int, **changes: object) -> SliceQuestion:
    item = studio.document.find(item_id)
    assert item is not None
    asked = {"axis": "z", "offset": 0.0, "cells": 60} | changes
    return SliceQuestion(item_id, Wish.of(item), "auto", **asked)  # type: ignore[arg-type]


def test_the_slice_of_a_ball_has_a_circle_of_the_right_size(studio: Studio, tmp_path: Path) -> None:
    item_id = opened(studio, tmp_path, (2.0, 2.0, 2.0))
    answers: list[SliceAnswer] = []
    studio.inquiries.slice.answered.subscribe(answers.append)
    studio.inquiries.slice.ask(slice_question(studio, item_id, offset=0.3))
    line = answers[0].sampled.iso_line(0.0)
    assert np.hypot(line[:, 0], line[:, 1]) == pytest.approx(0.4, abs=2e-3)
    assert (line[:, 2] == np.float32(0.3)).all()


def test_a_slice_does_not_decode_the_surface_again(studio: Studio, tmp_path: Path) -> None:
    item_id = opened(studio, tmp_path, (2.0, 1.0, 1.0))
    result = studio.results[item_id]
    evaluations = [s.lattice.evaluations for s in samplings(studio)]
    for offset in (0.0, 0.1, 0.2):
        studio.inquiries.slice.ask(slice_question(studio, item_id, offset=offset))
    assert studio.results[item_id] is result
    assert [s.lattice.evaluations for s in samplings(studio)] == evaluations


def samplings(studio: Studio) -> list:
    return [made for _, made in studio._pipeline._samplings._kept.values()]


def test_the_rough_answer_comes_before_the_fine_one(studio: Studio, tmp_path: Path) -> None:
    item_id = opened(studio, tmp_path, (2.0, 1.0, 1.0))
    sizes: list[int] = []
    studio.inquiries.slice.answered.subscribe(lambda a: sizes.append(len(a.sampled.logits)))
    studio.inquiries.slice.ask(
        slice_question(studio, item_id, cells=80), slice_question(studio, item_id, cells=20)
    )
    assert sizes == [21, 81]


def test_concentric_balls_are_as_far_apart_as_their_radii_differ_in_the_worlds_unit(
    studio: Studio, tmp_path: Path
) -> None:
    a = opened(studio, tmp_path, (30.0, 30.0, 30.0), "large")
    b = opened(studio, tmp_path, (28.0, 28.0, 28.0), "small")
    found: list[DistanceAnswer] = []
    studio.inquiries.distance.answered.subscribe(found.append)
    for first, second, true in ((a, b, 2.0), (b, a, -2.0)):
        question = DistanceQuestion(first, second, studio.results[first], studio.results[second])
        studio.inquiries.distance.ask(question)
        assert found[-1].alignment.in_world
        assert found[-1].distances == pytest.approx(true, abs=0.03)


def test_shapes_of_different_worlds_are_compared_in_their_cubes(
    studio: Studio, tmp_path: Path
) -> None:
    a = opened(studio, tmp_path, (30.0, 30.0, 30.0), "large")
    b = opened(studio, tmp_path, (0.1, 0.1, 0.1), "small")
    found: list[DistanceAnswer] = []
    studio.inquiries.distance.answered.subscribe(found.append)
    question = DistanceQuestion(a, b, studio.results[a], studio.results[b])
    studio.inquiries.distance.ask(question)
    assert not found[0].alignment.in_world
    assert found[0].distances == pytest.approx(0, abs=0.03)


def test_certainty_is_in_the_worlds_unit(studio: Studio, tmp_path: Path) -> None:
    item_id = opened(studio, tmp_path, (5.0, 5.0, 5.0))
    found = []
    studio.inquiries.certainty.answered.subscribe(found.append)
    studio.inquiries.certainty.ask(CertaintyQuestion(item_id, studio.results[item_id], "auto"))
    # The ball's logit falls by 40 per model unit, which is 10 units of the world.
    true = 2 * math.log(0.7 / 0.3) / 40 * 10
    assert found[0].thresholds == pytest.approx((0.3, 0.7))
    assert found[0].widths == pytest.approx(true, rel=0.03)


def test_the_shell_lies_on_both_sides_of_the_surface(studio: Studio, tmp_path: Path) -> None:
    item_id = opened(studio, tmp_path, (5.0, 5.0, 5.0))
    found = []
    studio.inquiries.shell.answered.subscribe(found.append)
    item = studio.document.items[0]
    studio.inquiries.shell.ask(ShellQuestion(item_id, Wish.of(item), "auto", 64))
    outer, inner = (np.linalg.norm(m.vertices, axis=1) for m in (found[0].outer, found[0].inner))
    step = math.log(0.7 / 0.3) / 40
    assert outer == pytest.approx(0.5 + step, abs=2e-3)
    assert inner == pytest.approx(0.5 - step, abs=2e-3)


def test_a_failed_question_is_a_notice_and_nothing_more(studio: Studio, tmp_path: Path) -> None:
    item_id = opened(studio, tmp_path, (1.0, 1.0, 1.0))
    notices: list[Notice] = []
    studio.noticed.subscribe(notices.append)
    before = studio.document
    studio.inquiries.slice.ask(slice_question(studio, item_id, cells=1))
    assert "out of range" in notices[0].text
    assert studio.document is before


def test_cropping_moves_the_cube_and_the_alignment_knows(studio: Studio, tmp_path: Path) -> None:
    a = opened(studio, tmp_path, (1.0, 1.0, 1.0), "one")
    b = opened(studio, tmp_path, (1.0, 1.0, 1.0), "two")
    moved = Frame((0.5, 0.0, 0.0), 0.4)
    studio.apply(
        edits.Edit(
            "Move",
            lambda old: old.changed(
                (b,), lambda item: type(item)(**{**fields_of(item), "frame": moved})
            ),
        )
    )
    question = DistanceQuestion(a, b, studio.results[a], studio.results[b])
    found: list[DistanceAnswer] = []
    studio.inquiries.distance.answered.subscribe(found.append)
    studio.inquiries.distance.ask(question)
    alignment = found[0].alignment
    points = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
    back = alignment.to_first(alignment.to_second(points))
    assert back == pytest.approx(points, abs=1e-5)


def fields_of(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in type(item).__slots__}  # type: ignore[attr-defined]


def test_the_field_may_be_asked_while_a_surface_is_decoded(tmp_path: Path) -> None:
    """Two threads, one model: what is encoded once is used by both."""
    model = AnalyticModel()
    encoded: list[int] = []
    original = model.encode

    def encode(observation: PointCloud, watch: object = None) -> object:
        encoded.append(1)
        return original(observation)

    model.encode = encode  # type: ignore[method-assign, assignment]
    studio = Studio(lambda name, device: model, lambda: [model.card])
    studio.refresh_models()
    item_id = opened(studio, tmp_path, (1.0, 2.0, 1.0))
    question = slice_question(studio, item_id)

    class Calm:
        def check(self) -> None: ...

        def report(self, stage: str, fraction: float) -> None: ...

    threads = [
        threading.Thread(target=lambda: studio.inquiries._slice(question, Calm())) for _ in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    studio.close()
    assert len(encoded) == 1


def test_dropping_an_inquiry_delivers_nothing_afterwards() -> None:
    posted: list = []
    started = threading.Event()

    def work(question: int, token: object) -> int:
        started.set()
        while True:
            token.check()  # type: ignore[attr-defined]

    inquiry: Inquiry[int, int] = Inquiry(work, posted.append, lambda *_: None)
    answers: list[int] = []
    inquiry.answered.subscribe(answers.append)
    inquiry.ask(1)
    started.wait(10)
    inquiry.drop()
    inquiry.close()
    for function in posted:
        function()
    assert not answers
    assert not inquiry.is_busy


def test_the_same_question_is_not_asked_twice() -> None:
    asked: list[int] = []

    def work(question: int, token: object) -> int:
        asked.append(question)
        return question

    inquiry: Inquiry[int, int] = Inquiry(work, None, lambda *_: None)
    for question in (1, 1, 2, 2, 1):
        inquiry.ask(question)
    inquiry.close()
    assert asked == [1, 2, 1]
