"""A grammar of household machines, screens and basins."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    Assembly,
    bezier,
    turned,
    vec,
)
from occstudio.datasets.procedural.lamp import vase_profile
from occstudio.datasets.procedural.primitives import Box, Cone, Superellipsoid
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def radiator(rng: np.random.Generator) -> ProceduralSolid:
    """A row of upright tubes between two rails."""
    width, height = spread(rng, 0.5, 1.2), spread(rng, 0.4, 0.8)
    bench = Assembly(max(width, height))
    count = int(rng.integers(5, 14))
    for x in np.linspace(-0.5 * width, 0.5 * width, count):
        bench.tube(np.array([[x, 0.04, 0], [x, height, 0]]), 0.32 * width / count)
    for y in (0.1, height - 0.08):
        bench.bar([-0.5 * width, y, 0], [0.5 * width, y, 0], 0.03)
    return bench.build("everyday")


def appliance(rng: np.random.Generator) -> ProceduralSolid:
    """A washing machine, stove, fridge, toaster or mixer."""
    style = one_of(rng, {"washer": 2, "stove": 2, "fridge": 2, "toaster": 1, "mixer": 0.7})
    bench = Assembly(0.9 if style != "fridge" else 1.8)
    thin = bench.thin
    size = {"washer": (0.6, 0.85, 0.58), "stove": (0.6, 0.85, 0.6), "fridge": (0.6, 1.7, 0.62),
            "toaster": (0.35, 0.25, 0.2), "mixer": (0.3, 0.35, 0.3)}[style]  # fmt: skip
    width, height, depth = (s * spread(rng, 0.85, 1.15) for s in size)
    if style in {"toaster", "mixer"}:
        bench = Assembly(width)
        thin = bench.thin
    bench.box([0, 0.5 * height, 0], [width, height, depth], spread(rng, 0.0, 0.12) * depth)
    z = 0.5 * depth
    if style == "washer":
        bench.ring([0, 0.5 * height, z], 0.3 * width, 0.04 * width)
        bench.blob([0, 0.5 * height, z], [0.26 * width, 0.26 * width, 0.05])
        bench.bar(
            [0.3 * width, 0.9 * height, z - 0.01], [0.3 * width, 0.9 * height, z + 0.03], 0.03
        )
    elif style == "stove":
        for x in (-0.24, 0.24):
            for back in (-0.22, 0.22):
                bench.ring([x * width, height, back * depth], 0.14 * width, 0.6 * thin,
                           turned(0, 90))  # fmt: skip
        for x in np.linspace(-0.35, 0.35, 5):
            bench.bar(
                [x * width, 0.9 * height, z - 0.01], [x * width, 0.9 * height, z + 0.03], 0.02
            )
        bench.box([0, 0.45 * height, z + 0.01], [0.85 * width, 0.55 * height, 0.025])
        bench.bar([-0.35 * width, 0.7 * height, z + 0.05], [0.35 * width, 0.7 * height, z + 0.05],
                  0.012)  # fmt: skip
        for x in (-0.3, 0.3):
            bench.bar([x * width, 0.7 * height, z], [x * width, 0.7 * height, z + 0.05], 0.01)
    elif style == "fridge":
        split = spread(rng, 0.3, 0.7) * height
        for low, high in ((0.03, split - 0.01), (split + 0.01, height - 0.005)):
            bench.block([-0.5 * width, low, z - 0.01], [0.5 * width, high, z + 0.05], 0.015)
            bench.bar(
                [0.4 * width, low + 0.1, z + 0.09], [0.4 * width, high - 0.1, z + 0.09], 0.013
            )
            for y in (low + 0.15, high - 0.15):
                bench.bar([0.4 * width, y, z], [0.4 * width, y, z + 0.09], 0.013)
    elif style == "toaster":
        for side in (-0.2, 0.2):
            slot = Box(hx=0.38 * width, hy=0.3 * height, hz=0.08 * depth,
                       offset=np.array([0, height, side * depth]))  # fmt: skip
            bench.cut(slot)
        bench.box([0.52 * width, 0.7 * height, 0], [0.05, 0.03, 0.06])
    else:
        bench.bar([0, height - 0.01, 0], [0, height + 0.3 * width, 0], 0.3 * width, 0.45 * width)
    return bench.build("everyday")


def screen(rng: np.random.Generator) -> ProceduralSolid:
    """A monitor, television or laptop."""
    width = 1.0
    height = spread(rng, 0.5, 0.7)
    bench = Assembly(width)
    thick = max(spread(rng, 0.02, 0.08), bench.thin)
    if chance(rng, 0.3):
        lean = turned(0, -spread(rng, 5, 30))
        bench.box([0, 0.02, 0.35], [width, 0.03, 0.7], 0.008)
        bench.box(lean @ [0, 0.33, 0] + vec(0, 0.02, 0.0), [width, 0.66, 0.02], 0.005, lean)
        return bench.build("everyday")
    lift = spread(rng, 0.05, 0.25)
    tilt = turned(0, spread(rng, -10, 3))
    bench.box([0, lift + 0.5 * height, 0], [width, height, thick], 0.01, tilt)
    if chance(rng, 0.4):
        bench.blob([0, lift + 0.5 * height, -thick], [0.35, 0.35 * height, 0.1], upright=4)
    bench.beam([0, 0, -0.04 - 0.5 * thick], [0, lift + 0.4 * height, 0.0],
               spread(rng, 0.04, 0.2), 0.04)  # fmt: skip
    if chance(rng, 0.5):
        bench.blob([0, 0.012, -0.02], [0.25, 0.014, 0.14], across=spread(rng, 2, 8), upright=8)
    else:
        bench.box([0, 0.012, -0.02], [spread(rng, 0.3, 0.8), 0.024, 0.25])
    return bench.build("everyday")


def basin(rng: np.random.Generator) -> ProceduralSolid:
    """A bath, wash basin or toilet: a hollowed block."""
    style = one_of(rng, {"bath": 2, "basin": 2, "toilet": 1})
    if style == "toilet":
        bench = Assembly(0.8)
        bench.blob([0, 0.36, 0.1], [0.19, 0.06, 0.26], across=2.3, upright=5)
        bench.bar([0, 0, 0.02], [0, 0.38, 0.08], 0.11, 0.17)
        bench.cut(
            Cone(
                bottom=0.08,
                top=0.2,
                height=0.3,
                linear=np.diag([0.7, 1.0, 1.0]),
                offset=np.array([0, 0.38, 0.12]),
            )
        )
        bench.box([0, 0.55, -0.2], [0.4, 0.4, 0.18], 0.03)
        bench.box([0, 0.2, -0.12], [0.22, 0.4, 0.25], 0.03)
        if chance(rng, 0.5):
            bench.blob([0, 0.44, 0.1], [0.19, 0.02, 0.25], across=2.3, upright=6)
        return bench.build("everyday")
    width, depth, height = (1.6, 0.75, 0.55) if style == "bath" else (0.6, 0.45, 0.18)
    width, depth = width * spread(rng, 0.85, 1.2), depth * spread(rng, 0.85, 1.2)
    bench = Assembly(width)
    lift = 0.0
    if style == "basin":
        lift = spread(rng, 0.6, 0.75)
        bench = Assembly(lift + height)
        bench.lathe(vase_profile(rng) * [0.12, lift + 0.02])
    power = spread(rng, 2.0, 10.0)
    centre = np.array([0, lift + 0.5 * height, 0])
    wall = spread(rng, 0.04, 0.07)
    half = 0.5 * np.array([width, height, depth])
    if chance(rng, 0.3):
        bench.box(centre, 2 * half, 0.02)
    else:
        bench.blob(centre, half, across=power, upright=spread(rng, 4, 12))
    inner = np.array([half[0] - wall, 1.7 * half[1], half[2] - wall])
    bench.cut(
        Superellipsoid(
            across=max(power * 0.8, 2), upright=3.0, linear=np.diag(inner),
            offset=centre + vec(0, half[1], 0),
        ),
        since=len(bench.parts) - 1,
    )  # fmt: skip
    tap = np.array([0, lift + height, -half[2] + 0.5 * wall])
    if chance(rng, 0.7):
        path = bezier(
            tap - vec(0, 0.02, 0), tap + vec(0, 0.22, 0), tap + vec(0, 0.2, 0.14), count=8
        )
        bench.tube(path, 0.014)
    return bench.build("everyday")
