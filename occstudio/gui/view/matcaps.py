"""Matcaps: pictures of a lit ball, from which a surface takes its colour by its normal.

They are computed here, not photographed: a few soft lights on a ball with a material, in linear
light, so they belong to nobody else and cost nothing on disk.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from occstudio.gui.view.color_map import rgb_of

SIDE = 256
"""Pixels along a matcap."""


@dataclass(frozen=True, slots=True)
class _Light:
    direction: tuple[float, float, float]
    color: str
    strength: float
    softness: float = 0.25
    """How far the light reaches around the ball, as a part of its radius."""


@dataclass(frozen=True, slots=True)
class _Material:
    color: str
    lights: tuple[_Light, ...]
    gloss: float
    sharpness: float
    rim: str
    rim_strength: float
    ambient: str


_MATERIALS: dict[str, _Material] = {
    "clay": _Material(
        "#d6c0aa",
        (
            _Light((-0.5, 0.75, 0.6), "#fff4e6", 1.05),
            _Light((0.9, 0.1, 0.35), "#b9d0ff", 0.30, 0.5),
            _Light((0.1, -1.0, 0.2), "#e8b591", 0.18, 0.6),
        ),
        gloss=0.10,
        sharpness=14,
        rim="#ffe3c9",
        rim_strength=0.28,
        ambient="#2b2726",
    ),
    "porcelain": _Material(
        "#eef1f4",
        (
            _Light((-0.45, 0.8, 0.55), "#ffffff", 0.85),
            _Light((0.85, 0.25, 0.4), "#cfe0ff", 0.35, 0.4),
            _Light((0.0, -1.0, 0.1), "#c9b8a8", 0.20, 0.6),
        ),
        gloss=0.75,
        sharpness=90,
        rim="#dfe9ff",
        rim_strength=0.35,
        ambient="#3c4350",
    ),
    "jade": _Material(
        "#4f9d86",
        (
            _Light((-0.5, 0.7, 0.6), "#fffbe8", 0.80),
            _Light((0.8, -0.2, 0.4), "#7fd6c0", 0.45, 0.7),
            _Light((0.0, -0.9, 0.3), "#2f6f8f", 0.35, 0.7),
        ),
        gloss=0.45,
        sharpness=45,
        rim="#b8f2dd",
        rim_strength=0.45,
        ambient="#12302c",
    ),
}

NAMES = tuple(_MATERIALS)
"""Names of the matcaps, as in the settings."""


@cache
def picture(name: str) -> NDArray[np.uint8]:
    """A matcap, (256, 256, 3), upper row first; the first one for an unknown name."""
    material = _MATERIALS.get(name, _MATERIALS[NAMES[0]])
    # Beyond the ball's outline its edge goes on, so that filtering never mixes in a background.
    axis = np.linspace(-1, 1, SIDE)
    x, y = np.meshgrid(axis, -axis)
    radius = np.hypot(x, y)
    shrunk = np.minimum(radius, 0.995) / np.maximum(radius, 1e-9)
    x, y = x * shrunk, y * shrunk
    normal = np.stack([x, y, np.sqrt(np.maximum(1 - x * x - y * y, 0))], axis=-1)
    color = _linear(material.color)
    light = np.broadcast_to(_linear(material.ambient), normal.shape).copy()
    shine = np.zeros_like(light)
    for each in material.lights:
        toward = np.asarray(each.direction) / np.linalg.norm(each.direction)
        facing = (normal @ toward + each.softness) / (1 + each.softness)
        light += each.strength * np.clip(facing, 0, 1)[..., None] ** 1.4 * _linear(each.color)
        half = toward + np.array([0, 0, 1])
        glint = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1) ** material.sharpness
        shine += each.strength * material.gloss * glint[..., None] * _linear(each.color)
    rim = material.rim_strength * (1 - normal[..., 2:]) ** 3 * _linear(material.rim)
    lit = color * light + shine + rim
    # Highlights roll off instead of clipping.
    mapped = np.where(lit < 0.7, lit, 0.7 + 0.3 * np.tanh((lit - 0.7) / 0.3))
    pixels = np.round(255 * np.clip(mapped, 0, 1) ** (1 / 2.2)).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels


def _linear(color: str) -> NDArray[np.float64]:
    return rgb_of(color) ** 2.2
