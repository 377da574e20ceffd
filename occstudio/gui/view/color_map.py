"""Colour maps that mean what they show: equal steps of value are equal steps to the eye.

Colours are mixed in OKLab (Ottosson 2020), in which distances are close to what people see, and
not in RGB, where a ramp has bands and dull middles. Lightness rises evenly along a sequential map
and is symmetric in a diverging one, so they read the same to people who don't see red and green
apart, and in print.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Colors = NDArray[np.uint8]

_STEPS = 256
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(rgb: NDArray[np.floating]) -> NDArray[np.float64]:
    """Lightness and two colour axes of sRGB colours ``(n, 3)`` in 0..1."""
    rgb = np.asarray(rgb, np.float64)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T


def srgb(lab: NDArray[np.floating]) -> NDArray[np.float64]:
    """SRGB colours ``(n, 3)`` in 0..1 of OKLab; what no screen can show is clipped."""
    linear = (np.asarray(lab, np.float64) @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(linear @ np.linalg.inv(_TO_LMS).T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def rgb_of(color: str) -> NDArray[np.float64]:
    """``#rrggbb`` as three numbers in 0..1."""
    return np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255


@dataclass(frozen=True, slots=True)
class ColorMap:
    """Colours along a scale from 0 to 1.

    Parameters
    ----------
    name : str
        For tests and messages.
    anchors : tuple of str
        At equal distances, as ``#rrggbb``.
    is_diverging: bool
        Whether the middle anchor means zero: then each half is evened by itself.
    """

    name: str
    anchors: tuple[str, ...]
    is_diverging: bool = False
    table: Colors = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lab = oklab(np.stack([rgb_of(color) for color in self.anchors]))
        middle = len(lab) // 2
        if self.is_diverging:
            halves = (_evened(lab[: middle + 1], _STEPS // 2), _evened(lab[middle:], _STEPS // 2))
            table = np.concatenate(halves)
        else:
            table = _evened(lab, _STEPS)
        colors = np.round(255 * srgb(table)).astype(np.uint8)
        colors.flags.writeable = False
        object.__setattr__(self, "table", colors)

    def __call__(self, values: NDArray[np.floating]) -> Colors:
        """Colours ``(..., 3)`` uint8 of values in 0..1; beyond it the ends are used."""
        index = np.clip(np.nan_to_num(np.asarray(values)) * _STEPS, 0, _STEPS - 1).astype(np.intp)
        return self.table[index]

    def css(self, value: float) -> str:
        """The colour of one value as ``#rrggbb``."""
        return "#" + "".join(f"{c:02x}" for c in self(np.array(value)))


def _evened(lab: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """A path through anchors, in steps that are alike to the eye."""
    fine = np.linspace(0, len(lab) - 1, 2001)
    path = np.stack([np.interp(fine, np.arange(len(lab)), lab[:, k]) for k in range(3)], 1)
    walked = np.concatenate([[0], np.linalg.norm(np.diff(path, axis=0), axis=1).cumsum()])
    even = np.linspace(0, walked[-1], steps)
    return np.stack([np.interp(even, walked, path[:, k]) for k in range(3)], 1)


BELIEF = ColorMap("belief", ("#10163a", "#1b3f7a", "#1f7a8c", "#4fae7b", "#c6cf5a", "#fff3b8"))
"""Probability, from surely empty (night) to surely solid (cream)."""

DISTANCE = ColorMap(
    "distance", ("#1b4fb5", "#6f9be8", "#ece8e1", "#e8946a", "#b3381f"), is_diverging=True
)
"""Signed distance, from inside (blue) through none (paper) to outside (brick)."""

DOUBT = ColorMap("doubt", ("#e9e2d6", "#f0b77d", "#dc6a5b", "#99306f", "#3c1a5b"))
"""Uncertainty, from sure (clay) to a guess (plum)."""
