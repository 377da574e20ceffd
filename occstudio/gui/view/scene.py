"""What stands in the view, kept in step with a document.

Shapes stand side by side on one floor, each in its model's cube: no coordinate is larger than a
few units, whatever the scans' units are. While two are compared only they are there, one beside
the other in a view of its own, or both in one place.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkPlane

from occstudio.gui.theme import Theme
from occstudio.gui.view.crop_actor import CropActor
from occstudio.gui.view.floor import Floor, cell_length
from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.photo_actor import PhotoActor
from occstudio.gui.view.placement import Matrix, Place, beside, between_frames, onto_first
from occstudio.gui.view.shading import Look
from occstudio.gui.view.shell_actors import ShellActors
from occstudio.gui.view.slice_actors import SliceActors
from occstudio.gui.view.standing import Standing
from occstudio.gui.view.studio_lights import light_studio
from occstudio.shapes.mesh import Mesh
from occstudio.studio.alignment import aligned
from occstudio.studio.compared import Pair, compared
from occstudio.studio.document import Document, ShapeItem, only_codes_moved
from occstudio.studio.pipeline import ShapeResult
from occstudio.studio.settings import Settings

SECOND_COLOR = "#8aaee0"
"""Of the second of two compared shapes that have no colours of their own."""

MOST_POINTS, MOST_POINTS_SLOWLY = 60_000, 4_000
"""As many points of an input are drawn; and where OpenGL is software, which takes 1 ms for 1000."""

Vector = NDArray[np.float64]


class Scene:
    """The actors of two renderers, of which the second is used to look at two shapes apart.

    Parameters
    ----------
    main, beside : pyvista.Renderer
        Where they are drawn; `beside` only while two shapes are compared side by side.

    Attributes
    ----------
    is_slow : bool
        Whether dense surfaces are drawn with fewer triangles, unless every one is wanted.
    """

    def __init__(self, main: pv.Renderer, second: pv.Renderer) -> None:
        self.main, self.second = main, second
        self._standing: dict[int, Standing] = {}
        self._theme: Theme | None = None
        self._settings = Settings()
        self._document = Document()
        self._is_light = False
        self.is_slow = False
        self._ratio = 1.0
        self._wipe, self._cut = vtkPlane(), vtkPlane()
        self._other_wipe = vtkPlane()
        self._only: int | None = None
        self.pair: Pair | None = None
        self.floor = Floor()
        self.slice = SliceActors(main)
        self.shell = ShellActors(main)
        self.crop = CropActor(main)
        self.photo = PhotoActor(main)
        for renderer in (main, second):
            renderer.add_actor(self.floor.actor, reset_camera=False, render=False)
            light_studio(renderer)

    # -- what the person chose ---------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Colour background, floor and shapes."""
        self._theme = theme
        for renderer in (self.main, self.second):
            renderer.set_background(theme.ground, top=theme.sky)
        self.floor.set_theme(theme)
        self.slice.set_theme(theme)
        self.crop.set_theme(theme)
        self.photo.set_theme(theme)
        self._dress_all()

    def set_ratio(self, ratio: float) -> None:
        """Draw points and lines as thick as they are meant, where a pixel is many."""
        if ratio != self._ratio:
            self._ratio = ratio
            self.floor.actor.prop.line_width = ratio
            self.slice.set_ratio(ratio)
            self.crop.set_ratio(ratio)
            self.photo.set_ratio(ratio)
            self._dress_all()

    def show_settings(self, settings: Settings) -> None:
        """Paint and light as chosen."""
        self._settings = settings
        self.floor.actor.SetVisibility(settings.shows_floor)
        self._dress_all()
        self._show_all_layers()

    @property
    def is_light(self) -> bool:
        """True while previews are drawn."""
        return self._is_light

    def use_light(self, light: bool) -> None:
        """Draw previews instead of full surfaces, while the camera moves on a slow display."""
        if light != self._is_light:
            self._is_light = light
            self._show_all_layers()

    @property
    def is_simplified(self) -> bool:
        """True while a coarser surface is drawn in the place of a dense one."""
        return any(self._simplifies(standing) for standing in self._standing.values())

    @contextmanager
    def in_full(self) -> Generator[None]:
        """Meanwhile every triangle is drawn, as in pictures."""
        before = self._is_light, self.is_slow
        self._is_light = self.is_slow = False
        self._show_all_layers()
        try:
            yield
        finally:
            self._is_light, self.is_slow = before
            self._show_all_layers()

    # -- what there is -----------------------------------------------------------------------

    def keeps(self, document: Document) -> bool:
        """True if nothing looks otherwise in this document until another surface comes."""
        if not self._standing or not only_codes_moved(self._document, document):
            return False
        self._document = document
        return True

    def show(self, document: Document, results: Mapping[int, ShapeResult]) -> bool:
        """Make the scene what the document says.

        Returns
        -------
        bool
            True if shapes came or went, so that the view may want framing.
        """
        self._document = document
        before = self.pair
        self.pair = compared(document)
        visible = [item for item in document.items if item.visible]
        if self.pair is not None:
            visible = [self.pair.first, self.pair.second]
        gone = set(self._standing) - {item.id for item in visible}
        for item_id in gone:
            self._standing.pop(item_id).leave()
        came = [item for item in visible if item.id not in self._standing]
        for item in came:
            self._standing[item.id] = Standing(
                self.main, MOST_POINTS_SLOWLY if self.is_slow else MOST_POINTS
            )
        for item in visible:
            standing = self._standing[item.id]
            standing.show_source(item)
            standing.show_result(results.get(item.id))
        self._arrange(visible)
        current = document.current
        if current is not None:
            self.floor.set_step(cell_length(current.frame.scale) * current.frame.scale)
        self._dress_all()
        self._show_all_layers()
        return bool(gone or came) or _layout(before) != _layout(self.pair)

    def show_result(self, item_id: int, result: ShapeResult | None) -> None:
        """Swap in a new surface, if it is one."""
        standing = self._standing.get(item_id)
        if standing is None or not standing.show_result(result):
            return
        if self.pair is not None:
            self._arrange([self.pair.first, self.pair.second])
        else:
            standing.stand(standing.place)
        self._dress(item_id)
        self._show_layers(item_id)

    def standing(self, item_id: int) -> Standing | None:
        """The actors of an item, if it is in view."""
        return self._standing.get(item_id)

    def paint(self, item_id: int, colors: NDArray[np.uint8] | None) -> None:
        """Colours ``(V, 3)`` at an item's vertices; None for what the shading says."""
        if item_id in self._standing:
            self._standing[item_id].paint(colors)
            self._dress(item_id)

    def show_shell(self, outer: Mesh | None, inner: Mesh | None, matrix: Matrix) -> None:
        """Show two skins in place of the current shape's surface; None takes them away."""
        if outer is None or inner is None:
            self.shell.hide()
        else:
            self.shell.show(outer, inner, matrix)
        self._show_all_layers()

    def show_only(self, item_id: int | None) -> None:
        """Draw one shape alone, whatever else is visible; or, with None, all again."""
        if item_id != self._only:
            self._only = item_id
            self._show_all_layers()

    def item_of(self, actor: object) -> int | None:
        """Whose actor this is."""
        for item_id, standing in self._standing.items():
            if any(actor is each for each in standing.actors):
                return item_id
        return None

    def bounds(self, item_ids: tuple[int, ...] | None = None) -> tuple[Vector, Vector] | None:
        """Corners of the box around these shapes, or all; None if there is none in view."""
        boxes = [
            standing.bounds()
            for item_id, standing in self._standing.items()
            if item_ids is None or item_id in item_ids
        ]
        if not boxes:
            return self.bounds(None) if item_ids is not None else None
        return np.min([low for low, _ in boxes], axis=0), np.max([b for _, b in boxes], axis=0)

    # -- what cuts ---------------------------------------------------------------------------

    def look_from(self, camera: OrbitCamera, aspect: float) -> None:
        """Turn the planes that depend on where one looks from.

        Parameters
        ----------
        camera : OrbitCamera
            Of the view.
        aspect : float
            Width of the picture over its height.
        """
        self._choose_blending()
        if self.pair is not None and self.pair.mode == "wipe":
            origin, along = camera.ray((self.pair.wipe - 0.5) * aspect, 0.0)
            normal = np.cross(along, camera.up)
            for plane, sign in ((self._wipe, -1), (self._other_wipe, 1)):
                plane.SetOrigin(*origin)
                plane.SetNormal(*(sign * normal))
        sampled = self.slice.sampled
        if sampled is not None:
            matrix = np.asarray(self.slice.pane.user_matrix)
            normal = matrix[:3, sampled.plane.number] / np.linalg.norm(matrix[:3, 0])
            origin = matrix[:3, :3] @ sampled.plane.corners[0] + matrix[:3, 3]
            is_before = float((camera.eye - origin) @ normal) > 0
            self._cut.SetOrigin(*origin)
            self._cut.SetNormal(*(-normal if is_before else normal))

    def clip(self, item_id: int | None) -> None:
        """Cut open the item whose field is sliced (None for none), and wipe the compared ones."""
        for each, standing in self._standing.items():
            planes: list[Any] = []
            if each == item_id and self.slice.is_shown:
                planes.append(self._cut)
            if standing.place.side != "both" and self.pair is not None and self.pair.mode == "wipe":
                planes.append(self._wipe if standing.place.side == "first" else self._other_wipe)
            standing.clip(planes)

    # -- private -----------------------------------------------------------------------------

    def _arrange(self, visible: list[ShapeItem]) -> None:
        pair = self.pair
        for number, item in enumerate(visible):
            standing = self._standing[item.id]
            renderer = self.main
            if pair is None:
                row = number - (len(visible) - 1) / 2
                place = Place(beside(row, float(standing.low[1])))
            elif pair.mode == "side_by_side":
                place = Place(beside(0.0, float(standing.low[1])))
                renderer = self.second if number else self.main
            else:
                place = self._over_each_other(pair, number)
            standing.move_to(renderer)
            standing.stand(place)

    def _over_each_other(self, pair: Pair, number: int) -> Place:
        first, second = self._standing[pair.first.id], self._standing[pair.second.id]
        base = beside(0.0, float(first.low[1]))
        side = ("first", "second")[number]
        if number == 0 or first.result is None or second.result is None:
            return Place(base, side)
        between = onto_first(aligned(first.result, second.result))
        if first.frame is not None and second.frame is not None:
            # Places are of items' cubes; results may lie in cubes of their own.
            into = between_frames(first.result.frame, first.frame)
            out = between_frames(second.frame, second.result.frame)
            between = into @ between @ out
        return Place(base @ between, side, is_ghost=pair.mode == "overlay")

    def _look(self, item: ShapeItem) -> Look:
        assert self._theme is not None
        shading = self._settings.shading
        color = item.color or self._theme.clay
        if self.pair is not None and self.pair.mode == "distance":
            shading = "doubt"
        elif self.pair is not None and self.pair.mode in ("overlay", "wipe") and not item.color:
            color = self._theme.clay if item.id == self.pair.first.id else SECOND_COLOR
        return Look(
            shading,
            self._settings.matcap,
            self._settings.shows_wires,
            color,
            self._theme.text,
            self._ratio,
        )

    def _dress_all(self) -> None:
        for item_id in self._standing:
            self._dress(item_id)

    def _dress(self, item_id: int) -> None:
        item = self._document.find(item_id)
        if self._theme is not None and item is not None:
            self._standing[item_id].dress(self._look(item), self._theme)

    def _simplifies(self, standing: Standing) -> bool:
        settings = self._settings
        shows_edges = settings.shows_wires or settings.shading == "wireframe"
        wanted = self.is_slow and not settings.every_triangle and not shows_edges
        return wanted and standing.has_stand_in

    def _show_all_layers(self) -> None:
        self._choose_blending()
        for item_id in self._standing:
            self._show_layers(item_id)

    def _choose_blending(self) -> None:
        """Blend translucent surfaces in any order only where some lie before each other.

        That takes a pass over the whole picture, a third of a frame where OpenGL is software.
        """
        is_overlaid = self.pair is not None and self.pair.mode == "overlay"
        for renderer in (self.main, self.second):
            renderer.SetUseOIT(is_overlaid or self.shell.is_shown or self.slice.is_shown)

    def _show_layers(self, item_id: int) -> None:
        standing = self._standing[item_id]
        is_alone = len(self._standing) < 2 or self.pair is not None
        standing.show_layers(
            points=self._settings.shows_points and self.pair is None,
            light=self._is_light or self._simplifies(standing),
            outlined=item_id in self._document.selection and not is_alone,
        )
        pair = self.pair
        measures = pair.second.id if pair is not None and pair.mode == "distance" else None
        if item_id == measures or self._only not in (None, item_id):
            for actor in standing.actors:
                actor.SetVisibility(False)
        if self.shell.is_shown and item_id in self._document.selection[:1]:
            for actor in (standing.surface, standing.light, standing.outline, standing.points):
                actor.SetVisibility(False)


def _layout(pair: Pair | None) -> object:
    if pair is None:
        return None
    return (pair.mode == "side_by_side", pair.first.id, pair.second.id)
