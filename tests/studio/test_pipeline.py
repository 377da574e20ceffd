"""Stages remember: what did not change is not made again."""

import math
from dataclasses import replace

import numpy as np
import pytest

from occstudio.finishing.finishing import Finishing
from occstudio.shapes.analytic import AnalyticField, AnalyticModel, box, union
from occstudio.shapes.arrays import Points, Values
from occstudio.shapes.field import Box, Field
from occstudio.shapes.latent import Latent
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation
from occstudio.shapes.watch import UNWATCHED, Watch
from occstudio.studio import edits
from occstudio.studio.document import Document, ShapeItem, Source
from occstudio.studio.input_edit import InputEdit
from occstudio.studio.mesh_facts import measure
from occstudio.studio.pipeline import Pipeline, Quality, ShapeResult, plan


class CountingModel(AnalyticModel):
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.encoded = self.fields = self.asked = 0

    def encode(self, observation: Observation, watch: Watch = UNWATCHED) -> Latent:
        """The ellipsoid's, counted."""
        self.encoded += 1
        return super().encode(observation, watch)

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The ellipsoid's, counted."""
        self.fields += 1
        inner = super().field(latent)

        def distance(points: Points) -> Values:
            self.asked += len(points)
            return -inner(points)

        return AnalyticField(distance, Box.cube(1.1), sharpness=1.0)


@pytest.fixture
def model() -> CountingModel:
    return CountingModel()


@pytest.fixture
def pipeline(model: CountingModel) -> Pipeline:
    return Pipeline(lambda name, device: model)


def egg(item_id: int = 1, scale: float = 1.0) -> ShapeItem:
    points = np.random.default_rng(item_id).normal(size=(500, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points[:6] = np.concatenate([np.eye(3), -np.eye(3)])
    cloud = PointCloud.of(scale * points * [1.0, 0.6, 0.4], name="egg")
    source = Source.of(cloud)
    return ShapeItem(item_id, "egg", source, cloud.frame, "ellipsoid", resolution=64)


def changed(item: ShapeItem, edit: edits.Edit) -> ShapeItem:
    return edit.change(Document((item,), (item.id,))).items[0]


def full(pipeline: Pipeline, item: ShapeItem, number: int = 1) -> ShapeResult:
    return pipeline.run(plan(number, item, Quality.FULL, "auto"), UNWATCHED)


def test_a_full_surface_has_the_volume_of_the_ellipsoid(pipeline: Pipeline) -> None:
    result = full(pipeline, egg(scale=50))
    assert result.facts is not None
    assert result.facts.is_watertight
    exact = 4 / 3 * math.pi * 50**3 * 0.6 * 0.4
    assert result.facts.volume == pytest.approx(exact, rel=0.01)
    assert result.facts.size == pytest.approx((100, 60, 40), rel=0.01)


def test_another_threshold_neither_encodes_nor_decodes_all_again(
    pipeline: Pipeline, model: CountingModel
) -> None:
    item = changed(egg(), edits.set_resolution((1,), 256))
    first = full(pipeline, item).evaluations
    second = full(pipeline, changed(item, edits.set_threshold((1,), 0.505)), 2).evaluations
    assert (model.encoded, model.fields) == (1, 1)
    assert 0 < second < first / 2


def test_the_same_wish_is_answered_from_memory(pipeline: Pipeline, model: CountingModel) -> None:
    item = egg()
    result = full(pipeline, item)
    full(pipeline, changed(item, edits.set_threshold((1,), 0.6)), 2)
    asked = model.asked
    again = full(pipeline, changed(item, edits.rename(1, "same shape, other name")), 3)
    assert again.mesh is result.mesh
    assert model.asked == asked


def test_another_up_axis_is_encoded_anew(pipeline: Pipeline, model: CountingModel) -> None:
    item = egg()
    full(pipeline, item)
    full(pipeline, changed(item, edits.set_up((1,), "+z")), 2)
    assert model.encoded == 2


def test_a_preview_is_coarser_and_costs_a_part(pipeline: Pipeline, model: CountingModel) -> None:
    item = changed(egg(), edits.set_resolution((1,), 256))
    preview = pipeline.run(plan(1, item, Quality.PREVIEW, "auto"), UNWATCHED)
    cost = model.asked
    assert preview.resolution < 256
    assert preview.mesh.normals is not None
    full(pipeline, item, 2)
    assert cost < model.asked / 2


def test_two_shapes_do_not_push_each_other_out(pipeline: Pipeline, model: CountingModel) -> None:
    one, two = egg(1), egg(2)
    for item in (one, two, one, two):
        full(pipeline, item)
    assert model.encoded == 2


def test_facts_are_told_in_the_worlds_axes() -> None:
    item = changed(egg(scale=10), edits.set_up((1,), "+z"))
    result = full(Pipeline(lambda name, device: AnalyticModel()), item)
    facts = measure(result.mesh, item.frame)
    assert facts.size == pytest.approx((20, 12, 8), rel=0.02)


def test_another_finishing_asks_the_field_nothing(pipeline: Pipeline, model: CountingModel) -> None:
    item = egg()
    rough = full(pipeline, item)
    asked = model.asked
    wanted = Finishing(smooth_iterations=3, target_faces=1000)
    smooth = full(pipeline, changed(item, edits.set_finishing((1,), wanted)), 2)
    assert model.asked == asked
    assert len(smooth.mesh.faces) <= 1000 < len(rough.mesh.faces)
    assert smooth.mesh.normals is not None
    assert smooth.mesh.volume == pytest.approx(rough.mesh.volume, rel=0.02)
    again = full(pipeline, item, 3)
    assert again.mesh is rough.mesh


def test_another_input_edit_encodes_anew_and_going_back_does_not(
    pipeline: Pipeline, model: CountingModel
) -> None:
    item = egg()
    first = full(pipeline, item)
    crop = InputEdit(crop=((0, -9, -9), (9, 9, 9)))
    half = full(pipeline, changed(item, edits.set_input_edit((1,), crop)), 2)
    assert model.encoded == 2
    assert half.frame != item.frame
    assert half.facts is not None
    assert half.facts.size == pytest.approx((1, 1.2, 0.8), rel=0.03)
    assert full(pipeline, item, 3).mesh is first.mesh
    assert model.encoded == 2


def test_refinement_can_be_chosen_against_the_resolution(pipeline: Pipeline) -> None:
    item = egg()
    plain = full(pipeline, changed(item, edits.set_refine((1,), False)))
    assert "refine" not in plain.seconds
    fine = full(pipeline, changed(item, edits.set_resolution((1,), 256)), 2)
    assert "refine" not in fine.seconds
    chosen = changed(changed(item, edits.set_resolution((1,), 256)), edits.set_refine((1,), True))
    assert "refine" in full(pipeline, chosen, 3).seconds


class HesitantModel(AnalyticModel):
    """Two bricks, and a stick between them that is believed by a tenth only."""

    def field(self, latent: Latent, time: float = 0.0) -> Field:
        """The bricks and the stick."""
        sure = union(box((0.6, 0.2, 0.6), (0, -0.3, 0)), box((0.6, 0.2, 0.6), (0, 0.3, 0)))
        stick, faint = box((0.2, 0.7, 0.2)), np.float32(math.log(9) / 40)

        def distance(points: Points) -> Values:
            return np.minimum(sure(points), np.maximum(stick(points), faint))

        return AnalyticField(distance)


def test_a_shape_is_held_in_one_piece_where_that_is_wanted_and_previews_follow() -> None:
    pipeline = Pipeline(lambda name, device: HesitantModel())
    item = egg()

    def run(item: ShapeItem, quality: Quality) -> ShapeResult:
        return pipeline.run(plan(1, item, quality, "cpu"), UNWATCHED)

    loose = run(item, Quality.FULL)
    assert loose.facts is not None
    assert (loose.facts.health.components, loose.threshold) == (2, None)
    held = replace(item, in_one_piece=True)
    whole = run(held, Quality.FULL)
    assert whole.facts is not None
    assert (whole.facts.health.components, whole.threshold) == (1, 0.07)
    assert run(held, Quality.PREVIEW).threshold == 0.07
    assert run(item, Quality.PREVIEW).threshold is None
    firm = run(replace(egg(), in_one_piece=True, threshold=0.05), Quality.FULL)
    assert firm.facts is not None
    assert (firm.facts.health.components, firm.threshold) == (1, None)
