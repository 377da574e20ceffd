"""A grammar of desks, and the drawers and handles that cabinets share with them."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    Assembly,
    vec,
)
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def desk(rng: np.random.Generator) -> ProceduralSolid:
    """A desk with drawers, a screen panel or a hutch."""
    width, depth = spread(rng, 0.9, 1.7), spread(rng, 0.5, 0.8)
    height = spread(rng, 0.7, 0.78)
    bench = Assembly(width)
    thin = max(spread(rng, 0.018, 0.04), bench.thin)
    bench.block([-0.5 * width, height - thin, -0.5 * depth], [0.5 * width, height, 0.5 * depth])
    under = height - thin + 0.004
    style = one_of(rng, {"left": 2, "both": 2, "legs": 2, "panels": 2})
    box_width = spread(rng, 0.3, 0.42)
    sides = {"left": [-1.0], "both": [-1.0, 1.0], "legs": [], "panels": []}[style]
    if style == "left" and chance(rng, 0.5):
        sides = [1.0]
    lift = spread(rng, 0.0, 0.15) if chance(rng, 0.5) else 0.0
    for side in sides:
        x = side * (0.5 * width - 0.5 * box_width)
        drawers(bench, rng, [x - 0.5 * box_width, lift, -0.48 * depth],
                [x + 0.5 * box_width, under, 0.47 * depth])  # fmt: skip
        if lift > 0:
            for a in (-0.4, 0.4):
                for b in (-0.4, 0.4):
                    bench.bar(
                        [x + a * box_width, 0, b * depth],
                        [x + a * box_width, lift + 0.01, b * depth],
                        0.018,
                    )
    for side in {-1.0, 1.0} - set(sides):
        x = side * (0.5 * width - 0.03)
        if style == "panels" or (style == "left" and chance(rng, 0.5)):
            bench.block([x - 0.5 * thin, 0, -0.48 * depth], [x + 0.5 * thin, under, 0.48 * depth])
        else:
            for z in (-0.43 * depth, 0.43 * depth):
                bench.beam([x, 0, z], [x, under, z], 0.045, 0.045)
            if chance(rng, 0.5):
                bench.beam([x, 0.03, -0.43 * depth], [x, 0.03, 0.43 * depth], 0.045, 0.045)
    if chance(rng, 0.6):
        low = spread(rng, 0.2, 0.5)
        bench.block([-0.5 * width + 0.02, low, -0.44 * depth],
                    [0.5 * width - 0.02, under, -0.44 * depth + thin])  # fmt: skip
    if style == "legs" and chance(rng, 0.6):
        drawers(bench, rng, [-0.4 * width, under - 0.12, -0.4 * depth],
                [0.4 * width, under, 0.46 * depth], rows=1)  # fmt: skip
    if chance(rng, 0.3):
        _hutch(bench, rng, width, depth, height, thin)
    return bench.build("desk")


def drawers(
    bench: Assembly,
    rng: np.random.Generator,
    low: list[float],
    high: list[float],
    *,
    rows: int | None = None,
) -> None:
    """A block with drawer fronts and knobs, bars or grooves on its front."""
    bench.block(low, high)
    rows = rows or int(rng.integers(2, 5))
    columns = 1 if high[0] - low[0] < 0.7 else int(rng.integers(2, 4))
    proud = max(0.016, bench.thin)
    gap = 0.6 * bench.thin
    handle = one_of(rng, {"knob": 2, "bar": 3, "none": 2, "long": 1})
    for row in range(rows):
        for column in range(columns):
            width = (high[0] - low[0]) / columns
            tall = (high[1] - low[1]) / rows
            x = low[0] + (column + 0.5) * width
            y = low[1] + (row + 0.5) * tall
            out = proud * (4.0 if chance(rng, 0.04) else 1.0)
            bench.block(
                [x - 0.5 * width + gap, y - 0.5 * tall + gap, high[2] - 0.01],
                [x + 0.5 * width - gap, y + 0.5 * tall - gap, high[2] + out],
                0.003,
            )
            handle_on(bench, handle, [x, y, high[2] + out], min(width, 0.5))


def handle_on(
    bench: Assembly, style: str, place: list[float], room: float, *, is_upright: bool = False
) -> None:
    """A knob or a bar handle on a front that faces +Z."""
    x, y, z = place
    thin = bench.thin
    if style == "knob":
        bench.bar([x, y, z - 0.003], [x, y, z + 0.8 * thin], 0.5 * thin)
        bench.blob([x, y, z + 1.2 * thin], [0.9 * thin, 0.9 * thin, 0.7 * thin])
    elif style in {"bar", "long"}:
        reach = room * (0.18 if style == "bar" else 0.38)
        along = np.array([0, 1.0, 0]) if is_upright else np.array([1.0, 0, 0])
        centre = np.array([x, y, z + 1.7 * thin])
        bench.bar(centre - reach * along, centre + reach * along, 0.55 * thin)
        for side in (-0.8, 0.8):
            foot = centre + side * reach * along
            bench.bar(foot - vec(0, 0, 1.8 * thin), foot, 0.5 * thin)


def _hutch(
    bench: Assembly, rng: np.random.Generator, width: float, depth: float, height: float,
    thin: float,
) -> None:  # fmt: skip
    top = height + spread(rng, 0.2, 0.7)
    rear, front = -0.5 * depth, -0.5 * depth + spread(rng, 0.18, 0.3)
    for x in np.linspace(-0.5 * width, 0.5 * width - thin, int(rng.integers(2, 5))):
        bench.block([x, height - 0.005, rear], [x + thin, top, front])
    for y in np.linspace(height + 0.15, top, int(rng.integers(1, 3)) + 1)[1:]:
        bench.block([-0.5 * width, y - thin, rear], [0.5 * width, y, front])
    if chance(rng, 0.5):
        bench.block([-0.5 * width, height - 0.01, rear], [0.5 * width, top, rear + thin])
