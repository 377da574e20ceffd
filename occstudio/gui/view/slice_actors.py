"""The field slice in the scene: a pane coloured by belief, its border, and the iso-line.

Values are drawn as a picture on the pane, interpolated by the display. The line is computed from
the values that are there, so that a dragged threshold moves it at once.
"""

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.extraction.field_slice import SampledSlice
from occstudio.gui.theme import Theme
from occstudio.gui.view.color_map import BELIEF
from occstudio.gui.view.placement import Matrix
from occstudio.shapes.arrays import Points

LINE_WIDTH, BORDER_WIDTH = 2.6, 1.2

_SOLID = 0.96
_CLEAR = {"dark": 0.26, "light": 0.10}  # night over white paper would be fog
_LIFT = 0.0015  # the line floats so far before the pane, on either side of it


class SliceActors:
    """The actors of the slice.

    Parameters
    ----------
    renderer : pyvista.Renderer
        Where they are drawn.
    """

    def __init__(self, renderer: pv.Renderer) -> None:
        self._pane, self._border = pv.PolyData(), pv.PolyData()
        self._lines = (pv.PolyData(), pv.PolyData())
        self.sampled: SampledSlice | None = None
        self._level = 0.0
        self._theme_name = "dark"
        self.pane = _actor(self._pane)
        self.pane.force_translucent = True
        self.border = _actor(self._border)
        self.border.prop.opacity = 0.7
        self.lines = tuple(_actor(data) for data in self._lines)
        for actor in self.actors:
            actor.PickableOff()
            actor.SetUseBounds(False)
            actor.SetVisibility(False)
            renderer.add_actor(actor, reset_camera=False, render=False)
        self.set_ratio(1.0)

    def set_ratio(self, ratio: float) -> None:
        """How many pixels are a logical one."""
        self.border.prop.line_width = BORDER_WIDTH * ratio
        for line in self.lines:
            line.prop.line_width = LINE_WIDTH * ratio

    @property
    def actors(self) -> tuple[pv.Actor, ...]:
        """All of them."""
        return (self.pane, self.border, *self.lines)

    @property
    def is_shown(self) -> bool:
        """True if there is a slice to see."""
        return bool(self.pane.GetVisibility())

    def show(self, sampled: SampledSlice, level: float, matrix: Matrix) -> None:
        """Show these values, and the line at a level.

        Parameters
        ----------
        sampled : SampledSlice
            In the cube of a surface.
        level : float
            Logit of the surface.
        matrix : (4, 4) float
            From that cube to the scene.
        """
        self.sampled = sampled
        corners = sampled.plane.corners
        quad = pv.PolyData.from_regular_faces(corners, np.array([[0, 1, 2], [0, 2, 3]]))
        # Values stand at lattice points, pixels have middles: half a pixel is cut off all round.
        half = 0.5 / len(sampled.logits)
        u, v = (
            np.array([half, 1 - half, 1 - half, half]),
            np.array([half, half, 1 - half, 1 - half]),
        )
        quad.active_texture_coordinates = np.column_stack([u, v]).astype(np.float32)
        self._pane.copy_from(quad, deep=False)
        texture = pv.Texture(pane_picture(sampled, _CLEAR[self._theme_name])[::-1])
        texture.InterpolateOn()
        self.pane.SetTexture(texture)
        self._border.copy_from(_segments(corners[[0, 1, 1, 2, 2, 3, 3, 0]]), deep=False)
        for actor in self.actors:
            actor.user_matrix = matrix
            actor.SetVisibility(True)
        self._draw_line(level)

    def set_level(self, level: float) -> None:
        """Move the line to another level; nothing is asked of the field."""
        if self.sampled is not None and level != self._level:
            self._draw_line(level)

    def hide(self) -> None:
        """Show nothing."""
        self.sampled = None
        for actor in self.actors:
            actor.SetVisibility(False)

    def set_theme(self, theme: Theme) -> None:
        """Colour the line and the border; the pane follows with the next values."""
        self._theme_name = theme.name
        for line in self.lines:
            line.prop.color = "#ffffff" if theme.is_dark else "#14171c"
        self.border.prop.color = theme.text

    def _draw_line(self, level: float) -> None:
        assert self.sampled is not None
        self._level = level
        ends = self.sampled.iso_line(level)
        for side, data in zip((1, -1), self._lines, strict=True):
            lifted = ends.copy()
            lifted[:, self.sampled.plane.number] += np.float32(side * _LIFT)
            data.copy_from(_segments(lifted), deep=False)


def pane_picture(sampled: SampledSlice, clear: float = _CLEAR["dark"]) -> NDArray[np.uint8]:
    """Belief as colours, (n, n, 4): the surer of something solid, the denser.

    Parameters
    ----------
    sampled : SampledSlice
        The values.
    clear : float
        How dense emptiness is, 0 to 1.
    """
    belief = sampled.probabilities
    alpha = clear + (_SOLID - clear) * np.sqrt(belief)
    colors = BELIEF(belief)
    return np.dstack([colors, np.round(255 * alpha).astype(np.uint8)])


def _segments(ends: Points) -> pv.PolyData:
    data = pv.PolyData()
    if len(ends):
        data.points = np.ascontiguousarray(ends, np.float32)
        first = np.arange(0, len(ends), 2)
        data.lines = np.column_stack([np.full(len(first), 2), first, first + 1]).ravel()
    return data


def _actor(data: pv.PolyData) -> pv.Actor:
    actor = pv.Actor(mapper=pv.DataSetMapper(data))
    actor.mapper.scalar_visibility = False
    actor.prop.lighting = False
    actor.prop.color = "#ffffff"
    return actor
