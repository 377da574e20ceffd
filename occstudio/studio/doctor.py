"""Examines a shape on a worker and says what may be wrong with it."""

from dataclasses import dataclass, replace

import numpy as np

from occstudio.errors import OccStudioError
from occstudio.shapes.field import Field, level_of
from occstudio.shapes.frame import Frame
from occstudio.shapes.model_card import ModelCard
from occstudio.shapes.point_cloud import PointCloud
from occstudio.shapes.shape_model import Observation, kinds_for
from occstudio.shapes.watch import Watch
from occstudio.studio.diagnosis import BETTER_UP, Diagnosis, diagnose
from occstudio.studio.document import ShapeItem
from occstudio.studio.examination import agreement, measure_input, measure_surface
from occstudio.studio.finding import Facts
from occstudio.studio.notice import Notice
from occstudio.studio.pipeline import Pipeline, ShapeResult, Wish
from occstudio.studio.surface_rules import MISSED
from occstudio.studio.uprightness import LIKELY, SURE, better_up

OTHER_UPS = ("+y", "+z", "+x", "-y", "-z", "-x")
"""Axes that are tried, the usual ones first."""

WORSE = 0.1
"""A shape is not turned if the model follows it so much worse then."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What is examined.

    Parameters
    ----------
    item : ShapeItem
        The shape.
    result : ShapeResult or None
        Its full surface, if it has one.
    failure : Notice or None
        What went wrong instead.
    cards : tuple of ModelCard
        The library.
    device : str
        Where fields are asked.
    is_thorough : bool
        Whether other up axes are tried even if the surface follows its points.
    """

    item: ShapeItem
    result: ShapeResult | None
    failure: Notice | None
    cards: tuple[ModelCard, ...]
    device: str
    is_thorough: bool = False


class Doctor:
    """Examines shapes.

    Parameters
    ----------
    pipeline : Pipeline
        Who knows the fields; it may be at work meanwhile.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def examine(self, checkup: Checkup, watch: Watch) -> Diagnosis:
        """Measure input, field and surface, and judge them."""
        item, result = checkup.item, checkup.result
        card = next((card for card in checkup.cards if card.name == item.model), None)
        half_side = 0.5 * (card.input_spec.box_side if card is not None else 1.1)
        observation: Observation | None = None
        field: Field | None = None
        try:
            observation, field = self._pipeline.field(Wish.of(item), checkup.device, watch)
            half_side = 0.5 * max(field.box.size)
        except OccStudioError:
            # What keeps the field from being made is the failure that the checkup tells of.
            observation = result.observation if result is not None else None
        watch.check()
        cloud = observation if isinstance(observation, PointCloud) else None
        measured = measure_input(cloud, half_side) if cloud is not None else None
        watch.check()
        surface = None
        if result is not None:
            cell = 2 * half_side / result.resolution
            surface = measure_surface(result.mesh, cell, half_side, cloud)
        fits_up, agreements = "", (0.0, 0.0)
        is_off = surface is not None and surface.missed > MISSED / 2
        if field is not None and cloud is not None and (is_off or checkup.is_thorough):
            fits_up, agreements = self._better_up(checkup, field, cloud, watch)
        standing_up = ""
        if field is not None and cloud is not None and not fits_up:
            standing_up = self._standing_up(checkup, field, cloud, watch)
        return diagnose(
            Facts(
                item,
                kinds_for(item.source.observation),
                card,
                checkup.cards,
                measured,
                surface,
                fits_up,
                agreements,
                standing_up,
                checkup.failure,
                None if result is None else result.reading,
                () if result is None else result.doubts,
            )
        )

    def _standing_up(self, checkup: Checkup, field: Field, cloud: PointCloud, watch: Watch) -> str:
        """The axis with which the shape would stand as things do, if the model bears it out."""
        item = checkup.item
        limits = LIKELY if checkup.is_thorough else SURE
        direction = better_up(cloud.frame.to_model(cloud.points), limits)
        if not direction:
            return ""
        up = _world_axis(item.frame, direction)
        wish = replace(Wish.of(item), frame=replace(item.frame, up=up))
        tried, turned = self._pipeline.field(wish, checkup.device, watch)
        if not isinstance(tried, PointCloud):
            return ""
        level = level_of(item.threshold)
        now = agreement(field, level, cloud, watch=watch)
        return up if agreement(turned, level, tried, watch=watch) > now - WORSE else ""

    def _better_up(
        self, checkup: Checkup, field: Field, cloud: PointCloud, watch: Watch
    ) -> tuple[str, tuple[float, float]]:
        """The axis that fits clearly better, and how well both fit; no axis if none does."""
        item = checkup.item
        level = level_of(item.threshold)
        now = agreement(field, level, cloud, watch=watch)
        best, best_up = now + BETTER_UP, ""
        for up in OTHER_UPS:
            if up == item.frame.up:
                continue
            wish = replace(Wish.of(item), frame=replace(item.frame, up=up))
            tried, turned = self._pipeline.field(wish, checkup.device, watch)
            if not isinstance(tried, PointCloud):
                continue
            found = agreement(turned, level, tried, watch=watch)
            # Of two axes that are nearly alike the usual one is proposed.
            if found > best + (0.03 if best_up else 0.0):
                best, best_up = found, up
        return best_up, (now, best)


def _world_axis(frame: Frame, direction: str) -> str:
    """The world's axis that a direction of the model's cube is."""
    along = np.zeros((1, 3), np.float32)
    along[0, "xyz".index(direction[1])] = 1 if direction[0] == "+" else -1
    world = frame.normals_to_world(along)[0]
    axis = int(np.abs(world).argmax())
    return ("+" if world[axis] > 0 else "-") + "xyz"[axis]
