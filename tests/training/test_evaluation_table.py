"""Means and printed forms of a table of scores."""

import json
from io import StringIO

import pytest
from rich.console import Console

from occstudio.errors import EmptyShapeError, OccStudioError
from occstudio.training.evaluation_case import ShapeScores
from occstudio.training.evaluation_table import EvaluationTable, MeanScores

TABLE = EvaluationTable(
    (
        ShapeScores("a", "chair", "ours", 0.9, 0.01, 0.9, 0.9),
        ShapeScores("b", "chair", "ours", 0.7, 0.03, 0.8, 0.7),
        ShapeScores("c", "table", "ours", 0.2, 0.05, 0.7, 0.5),
        ShapeScores("a", "chair", "theirs", 0.5, 0.06, 0.6, 0.4),
        ShapeScores("b", "chair", "theirs", 0.5, 0.06, 0.6, 0.4),
        ShapeScores("c", "table", "theirs", 0.5, 0.06, 0.6, 0.4),
    ),
    {"points": 3000, "noise": 0.005},
)


def test_the_mean_over_shapes_counts_each_shape_once() -> None:
    assert TABLE.mean("ours").iou == pytest.approx(0.6)
    assert TABLE.mean("ours").shapes == 3


def test_the_mean_over_classes_counts_each_class_once() -> None:
    mean = TABLE.mean_over_classes("ours")
    assert mean.iou == pytest.approx((0.8 + 0.2) / 2)
    assert mean.chamfer_l1 == pytest.approx((0.02 + 0.05) / 2)
    assert mean.shapes == 3


def test_beating_means_better_in_iou_chamfer_and_f_score() -> None:
    ours, theirs = TABLE.mean("ours"), TABLE.mean("theirs")
    assert ours.beats(theirs)
    assert not theirs.beats(ours)
    assert not MeanScores(0.9, 0.07, 0.9, 0.9, 3).beats(theirs)  # worse Chamfer-L1


def test_a_table_can_be_restricted_to_some_classes() -> None:
    chairs = TABLE.restricted(["chair"])
    assert chairs.classes == ["chair"]
    assert chairs.mean("ours").iou == pytest.approx(0.8)


def test_a_table_survives_json() -> None:
    text = TABLE.to_json()
    assert EvaluationTable.from_json(text) == TABLE
    assert json.loads(text)["means"]["ours"]["over_shapes"]["iou"] == pytest.approx(0.6)


def test_text_that_is_no_table_is_refused() -> None:
    for text in ("", "[]", '{"rows": [{"id": 1}], "settings": {}}'):
        with pytest.raises(OccStudioError, match="evaluate"):
            EvaluationTable.from_json(text)


def test_the_markdown_has_a_line_for_each_method_and_class() -> None:
    text = TABLE.to_markdown()
    assert "| ours, mean over shapes | 3 | 0.600 | 0.0300 | 0.800 | 0.700 |" in text
    assert "| table: theirs | 1 | 0.500 | 0.0600 | 0.600 | 0.400 |" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1


def test_the_terminal_shows_the_same_figures() -> None:
    console = Console(file=StringIO(), width=140)
    console.print(TABLE.to_rich())
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "ours, mean over shapes" in shown
    assert "0.600" in shown
    assert "chair: theirs" in shown


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(EmptyShapeError):
        TABLE.mean("nobody's")
