"""The floor's lines: one to a round length of the person's own unit, fading with the distance.

A cell of the grid is 1, 2 or 5 times a power of ten of the world's unit, chosen so that a shape
covers some of them; which it is, the scale bar says.
"""

import math

import numpy as np
import pyvista as pv

from occstudio.gui.theme import Theme

_REACH = 4.0
_CELLS_PER_SHAPE = 5.0
_BELOW = -0.003


def round_length(wanted: float) -> float:
    """The nearest 1, 2 or 5 times a power of ten; 1 for what is no length."""
    if not (math.isfinite(wanted) and wanted > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    return min((f * power for f in (1, 2, 5, 10)), key=lambda v: abs(math.log(v / wanted)))


def cell_length(scale: float) -> float:
    """Length of a cell in units of the world whose frame has this scale."""
    return round_length(1 / scale / _CELLS_PER_SHAPE)


class Floor:
    """The grid as one actor.

    Parameters
    ----------
    step : float
        Length of a cell, in model units.
    """

    def __init__(self, step: float = 0.2) -> None:
        self._data = pv.PolyData()
        self._step = 0.0
        self._theme: Theme | None = None
        self.actor = pv.Actor(mapper=pv.DataSetMapper(self._data))
        self.actor.prop.lighting = False
        self.actor.prop.line_width = 1
        self.actor.SetUseBounds(False)
        self.actor.force_translucent = True
        self.actor.mapper.scalar_visibility = True
        self.actor.mapper.SetColorModeToDirectScalars()
        self.set_step(step)

    @property
    def step(self) -> float:
        """Length of a cell, in model units."""
        return self._step

    def set_step(self, step: float) -> None:
        """Draw cells of this length."""
        if math.isclose(step, self._step):
            return
        self._step = step
        self._data.copy_from(_lines(step), deep=False)
        self._color()

    def set_theme(self, theme: Theme) -> None:
        """Colour the lines."""
        self._theme = theme
        self._color()

    def _color(self) -> None:
        if self._theme is None:
            return
        points = self._data.points
        away = np.hypot(points[:, 0], points[:, 2])
        strength = 150 if self._theme.is_dark else 190
        alpha = strength * np.clip(1 - away / (0.9 * _REACH), 0, 1) ** 1.6
        color = [int(self._theme.grid[k : k + 2], 16) for k in (1, 3, 5)]
        rgba = np.column_stack([np.tile(color, (len(away), 1)), alpha]).astype(np.uint8)
        self._data.point_data["rgba"] = rgba
        self._data.point_data.active_scalars_name = "rgba"


def _lines(step: float) -> pv.PolyData:
    # Each line is cut into pieces so that it can fade with the distance from the middle.
    count = max(int(_REACH / step), 1)
    reach = count * step
    along = np.linspace(-reach, reach, 2 * count + 1)
    pieces = np.linspace(-reach, reach, 25)
    fixed, start = (a.ravel() for a in np.meshgrid(along, pieces[:-1], indexing="ij"))
    end = start + (pieces[1] - pieces[0])
    flat = np.full(len(fixed), _BELOW)
    ends = np.concatenate(
        [
            np.stack([np.column_stack([fixed, flat, s]) for s in (start, end)], axis=1),
            np.stack([np.column_stack([s, flat, fixed]) for s in (start, end)], axis=1),
        ]
    ).reshape(-1, 3)
    data = pv.PolyData()
    data.points = ends.astype(np.float32)
    first = np.arange(0, len(ends), 2)
    data.lines = np.column_stack([np.full(len(first), 2), first, first + 1]).ravel()
    return data
