"""What a completion is answered with; known without torch, so that a window can show it."""

from collections.abc import Callable
from dataclasses import dataclass

from occstudio.shapes.frame import Frame
from occstudio.shapes.latent import Latent


@dataclass(frozen=True, slots=True, eq=False)
class CompletedShape:
    """A shape that agrees with what was observed.

    Parameters
    ----------
    latent : Latent
    frame : Frame
        How it lies in the world of the observation.
    loss : float
        How badly it agrees; comparable between the alternatives.
    """

    latent: Latent
    frame: Frame
    loss: float


Told = Callable[[CompletedShape, float], None]
"""Given the best shape so far, and how far the work is, from 0 to 1."""
