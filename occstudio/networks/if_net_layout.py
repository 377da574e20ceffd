"""The published Implicit Feature Networks, told apart by their widths.

`ShapeNet128Vox` and `ShapeNetPoints` have the same names and shapes: they differ in what they see,
and in what is found outside the cube.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from torch import Tensor


@dataclass(frozen=True, slots=True)
class IfNetLayout:
    """Widths of a network, which a state dict shows.

    Parameters
    ----------
    stem : int
        Channels of the convolution before the stages; 0 if there is none.
    stages : tuple of (str, int, int)
        Number in the published names, and the widths of a stage's two convolutions.
    hidden : tuple of int
        Widths of the fully connected layers.
    sees_coordinates : bool
        Whether the query's coordinates go into the first of them.
    """

    stem: int
    stages: tuple[tuple[str, int, int], ...]
    hidden: tuple[int, ...]
    sees_coordinates: bool = False

    @property
    def feature_channels(self) -> int:
        """Channels of the occupied cells and all features together."""
        return 1 + self.stem + sum(after for _, _, after in self.stages)


_STAGES: Final = (
    ("0", 32, 32),
    ("1", 64, 64),
    ("2", 128, 128),
    ("3", 128, 128),
    ("4", 128, 128),
)

CLASSES: Final = ("ShapeNet32Vox", "ShapeNet128Vox", "ShapeNetPoints", "SVR")


def published_layout(name: str, hidden_dim: int = 256) -> IfNetLayout:
    """The layout of one of `CLASSES`."""
    wide = (2 * hidden_dim, hidden_dim, hidden_dim)
    if name == "ShapeNet32Vox":
        return IfNetLayout(0, (("1", 32, 64), ("2", 128, 128), ("3", 128, 128)), wide)
    if name == "SVR":
        return IfNetLayout(16, _STAGES, wide, sees_coordinates=True)
    return IfNetLayout(16, _STAGES[:-1], (hidden_dim,) * 3)


def layout_of(state_dict: Mapping[str, Tensor]) -> IfNetLayout:
    """The layout of the network that a state dict belongs to."""
    stem = len(state_dict["conv_in.weight"]) if "conv_in.weight" in state_dict else 0
    numbers = sorted(m[1] for key in state_dict if (m := re.fullmatch(r"conv_(\d)\.weight", key)))
    stages = tuple(
        (n, len(state_dict[f"conv_{n}.weight"]), len(state_dict[f"conv_{n}_1.weight"]))
        for n in numbers
    )
    count = sum(bool(re.fullmatch(r"fc_\d\.weight", key)) for key in state_dict)
    hidden = tuple(len(state_dict[f"fc_{number}.weight"]) for number in range(count))
    layout = IfNetLayout(stem, stages, hidden)
    beside = state_dict["fc_0.weight"].shape[1] - 7 * layout.feature_channels
    return IfNetLayout(stem, stages, hidden, sees_coordinates=beside == 3)
