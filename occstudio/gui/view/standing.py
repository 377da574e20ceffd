"""One item in the scene: its surface, a lighter stand-in, its points, its shadow, its outline.

The actors are made once. A new surface swaps the arrays of the data that they draw; a new place
or another look changes their properties.
"""

from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.gui.theme import Theme
from occstudio.gui.view import contact_shadow
from occstudio.gui.view.placement import Matrix, Place, between_frames, shifted
from occstudio.gui.view.shading import NO_COLORS, Look, dress, vertex_colors
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.studio.document import ShapeItem, Source
from occstudio.studio.pipeline import Quality, ShapeResult

GHOST_OPACITY = 0.32
POINT_SIZE = 2.5
"""Of the input's points, in logical pixels."""

OUTLINE_PART = 0.0028
"""Width of the outline, as a part of the picture's height."""

_MOST = 0.75

# The back of the surface, pushed outward on the screen by a constant width where it is seen from
# the side. Where it faces the eye it stays: there the direction is noise, and would turn triangles.
_OUTLINE_PUSH = """
//VTK::PositionVC::Impl
  vec2 pushed = (MCDCMatrix * vec4(normalMC, 0.0)).xy;
  float sideways = length(normalize(normalMatrix * normalMC).xy);
  pushed *= sideways * sideways / max(length(pushed), 1e-6);
  gl_Position.xy += 2.0 * outlinePart * gl_Position.w * pushed;
"""

Vector = NDArray[np.float64]


class Standing:
    """The actors of one item.

    Parameters
    ----------
    renderer : pyvista.Renderer
        Where they are drawn.
    most_points : int
        No more of the input's points are drawn.
    """

    def __init__(self, renderer: pv.Renderer, most_points: int) -> None:
        self._renderer, self._most_points = renderer, most_points
        self._data = {name: pv.PolyData() for name in ("surface", "light", "points")}
        self.surface, self.light = (_surface_actor(self._data[n]) for n in ("surface", "light"))
        self.points = _points_actor(self._data["points"])
        self.outline = _outline_actor(self._data["surface"])
        self.shadow = contact_shadow.actor()
        self.source: Source | None = None
        self.frame: Frame | None = None
        self.result: ShapeResult | None = None
        self.low: Vector = np.full(3, -0.5)
        self.high: Vector = np.full(3, 0.5)
        self.place = Place(np.eye(4))
        self._planes: list[Any] = []
        self._is_painted = False
        self._painted_by: object = None
        self._dressed: object = None
        for actor in self.actors:
            renderer.add_actor(actor, reset_camera=False, render=False)

    @property
    def actors(self) -> tuple[pv.Actor, ...]:
        """All of them."""
        return (self.surface, self.light, self.points, self.outline, self.shadow)

    @property
    def has_surface(self) -> bool:
        """True if there is a surface to draw."""
        return self.result is not None and self._data["surface"].n_points > 0

    @property
    def matrix(self) -> Matrix:
        """From the cube that the surface lies in to the scene, (4, 4)."""
        if self.result is None or self.frame is None:
            return self.place.matrix
        return self.place.matrix @ between_frames(self.result.frame, self.frame)

    def show_source(self, item: ShapeItem) -> None:
        """Show the input's points; what lies in the box that is looked at."""
        if self.source is item.source and self.frame == item.frame:
            return
        self.source, self.frame = item.source, item.frame
        # Far outliers are in the cloud, but not in the box that is looked at.
        shown = item.frame.to_model(item.source.shown)
        shown = shown[(np.abs(shown) < _MOST).all(axis=1)]
        if len(shown):
            self.low = shown.min(axis=0).astype(np.float64)
            self.high = shown.max(axis=0).astype(np.float64)
        few = shown[:: -(-len(shown) // self._most_points) or 1]
        self._data["points"].copy_from(pv.PolyData(few), deep=False)

    def show_result(self, result: ShapeResult | None) -> bool:
        """Swap in a new surface, if it is one; it is painted when it is dressed."""
        if result is self.result:
            return False
        self.result = result
        if result is not None:
            surface = poly_data(result.mesh)
            if result.stand_in is not None:
                self._data["light"].copy_from(poly_data(result.stand_in.mesh), deep=False)
            elif result.quality is Quality.PREVIEW or not self._data["light"].n_points:
                self._data["light"].copy_from(surface, deep=False)
            self._data["surface"].copy_from(surface, deep=False)
            self._is_painted, self._painted_by = False, None
            some = contact_shadow.sample(result.mesh.vertices)
            shape = some @ self.matrix[:3, :3].T
            picture = contact_shadow.picture(
                np.asarray(shape, np.float32), *np.sort((self.low, self.high), axis=0)
            )
            texture = pv.Texture(picture)
            texture.InterpolateOn()
            self.shadow.texture = texture
        return True

    def paint(self, colors: NDArray[np.uint8] | None) -> None:
        """Colours ``(V, 3)`` at the surface's vertices; None for its shading's own."""
        fits = colors is not None and len(colors) == self._data["surface"].n_points
        self._is_painted = fits
        kept = colors if fits and colors is not None else NO_COLORS
        _color(self._data["surface"], kept)
        coarse = None if self.result is None else self.result.stand_in
        if coarse is not None:
            _color(self._data["light"], kept[coarse.rows] if fits else NO_COLORS)
        self._painted_by = None

    def dress(self, look: Look, theme: Theme) -> None:
        """Paint everything."""
        if not self._is_painted:
            self._paint_by(look)
        colored = tuple("rgb" in self._data[name].point_data for name in ("surface", "light"))
        wanted = (look, theme, self.place.is_ghost, colored)
        if wanted == self._dressed:  # saying it all again takes longer than a small surface does
            return
        self._dressed = wanted
        for actor in (self.surface, self.light):
            dress(actor, look)
            if self.place.is_ghost:
                actor.prop.opacity = GHOST_OPACITY
        self.points.prop.color = theme.points
        self.points.prop.point_size = POINT_SIZE * look.ratio
        self.outline.prop.color = theme.accent
        self.shadow.prop.color = theme.shadow
        self.shadow.prop.opacity = 0.9 if theme.is_dark else 0.55

    def stand(self, place: Place) -> None:
        """Move to a place."""
        self.place = place
        matrix = self.matrix
        for actor in (self.surface, self.light, self.outline):
            _move(actor, matrix)
        _move(self.points, place.matrix)
        _move(self.shadow, shifted(np.array([place.matrix[0, 3], 0.0, place.matrix[2, 3]])))

    def bounds(self) -> tuple[Vector, Vector]:
        """Corners of the box around it, in the scene."""
        corners = np.array(np.meshgrid(*zip(self.low, self.high, strict=True))).reshape(3, -1)
        moved = self.place.matrix[:3, :3] @ corners + self.place.matrix[:3, 3:]
        return moved.min(axis=1), moved.max(axis=1)

    @property
    def has_stand_in(self) -> bool:
        """True if the surface is dense, and a coarser one looks almost like it."""
        return self.result is not None and self.result.stand_in is not None

    def show_layers(self, *, points: bool, light: bool, outlined: bool) -> None:
        """Choose which actors are drawn; a `light` one in place of the surface."""
        has = self.has_surface
        light = light and self._data["light"].n_points > 0
        self.surface.SetVisibility(has and not light)
        self.light.SetVisibility(has and light)
        traced = self._data["light" if light else "surface"]
        if self.outline.mapper.dataset is not traced:
            self.outline.mapper.dataset = traced
        self.outline.SetVisibility(has and outlined and (not light or self.has_stand_in))
        self.points.SetVisibility((points or not has) and not self.place.is_ghost)
        self.shadow.SetVisibility(has and not self.place.is_ghost)
        self.points.prop.opacity = 0.55 if has else 0.9

    def clip(self, planes: list[Any]) -> None:
        """Draw only what lies on the positive side of these VTK planes."""
        if planes == self._planes:
            return
        self._planes = planes
        for actor in (self.surface, self.light, self.points, self.outline):
            actor.mapper.RemoveAllClippingPlanes()
            for plane in planes:
                actor.mapper.AddClippingPlane(plane)

    def leave(self) -> None:
        """Take all actors away."""
        for actor in self.actors:
            self._renderer.remove_actor(actor, reset_camera=False, render=False)

    def move_to(self, renderer: pv.Renderer) -> None:
        """Be drawn elsewhere."""
        if renderer is self._renderer:
            return
        self.leave()
        self._renderer = renderer
        for actor in self.actors:
            renderer.add_actor(actor, reset_camera=False, render=False)

    def _paint_by(self, look: Look) -> None:
        if self.result is None or self._painted_by == (look.shading, look.color):
            return
        self._painted_by = (look.shading, look.color)
        result = self.result
        colors = vertex_colors(result.mesh, look.shading, look.color, result.openness)
        _color(self._data["surface"], colors)
        coarse = result.stand_in
        if coarse is not None and len(colors) == len(result.mesh.vertices):
            _color(self._data["light"], colors[coarse.rows])
        else:
            # A preview is too short in view for its crevices.
            light = vertex_colors(result.mesh, look.shading, look.color, None)
            _color(self._data["light"], light)


def poly_data(mesh: Mesh) -> pv.PolyData:
    """A mesh as VTK has it, with normals and (empty) texture coordinates."""
    if mesh.is_empty:
        return pv.PolyData()
    vertices = np.asarray(mesh.vertices, np.float32)
    data = pv.PolyData.from_regular_faces(vertices, mesh.faces)
    if mesh.normals is not None:
        data.point_data.active_normals = mesh.normals
    # VTK binds a texture only where there are coordinates; a matcap computes its own.
    data.active_texture_coordinates = np.zeros((len(vertices), 2), np.float32)
    return data


def _color(data: pv.PolyData, colors: NDArray[np.uint8]) -> None:
    """Colours (n, 3) of a surface that has as many vertices; else it has none."""
    if len(colors) == data.n_points and len(colors):
        data.point_data["rgb"] = colors
    elif "rgb" in data.point_data:
        del data.point_data["rgb"]


def _surface_actor(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    return actor


def _points_actor(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    actor.prop.SetRepresentationToPoints()
    actor.prop.lighting = False
    return actor


def _outline_actor(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    # Lit only so that the shader is given normals.
    actor.prop.SetInterpolation(2)
    actor.prop.ambient, actor.prop.diffuse, actor.prop.specular = 1.0, 0.0, 0.0
    actor.prop.SetFrontfaceCulling(True)
    shader = actor.GetShaderProperty()
    push = _OUTLINE_PUSH.replace("outlinePart", f"{OUTLINE_PART:.5f}")
    shader.AddVertexShaderReplacement("//VTK::PositionVC::Impl", True, push, False)
    actor.PickableOff()
    actor.SetUseBounds(False)
    return actor


def _move(actor: pv.Actor, matrix: Matrix) -> None:
    """Move an actor, if it is not there: whatever changed is drawn again."""
    if not np.array_equal(actor.user_matrix, matrix):
        actor.user_matrix = matrix
