"""How near a surface is to a reference: another shape of the session, or a mesh from a file."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from occstudio.errors import EmptyShapeError
from occstudio.metrics.scores import SurfaceScores, sample_surface, score_surfaces, volume_iou
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import Watch
from occstudio.studio.alignment import aligned, laid_over
from occstudio.studio.pipeline import ShapeResult

SAMPLES = 100_000
"""Points on each surface and in the common box, as in the papers."""

F_DISTANCE = 0.01
"""Of the F-score: one per cent of the reference's longest side."""


@dataclass(frozen=True, slots=True)
class ScoreQuestion:
    """How near the surface of an item is to a reference.

    Parameters
    ----------
    item_id : int
        Of the item.
    result : ShapeResult
        Its surface.
    reference : ShapeResult or Path
        What it should be.
    name : str
        What the reference is called.
    """

    item_id: int
    result: ShapeResult
    reference: ShapeResult | Path
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ScoreAnswer:
    """Scores in units of the reference's longest side.

    Parameters
    ----------
    question : ScoreQuestion
        What was asked.
    scores : SurfaceScores
        Of 100 000 points on each surface.
    iou : float or None
        Of the volumes; None if one of them is open and so has none.
    in_world : bool
        Whether both were compared where they are; else each was centred and brought to one size.
    """

    question: ScoreQuestion
    scores: SurfaceScores
    iou: float | None
    in_world: bool


@dataclass(frozen=True, slots=True, eq=False)
class _FromFile:
    mesh: Mesh
    frame: Frame


def score(question: ScoreQuestion, watch: Watch, *, samples: int = SAMPLES) -> ScoreAnswer:
    """Answer a question of how near two surfaces are.

    Parameters
    ----------
    question : ScoreQuestion
        What is asked.
    watch : Watch
        Told the stage ``measure``; asked between its steps.
    samples : int
        Points on each surface, and in the box that holds both.

    Raises
    ------
    OccStudioError
        If the file is no mesh, or a surface is empty.
    """
    watch.report("measure", 0.0)
    result, reference = question.result, question.reference
    if isinstance(reference, Path):
        placed = _read(reference, result.frame)
        alignment = laid_over(result, placed)
    else:
        placed = reference
        alignment = aligned(result, reference)
    if result.mesh.is_empty or placed.mesh.is_empty:
        raise EmptyShapeError("there is no surface yet that could be measured")
    watch.check()
    ours = replace(
        result.mesh, vertices=alignment.to_second(result.mesh.vertices), normals=None, colors=None
    )
    # Each is sampled on its own, so that a copy does not score as if samples had no spacing.
    first = sample_surface(ours, samples, 1)
    second = sample_surface(placed.mesh, samples, 2)
    watch.check()
    watch.report("measure", 0.2)
    scores = score_surfaces(first, second, threshold=F_DISTANCE, watch=watch)
    watch.check()
    watch.report("measure", 0.8)
    iou = None
    if ours.is_watertight and placed.mesh.is_watertight:
        watch.check()
        iou = volume_iou(ours, placed.mesh, points=samples)
    watch.report("measure", 1.0)
    return ScoreAnswer(question, scores, iou, alignment.in_world)


def _read(path: Path, like: Frame) -> _FromFile:
    # Imported here: files are read when somebody asks for one.
    from occstudio.exchange.mesh_reader import read_mesh

    mesh = read_mesh(path)
    frame = Frame.fit(np.asarray(mesh.vertices, np.float64), up=like.up, unit=like.unit)
    return _FromFile(Mesh(frame.to_model(mesh.vertices), mesh.faces), frame)
