"""Random deformations with exact inverses: many shapes from few.

A label is only known in the shape as stored, so every deformation here can be undone exactly:
input points go forward through it, query points drawn in the deformed world go back before
their label is read. Linear maps (mirror, yaw, anisotropic scale, small tilt) are followed by
shears along one axis that depend on another (bends, waves) and by a taper.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.arrays import Points


@dataclass(frozen=True, slots=True)
class AugmentationRecipe:
    """How strongly shapes are deformed.

    Parameters
    ----------
    scale : float
        Each axis is scaled by up to this factor or its inverse.
    free_yaw : float
        Probability of any rotation about the up axis; otherwise a multiple of 90 degrees.
    tumble : float
        Probability of any rotation at all, for shapes that lie as they fell.
    tilt_degrees : float
        Largest tilt of the up axis.
    bend : float
        Probability of each of the bends; their amplitude is at most 0.06.
    taper : float
        Probability of narrowing towards the top or the bottom.
    quarter_turns : bool
        Whether a shape without a free yaw is turned by a random multiple of 90 degrees.
    """

    scale: float = 1.35
    free_yaw: float = 0.3
    tumble: float = 0.05
    tilt_degrees: float = 4.0
    bend: float = 0.35
    taper: float = 0.25
    quarter_turns: bool = True

    def in_pose(self) -> "AugmentationRecipe":
        """The same without turns: fronts stay in front, and only left and right are mirrored."""
        return replace(self, quarter_turns=False, free_yaw=0.0, tumble=0.0)

    def weakened(self, strength: float) -> "AugmentationRecipe":
        """The same with all deformations weaker: 1 leaves them, 0 only mirrors and quarter turns.

        Towards the end of a run this lets a network learn how thick things really are.
        """
        return replace(
            self,
            scale=self.scale**strength,
            free_yaw=self.free_yaw * strength,
            tumble=self.tumble * strength,
            tilt_degrees=self.tilt_degrees * strength,
            bend=self.bend * strength,
            taper=self.taper * strength,
        )


class Deformation(Protocol):
    """A map of space with an exact inverse; points are (n, 3) float32."""

    def forward(self, points: Points) -> Points:
        """Stored shape to training shape."""
        ...

    def inverse(self, points: Points) -> Points:
        """Training shape to stored shape."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """``p -> matrix p + offset``."""

    matrix: NDArray[np.float32]
    offset: NDArray[np.float32]

    def forward(self, points: Points) -> Points:
        """Apply the map."""
        return points @ self.matrix.T + self.offset

    def inverse(self, points: Points) -> Points:
        """Undo the map."""
        back: NDArray[np.float32] = np.linalg.inv(self.matrix).astype(np.float32)
        moved = points - self.offset
        return np.ascontiguousarray(moved @ back.T, np.float32)


@dataclass(frozen=True, slots=True)
class Bend:
    """Shear of `axis` by a sine along `along`; both forward and inverse keep volume."""

    axis: int
    along: int
    amplitude: float
    frequency: float
    phase: float

    def forward(self, points: Points) -> Points:
        """Shift by the sine."""
        return self._shifted(points, 1)

    def inverse(self, points: Points) -> Points:
        """Shift back."""
        return self._shifted(points, -1)

    def _shifted(self, points: Points, sign: int) -> Points:
        moved = points.copy()
        wave = np.sin(self.frequency * points[:, self.along] + self.phase)
        moved[:, self.axis] += np.float32(sign * self.amplitude) * wave
        return moved


@dataclass(frozen=True, slots=True)
class Taper:
    """The horizontal axes scaled by ``1 + slope * y``; meant for ``|slope * y| < 1``."""

    slope: float

    def forward(self, points: Points) -> Points:
        """Narrow or widen."""
        return self._scaled(points, 1)

    def inverse(self, points: Points) -> Points:
        """Undo it."""
        return self._scaled(points, -1)

    def _scaled(self, points: Points, power: int) -> Points:
        factor = np.maximum(1 + np.float32(self.slope) * points[:, 1:2], 0.1) ** power
        scaled = points * factor
        scaled[:, 1] = points[:, 1]
        return scaled


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Deformations one after the other."""

    links: tuple[Deformation, ...]

    def forward(self, points: Points) -> Points:
        """First to last."""
        for link in self.links:
            points = link.forward(points)
        return points

    def inverse(self, points: Points) -> Points:
        """Last to first."""
        for link in reversed(self.links):
            points = link.inverse(points)
        return points


def draw_deformation(
    surface: Points, recipe: AugmentationRecipe, rng: np.random.Generator
) -> Deformation:
    """A random deformation whose result fills the unit cube again.

    Parameters
    ----------
    surface : (n, 3) float32
        Points on the stored shape, enough to know its extent.
    recipe : AugmentationRecipe
        What may happen and how strongly.
    rng : numpy.random.Generator
        Source of all randomness.
    """
    links: list[Deformation] = [Affine(_linear(recipe, rng), np.zeros(3, np.float32))]
    if rng.random() < recipe.taper:
        links.append(Taper(float(rng.uniform(-0.6, 0.6))))
    for axis, along in ((0, 1), (2, 1), (1, 0), (1, 2)):
        if rng.random() < recipe.bend / 2:
            amplitude, frequency = rng.uniform(0.01, 0.06), rng.uniform(2.0, 7.0)
            phase = float(rng.uniform(0, 2 * np.pi))
            links.append(Bend(axis, along, float(amplitude), float(frequency), phase))
    bent = Chain(tuple(links))
    return Chain((bent, unit_box(bent.forward(surface))))


def unit_box(surface: Points) -> Affine:
    """The map that centres the points' box and makes its longest side one."""
    low, high = surface.min(axis=0), surface.max(axis=0)
    scale = np.float32(1 / max(float((high - low).max()), 1e-6))
    return Affine(np.eye(3, dtype=np.float32) * scale, -(low + high) / 2 * scale)


def _linear(recipe: AugmentationRecipe, rng: np.random.Generator) -> NDArray[np.float32]:
    log_scale = np.log(recipe.scale)
    scale = np.diag(np.exp(rng.uniform(-log_scale, log_scale, 3)))
    if rng.random() < 0.5:
        scale[0, 0] *= -1
    if rng.random() < recipe.tumble:
        rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        return (rotation @ scale).astype(np.float32)
    free = rng.random() < recipe.free_yaw
    turned = np.pi / 2 * rng.integers(4) * recipe.quarter_turns
    yaw = rng.uniform(0, 2 * np.pi) if free else turned
    tilt = np.radians(recipe.tilt_degrees) * rng.uniform(-1, 1, 2) * (rng.random() < 0.3)
    turn = _about(1, yaw) @ _about(0, tilt[0]) @ _about(2, tilt[1])
    return (turn @ scale).astype(np.float32)


def _about(axis: int, angle: float) -> NDArray[np.float64]:
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = np.cos(angle)
    turn[second, first], turn[first, second] = np.sin(angle), -np.sin(angle)
    return turn
