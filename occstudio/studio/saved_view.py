"""Where one looked from, under a number: part of the document, so of session and undo."""

from dataclasses import dataclass

import numpy as np

from occstudio.errors import OccStudioError

SLOTS = tuple(range(1, 10))
"""Numbers of saved views: a key each."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A place to look from.

    Parameters
    ----------
    slot : int
        One of `SLOTS`.
    name : str
        What the person calls it; empty for its number alone.
    target : (float, float, float)
        The point that is looked at, in the view's scene (model units).
    distance : float
        From the eye to the target.
    azimuth, elevation : float
        Degrees from the front, and above the floor.
    is_parallel : bool
        Whether it is orthographic.
    """

    slot: int
    name: str = ""
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    distance: float = 3.0
    azimuth: float = 35.0
    elevation: float = 20.0
    is_parallel: bool = False

    def __post_init__(self) -> None:
        numbers = (*self.target, self.distance, self.azimuth, self.elevation)
        if self.slot not in SLOTS or not np.isfinite(numbers).all() or self.distance <= 0:
            raise OccStudioError(
                f"a saved view needs a number from 1 to {SLOTS[-1]}, finite angles and a positive "
                f"distance (got {self.slot}, {self.distance})"
            )


def with_view(views: tuple[SavedView, ...], view: SavedView) -> tuple[SavedView, ...]:
    """The views with this one in its slot, by slot."""
    others = (other for other in views if other.slot != view.slot)
    return tuple(sorted((*others, view), key=lambda each: each.slot))
