"""What stands in the view: for each visible shape its surface, its input points, its shadow.

Shapes stand side by side on one floor, each in its model's cube: no coordinate is larger than a
few units, whatever the scans' units are. A new surface swaps the arrays of the actor that is
there; no actor is made anew, and the camera stays.
"""

from dataclasses import dataclass, field

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.gui.theme import Theme
from occstudio.gui.view import contact_shadow
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.studio.document import Document, ShapeItem, Source
from occstudio.studio.pipeline import Quality, ShapeResult

GAP = 1.35
"""Distance between neighbours on the floor; the longest side of a shape is one."""

_MOST = 0.75
_FLOOR_REACH = 4.0
_FLOOR_STEP = 0.25

Vector = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _Standing:
    """The actors of one item."""

    surface: pv.Actor
    light: pv.Actor
    points: pv.Actor
    shadow: pv.Actor
    data: dict[str, pv.PolyData]
    source: Source | None = None
    frame: Frame | None = None
    shown: ShapeResult | None = None
    low: Vector = field(default_factory=lambda: np.full(3, -0.5))
    high: Vector = field(default_factory=lambda: np.full(3, 0.5))


class Scene:
    """The actors of a renderer, kept in step with a document.

    Parameters
    ----------
    renderer : pyvista.Renderer
        Where they are drawn.
    """

    def __init__(self, renderer: pv.Renderer) -> None:
        self._renderer = renderer
        self._standing: dict[int, _Standing] = {}
        self._theme: Theme | None = None
        self._shows_points = True
        self._is_light = False
        self._floor = _floor_actor()
        renderer.add_actor(self._floor, reset_camera=False, render=False)
        _light_the_studio(renderer)

    def set_theme(self, theme: Theme) -> None:
        """Colour background, floor and shapes."""
        self._theme = theme
        self._renderer.set_background(theme.ground, top=theme.sky)
        _fade_floor(self._floor, theme)
        for standing in self._standing.values():
            self._dress(standing)

    def show_points(self, shown: bool) -> None:
        """Ghost the inputs over the results, or not."""
        self._shows_points = shown
        for standing in self._standing.values():
            self._show_layers(standing)

    def show_floor(self, shown: bool) -> None:
        """Draw the floor's lines, or not."""
        self._floor.SetVisibility(shown)

    @property
    def is_light(self) -> bool:
        """True while previews are drawn."""
        return self._is_light

    def use_light(self, light: bool) -> None:
        """Draw previews instead of full surfaces, while the camera moves on a slow display."""
        if light != self._is_light:
            self._is_light = light
            for standing in self._standing.values():
                self._show_layers(standing)

    def show(self, document: Document, results: dict[int, ShapeResult]) -> bool:
        """Make the scene what the document says.

        Returns
        -------
        bool
            True if shapes came or went, so that the view may want framing.
        """
        visible = [item for item in document.items if item.visible]
        gone = set(self._standing) - {item.id for item in visible}
        for item_id in gone:
            self._remove(item_id)
        came = [item for item in visible if item.id not in self._standing]
        for item in came:
            self._standing[item.id] = self._stand()
        for place, item in enumerate(visible):
            self._place(item, place - (len(visible) - 1) / 2)
            self.show_result(item.id, results.get(item.id))
        return bool(gone or came)

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:
        """Swap in a new surface, if it is one."""
        standing = self._standing.get(item_id)
        if standing is None or result is standing.shown:
            return
        standing.shown = result
        if result is not None:
            surface = _poly_data(result.mesh)
            if result.quality is Quality.PREVIEW or not standing.data["light"].n_points:
                standing.data["light"].copy_from(surface, deep=False)
            standing.data["surface"].copy_from(surface, deep=False)
            picture = contact_shadow.picture(result.mesh.vertices, standing.low, standing.high)
            texture = pv.Texture(picture)
            texture.InterpolateOn()
            standing.shadow.texture = texture
        self._show_layers(standing)

    def bounds(self, item_ids: tuple[int, ...] | None = None) -> tuple[Vector, Vector] | None:
        """Corners of the box around these shapes, or all; None if there is none in view."""
        chosen = [
            standing
            for item_id, standing in self._standing.items()
            if item_ids is None or item_id in item_ids
        ]
        if not chosen:
            return None
        places = [np.asarray(standing.surface.GetPosition()) for standing in chosen]
        low = np.min([s.low + p for s, p in zip(chosen, places, strict=True)], axis=0)
        high = np.max([s.high + p for s, p in zip(chosen, places, strict=True)], axis=0)
        return low, high

    # -- private -----------------------------------------------------------------------------

    def _stand(self) -> _Standing:
        data = {name: pv.PolyData() for name in ("surface", "light", "points")}
        surface, light = _clay_actor(data["surface"]), _clay_actor(data["light"])
        points = _points_actor(data["points"])
        standing = _Standing(surface, light, points, contact_shadow.actor(), data)
        for actor in (surface, light, points, standing.shadow):
            self._renderer.add_actor(actor, reset_camera=False, render=False)
        self._dress(standing)
        return standing

    def _place(self, item: ShapeItem, place: float) -> None:
        standing = self._standing[item.id]
        if standing.source is not item.source or standing.frame != item.frame:
            # Far outliers are in the cloud, but not in the box that is looked at.
            shown = item.frame.to_model(item.source.shown)
            shown = shown[(np.abs(shown) < _MOST).all(axis=1)]
            standing.source, standing.frame = item.source, item.frame
            if len(shown):
                standing.low = shown.min(axis=0).astype(np.float64)
                standing.high = shown.max(axis=0).astype(np.float64)
            standing.data["points"].copy_from(pv.PolyData(shown), deep=False)
        position = (place * GAP, -float(standing.low[1]), 0.0)
        for actor in (standing.surface, standing.light, standing.points):
            actor.SetPosition(*position)
        standing.shadow.SetPosition(position[0], 0.0, 0.0)
        self._show_layers(standing)

    def _remove(self, item_id: int) -> None:
        standing = self._standing.pop(item_id)
        for actor in (standing.surface, standing.light, standing.points, standing.shadow):
            self._renderer.remove_actor(actor, reset_camera=False, render=False)

    def _show_layers(self, standing: _Standing) -> None:
        has_surface = standing.data["surface"].n_points > 0 and standing.shown is not None
        has_light = standing.data["light"].n_points > 0
        light = self._is_light and has_light
        standing.surface.SetVisibility(has_surface and not light)
        standing.light.SetVisibility(has_surface and light)
        standing.points.SetVisibility(self._shows_points or not has_surface)
        standing.shadow.SetVisibility(has_surface)
        standing.points.prop.opacity = 0.55 if has_surface else 0.9

    def _dress(self, standing: _Standing) -> None:
        if self._theme is None:
            return
        for actor in (standing.surface, standing.light):
            actor.prop.color = self._theme.clay
        standing.points.prop.color = self._theme.points
        standing.shadow.prop.color = self._theme.shadow
        standing.shadow.prop.opacity = 0.9 if self._theme.is_dark else 0.55


def _poly_data(mesh: Mesh) -> pv.PolyData:
    if mesh.is_empty:
        return pv.PolyData()
    vertices = np.asarray(mesh.vertices, np.float32)
    data = pv.PolyData.from_regular_faces(vertices, mesh.faces)
    if mesh.normals is not None:
        data.point_data.active_normals = mesh.normals
    return data


def _clay_actor(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    prop = actor.prop
    prop.interpolation = "Phong"
    prop.ambient, prop.diffuse = 0.20, 0.86
    prop.specular, prop.specular_power = 0.05, 12
    return actor


def _points_actor(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    actor.prop.SetRepresentationToPoints()
    actor.prop.point_size = 2.5
    actor.prop.lighting = False
    return actor


def _light_the_studio(renderer: pv.Renderer) -> None:
    """A warm key from the upper left, a cool fill, a rim, the floor's glow, fixed to the eye."""
    renderer.remove_all_lights()
    for position, color, intensity in (
        ((-0.55, 0.75, 0.9), "#fff6ec", 0.70),
        ((1.0, 0.25, 0.5), "#dde8ff", 0.30),
        ((0.3, 0.9, -0.9), "#ffffff", 0.30),
        ((0.15, -1.0, 0.35), "#ffe9d2", 0.20),
    ):
        light = pv.Light(light_type="camera light", intensity=intensity, color=color)
        light.position = position
        light.focal_point = (0.0, 0.0, 0.0)
        renderer.add_light(light)


def _floor_actor() -> pv.Actor:
    # Each line is cut into pieces so that it can fade with the distance from the middle.
    along = np.arange(-_FLOOR_REACH, _FLOOR_REACH + 1e-6, _FLOOR_STEP)
    segments: list[tuple[float, float, float, float]] = []
    for fixed in along:
        for start in along[:-1]:
            segments.append((fixed, start, fixed, start + _FLOOR_STEP))
            segments.append((start, fixed, start + _FLOOR_STEP, fixed))
    ends = np.asarray(segments).reshape(-1, 2)
    points = np.column_stack([ends[:, 0], np.full(len(ends), -0.003), ends[:, 1]])
    data = pv.PolyData()
    data.points = points.astype(np.float32)
    count = len(points) // 2
    data.lines = np.column_stack(
        [np.full(count, 2), np.arange(0, 2 * count, 2), np.arange(1, 2 * count, 2)]
    ).ravel()
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.prop.lighting = False
    actor.prop.line_width = 1
    actor.SetUseBounds(False)
    return actor


def _fade_floor(actor: pv.Actor, theme: Theme) -> None:
    data = actor.mapper.dataset
    away = np.hypot(data.points[:, 0], data.points[:, 2])
    strength = 150 if theme.is_dark else 190
    alpha = strength * np.clip(1 - away / (0.9 * _FLOOR_REACH), 0, 1) ** 1.6
    color = [int(theme.grid[k : k + 2], 16) for k in (1, 3, 5)]
    rgba = np.column_stack([np.tile(color, (len(away), 1)), alpha]).astype(np.uint8)
    data.point_data["rgba"] = rgba
    data.point_data.active_scalars_name = "rgba"
    actor.mapper.scalar_visibility = True
    actor.mapper.color_mode = "direct"
    actor.force_translucent = True
