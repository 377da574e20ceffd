"""The camera of the current photo in the view: drawn, and looked through on demand.

Where it stands is what the model found, so it follows results: while a shape is fitted, camera,
overlay and surface move together. Whoever turns the view looks through it no longer.
"""

from typing import TYPE_CHECKING

from occstudio.errors import EmptyShapeError
from occstudio.exchange.square_crop import square_of_object
from occstudio.gui.view.through import Through
from occstudio.shapes.camera import Camera
from occstudio.shapes.image import Image
from occstudio.studio.document import Document, ShapeItem
from occstudio.studio.studio import Studio

if TYPE_CHECKING:
    from occstudio.gui.view.viewport import Viewport

STANDING_OPACITY = 0.92
"""Of the photo on its pyramid, while nobody looks through it."""


class CameraDesk:
    """Between the readings of photos and the camera in the view.

    Parameters
    ----------
    studio : Studio
        Whose photos they are.
    view : Viewport
        Where the camera is drawn.
    """

    def __init__(self, studio: Studio, view: "Viewport") -> None:
        self._studio, self._view = studio, view
        self._through: int | None = None
        self._square: tuple[Image, tuple[float, float, float]] | None = None
        bar = view.overlay.photo_bar
        bar.faded.connect(lambda _: self._ghost())
        bar.closed.connect(self.leave)
        view.turned.connect(self._follow)

    @property
    def is_through(self) -> bool:
        """Whether one looks through the photo's camera."""
        return self._through is not None

    def show(self, document: Document) -> None:
        """Draw the current photo's camera, if it is known and inputs are shown."""
        found = self._found(document)
        item = document.current
        if self._through is not None and (item is None or item.id != self._through):
            self.leave()
        if found is None or item is None:
            self._view.scene.photo.hide()
            if self._through is not None:
                self.leave()
            return
        camera, photo, through = found
        original = item.source.observation
        pixels = original.pixels if isinstance(original, Image) else photo.pixels
        self._view.scene.photo.show(camera, pixels, through.matrix)
        self._view.scene.show_only(self._through)
        if self._through is not None:
            self._view.look_through(through)
        elif not self._studio.settings.shows_points:
            self._view.scene.photo.hide()
        self._ghost()

    def look(self) -> None:
        """Look through the current photo's camera, or from where one was before."""
        item, found = self._studio.document.current, self._found(self._studio.document)
        if self._through is not None:
            self.leave()
        elif item is not None and found is not None:
            self._through = item.id
            self._view.look_through(found[2])
            self._view.overlay.photo_bar.setVisible(True)
            self._view.overlay.arrange()
            self.show(self._studio.document)

    def leave(self) -> None:
        """Look from the same side, but through the view's own camera."""
        if self._through is None:
            return
        self._through = None
        self._view.scene.show_only(None)
        self._view.overlay.photo_bar.setVisible(False)
        if self._view.through is not None:
            self._view.turn(self._view.orbit)
        self.show(self._studio.document)
        self._view.update()

    def can_look(self, document: Document) -> bool:
        """Whether the current shape has a photo whose camera is known."""
        return self._found(document) is not None

    # -- private -----------------------------------------------------------------------------

    def _found(self, document: Document) -> tuple[Camera, Image, Through] | None:
        item = document.current
        standing = None if item is None else self._view.scene.standing(item.id)
        result = None if item is None else self._studio.result_of(item)
        if item is None or standing is None or result is None or result.reading is None:
            return None
        camera, photo = result.reading.camera, result.observation
        if camera is None or not isinstance(photo, Image) or self._view.scene.pair is not None:
            return None
        return camera, photo, Through(camera, standing.matrix, self._square_of(item, photo))

    def _square_of(self, item: ShapeItem, photo: Image) -> tuple[float, float, float]:
        """The object's square, found once."""
        del item
        if self._square is None or self._square[0] is not photo:
            try:
                square = square_of_object(photo.opacity())
                found = (square.left, square.top, square.side)
            except EmptyShapeError:
                found = (0.0, 0.0, float(max(photo.pixels.shape[:2])))
            self._square = (photo, found)
        return self._square[1]

    def _ghost(self) -> None:
        opacity = self._view.overlay.photo_bar.opacity if self.is_through else STANDING_OPACITY
        self._view.scene.photo.ghost(opacity, is_through=self.is_through)
        self._view.update()

    def _follow(self) -> None:
        """The hand has turned the view."""
        if self._through is not None and self._view.through is None:
            self.leave()
