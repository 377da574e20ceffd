"""A grammar of easy chairs: small sofas, tubs, eggs and wide chairs with arms."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly, turned
from occstudio.datasets.procedural.backs import add_back
from occstudio.datasets.procedural.bases import add_base
from occstudio.datasets.procedural.primitives import Box, Superellipsoid
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread
from occstudio.datasets.procedural.seats import add_arms, add_seat, seat_style, suited
from occstudio.datasets.procedural.sofa import upholstered
from occstudio.datasets.procedural.solid import ProceduralSolid


def armchair(rng: np.random.Generator) -> ProceduralSolid:
    """An easy chair: upholstered block, shell or tub, or a wide chair with arms."""
    style = one_of(rng, {"sofa": 4, "tub": 1.5, "egg": 0.8, "framed": 4, "wing": 1})
    if style in {"sofa", "wing"}:
        return upholstered(rng, 1, "armchair", has_wings=style == "wing")
    if style == "tub":
        return _tub(rng)
    if style == "egg":
        return _egg(rng)
    height = spread(rng, 0.32, 0.44)
    seating = Seating(
        width=spread(rng, 0.52, 0.72), depth=spread(rng, 0.5, 0.72), height=height,
        top=height + spread(rng, 0.3, 0.6), thickness=spread(rng, 0.04, 0.16),
        lean=spread(rng, 0.08, 0.3), bow=spread(rng, 0.0, 0.1), inset=spread(rng, 0.02, 0.06),
        has_arms=True,
    )  # fmt: skip
    style = seat_style(rng)
    seating = suited(seating, style)
    bench = Assembly(max(seating.top, seating.depth + seating.lean))
    add_base(bench, rng, seating)
    add_seat(bench, rng, seating, style)
    add_back(bench, rng, seating)
    add_arms(bench, rng, seating)
    return bench.build("armchair")


def _tub(rng: np.random.Generator) -> ProceduralSolid:
    """A curved back that runs on into the arms, around a round or deep seat."""
    radius = spread(rng, 0.3, 0.42)
    seat, top = spread(rng, 0.36, 0.46), spread(rng, 0.62, 0.85)
    low = spread(rng, 0.05, 0.25)
    thick = spread(rng, 0.03, 0.13)
    bench = Assembly(max(2 * radius, top))
    wrap = spread(rng, 75, 125)
    squash = spread(rng, 0.9, 1.15)
    angles = np.radians(np.linspace(270 - wrap, 270 + wrap, 21))
    path = np.column_stack([np.cos(angles), squash * np.sin(angles)]) * radius
    turn = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    first = len(bench.parts)
    base = low if chance(rng, 0.4) else seat - 0.08
    bench.strip(path, top - base, thick, turn, [0, 0.5 * (top + base), 0], bevel=0.9)
    if chance(rng, 0.6):
        # The rim falls towards the front.
        drop = spread(rng, 5, 22)
        tilt = turned(0, drop)
        # The plane passes just under the rear of the rim.
        rear = np.array([0, top, -radius * squash])
        lid = Box(hx=1.0, hy=0.5, hz=1.5, linear=tilt, offset=rear + tilt @ [0, 0.5, 1.0])
        bench.cut(lid, since=first)
    # A deep base, or a slim one that shows the legs.
    base_low = low if chance(rng, 0.5) else seat - spread(rng, 0.06, 0.12)
    bench.blob(
        [0, 0.5 * (base_low + seat), 0.02],
        [radius, 0.5 * (seat - base_low), radius * squash],
        across=spread(rng, 2, 4),
        upright=8,
    )
    bench.blob([0, seat, 0.02], [0.95 * radius, 0.06, 0.95 * radius * squash], across=2.5,
               upright=spread(rng, 2, 4))  # fmt: skip
    seating = Seating(1.5 * radius, 1.5 * radius, base_low + 0.03, top, 0.03, 0, 0, 0.02)
    add_base(bench, rng, seating, one_of(rng, {"legs": 4, "pedestal": 2, "star": 1, "wire": 1}))
    return bench.build("armchair")


def _egg(rng: np.random.Generator) -> ProceduralSolid:
    """A hollow ball, egg or bucket with its front cut away."""
    half = np.array([spread(rng, 0.36, 0.48), spread(rng, 0.38, 0.6), spread(rng, 0.34, 0.46)])
    lift = spread(rng, 0.15, 0.3)
    bench = Assembly(2 * float(half[1]) + lift)
    wall = max(spread(rng, 0.02, 0.06), bench.thin)
    centre = np.array([0, lift + half[1], 0])
    bench.blob(centre, half, across=spread(rng, 2.0, 2.8), upright=spread(rng, 2.0, 2.8))
    bench.cut(Superellipsoid(linear=np.diag(half - wall), offset=centre))
    tilt = turned(0, spread(rng, -40, -5))
    away = tilt @ np.array([0, 0, 1.0])
    depth = spread(rng, 0.05, 0.3)
    bench.cut(Box(hx=2, hy=2, hz=1, linear=tilt, offset=centre + away * (depth * half[2] + 1)))
    seat = lift + spread(rng, 0.5, 0.75) * half[1]
    bench.pad([0, seat - 0.04, 0.0], [1.55 * half[0], 0.14, 1.45 * half[2]], 0.7)
    seating = Seating(1.1 * half[0], 1.1 * half[2], lift + 0.06, 1.0, 0.02, 0, 0, 0.03)
    style = one_of(rng, {"legs": 1, "pedestal": 3, "star": 2})
    add_base(bench, rng, seating, style)
    return bench.build("armchair")
