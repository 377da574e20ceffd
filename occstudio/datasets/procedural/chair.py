"""A grammar of chairs: any base under any seat with any back and arms.

The idea: a chair is its `Seating` (the few measures that all parts must agree on) and one choice
each for base, seat, back, arms and stretchers; every choice is a function that puts its parts on
the bench where the measures say. Variety comes from the product of the choices.
"""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly
from occstudio.datasets.procedural.backs import add_back
from occstudio.datasets.procedural.bases import add_base, five_star, stool_ring
from occstudio.datasets.procedural.legs import four_legs
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread
from occstudio.datasets.procedural.seats import add_arms, add_seat, seat_style, suited
from occstudio.datasets.procedural.solid import ProceduralSolid


def chair(rng: np.random.Generator) -> ProceduralSolid:
    """A dining, kitchen, office or garden chair, often without arms."""
    seating = Seating.drawn(rng, arms=0.25)
    top = seat_style(rng)
    seating = suited(seating, top)
    bench = Assembly(max(seating.top, seating.width))
    style = one_of(rng, {"any": 0.8, "cantilever": 0.08, "folding": 0.06, "swivel": 0.06})
    if style == "any":
        add_base(bench, rng, seating)
    else:
        add_base(bench, rng, seating, style)
    add_seat(bench, rng, seating, top)
    add_back(bench, rng, seating)
    if seating.has_arms:
        add_arms(bench, rng, seating)
    return bench.build("chair")


def stool(rng: np.random.Generator) -> ProceduralSolid:
    """A stool: low or at the bar, round or square, with a foot ring or a short back at times."""
    height = spread(rng, 0.30, 0.82)
    width = spread(rng, 0.28, 0.48) * (0.8 if height > 0.6 else 1.0)
    seating = Seating(
        width=width,
        depth=width * spread(rng, 0.7, 1.05),
        height=height,
        top=height + spread(rng, 0.12, 0.32),
        thickness=spread(rng, 0.02, 0.09),
        lean=spread(rng, 0.0, 0.06),
        bow=spread(rng, 0.0, 0.08),
        inset=spread(rng, 0.02, 0.06),
    )
    top = seat_style(rng)
    seating = suited(seating, top)
    bench = Assembly(max(height, width))
    if height > 0.55 and chance(rng, 0.35):
        # Legs upright, so that the ring meets them all, or a column that carries its spokes.
        if chance(rng, 0.5):
            four_legs(bench, rng, seating, splay=0.0)
        else:
            add_base(bench, rng, seating, one_of(rng, {"pedestal": 2, "star": 1, "swivel": 1}))
        stool_ring(bench, rng, seating)
    else:
        add_base(bench, rng, seating)
    add_seat(bench, rng, seating, top)
    if height > 0.5 and chance(rng, 0.25):
        add_back(bench, rng, seating)
    return bench.build("stool")


def office_chair(rng: np.random.Generator) -> ProceduralSolid:
    """A swivel chair on a five-star base."""
    seating = Seating.drawn(rng, arms=0.6)
    top = one_of(rng, {"pad": 4, "sheet": 2, "slab": 1, "cushion": 2})
    seating = suited(seating, top)
    bench = Assembly(max(seating.top, seating.width) + 0.05)
    five_star(bench, rng, seating)
    add_seat(bench, rng, seating, top)
    add_back(
        bench, rng, seating, one_of(rng, {"pad": 4, "shell": 3, "frame": 2, "ladder": 1, "post": 3})
    )
    if seating.has_arms:
        add_arms(bench, rng, seating)
    return bench.build("office_chair")


def windsor(rng: np.random.Generator) -> ProceduralSolid:
    """A chair of spindles: turned splayed legs, a saddle seat and a bow, comb or rod back."""
    seating = Seating.drawn(rng, arms=0.35)
    top = one_of(rng, {"slab": 1, "sheet": 2, "disc": 1, "shield": 2})
    seating = suited(seating, top)
    bench = Assembly(max(seating.top, seating.width))
    four_legs(bench, rng, seating, style=one_of(rng, {"turned": 3, "round": 2}), splay=0.06)
    add_seat(bench, rng, seating, top)
    add_back(bench, rng, seating, one_of(rng, {"hoop": 3, "spindles": 3, "comb": 2}))
    if seating.has_arms:
        add_arms(bench, rng, seating, "bar")
    return bench.build("windsor")
