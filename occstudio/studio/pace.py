"""How fine a first look may be at one of many fields that follow each other.

While a hand goes through a space of shapes, every step is another field. Nothing of the last one's
answers holds for it, but what it cost does. Such a sketch begins on a coarser lattice than other
surfaces: a separate part that is smaller than its cells is missed until the hand rests.
"""

SKETCH_START = 12
"""Usual cells on each axis of a sketch's coarsest lattice."""

SKETCH_GRIDS = (16, 24, 32, 48, 64, 96)
"""What sketches use."""

_SKETCH_S = 0.01, 0.032
"""A sketch that took less allows the next a finer grid, one that took more a coarser; the field
itself has to be made anew each time, too."""


class Pace:
    """The grid of the next sketch, learned from what the last ones took."""

    def __init__(self) -> None:
        self.grid = 48

    def learn(self, seconds: float) -> None:
        """Choose the next grid by what the last one took."""
        place = SKETCH_GRIDS.index(self.grid)
        if seconds > _SKETCH_S[1]:
            self.grid = SKETCH_GRIDS[max(place - 1, 0)]
        elif seconds < _SKETCH_S[0]:
            self.grid = SKETCH_GRIDS[min(place + 1, len(SKETCH_GRIDS) - 1)]
