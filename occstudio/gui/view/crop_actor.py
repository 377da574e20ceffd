"""The crop box in the scene: its twelve edges, and its faces as thin as breath."""

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.gui.theme import Theme
from occstudio.gui.view.placement import Matrix

_LINE_WIDTH = 2.0
_FACE_OPACITY = 0.06

# Corners are numbered by their bits: 4 for the upper x, 2 for y, 1 for z.
_EDGES = np.array([(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit])
_FACES = np.array(
    [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
)


class CropActor:
    """The actors of the box.

    Parameters
    ----------
    renderer : pyvista.Renderer
        Where they are drawn.
    """

    def __init__(self, renderer: pv.Renderer) -> None:
        self._edges, self._faces = pv.PolyData(), pv.PolyData()
        self._lines = pv.Actor(mapper=pv.DataSetMapper(self._edges))
        self._walls = pv.Actor(mapper=pv.DataSetMapper(self._faces))
        self._walls.prop.opacity = _FACE_OPACITY
        for actor in (self._lines, self._walls):
            actor.prop.lighting = False
            actor.SetUseBounds(False)
            actor.SetPickable(False)
            actor.SetVisibility(False)
            renderer.add_actor(actor, reset_camera=False, render=False)
        self.set_ratio(1.0)

    @property
    def is_shown(self) -> bool:
        """Whether it is drawn."""
        return bool(self._lines.GetVisibility())

    def set_ratio(self, ratio: float) -> None:
        """How many pixels are a logical one."""
        self._lines.prop.line_width = _LINE_WIDTH * ratio

    def set_theme(self, theme: Theme) -> None:
        """Colour it."""
        for actor in (self._lines, self._walls):
            actor.prop.color = theme.accent

    def show(self, corners: NDArray[np.floating], matrix: Matrix) -> None:
        """Draw the box.

        Parameters
        ----------
        corners : (8, 3) float
            In an item's cube; numbered by their bits, 4 for the upper x, 2 for y, 1 for z.
        matrix : (4, 4) float
            From the item's cube to the scene.
        """
        points = np.ascontiguousarray(corners, np.float32)
        edges = np.column_stack([np.full(len(_EDGES), 2), _EDGES]).ravel()
        self._edges.copy_from(pv.PolyData(points, lines=edges), deep=False)
        self._faces.copy_from(pv.PolyData.from_regular_faces(points, _FACES), deep=False)
        for actor in (self._lines, self._walls):
            actor.user_matrix = matrix
            actor.SetVisibility(True)

    def hide(self) -> None:
        """Draw it no longer."""
        for actor in (self._lines, self._walls):
            actor.SetVisibility(False)
