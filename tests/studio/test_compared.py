"""Which two a document compares."""

from dataclasses import replace

import numpy as np
import pytest

from occstudio.shapes.point_cloud import PointCloud
from occstudio.studio.compared import candidates, compared
from occstudio.studio.document import Comparison, Document, ShapeItem, Source


def items(count: int) -> tuple[ShapeItem, ...]:
    cloud = PointCloud.of(np.random.default_rng(0).normal(size=(10, 3)))
    source = Source.of(cloud)
    return tuple(
        ShapeItem(number, f"shape {number}", source, cloud.frame, "model")
        for number in range(1, count + 1)
    )


def names(document: Document) -> tuple[int, int] | None:
    pair = compared(document)
    return None if pair is None else (pair.first.id, pair.second.id)


def test_nothing_is_compared_unless_a_mode_says_so() -> None:
    assert compared(Document(items(3), (1,))) is None


@pytest.mark.parametrize("count", [0, 1])
def test_it_takes_two(count: int) -> None:
    document = Document(items(count), (), Comparison("wipe"))
    assert compared(document) is None
    assert candidates(document) is None


def test_without_names_the_selected_come_first_then_the_visible() -> None:
    shapes = items(4)
    hidden = (replace(shapes[0], visible=False), *shapes[1:])
    assert names(Document(hidden, (3,), Comparison("wipe"))) == (3, 2)
    assert names(Document(shapes, (4, 1), Comparison("overlay"))) == (4, 1)


def test_names_win_and_a_lost_one_is_replaced() -> None:
    shapes = items(3)
    assert names(Document(shapes, (1,), Comparison("wipe", 3, 2))) == (3, 2)
    assert names(Document(shapes, (1,), Comparison("wipe", 3, 9))) == (3, 1)


def test_what_no_version_of_the_program_wrote_compares_nothing_or_in_the_middle() -> None:
    shapes = items(2)
    assert compared(Document(shapes, (1,), Comparison("sideways"))) is None
    pair = compared(Document(shapes, (1,), Comparison("wipe", wipe=float("nan"))))
    assert pair is not None
    assert pair.wipe == 0.5
