"""A photo's camera in the scene: the pyramid that it sees, and the photo across it.

The photo stands before the shape, as the camera has it: whoever looks from the pyramid's tip sees
the photo over the shape, each pixel where it belongs.
"""

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.gui.theme import Theme
from occstudio.gui.view.placement import Matrix
from occstudio.shapes.camera import Camera
from occstudio.shapes.image import Pixels

AWAY = 0.2
"""Where the photo stands, as a part of the way from the camera to the shape's middle."""

_LINE_WIDTH = 1.5
_SIDE = 1024
_LINES = ((0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (3, 4), (4, 1), (5, 6), (6, 7))
_UP_MARK = 0.12


class PhotoActor:
    """The actors of one camera.

    Parameters
    ----------
    renderer : pyvista.Renderer
        Where they are drawn.
    """

    def __init__(self, renderer: pv.Renderer) -> None:
        self._edges, self._plane = pv.PolyData(), pv.PolyData()
        self._lines = pv.Actor(mapper=pv.DataSetMapper(self._edges))
        self._photo = pv.Actor(mapper=pv.DataSetMapper(self._plane))
        self._textured: object = None
        for actor in (self._lines, self._photo):
            actor.prop.lighting = False
            actor.SetUseBounds(False)
            actor.SetPickable(False)
            actor.SetVisibility(False)
            renderer.add_actor(actor, reset_camera=False, render=False)
        self._photo.prop.color = "white"  # or it would tint the photo
        self.set_ratio(1.0)

    @property
    def is_shown(self) -> bool:
        """Whether it is drawn."""
        return bool(self._photo.GetVisibility())

    def set_ratio(self, ratio: float) -> None:
        """How many pixels are a logical one."""
        self._lines.prop.line_width = _LINE_WIDTH * ratio

    def set_theme(self, theme: Theme) -> None:
        """Colour the pyramid."""
        self._lines.prop.color = theme.accent

    def show(self, camera: Camera, pixels: Pixels, matrix: Matrix) -> None:
        """Draw a camera and its photo.

        Parameters
        ----------
        camera : Camera
            In an item's cube.
        pixels : (H, W, 3 or 4) uint8
            Of the photo.
        matrix : (4, 4) float
            From the item's cube to the scene.
        """
        points = _pyramid(camera)
        edges = np.array([(2, *pair) for pair in _LINES]).ravel()
        self._edges.copy_from(pv.PolyData(points, lines=edges), deep=False)
        plane = pv.PolyData.from_regular_faces(points[1:5], np.array([(0, 1, 2, 3)]))
        plane.active_texture_coordinates = np.array([(0, 1), (1, 1), (1, 0), (0, 0)], np.float32)
        self._plane.copy_from(plane, deep=False)
        if self._textured is not pixels:
            step = max(max(pixels.shape[:2]) // _SIDE, 1)
            texture = pv.Texture(np.ascontiguousarray(pixels[::step, ::step]))
            texture.InterpolateOn()
            self._photo.texture = texture
            self._textured = pixels
        for actor in (self._lines, self._photo):
            actor.user_matrix = matrix
            actor.SetVisibility(True)

    def ghost(self, opacity: float, *, is_through: bool) -> None:
        """How strong the photo is; seen from its tip the pyramid is not drawn."""
        self._photo.prop.opacity = opacity
        if self.is_shown:
            self._lines.SetVisibility(not is_through)

    def hide(self) -> None:
        """Draw it no longer."""
        for actor in (self._lines, self._photo):
            actor.SetVisibility(False)


def _pyramid(camera: Camera) -> NDArray[np.float32]:
    """The tip, the photo's corners clockwise from the upper left, and a mark above, (8, 3)."""
    width, height = camera.size
    far = AWAY * float(np.linalg.norm(camera.position))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    half, mark = width / 2, _UP_MARK * width
    above = np.array([(half - mark, -mark / 4), (half, -mark), (half + mark, -mark / 4)])
    at = camera.unproject(np.concatenate([corners, above]), np.full(7, far))
    return np.concatenate([camera.position[None], at]).astype(np.float32)
