"""A shape that nobody observed: drawn, blended or steered, it exists as a code alone.

It stands where an observation stands, so that it can be listed, named, moved and exported like a
reconstruction. It says what it came from, and nothing can be encoded from it.
"""

from dataclasses import dataclass, replace
from typing import Self

from occstudio.shapes.frame import IDENTITY, Frame


@dataclass(frozen=True, slots=True)
class Imagined:
    """What stands in for the observation of a shape that has only a code.

    Parameters
    ----------
    origin : str
        Where the code came from, e.g. ``sample 7``.
    frame : Frame
        How the shape lies in the world.
    name : str
        For labels and output file names.
    """

    origin: str = ""
    frame: Frame = IDENTITY
    name: str = "shape"

    @property
    def summary(self) -> str:
        """What it is, for a list."""
        return self.origin or "a code"

    def with_frame(self, frame: Frame) -> Self:
        """The same shape, lying otherwise in the world."""
        return replace(self, frame=frame)
