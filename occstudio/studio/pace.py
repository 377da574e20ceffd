"""How fine a first look may be at one of many fields that follow each other.

While a hand goes through a space of shapes, every step is another field. Nothing of the last one's
answers holds for it, but what it cost does, and where its surface was. The first sketch begins on
a coarser lattice than other surfaces, and the others where the last one ended: a separate part that
is smaller than the cells is missed until the hand rests.
"""

from occstudio.extraction.trail import Trail

SKETCH_START = 12
"""Usual cells on each axis of a sketch's coarsest lattice."""

USUAL_GRID = 48
"""Coarser ones lose legs and slats; finer ones are for machines on which they take no time."""

SKETCH_GRIDS = (16, 24, 32, 48, 64, 96)
"""What sketches use."""

_SKETCH_S = 0.04
"""What a sketch may take besides the field itself, which has to be made anew each time, too."""

_GROWTH = 1.5
"""A sketch's time grows with this power of the cells along an axis, or with less."""


class Pace:
    """The grid of the next sketch, learned from what the last ones took.

    Attributes
    ----------
    grid : int
        Cells along an axis.
    trail : Trail
        Where the last surface was.
    """

    def __init__(self) -> None:
        self.grid = USUAL_GRID
        self.trail = Trail()

    def learn(self, seconds: float) -> None:
        """Choose the next grid by what the last one took."""
        place = SKETCH_GRIDS.index(self.grid)
        finer = SKETCH_GRIDS[min(place + 1, len(SKETCH_GRIDS) - 1)]
        if seconds > _SKETCH_S:
            self.grid = SKETCH_GRIDS[max(place - 1, 0)]
            return
        allowed = _SKETCH_S if finer <= USUAL_GRID else _SKETCH_S / 4
        if seconds * (finer / self.grid) ** _GROWTH < allowed:
            self.grid = finer
