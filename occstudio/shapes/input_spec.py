"""What a network wants to be given, and where its field lies.

The papers' networks see the same shape in different ways: so many points, drawn or all; a photo of
a certain size; voxels of a certain resolution; a cube, a sphere or metres. An `InputSpec` states
it, so that an observation is prepared from the card alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from occstudio.errors import ModelError

INPUT_KINDS = ("points", "image", "voxels", "latent")
"""``latent`` is a network without an encoder: a code is drawn, chosen or fitted."""

NORMALISATIONS = ("cube", "sphere", "metres")
"""How a shape lies in front of the network, always centred at the origin: its longest side is one
(``cube``), its farthest point lies at 1 / 1.03 (``sphere``), or it keeps its size (``metres``)."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How observations are prepared for a network.

    Parameters
    ----------
    kind : str
        One of `INPUT_KINDS`.
    normalisation : str
        One of `NORMALISATIONS`.
    box_side : float
        Side of the cube about the origin in which the surface is looked for, in the network's
        units. A network whose box depends on what it saw says so in its code (`networks.BOX`).
    points : int
        Points that the encoder was trained with.
    is_drawn : bool
        Whether exactly `points` are drawn, with replacement; otherwise all are given and only
        clouds much larger than that are thinned.
    resolution : int
        Pixels along the side of a photo, or voxels along an axis; 0 where it does not matter.
    frames : int
        Point clouds in a sequence, for networks that see motion; else 1.
    is_timed : bool
        Whether the field has a time, from 0 to 1.
    has_opacity : bool
        Whether a photo's opacity is given as the fourth channel, so that it has to be cut out.
    """

    kind: str = "points"
    normalisation: str = "cube"
    box_side: float = 1.1
    points: int = 3000
    is_drawn: bool = False
    resolution: int = 0
    frames: int = 1
    is_timed: bool = False
    has_opacity: bool = False

    def __post_init__(self) -> None:
        if self.kind not in INPUT_KINDS or self.normalisation not in NORMALISATIONS:
            raise ModelError(
                f"the card wants '{self.kind}' in '{self.normalisation}', which is not known here: "
                "update OccStudio"
            )

    @classmethod
    def from_mapping(cls, found: Mapping[str, Any]) -> Self:
        """The spec with these entries; unknown ones of later versions are ignored."""
        names = {entry.name for entry in fields(cls)}
        return cls(**{key: value for key, value in found.items() if key in names})
