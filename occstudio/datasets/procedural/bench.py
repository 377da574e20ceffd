"""A grammar of benches with and without a back, ottomans and pouffes."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly
from occstudio.datasets.procedural.backs import add_back
from occstudio.datasets.procedural.bases import add_base
from occstudio.datasets.procedural.primitives import Box
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread
from occstudio.datasets.procedural.seats import add_arms, add_seat, suited
from occstudio.datasets.procedural.solid import ProceduralSolid


def bench(rng: np.random.Generator) -> ProceduralSolid:
    """A bench with or without a back, an ottoman or a pouffe."""
    if chance(rng, 0.25):
        return _ottoman(rng)
    height = spread(rng, 0.38, 0.48)
    seat = Seating(
        width=spread(rng, 0.9, 1.9), depth=spread(rng, 0.32, 0.55), height=height,
        top=height + spread(rng, 0.3, 0.5), thickness=spread(rng, 0.03, 0.1),
        lean=spread(rng, 0.0, 0.12), bow=0.0, inset=spread(rng, 0.03, 0.2),
    )  # fmt: skip
    style = one_of(rng, {"slab": 3, "slats": 3, "pad": 2, "sheet": 1})
    seat = suited(seat, style)
    table = Assembly(seat.width)
    add_base(table, rng, seat, one_of(rng, {"legs": 5, "sled": 2, "slabs": 3, "hairpin": 1}))
    add_seat(table, rng, seat, style)
    if chance(rng, 0.55):
        add_back(
            table, rng, seat,
            one_of(rng, {"ladder": 4, "spindles": 3, "lattice": 1, "cross": 1, "frame": 1,
                         "slab": 1, "comb": 1}),
        )  # fmt: skip
        if chance(rng, 0.6):
            add_arms(table, rng, seat)
    return table.build("bench")


def _ottoman(rng: np.random.Generator) -> ProceduralSolid:
    width, depth = spread(rng, 0.4, 1.1), spread(rng, 0.4, 0.8)
    height = spread(rng, 0.3, 0.5)
    table = Assembly(max(width, depth, height))
    style = one_of(rng, {"pad": 3, "drum": 2, "pouffe": 2, "cushion": 1})
    low = spread(rng, 0.03, 0.15)
    if style == "pad":
        table.pad([0, 0.5 * (low + height), 0], [width, height - low, depth], spread(rng, 0.1, 0.9))
    elif style == "drum":
        table.blob([0, 0.5 * (low + height), 0], [0.5 * width, 0.5 * (height - low), 0.5 * width],
                   upright=spread(rng, 3, 12))  # fmt: skip
    elif style == "pouffe":
        table.blob([0, 0.5 * height, 0], [0.5 * width, 0.5 * height, 0.5 * width],
                   across=spread(rng, 2, 3), upright=spread(rng, 2, 3))  # fmt: skip
        table.cut(Box(hx=2, hy=1, hz=2, offset=np.array([0, low * 0.5 - 1, 0])))
        return table.build("bench")
    else:
        table.cushion([0, 0.5 * (low + height), 0], [width, height - low, depth], edge=0.3)
        table.pad([0, low + 0.06, 0], [0.8 * width, 0.12, 0.8 * depth], 0.3)
        low += 0.03
    reach = 0.3 * min(width, depth)
    for x in (-reach, reach):
        for z in (-reach, reach):
            table.bar([x, 0, z], [x, low + 0.06, z], 0.016, 0.024)
    return table.build("bench")
