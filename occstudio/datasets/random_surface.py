"""Random looks: colours and woven, grained, striped or speckled surfaces for any mesh.

A network that reads shape from a photo must not read it from the colour. So views are also
rendered in materials that nobody chose: plain colours, and patterns laid on every face from the
axis that it faces most, which needs no texture coordinates of the model's own.
"""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.textured_mesh import Floats, Material, TexturedMesh, face_normals

_TILE = 128  # pixels of a pattern, which repeats


def random_materials(count: int, rng: np.random.Generator) -> tuple[Material, ...]:
    """Draw `count` materials that might stand in one room: related colours, some patterned."""
    hue = rng.random()
    spread = rng.choice([0.03, 0.15, 0.5])
    return tuple(_random_material((hue + rng.normal(0, spread)) % 1.0, rng) for _ in range(count))


def shifted_materials(
    materials: tuple[Material, ...], rng: np.random.Generator
) -> tuple[Material, ...]:
    """The same materials in other colours: hue turned, lightness and strength changed alike."""
    turn, gain, strength = rng.uniform(-0.5, 0.5), rng.uniform(0.6, 1.3), rng.uniform(0.3, 1.3)
    mixing = _turned_hue(turn, strength) * gain
    changed: list[Material] = []
    for material in materials:
        color = np.clip(mixing @ np.array(material.color), 0.02, 1)
        texture = material.texture
        if texture is not None:
            mixed = texture.reshape(-1, 3).astype(np.float32) @ mixing.T.astype(np.float32)
            texture = np.clip(mixed, 0, 255).astype(np.uint8).reshape(texture.shape)
            color = np.ones(3)
        red, green, blue = color.tolist()
        changed.append(Material((red, green, blue), material.shine, texture))
    return tuple(changed)


def box_mapped(mesh: TexturedMesh, scale: float, rng: np.random.Generator) -> Floats:
    """Texture coordinates (F, 3, 2) by the axis that each face is most at right angles to."""
    axis = np.abs(face_normals(mesh.corners)).argmax(axis=1)
    others = np.array([[2, 1], [0, 2], [0, 1]])[axis]
    if rng.random() < 0.5:  # the grain along the other way
        others = others[:, ::-1]
    rows = np.arange(len(axis))[:, None, None]
    corner = np.arange(3)[None, :, None]
    picked = mesh.corners[rows, corner, others[:, None, :]]
    return (picked * scale + rng.random(2)).astype(np.float32)


def _random_material(hue: float, rng: np.random.Generator) -> Material:
    if rng.random() < 0.3:  # wood: the commonest of all
        hue = rng.uniform(0.05, 0.11)
        saturation, value = rng.uniform(0.25, 0.75), rng.uniform(0.2, 0.9)
    else:
        saturation, value = rng.beta(1.2, 2.0), rng.uniform(0.15, 1.0)
    color = np.array(colorsys.hsv_to_rgb(hue, saturation, value))
    shine = float(rng.choice([0.02, 0.1, 0.3, 0.55]))
    if rng.random() < 0.45:
        return Material(tuple(color.tolist()), shine)
    other = np.clip(color * rng.uniform(0.4, 1.5) + rng.normal(0, 0.08, 3), 0, 1)
    blend = _pattern(rng)[..., None]
    pixels = (color * blend + other * (1 - blend)) * 255
    return Material((1.0, 1.0, 1.0), shine, np.clip(pixels, 0, 255).astype(np.uint8))


def _pattern(rng: np.random.Generator) -> NDArray[np.float64]:
    # (TILE, TILE), 0 to 1, periodic both ways.
    y, x = np.mgrid[:_TILE, :_TILE] / _TILE
    kind = rng.choice(["grain", "noise", "stripes", "checks", "weave", "speckle"])
    if kind == "grain":
        waves = 0.5 + 0.5 * np.sin(2 * np.pi * (rng.integers(3, 9) * x + 1.5 * _noise(rng, 1.2, 6)))
        return 0.7 * waves + 0.3 * _noise(rng, 0.5, 12)
    if kind == "noise":
        return _noise(rng, rng.uniform(0.8, 2.0), 1)
    if kind == "stripes":
        return (np.sin(2 * np.pi * rng.integers(2, 9) * x) > rng.uniform(-0.7, 0.7)) * 1.0
    if kind == "checks":
        n = int(rng.integers(1, 5))
        return ((np.sin(2 * np.pi * n * x) > 0) ^ (np.sin(2 * np.pi * n * y) > 0)) * 1.0
    if kind == "weave":
        n = int(rng.integers(8, 17))
        return np.abs(np.sin(np.pi * n * x)) * np.abs(np.sin(np.pi * n * y))
    return np.asarray(_noise(rng, 0.3, 1) > rng.uniform(0.5, 0.75), np.float64)


def _noise(rng: np.random.Generator, steepness: float, stretch: float) -> NDArray[np.float64]:
    # Noise whose spectrum falls with the frequency; stretched along the columns' direction.
    f = np.fft.fftfreq(_TILE) * _TILE
    radius = np.hypot(f[:, None] * stretch, f[None, :])
    spectrum = np.fft.fft2(rng.normal(size=(_TILE, _TILE))) / np.maximum(radius, 1) ** steepness
    spectrum[0, 0] = 0
    values = np.fft.ifft2(spectrum).real
    return np.clip(0.5 + values / (4 * values.std() + 1e-12), 0, 1)


def _turned_hue(turn: float, strength: float) -> NDArray[np.float64]:
    # A rotation about the grey axis, then greyer or stronger.
    c, s = np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    grey = np.full((3, 3), 1 / 3)
    return grey + strength * (c * (np.eye(3) - grey) + s * cross)
