"""The measures of a seat that base, seat, back and arms must agree on, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from occstudio.datasets.procedural.primitives import Doubles


@dataclass(frozen=True, slots=True)
class Seating:
    """Measures of one seat in metres; the back stands at -Z."""

    width: float
    depth: float
    height: float
    """Top of the seat above the floor."""
    top: float
    """Top of the back above the floor."""
    thickness: float
    """Of the seat board or cushion."""
    lean: float
    """How far the top of the back lies behind its foot."""
    bow: float
    """How far the sides of the back come forward of its middle."""
    inset: float
    """Distance of the legs from the edge of the seat."""
    has_arms: bool = False
    narrow: float = 1.0
    """Width at the rear, as a share of the width at the front."""
    is_round: bool = False
    """Whether the seat has no corners, so that legs must stand closer."""

    @classmethod
    def drawn(cls, rng: np.random.Generator, arms: float) -> Seating:
        """Measures of an ordinary chair; `arms` is the probability of arms."""
        height = spread(rng, 0.38, 0.50)
        return cls(
            width=spread(rng, 0.38, 0.56),
            depth=spread(rng, 0.36, 0.54),
            height=height,
            top=height + spread(rng, 0.26, 0.66),
            thickness=spread(rng, 0.015, 0.05) if chance(rng, 0.6) else spread(rng, 0.04, 0.12),
            lean=spread(rng, 0.0, 0.17),
            bow=spread(rng, 0.0, 0.12) if chance(rng, 0.6) else 0.0,
            inset=spread(rng, 0.015, 0.06),
            has_arms=chance(rng, arms),
            narrow=spread(rng, 0.75, 1.0) if chance(rng, 0.4) else 1.0,
        )

    @property
    def is_bent(self) -> bool:
        """Whether the back is not flat."""
        return self.bow > 0.005 or self.is_round

    @property
    def under(self) -> float:
        """Underside of the seat."""
        return self.height - self.thickness

    def back(self, x: float, share: float) -> Doubles:
        """The point of the back plane at `x` and a share of its height (0 seat, 1 top)."""
        side = 2 * x / self.width
        if self.is_round:
            # The back follows the rim of the seat.
            around = 0.5 * self.depth * (1 - np.sqrt(1 - 0.8 * min(side * side, 1.0)))
        else:
            around = 0.0
        y = self.height + share * (self.top - self.height)
        z = -0.5 * self.depth + 0.01 - self.lean * share + self.bow * side * side + around
        return np.array([x, y, z])

    def back_line(self, share: float, reach: float = 0.5, count: int = 9) -> Doubles:
        """A level line (count, 3) across the back, between -reach and reach of the width."""
        return np.array(
            [self.back(x * self.width, share) for x in np.linspace(-reach, reach, count)]
        )

    def corners(self, y: float, inset: float) -> list[Doubles]:
        """The four corners under the seat: front left, front right, rear left, rear right."""
        share = 0.72 if self.is_round else 1.0
        x, z = share * 0.5 * self.width - inset, share * 0.5 * self.depth - inset
        rear = x * self.narrow
        return [np.array(c) for c in ((-x, y, z), (x, y, z), (-rear, y, -z), (rear, y, -z))]


def spread(rng: np.random.Generator, low: float, high: float) -> float:
    """A number uniform between two bounds."""
    return float(rng.uniform(low, high))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """Whether something of a given probability happens."""
    return bool(rng.uniform() < probability)


def one_of(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """One name drawn by weight."""
    names = list(weights)
    shares = np.array([weights[name] for name in names], float)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]
