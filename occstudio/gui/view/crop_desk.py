"""The crop box in the view: shows the crop of the current scan, and its six grips change it.

The box is aligned with the world's axes, as the sliders of the inspector are, and both are
functions of the same numbers in the document. Where nothing is cropped its faces touch the points.
"""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from occstudio.gui.translation import tr
from occstudio.studio import edits
from occstudio.studio.crop import Box, crop_of, with_face
from occstudio.studio.document import Document, ShapeItem, Source
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from occstudio.gui.view.viewport import Viewport

_MARGIN = 0.004
_KEY_STEP = 0.01
_CORNERS = np.stack(np.unravel_index(np.arange(8), (2, 2, 2)), -1)


class CropDesk:
    """Between the crop of the document and the box in the view.

    Parameters
    ----------
    studio : Studio
        Whose document it is.
    view : Viewport
        Where the box is drawn.
    """

    def __init__(self, studio: Studio, view: "Viewport") -> None:
        self._studio, self._view = studio, view
        self._seen: tuple[Source, Box] | None = None
        for (axis, is_upper), grip in view.overlay.crop_grips.items():
            grip.dragged.connect(lambda moved, a=axis, u=is_upper: self._move(a, u, moved))
            grip.stepped.connect(lambda step, a=axis, u=is_upper: self._step(a, u, step))
            grip.released.connect(studio.end_gesture)
        view.turned.connect(self.hold)

    def show(self, document: Document) -> None:
        """Show the current scan's box, if it is wanted."""
        item = self._item(document)
        standing = None if item is None else self._view.scene.standing(item.id)
        if item is None or standing is None:
            self._view.scene.crop.hide()
        else:
            corners = _corners(self._box(item))
            self._view.scene.crop.show(item.frame.to_model(corners), standing.place.matrix)
        self.hold()

    def hold(self) -> None:
        """Keep the grips in the middle of the faces."""
        item = self._item(self._studio.document)
        standing = None if item is None else self._view.scene.standing(item.id)
        grips = self._view.overlay.crop_grips
        if item is None or standing is None:
            for grip in grips.values():
                grip.setVisible(False)
            return
        box = np.asarray(self._box(item))
        for (axis, is_upper), grip in grips.items():
            middle = box.mean(axis=0)
            middle[axis] = box[int(is_upper), axis]
            step = np.zeros(3)
            step[axis] = 0.05 / item.frame.scale
            ends = item.frame.to_model(np.stack([middle, middle - step, middle + step]))
            matrix = standing.place.matrix
            at, before, after = (
                self._view.pixel(point) for point in ends @ matrix[:3, :3].T + matrix[:3, 3]
            )
            grip.stand(self._inside(at), (after - before) * 10)
            grip.setVisible(True)

    # -- private -----------------------------------------------------------------------------

    def _item(self, document: Document) -> ShapeItem | None:
        item = document.current
        is_wanted = document.shows_crop and self._view.scene.pair is None
        return item if is_wanted and item is not None and item.can_be_cropped else None

    def _box(self, item: ShapeItem) -> Box:
        """The crop as far as there are points."""
        low, high = np.asarray(crop_of(item.input_edit, item.source.observation.frame))
        least, most = np.asarray(self._around(item))
        low, high = np.clip(low, least, most), np.clip(high, least, most)
        return _corner(low), _corner(high)

    def _around(self, item: ShapeItem) -> Box:
        """The box around an input's points, found once."""
        if self._seen is None or self._seen[0] is not item.source:
            shown, margin = item.source.shown, _MARGIN / item.source.observation.frame.scale
            box = _corner(shown.min(axis=0) - margin), _corner(shown.max(axis=0) + margin)
            self._seen = (item.source, box)
        return self._seen[1]

    def _move(self, axis: int, is_upper: bool, moved: float) -> None:
        self._put(axis, is_upper, moved, gesture="crop box")

    def _step(self, axis: int, is_upper: bool, step: int) -> None:
        self._put(axis, is_upper, step * _KEY_STEP, gesture=None)

    def _put(self, axis: int, is_upper: bool, moved: float, gesture: object | None) -> None:
        item = self._item(self._studio.document)
        if item is None:
            return
        frame = item.source.observation.frame
        to = self._box(item)[int(is_upper)][axis] + moved / frame.scale
        wanted = with_face(item.input_edit, frame, self._around(item), axis, is_upper, to)
        self._studio.apply(edits.set_input_edit((item.id,), wanted, tr("Crop input")), gesture)

    def _inside(self, at: QPointF) -> QPointF:
        margin = 16
        return QPointF(
            min(max(at.x(), margin), self._view.width() - margin),
            min(max(at.y(), margin), self._view.height() - margin),
        )


def _corners(box: Box) -> np.ndarray:
    """Of a box of the world, numbered by their bits, (8, 3)."""
    ends = np.asarray(box)
    return ends[_CORNERS, np.arange(3)]


def _corner(numbers: np.ndarray) -> tuple[float, float, float]:
    return float(numbers[0]), float(numbers[1]), float(numbers[2])
