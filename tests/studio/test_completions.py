"""A part is completed into shapes of the list: seen while they form, undone in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from occstudio.errors import Cancelled
from occstudio.latents.code_book import CODE, CodeBook
from occstudio.latents.completed_shape import CompletedShape, Told
from occstudio.shapes.imagined import Imagined
from occstudio.shapes.latent import Latent
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation, ShapeModel
from occstudio.shapes.watch import Watch
from occstudio.studio import edits
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.pipeline import Quality
from occstudio.studio.studio import Studio
from tests.ellipsoid_space import NAME, EllipsoidSpace, ellipsoid_book


def radii(*values: float) -> Latent:
    return Latent({CODE: np.log(np.array(values, np.float32))}, NAME)


def halves(
    model: ShapeModel,
    observation: Observation,
    book: CodeBook,
    is_part: bool,
    watch: Watch,
    told: Told,
) -> Sequence[CompletedShape]:
    """Guesses of two ellipsoids, told one after the other."""
    assert model.card.name == book.model == NAME
    assert is_part
    watch.check()
    frame = replace(observation.frame, scale=0.5 * observation.frame.scale)
    told(CompletedShape(radii(0.1, 0.1, 0.1), frame, 1.0), 0.5)
    return (
        CompletedShape(radii(0.4, 0.3, 0.2), frame, 0.1),
        CompletedShape(radii(0.2, 0.3, 0.4), frame, 0.2),
    )


def make_studio(complete: object = halves) -> Studio:
    space = EllipsoidSpace()
    studio = Studio(
        lambda _name, _device: space,  # type: ignore[arg-type, return-value]
        lambda: [space.card],
        read_book=ellipsoid_book,
        complete=complete,  # type: ignore[arg-type]
    )
    studio.refresh_models()
    rows = np.random.default_rng(0).normal(size=(200, 3))
    cloud = PointCloud.of(rows, name="half")
    item = ShapeItem(studio.new_id(), "half", Source.of(cloud), cloud.frame, NAME)
    studio.apply(edits.add_items((item,)))
    return studio


def test_the_best_one_is_shown_and_alternatives_are_offered() -> None:
    studio = make_studio()
    studio.completions.start(studio.document.items[0].id)
    items = studio.document.items
    assert [item.name for item in items] == ["half", "half, completed", "half, completed 2"]
    assert [item.visible for item in items] == [True, True, False]
    assert studio.document.current == items[1]
    result = studio.result_of(items[1])
    assert result is not None
    assert result.quality is Quality.FULL
    extent = np.ptp(result.mesh.vertices, axis=0)
    assert extent == pytest.approx([0.8, 0.6, 0.4], abs=0.02)
    assert items[1].frame.scale == pytest.approx(0.5 * items[0].frame.scale)


def test_it_forms_in_sight() -> None:
    studio = make_studio()
    seen: list[float] = []

    def look(_old: object, new: object) -> None:
        del new
        item = studio.document.items[1] if len(studio.document.items) > 1 else None
        if item is not None and item.latent is not None:
            seen.append(float(np.exp(item.latent.arrays[CODE][0])))

    studio.changed.subscribe(look)
    studio.completions.start(studio.document.items[0].id)
    assert seen[0] == pytest.approx(0.1)
    assert seen[-1] == pytest.approx(0.4)


def test_a_completion_is_undone_in_one_step() -> None:
    studio = make_studio()
    before = studio.document
    studio.completions.start(before.items[0].id)
    assert studio.undo_label == "Complete half, completed"
    studio.undo()
    assert studio.document is before
    studio.redo()
    assert len(studio.document.items) == 3


def test_cancelling_keeps_what_was_there() -> None:
    def gives_up(*_given: object) -> Sequence[CompletedShape]:
        told: Told = _given[-1]  # type: ignore[assignment]
        told(CompletedShape(radii(0.1, 0.2, 0.3), PointCloud.of(np.eye(3)).frame, 1.0), 0.5)
        raise Cancelled

    studio = make_studio(gives_up)
    studio.completions.start(studio.document.items[0].id)
    assert [item.name for item in studio.document.items] == ["half", "half, completed"]


def test_a_shape_that_was_removed_meanwhile_does_not_come_back() -> None:
    studio = make_studio()

    def remove(_old: object, _new: object) -> None:
        if len(studio.document.items) == 2:
            studio.apply(edits.remove_items((studio.document.items[1].id,)))

    studio.changed.subscribe(remove)
    studio.completions.start(studio.document.items[0].id)
    assert [item.name for item in studio.document.items] == ["half"]


def test_what_cannot_be_completed_is_said_in_a_sentence() -> None:
    studio = make_studio()
    texts: list[str] = []
    studio.noticed.subscribe(lambda notice: texts.append(notice.text))
    seen = Imagined("a sample", name="dream")
    dream = ShapeItem(studio.new_id(), "dream", Source.of(seen), seen.frame, NAME)
    studio.apply(edits.add_items((replace(dream, latent=radii(0.3, 0.3, 0.3)),)))
    studio.completions.start(dream.id)
    assert texts == ["'dream' is no scan of a part: open points or voxels to complete them"]
    assert len(studio.document.items) == 2


def test_without_a_space_nothing_is_completed() -> None:
    studio = make_studio(None)
    texts: list[str] = []
    studio.noticed.subscribe(lambda notice: texts.append(notice.text))
    studio.completions.start(studio.document.items[0].id)
    assert texts == ["no model with a space of shapes is in the library: add one"]
