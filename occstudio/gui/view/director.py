"""Between the studio and the view: asks what the view needs to know, and shows the answers.

A slice, a heat map, a shell: the document or the settings say that it is wanted, the studio's
inquiries find it out on workers, and here the answers become colours and legends. The director
holds no state of the session; what it keeps is what was last answered.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from occstudio.finishing.finishing import PLAIN
from occstudio.gui.translation import numeral, tr
from occstudio.gui.view import keys
from occstudio.gui.view.camera_desk import CameraDesk
from occstudio.gui.view.color_map import DISTANCE, DOUBT
from occstudio.gui.view.crop_desk import CropDesk
from occstudio.gui.view.overlays.scale_bar import length_text
from occstudio.gui.view.overlays.slice_bar import REACH
from occstudio.gui.view.placement import Matrix, between_frames
from occstudio.gui.view.viewport import Viewport
from occstudio.shapes.field import level_of
from occstudio.shapes.plane import AXES
from occstudio.studio import edits
from occstudio.studio.document import Document, FieldSlice, ShapeItem
from occstudio.studio.inquiries import (
    FINE_CELLS,
    ROUGH_CELLS,
    SHELL_CELLS,
    CertaintyAnswer,
    CertaintyQuestion,
    DistanceAnswer,
    DistanceQuestion,
    ShellAnswer,
    ShellQuestion,
    SliceAnswer,
    SliceQuestion,
)
from occstudio.studio.pipeline import Quality, Wish
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY_STEP = 0.005


class Director:
    """Keeps a view in step with what is asked of fields and surfaces.

    Parameters
    ----------
    studio : Studio
        Who answers.
    view : Viewport
        Where answers are shown.
    say : callable
        Shows a short text in the status line; empty takes it away.
    """

    def __init__(self, studio: Studio, view: Viewport, say: "Callable[[str], None]") -> None:
        self._studio, self._view, self._say = studio, view, say
        self._slice: SliceAnswer | None = None
        self._painted: CertaintyAnswer | DistanceAnswer | None = None
        self._shell: ShellAnswer | None = None
        self._is_dragged = False
        self._crop = CropDesk(studio, view)
        self.camera = CameraDesk(studio, view)
        view.is_busy = lambda: studio.is_busy
        self._connect()

    # -- what is wanted ----------------------------------------------------------------------

    @property
    def is_simplified(self) -> bool:
        """True while the view draws a dense surface with fewer triangles."""
        return self._view.scene.is_simplified

    def show(self, document: Document) -> None:
        """Ask for what the document and the settings want to see, and drop the rest."""
        self._want_slice(document)
        self._want_distance()
        self._want_certainty(document)
        self._want_shell(document)
        self._crop.show(document)
        self.camera.show(document)
        self._view.overlay.arrange()
        self._cut()
        self._view.catch_up()

    def _want_slice(self, document: Document) -> None:
        item, wanted = document.current, _held(document.slice)
        overlay = self._view.overlay
        is_wanted = wanted.visible and item is not None and bool(item.model)
        overlay.slice_bar.setVisible(is_wanted)
        overlay.slice_handle.setVisible(is_wanted and self._slice is not None)
        self._view.setMouseTracking(is_wanted)
        if not is_wanted or item is None:
            self._studio.inquiries.slice.drop()
            self._hide_slice()
            return
        if self._slice is not None and self._slice.question.item_id != item.id:
            self._hide_slice()
        place = self._place_text(item, wanted.axis, wanted.offset)
        overlay.slice_bar.show_slice(wanted, place)
        fine = SliceQuestion(
            item.id,
            _field_wish(item),
            self._studio.settings.device,
            wanted.axis,
            wanted.offset,
            FINE_CELLS,
        )
        rough = replace(fine, cells=ROUGH_CELLS)
        self._studio.inquiries.slice.ask(fine, rough, settles=self._is_dragged)
        if self._slice is not None:
            self._view.scene.slice.set_level(level_of(item.threshold))
            self._explain_slice(item)
            self._hold_slice()

    def _want_distance(self) -> None:
        pair = self._view.scene.pair
        inquiry = self._studio.inquiries.distance
        if pair is None or pair.mode != "distance":
            inquiry.drop()
            if isinstance(self._painted, DistanceAnswer):
                self._unpaint(self._painted.question.first_id)
            return
        results = [self._studio.result_of(item) for item in (pair.first, pair.second)]
        first, second = results
        if first is None or second is None or first.mesh.is_empty or second.mesh.is_empty:
            return
        if first.quality is Quality.FULL and second.quality is Quality.FULL:
            question = DistanceQuestion(pair.first.id, pair.second.id, first, second)
            if isinstance(self._painted, DistanceAnswer) and self._painted.question == question:
                self._show_distance(self._painted)
            else:
                inquiry.ask(question)

    def _want_certainty(self, document: Document) -> None:
        inquiry, item = self._studio.inquiries.certainty, document.current
        pair = self._view.scene.pair
        is_wanted = self._studio.settings.shading == "doubt" and pair is None and item is not None
        painted = self._painted if isinstance(self._painted, CertaintyAnswer) else None
        if painted is not None and (not is_wanted or painted.question.item_id != item.id):  # type: ignore[union-attr]
            self._unpaint(painted.question.item_id)
            painted = None
        if not is_wanted or item is None:
            inquiry.drop()
            return
        result = self._studio.result_of(item)
        if result is None or result.quality is not Quality.FULL or result.mesh.is_empty:
            return
        if painted is not None and painted.question.result is result:
            self._show_certainty(painted)
            return
        inquiry.ask(CertaintyQuestion(item.id, result, self._studio.settings.device))

    def _want_shell(self, document: Document) -> None:
        inquiry, item = self._studio.inquiries.shell, document.current
        pair = self._view.scene.pair
        is_wanted = self._studio.settings.shows_shell and pair is None
        if not is_wanted or item is None or not item.model:
            inquiry.drop()
            self._hide_shell()
            return
        if self._shell is not None and self._shell.question.item_id != item.id:
            self._hide_shell()
        wish = replace(_field_wish(item), threshold=item.threshold)
        question = ShellQuestion(
            item.id, wish, self._studio.settings.device, min(item.resolution, SHELL_CELLS)
        )
        inquiry.ask(question, replace(question, resolution=32), settles=self._studio.is_busy)

    # -- what was answered -------------------------------------------------------------------

    def _take_slice(self, answer: SliceAnswer) -> None:
        item = self._studio.document.current
        wanted = _held(self._studio.document.slice)
        if item is None or item.id != answer.question.item_id or not wanted.visible:
            return
        if answer.question.axis != wanted.axis:
            return
        self._slice = answer
        matrix = self._matrix(item, answer)
        if matrix is None:
            return
        self._view.scene.slice.show(answer.sampled, level_of(item.threshold), matrix)
        self._explain_slice(item)
        self._cut()
        self._hold_slice()
        self._view.update()

    def _take_distance(self, answer: DistanceAnswer) -> None:
        pair = self._view.scene.pair
        if pair is None or pair.mode != "distance":
            return
        # Swapped there and back, the pair is painted already while the other way is still asked.
        asked = answer.question.first_id, answer.question.second_id
        if asked == (pair.first.id, pair.second.id):
            self._show_distance(answer)

    def _show_distance(self, answer: DistanceAnswer) -> None:
        self._painted = answer
        document = self._studio.document
        first, second = (
            document.find(i) for i in (answer.question.first_id, answer.question.second_id)
        )
        if first is None or second is None:
            return
        key, reach = keys.distance_key(answer, first.name, second.name)
        colors = DISTANCE(0.5 + 0.5 * answer.distances / reach)
        self._view.scene.paint(first.id, colors)
        self._view.overlay.paint_legend.explain(key)
        self._view.overlay.arrange()
        self._view.update()

    def _show_certainty(self, answer: CertaintyAnswer) -> None:
        item = self._studio.document.current
        if item is None or item.id != answer.question.item_id:
            return
        if self._studio.settings.shading != "doubt":
            return
        self._painted = answer
        key, reach = keys.doubt_key(answer)
        self._view.scene.paint(item.id, DOUBT(answer.widths / reach))
        self._view.overlay.paint_legend.explain(key)
        self._view.overlay.arrange()
        self._view.update()

    def _take_shell(self, answer: ShellAnswer) -> None:
        item = self._studio.document.current
        standing = None if item is None else self._view.scene.standing(item.id)
        if item is None or standing is None or item.id != answer.question.item_id:
            return
        if not self._studio.settings.shows_shell:
            return
        self._shell = answer
        self._view.scene.show_shell(answer.outer, answer.inner, standing.matrix)
        self._view.overlay.paint_legend.explain(keys.shell_key(answer))
        self._view.overlay.arrange()
        self._view.update()

    # -- private -----------------------------------------------------------------------------

    def _connect(self) -> None:
        studio, view = self._studio, self._view
        studio.changed.subscribe(lambda _, new: self.show(new))
        studio.result_arrived.subscribe(lambda _: self.show(studio.document))
        inquiries = studio.inquiries
        inquiries.slice.answered.subscribe(self._take_slice)
        inquiries.distance.answered.subscribe(self._take_distance)
        inquiries.certainty.answered.subscribe(self._show_certainty)
        inquiries.shell.answered.subscribe(self._take_shell)
        view.picked.connect(self._select)
        view.hovered.connect(self._hover)
        view.left.connect(lambda: self._say(""))
        view.turned.connect(self._hold_slice)
        bar, handle, wipe = view.overlay.slice_bar, view.overlay.slice_handle, view.overlay.wipe
        bar.axis_chosen.connect(lambda axis: self._set_slice(axis=axis))
        bar.moved.connect(self._drag_slice)
        bar.set_at.connect(lambda offset: self._set_slice(offset=offset))
        bar.closed.connect(lambda: self._set_slice(visible=False))
        bar.released.connect(self._let_go)
        handle.dragged.connect(lambda moved: self._drag_slice(studio.document.slice.offset + moved))
        handle.stepped.connect(
            lambda step: self._set_slice(offset=studio.document.slice.offset + step * _KEY_STEP)
        )
        handle.released.connect(self._let_go)
        wipe.moved.connect(self._move_wipe)
        wipe.released.connect(studio.end_gesture)

    def _drag_slice(self, offset: float) -> None:
        self._is_dragged = True
        held = min(max(offset, -REACH), REACH)
        wanted = replace(self._studio.document.slice, offset=held)
        self._studio.apply(edits.set_slice(wanted), gesture="slice")

    def _set_slice(self, **changes: object) -> None:
        wanted = replace(self._studio.document.slice, **changes)  # type: ignore[arg-type]
        held = min(max(wanted.offset, -REACH), REACH)
        self._studio.apply(edits.set_slice(replace(wanted, offset=held)))

    def _let_go(self) -> None:
        self._is_dragged = False
        self._studio.end_gesture()
        self._want_slice(self._studio.document)

    def _move_wipe(self, at: float) -> None:
        wanted = replace(self._studio.document.comparison, wipe=at)
        self._studio.apply(edits.set_comparison(wanted), gesture="wipe")

    def _select(self, item_id: int, adds: bool) -> None:
        document = self._studio.document
        chosen: tuple[int, ...] = (item_id,)
        if adds:
            kept = tuple(i for i in document.selection if i != item_id)
            chosen = kept if item_id in document.selection else (*kept, item_id)
        if chosen and chosen != document.selection:
            self._studio.apply(edits.select(chosen))

    def _matrix(self, item: ShapeItem, answer: SliceAnswer) -> Matrix | None:
        standing = self._view.scene.standing(item.id)
        if standing is None:
            return None
        return standing.place.matrix @ between_frames(answer.frame, item.frame)

    def _explain_slice(self, item: ShapeItem) -> None:
        self._view.overlay.slice_legend.explain(keys.slice_key(item.threshold))
        self._view.overlay.arrange()

    def _hide_slice(self) -> None:
        self._slice = None
        self._view.scene.slice.hide()
        self._view.overlay.slice_legend.explain(None)
        self._view.overlay.slice_handle.setVisible(False)
        self._say("")

    def _hide_shell(self) -> None:
        if self._shell is not None and self._painted is None:
            self._view.overlay.paint_legend.explain(None)
        self._shell = None
        self._view.scene.show_shell(None, None, np.eye(4))

    def _unpaint(self, item_id: int) -> None:
        self._painted = None
        self._view.scene.paint(item_id, None)
        self._view.overlay.paint_legend.explain(None)

    def _cut(self) -> None:
        answer = self._slice
        self._view.scene.look_from(self._view.orbit, self._view.aspect)
        cuts = self._studio.settings.slice_cuts
        self._view.scene.clip(answer.question.item_id if answer is not None and cuts else None)

    def _hold_slice(self) -> None:
        """Keep the grip on the pane's left edge, where no bar or legend lies over it."""
        answer, view = self._slice, self._view
        item = self._studio.document.current
        if answer is None or item is None:
            return
        matrix = self._matrix(item, answer)
        if matrix is None:
            return
        plane = answer.sampled.plane
        middles = plane.at(np.array([[0.5, 1], [1, 0.5], [0.5, 0], [0, 0.5]]))
        scene = middles @ matrix[:3, :3].T + matrix[:3, 3]
        edge = min(scene, key=lambda point: view.pixel(point).x())
        at = view.pixel(edge)
        step = 0.05 * matrix[:3, plane.number]
        along = (view.pixel(edge + step) - view.pixel(edge - step)) * 10
        margin = 24
        held = QPointF(
            min(max(at.x(), margin), view.width() - margin),
            min(max(at.y(), margin), view.height() - margin),
        )
        view.overlay.slice_handle.stand(held, along)
        view.overlay.slice_handle.setVisible(True)

    def _hover(self, position: QPointF) -> None:
        answer, item = self._slice, self._studio.document.current
        if answer is None or item is None:
            return
        matrix = self._matrix(item, answer)
        found = None if matrix is None else _on_plane(self._view, position, answer, matrix)
        if found is None:
            self._say("")
            return
        place, value = found
        world = answer.frame.to_world(place[None])[0]
        unit = f" {answer.frame.unit}" if answer.frame.unit else ""
        where = "; ".join(numeral(float(coordinate), ".4g") for coordinate in world)
        self._say(
            tr("Occupancy {value:.3f} at ({where}){unit}", value=value, where=where, unit=unit)
        )

    def _place_text(self, item: ShapeItem, axis: str, offset: float) -> str:
        return f"{axis} = {length_text(float(f'{offset / item.frame.scale:.3g}'), item.frame.unit)}"


def _held(wanted: FieldSlice) -> FieldSlice:
    """The slice that is shown for whatever a file said."""
    offset = wanted.offset if abs(wanted.offset) <= REACH else 0.0
    return replace(wanted, axis=wanted.axis if wanted.axis in AXES else "z", offset=offset)


def _field_wish(item: ShapeItem) -> Wish:
    """What the field depends on; threshold, resolution and finishing ask nothing of it."""
    return replace(Wish.of(item), threshold=0.5, resolution=128, refine=False, finishing=PLAIN)


def _on_plane(
    view: Viewport, position: QPointF, answer: SliceAnswer, matrix: Matrix
) -> tuple[np.ndarray, float] | None:
    """The place (3,) of the slice under the cursor, in its cube, and its probability."""
    start, along = view.orbit.ray(*view.sight(position))
    inverse = np.linalg.inv(matrix)
    start = inverse[:3, :3] @ start + inverse[:3, 3]
    along = inverse[:3, :3] @ along
    plane = answer.sampled.plane
    if abs(along[plane.number]) < 1e-9:
        return None
    distance = (plane.offset - start[plane.number]) / along[plane.number]
    if distance <= 0:
        return None
    place = start + distance * along
    u, v = (place[[(plane.number + 1) % 3, (plane.number + 2) % 3]] - plane.lower) / plane.size
    value = answer.sampled.at(float(u), float(v))
    return None if np.isnan(value) else (place, value)
