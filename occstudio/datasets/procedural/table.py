"""A grammar of tables: dining, coffee, side, round, pedestal, trestle, desks with drawers.

The idea: a top of some outline on one of the bases, with measures drawn by use.
"""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    MIRROR_X,
    Assembly,
    arc,
    rounded_path,
    turned,
    vec,
)
from occstudio.datasets.procedural.bases import add_base, pedestal
from occstudio.datasets.procedural.legs import four_legs
from occstudio.datasets.procedural.primitives import Superellipsoid
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def table(rng: np.random.Generator) -> ProceduralSolid:
    """A table without drawers: any top on any base."""
    use = one_of(rng, {"dining": 4, "coffee": 4, "side": 3, "bar": 1, "console": 1})
    if use == "dining":
        width, depth, height = spread(rng, 0.8, 2.2), spread(rng, 0.7, 1.1), spread(rng, 0.7, 0.78)
    elif use == "coffee":
        width, depth, height = spread(rng, 0.6, 1.4), spread(rng, 0.45, 0.9), spread(rng, 0.28, 0.5)
    elif use == "side":
        width, depth, height = spread(rng, 0.3, 0.6), spread(rng, 0.3, 0.6), spread(rng, 0.4, 0.75)
    elif use == "bar":
        width, depth, height = spread(rng, 0.5, 0.9), spread(rng, 0.5, 0.8), spread(rng, 0.9, 1.15)
    else:
        width, depth, height = spread(rng, 0.9, 1.6), spread(rng, 0.3, 0.45), spread(rng, 0.7, 0.9)
    bench = Assembly(max(width, depth, height))
    thickness = max(spread(rng, 0.015, 0.07), bench.thin)
    shape = one_of(rng, {"square": 5, "round": 3, "oval": 2, "soft": 2, "tray": 1, "planks": 1.5,
                         "hollow": 0.7})  # fmt: skip
    if shape == "round":
        depth = width = min(width, 1.3)
    is_round = shape in {"round", "oval", "soft"}
    seat = Seating(
        width, depth, height, height, thickness, 0, 0, spread(rng, 0.01, 0.12) * depth,
        is_round=is_round,
    )  # fmt: skip
    _top(bench, rng, seat, shape)
    style = one_of(rng, {"legs": 9, "pedestal": 3, "trestle": 2, "cross": 2, "slabs": 1.5,
                         "sled": 1.5, "hairpin": 1.5, "tripod": 1, "columns": 1, "star": 1,
                         "block": 0.6, "frame": 1.5, "wire": 0.5})  # fmt: skip
    if style == "legs":
        has_shelf = chance(rng, 0.3)
        # A shelf meets upright legs only.
        four_legs(bench, rng, seat, splay=0.0 if has_shelf else None)
        if has_shelf:
            _lower_shelf(bench, rng, seat)
    elif style == "pedestal":
        pedestal(bench, rng, seat)
    elif is_round and style in {"trestle", "cross", "slabs", "sled", "frame"}:
        # These reach into corners that a round top does not have.
        add_base(bench, rng, seat, one_of(rng, {"tripod": 2, "star": 1, "hairpin": 1, "block": 1}))
    elif style == "trestle":
        _trestle(bench, rng, seat)
    elif style == "cross":
        _crossed(bench, rng, seat)
    elif style == "columns":
        _columns(bench, rng, seat)
    elif style == "frame":
        _frames(bench, rng, seat)
    else:
        add_base(bench, rng, seat, style)
    return bench.build("table")


def _top(bench: Assembly, rng: np.random.Generator, seat: Seating, shape: str) -> None:
    size = np.array([seat.width, seat.thickness, seat.depth])
    centre = np.array([0, seat.height - 0.5 * seat.thickness, 0])
    flat = turned(0, 90)
    if shape == "square":
        bench.box(centre, size, spread(rng, 0, 0.4) * seat.thickness)
    elif shape in {"round", "oval"}:
        bench.blob(centre, 0.5 * size, upright=spread(rng, 6, 20))
    elif shape == "soft":
        power = spread(rng, 2.5, 8)
        bench.blob(centre, 0.5 * size, across=power, upright=spread(rng, 6, 20))
    elif shape == "tray":
        bench.box(centre, size)
        rim = max(0.02, bench.thin)
        y = seat.height + 0.015
        for side in (-1.0, 1.0):
            bench.box([side * 0.5 * (seat.width - rim), y, 0], [rim, 0.05, seat.depth])
            bench.box([0, y, side * 0.5 * (seat.depth - rim)], [seat.width, 0.05, rim])
    elif shape == "planks":
        count = int(rng.integers(3, 7))
        for place in (np.arange(count) + 0.5) / count - 0.5:
            bench.box(
                centre + vec(0, 0, place * seat.depth),
                [seat.width, seat.thickness, 0.86 * seat.depth / count],
            )
        for side in (-0.35, 0.35):
            bench.box(
                centre + vec(side * seat.width, -0.7 * seat.thickness, 0),
                [0.06, seat.thickness, 0.95 * seat.depth],
            )
    else:
        outline = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
        outline = outline * (size[[0, 2]] - 0.1)
        bench.plate(outline, seat.thickness, flat, centre, radius=0.05)
        hole = Superellipsoid(
            across=2.0, upright=2.0, offset=centre,
            linear=np.diag([0.2 * seat.width, 1.0, 0.2 * seat.depth]),
        )  # fmt: skip
        bench.cut(hole, since=len(bench.parts) - 1)


def _trestle(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    x, z = 0.36 * seat.width, 0.42 * seat.depth
    thick = max(spread(rng, 0.03, 0.07), bench.thin)
    style = one_of(rng, {"a": 2, "x": 2, "t": 2})
    top = seat.under + 0.005
    first = len(bench.parts)
    if style == "a":
        for side in (-1.0, 1.0):
            bench.beam([x, 0, side * z], [x, top, side * 0.2 * z], thick, thick)
        bench.beam([x, 0.35 * top, -0.7 * z], [x, 0.35 * top, 0.7 * z], thick, thick)
    elif style == "x":
        for side in (-1.0, 1.0):
            bench.beam([x, 0, side * z], [x, top, -side * z], thick, thick)
    else:
        bench.beam([x, 0, 0], [x, top, 0], 2 * thick, 1.2 * thick)
        bench.box([x, 0.5 * thick, 0], [1.2 * thick, thick, 2 * z])
    bench.box([x, top - 0.5 * thick, 0], [thick, thick, 1.8 * z])
    bench.repeat(MIRROR_X, since=first)
    y = {"a": 0.35, "x": 0.5, "t": 0.3}[style] * top
    bench.beam([-x, y, 0], [x, y, 0], 0.7 * thick, 1.6 * thick, facing=(0, 1, 0))


def _crossed(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """X legs in the middle or two crossing frames."""
    thick = max(spread(rng, 0.02, 0.06), bench.thin)
    x, z = 0.42 * seat.width, 0.42 * seat.depth
    top = seat.under + 0.005
    if chance(rng, 0.5):
        for side in (-1.0, 1.0):
            bench.beam([x, 0, side * z], [-x, top, -side * z], thick, thick)
            bench.beam([-x, 0, side * z], [x, top, -side * z], thick, thick)
    else:
        for side in (-1.0, 1.0):
            bench.beam([-x, 0, side * z], [x, top, side * z], thick, thick)
            bench.beam([x, 0, side * z], [-x, top, side * z], thick, thick)
        bench.bar([0, 0.5 * top, -z], [0, 0.5 * top, z], 0.4 * thick)


def _columns(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Two pedestals, or a big cylinder or cone."""
    top = seat.under + 0.005
    if seat.width > 1.3 * seat.depth:
        for side in (-0.28, 0.28):
            x = side * seat.width
            bench.bar([x, 0, 0], [x, top, 0], spread(rng, 0.05, 0.2) * seat.depth)
            bench.blob([x, 0.025, 0], [0.12 * seat.width, 0.025, 0.4 * seat.depth], upright=6,
                       across=spread(rng, 2, 8))  # fmt: skip
    else:
        reach = 0.45 * min(seat.width, seat.depth)
        low, high = reach * spread(rng, 0.4, 1), reach * spread(rng, 0.3, 1)
        bench.bar([0, 0, 0], [0, top, 0], low, high)


def _frames(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Closed rectangles of bar at both ends."""
    thick = max(spread(rng, 0.018, 0.05), bench.thin)
    x, z = 0.5 * seat.width - seat.inset - thick, 0.5 * seat.depth - seat.inset
    top = seat.under + 0.3 * thick
    slant = spread(rng, -0.25, 0.25) * z
    for side in (-x, x):
        corners = np.array(
            [
                [side, 0.5 * thick, z],
                [side, 0.5 * thick, -z],
                [side, top, -z + slant],
                [side, top, z - slant],
            ]
        )
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            bench.beam(a, b, thick, thick, facing=(1, 0, 0))
    for end in (-z + slant, z - slant):
        if chance(rng, 0.7):
            bench.beam([-x, top, end], [x, top, end], thick, thick)


def _lower_shelf(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    y = spread(rng, 0.12, 0.5) * seat.height
    x, z = 0.5 * seat.width - seat.inset, 0.5 * seat.depth - seat.inset
    if seat.is_round:
        x, z = 0.72 * x, 0.72 * z
    thickness = max(0.018, bench.thin)
    if chance(rng, 0.6):
        bench.block([-x, y, -z], [x, y + thickness, z])
        return
    count = int(rng.integers(4, 9))
    for place in (np.arange(count) + 0.5) / count * 2 - 1:
        bench.box([0, y, place * z], [2 * x, thickness, 1.2 * z / count])
    for side in (-x, x):
        bench.box([side, y - 0.5 * thickness, 0], [0.04, thickness, 2 * z])


def glass_table(rng: np.random.Generator) -> ProceduralSolid:
    """A thin top on a sculptural base of bent tube or curved board."""
    width, depth = spread(rng, 0.7, 1.5), spread(rng, 0.6, 0.9)
    height = spread(rng, 0.35, 0.75)
    bench = Assembly(max(width, height))
    thin = bench.thin
    if chance(rng, 0.5):
        bench.blob([0, height - 0.5 * thin, 0], [0.5 * width, 0.5 * thin, 0.5 * depth], upright=16,
                   across=spread(rng, 2, 10))  # fmt: skip
    else:
        bench.block([-0.5 * width, height - thin, -0.5 * depth], [0.5 * width, height, 0.5 * depth])
    under = height - thin + 0.002
    style = one_of(rng, {"u": 2, "ring": 1, "spiral": 1, "loops": 2})
    radius = max(spread(rng, 0.01, 0.025), 0.5 * thin)
    x, z = 0.4 * width, 0.36 * depth
    if style == "u":
        line = np.array([[-x, under], [-x * 0.8, 0.5 * bench.thin], [x * 0.8, 0.5 * bench.thin],
                         [x, under]])  # fmt: skip
        bench.strip(rounded_path(line, 0.1), 1.6 * z, spread(rng, 0.02, 0.05))
    elif style == "ring":
        ring = 0.5 * under - radius * 0.5
        bench.ring([0, 0.5 * under, 0], ring, radius)
        bench.ring([0, 0.5 * under, 0], ring, radius, turned(1, 90))
    elif style == "spiral":
        path = arc(1.0, 0, 300, 17) * np.linspace(0.5, 1, 17)[:, None] * min(x, z) * 1.1
        turn = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        bench.strip(path, under, spread(rng, 0.015, 0.04), turn, [0, 0.5 * under, 0])
    else:
        for end in (-z, z):
            corners = np.array(
                [
                    [-x, under - radius, end],
                    [-x, radius, end],
                    [x, radius, end],
                    [x, under - radius, end],
                    [-x, under - radius, end],
                ]
            )
            bench.tube(rounded_path(corners, 0.08, 5), radius)
        for side in (-x, x):
            bench.bar([0.6 * side, radius, -z], [0.6 * side, radius, z], radius)
    return bench.build("table")
