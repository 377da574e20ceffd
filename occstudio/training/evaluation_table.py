"""The scores of all methods on all test shapes, and the ways to print them.

A table keeps every single row, so that means, per-class means and later questions (which shape
was worst?) are views of one value. It is written as JSON for programs, as Markdown for the README
beside a checkpoint, and as a rich table for people at a terminal.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from rich.table import Table

from occstudio.errors import EmptyShapeError, OccStudioError
from occstudio.training.evaluation_case import ShapeScores

_COLUMNS = (
    ("IoU", "iou", "higher"),
    ("Chamfer-L1", "chamfer_l1", "lower"),
    ("Normal consistency", "normal_consistency", "higher"),
    ("F-score 1%", "f_score", "higher"),
)


@dataclass(frozen=True, slots=True)
class MeanScores:
    """Means over some shapes; `shapes` says how many."""

    iou: float
    chamfer_l1: float
    normal_consistency: float
    f_score: float
    shapes: int

    @classmethod
    def over(cls, rows: "Iterable[ShapeScores | MeanScores]", shapes: int | None = None) -> Self:
        """Mean of rows, each counted once.

        Raises
        ------
        EmptyShapeError
            If there are no rows.
        """
        listed = list(rows)
        if not listed:
            raise EmptyShapeError("there are no scores to take the mean of: evaluate some shapes")
        return cls(
            iou=float(np.mean([row.iou for row in listed])),
            chamfer_l1=float(np.mean([row.chamfer_l1 for row in listed])),
            normal_consistency=float(np.mean([row.normal_consistency for row in listed])),
            f_score=float(np.mean([row.f_score for row in listed])),
            shapes=len(listed) if shapes is None else shapes,
        )

    def beats(self, other: "MeanScores") -> bool:
        """True if IoU, Chamfer-L1 and F-score are all better than the other's."""
        return (
            self.iou > other.iou
            and self.chamfer_l1 < other.chamfer_l1
            and self.f_score > other.f_score
        )


@dataclass(frozen=True, slots=True)
class EvaluationTable:
    """Rows of all methods on all shapes.

    Parameters
    ----------
    rows : tuple of ShapeScores
        One for each method and shape.
    settings : mapping
        How they were measured: points, noise, seed, threshold and so on.
    """

    rows: tuple[ShapeScores, ...]
    settings: Mapping[str, Any]

    @property
    def methods(self) -> list[str]:
        """Names of the methods, in the order of the rows."""
        return list(dict.fromkeys(row.method for row in self.rows))

    @property
    def classes(self) -> list[str]:
        """Classes of the shapes, in alphabetical order."""
        return sorted({row.shape_class for row in self.rows})

    def of(self, method: str, shape_class: str | None = None) -> list[ShapeScores]:
        """Rows of one method, of one class or of all."""
        return [
            row
            for row in self.rows
            if row.method == method and shape_class in (None, row.shape_class)
        ]

    def mean(self, method: str) -> MeanScores:
        """Mean over all shapes: the figure to quote."""
        return MeanScores.over(self.of(method))

    def class_means(self, method: str) -> dict[str, MeanScores]:
        """Means over the shapes of each class."""
        return {name: MeanScores.over(self.of(method, name)) for name in self.classes}

    def mean_over_classes(self, method: str) -> MeanScores:
        """Mean of the classes' means, as the papers report: each class counts once."""
        return MeanScores.over(self.class_means(method).values(), len(self.of(method)))

    def restricted(self, classes: Iterable[str]) -> Self:
        """The table of some classes only."""
        wanted = set(classes)
        rows = tuple(row for row in self.rows if row.shape_class in wanted)
        return type(self)(rows, self.settings)

    def to_rich(self, detailed: Sequence[str] | None = None) -> Table:
        """For a terminal: means of all methods, then class by class for some of them.

        Parameters
        ----------
        detailed : sequence of str, optional
            Methods that are shown class by class; the first two if None.
        """
        table = Table(title=self._title(), title_justify="left")
        table.add_column("method")
        table.add_column("shapes", justify="right")
        for heading, _, better in _COLUMNS:
            table.add_column(f"{heading} {'↑' if better == 'higher' else '↓'}", justify="right")
        for name, cells, ends_section in self._lines(detailed):
            table.add_row(name, *cells, end_section=ends_section)
        return table

    def to_markdown(self, detailed: Sequence[str] | None = None) -> str:
        """The same as a Markdown table, for a model's README."""
        headings = ["", "shapes", *(heading for heading, _, _ in _COLUMNS)]
        lines = ["| " + " | ".join(headings) + " |", "| --- |" + " ---: |" * (len(headings) - 1)]
        lines += [
            "| " + " | ".join((name, *cells)) + " |" for name, cells, _ in self._lines(detailed)
        ]
        return self._title() + ".\n\n" + "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """Settings, means and all rows as JSON text."""
        means = {
            method: {
                "over_shapes": _plain(self.mean(method)),
                "over_classes": _plain(self.mean_over_classes(method)),
            }
            for method in self.methods
        }
        content = {
            "settings": dict(self.settings),
            "means": means,
            "rows": [row.as_dict() for row in self.rows],
        }
        return json.dumps(content, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The table that `to_json` wrote.

        Raises
        ------
        OccStudioError
            If the text is none.
        """
        try:
            content = json.loads(text)
            return cls(tuple(ShapeScores(**row) for row in content["rows"]), content["settings"])
        except (ValueError, KeyError, TypeError) as error:
            raise OccStudioError(
                f"this is no table of scores ({error}): make one with 'occstudio evaluate'"
            ) from error

    def _lines(self, detailed: Sequence[str] | None) -> Iterable[tuple[str, tuple[str, ...], bool]]:
        shown = self.methods[:2] if detailed is None else [m for m in detailed if m in self.methods]
        for method in self.methods:
            yield f"{method}, mean over shapes", _cells(self.mean(method)), False
        for method in shown:
            last = method == shown[-1]
            yield f"{method}, mean over classes", _cells(self.mean_over_classes(method)), last
        for name in self.classes:
            for method in shown:
                means = MeanScores.over(self.of(method, name))
                yield f"{name}: {method}", _cells(means), method == shown[-1]

    def _title(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        return f"Scores on {len({row.id for row in self.rows})} shapes ({told})"


def _cells(means: MeanScores) -> tuple[str, ...]:
    values = (
        f"{getattr(means, name):.{4 if name == 'chamfer_l1' else 3}f}" for _, name, _ in _COLUMNS
    )
    return (str(means.shapes), *values)


def _plain(means: MeanScores) -> dict[str, float]:
    return {name: getattr(means, name) for name in MeanScores.__slots__}
