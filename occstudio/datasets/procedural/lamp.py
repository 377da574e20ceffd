"""A grammar of lamps: table, floor, desk, hanging and arc lamps, with solid or hollow shades."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    Assembly,
    Vector,
    bezier,
    rounded_path,
    turn_to,
    turned,
    vec,
)
from occstudio.datasets.procedural.legs import turned_profile
from occstudio.datasets.procedural.primitives import Doubles
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def lamp(rng: np.random.Generator) -> ProceduralSolid:
    """A lamp of any kind."""
    builders = {"table": _table_lamp, "floor": _floor_lamp, "desk": _desk_lamp,
                "hanging": _hanging, "arc": _arc_lamp, "chandelier": _chandelier}  # fmt: skip
    weights = {"table": 4, "floor": 3, "desk": 2, "hanging": 2, "arc": 1.2, "chandelier": 1.2}
    return builders[one_of(rng, weights)](rng)


def shade(
    bench: Assembly, rng: np.random.Generator, centre: Vector, radius: float, height: float,
    turn: Doubles | None = None, style: str | None = None,
) -> None:  # fmt: skip
    """A shade that opens downwards and is held by a stem through its centre."""
    turn = np.eye(3) if turn is None else turn
    centre = np.asarray(centre, float)
    style = style or one_of(rng, {"cone": 5, "drum": 3, "dome": 3, "globe": 2, "pleated": 1,
                                  "box": 1, "bell": 1.5})  # fmt: skip
    wall = bench.thin * 1.1
    top = radius * (spread(rng, 0.3, 0.85) if style != "drum" else 1.0)
    levels = np.linspace(-0.5, 0.5, 12)
    if style == "globe":
        bench.blob(centre, [radius, radius * spread(rng, 0.8, 1.2), radius], turn,
                   upright=spread(rng, 2, 3))  # fmt: skip
        return
    if style == "box":
        outline = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * radius
        flat = turn @ turned(0, -90)
        bench.plate(outline, height, flat, centre, taper=spread(rng, 0.5, 1.0))
        return
    if style == "dome":
        angle = np.linspace(0, 0.5 * np.pi, 12)
        line = np.column_stack([radius * np.cos(angle), (np.sin(angle) - 0.5) * height])
        line[-1, 0] = 0.0
    elif style == "bell":
        share = (levels + 0.5) ** spread(rng, 0.4, 0.8)
        line = np.column_stack([radius + (top * 0.6 - radius) * share, levels * height])
    else:
        line = np.column_stack([radius + (top - radius) * (levels + 0.5), levels * height])
        if style == "pleated":
            line[:, 0] *= 1 + 0.06 * (np.arange(12) % 2)
    if chance(rng, 0.3) and style != "dome":
        bench.lathe(line, centre, turn)
        return
    bench.lathe(line, centre, turn, wall=wall)
    if style == "dome":
        bench.bar(centre, centre + turn @ vec(0, 0.5 * height - 0.3 * wall, 0), 0.5 * wall)
    else:
        # A spider ties the shade to its stem.
        y = spread(rng, 0.08, 0.28) * height
        reach = float(np.interp(y, line[:, 1], line[:, 0]))
        if chance(rng, 0.5):
            low, high = vec(0, y - 0.5 * wall, 0), vec(0, y + 0.5 * wall, 0)
            bench.bar(centre + turn @ low, centre + turn @ high, reach)
        else:
            for angle in np.linspace(0, np.pi, 4)[:3]:
                away = reach * np.array([np.cos(angle), 0, np.sin(angle)])
                start, end = turn @ (vec(0, y, 0) - away), turn @ (vec(0, y, 0) + away)
                bench.bar(centre + start, centre + end, 0.5 * wall)


def _table_lamp(rng: np.random.Generator) -> ProceduralSolid:
    body, shade_height = spread(rng, 0.15, 0.45), spread(rng, 0.14, 0.32)
    radius = spread(rng, 0.1, 0.24)
    bench = Assembly(body + shade_height)
    style = one_of(rng, {"turned": 3, "vase": 3, "stick": 2, "block": 1, "balls": 1, "tripod": 1})
    foot = radius * spread(rng, 0.45, 0.85)
    if style in {"turned", "vase"}:
        line = turned_profile(rng) if style == "turned" else vase_profile(rng)
        line = line * np.array([foot, body])
        line[:, 0] = np.maximum(line[:, 0], 0.5 * bench.thin)
        bench.lathe(line)
        if style == "turned":
            bench.bar([0, 0, 0], [0, 0.025, 0], foot)
    elif style == "block":
        bench.box([0, 0.5 * body, 0], [1.2 * foot, body, 1.2 * foot], spread(rng, 0, 0.02))
    elif style == "balls":
        count = int(rng.integers(2, 5))
        for index in range(count):
            size = 0.5 * body / count
            bench.blob([0, (2 * index + 1) * size, 0], [size * 1.1] * 3)
        bench.bar([0, 0, 0], [0, 0.03, 0], foot)
    elif style == "tripod":
        for index in range(3):
            angle = 2 * np.pi * index / 3
            spot = np.array([np.cos(angle), 0, np.sin(angle)]) * foot
            bench.bar(spot, [0, body, 0], 0.009)
        bench.blob([0, body - 0.01, 0], [0.025] * 3)
    else:
        bench.bar([0, 0, 0], [0, 0.02, 0], foot)
    bench.bar([0, 0.01, 0], [0, body + 0.8 * shade_height, 0], 0.008)
    shade(bench, rng, [0, body + 0.5 * shade_height, 0], radius, shade_height)
    return bench.build("lamp")


def vase_profile(rng: np.random.Generator) -> Doubles:
    """A smooth bellied profile (k, 2), radius share and height share."""
    knots = rng.uniform(0.3, 1.0, 5)
    knots[-1] *= spread(rng, 0.3, 1.0)
    height = np.linspace(0, 1, 22)
    radii = bezier(*np.column_stack([knots, np.linspace(0, 1, 5)]), count=22)[:, 0]
    return np.column_stack([radii / radii.max(), height])


def _floor_lamp(rng: np.random.Generator) -> ProceduralSolid:
    height, radius = spread(rng, 1.2, 1.7), spread(rng, 0.14, 0.3)
    shade_height = spread(rng, 0.18, 0.4)
    bench = Assembly(height)
    style = one_of(rng, {"disc": 4, "tripod": 3, "column": 1, "uplight": 1.5, "paper": 1})
    stem = max(spread(rng, 0.011, 0.02), 0.5 * bench.thin)
    if style == "paper":
        line = vase_profile(rng) * np.array([radius, height])
        line[:, 0] *= 1 + 0.05 * (np.arange(len(line)) % 2)
        bench.lathe(line)
        return bench.build("lamp")
    if style == "tripod":
        hub = np.array([0, height - shade_height - spread(rng, 0.0, 0.5), 0])
        reach = spread(rng, 0.22, 0.4)
        for index in range(3):
            angle = 2 * np.pi * index / 3 + 0.5
            spot = np.array([np.cos(angle), 0, np.sin(angle)]) * reach
            bench.bar(spot, hub + 0.06 * spot, stem)
        bench.blob(hub, [2.5 * stem] * 3)
        if chance(rng, 0.3):
            bench.bar([0, 0.3 * hub[1], 0], [0, 0.3 * hub[1] + bench.thin, 0], 0.75 * reach)
        bench.bar(hub, [0, height - 0.1 * shade_height, 0], stem)
    else:
        foot = spread(rng, 0.12, 0.2)
        if chance(rng, 0.6):
            bench.bar([0, 0, 0], [0, max(0.025, bench.thin), 0], foot)
        else:
            bench.blob([0, 0, 0], [foot, 0.05, foot])
        thick = 3 * stem if style == "column" else stem
        bench.bar([0, 0, 0], [0, height - 0.1 * shade_height, 0], thick)
    if style == "uplight":
        angle = np.linspace(-0.5 * np.pi, 0, 12)
        line = np.column_stack([radius * np.cos(angle), 0.5 * shade_height * np.sin(angle)])
        bench.lathe(line, [0, height, 0], wall=bench.thin)
    else:
        shade(bench, rng, [0, height - 0.5 * shade_height, 0], radius, shade_height)
    if chance(rng, 0.15):
        knee = np.array([0, 0.6 * height, 0])
        tip = knee + np.array([0.2, 0.12, 0.05])
        bench.tube(rounded_path(np.array([knee, knee + vec(0.12, 0, 0.03), tip]), 0.05), 0.01)
        shade(bench, rng, tip, 0.08, 0.1, style="dome")
    return bench.build("lamp")


def _desk_lamp(rng: np.random.Generator) -> ProceduralSolid:
    """Jointed arms or a goose neck and a spot."""
    bench = Assembly(0.55)
    foot = spread(rng, 0.07, 0.11)
    if chance(rng, 0.7):
        bench.bar([0, 0, 0], [0, 0.025, 0], foot)
    else:
        bench.box([0, 0.02, 0], [2 * foot, 0.04, 1.6 * foot], 0.01)
    rod = spread(rng, 0.006, 0.01)
    elbow = np.array([0, spread(rng, 0.2, 0.35), -spread(rng, 0.03, 0.18)])
    tip = elbow + np.array([0, spread(rng, 0.0, 0.2), spread(rng, 0.18, 0.32)])
    if chance(rng, 0.4):
        above = tip + vec(0, 0.15, 0)
        bench.tube(bezier([0, 0.01, 0], [0, 1.4 * elbow[1], -0.1], above, tip, count=14), rod)
    else:
        gap = spread(rng, 0.012, 0.02) if chance(rng, 0.4) else 0.0
        for side in (-gap, gap) if gap else (0.0,):
            shift = np.array([side, 0, 0])
            bench.bar(np.array([0, 0.015, 0]) + shift, elbow + shift, rod)
            bench.bar(elbow + shift, tip + shift, rod)
        for joint in (elbow, tip, np.array([0, 0.03, 0])):
            bench.bar(joint - vec(gap + 0.012, 0, 0), joint + vec(gap + 0.012, 0, 0), 1.7 * rod)
    turn = turned(0, spread(rng, -50, 10))
    size = spread(rng, 0.05, 0.09)
    shade(bench, rng, tip - turn @ np.array([0, 0.3 * size, 0]), size, 1.6 * size, turn,
          style=one_of(rng, {"dome": 3, "bell": 0.01, "globe": 0.3}))  # fmt: skip
    bench.move(turned(1, spread(rng, -60, 60)))
    return bench.build("lamp")


def _hanging(rng: np.random.Generator) -> ProceduralSolid:
    radius, height = spread(rng, 0.12, 0.35), spread(rng, 0.12, 0.35)
    drop = spread(rng, 0.2, 0.7)
    bench = Assembly(max(2 * radius, height + drop))
    shade(bench, rng, [0, 0, 0], radius, height)
    bench.bar([0, 0.05 * height, 0], [0, drop + 0.5 * height, 0], 0.008)
    cup = spread(rng, 0.04, 0.07)
    bench.bar([0, drop + 0.5 * height - 0.03, 0], [0, drop + 0.5 * height, 0], cup)
    return bench.build("lamp")


def _arc_lamp(rng: np.random.Generator) -> ProceduralSolid:
    height, reach = spread(rng, 1.4, 2.0), spread(rng, 0.7, 1.3)
    bench = Assembly(max(height, reach + 0.3))
    path = bezier([0, 0.02, 0], [0, 1.25 * height, 0], [0.5 * reach, 1.2 * height, 0],
                  [reach, 0.78 * height, 0], count=18)  # fmt: skip
    bench.tube(path, spread(rng, 0.012, 0.02))
    if chance(rng, 0.5):
        bench.bar([0, 0, 0], [0, 0.05, 0], spread(rng, 0.14, 0.22))
    else:
        bench.box([0, 0.1, 0], [0.25, 0.2, 0.18], 0.01)
    size = spread(rng, 0.12, 0.22)
    shade(bench, rng, path[-1] - vec(0, 0.3 * size, 0), size, 1.2 * size,
          style=one_of(rng, {"dome": 3, "globe": 1, "drum": 1, "cone": 1}))  # fmt: skip
    bench.move(turned(1, spread(rng, 0, 360)))
    return bench.build("lamp")


def _chandelier(rng: np.random.Generator) -> ProceduralSolid:
    """Arms around a hub, each with a small shade, candle or globe."""
    arms, reach = int(rng.integers(3, 9)), spread(rng, 0.25, 0.45)
    bench = Assembly(2.2 * reach)
    rod = max(0.008, 0.5 * bench.thin)
    rise = spread(rng, -0.05, 0.2)
    bench.lathe(vase_profile(rng) * [spread(rng, 0.03, 0.07), 0.25], [0, -0.1, 0])
    bench.bar([0, 0, 0], [0, spread(rng, 0.3, 0.6), 0], rod)
    style = one_of(rng, {"globe": 2, "candle": 2, "dome": 2})
    size = spread(rng, 0.04, 0.07)
    for index in range(arms):
        angle = 2 * np.pi * index / arms
        away = np.array([np.cos(angle), 0, np.sin(angle)])
        end = reach * away + np.array([0, rise, 0])
        sag = 0.6 * reach * away - np.array([0, spread(rng, 0.1, 0.15), 0])
        bench.tube(bezier([0, 0, 0], sag, end - vec(0, 0.06, 0), end, count=9), rod)
        if style == "globe":
            bench.blob(end, [size, size, size])
        elif style == "candle":
            bench.bar(end, end + vec(0, 2.2 * size, 0), 0.02)
            bench.bar(end - vec(0, 0.005, 0), end + vec(0, rod, 0), size)
        else:
            shade(bench, rng, end, size, 1.6 * size, turn_to([0, -1.0, 0.001])
                  if chance(rng, 0.5) else None, style="dome")  # fmt: skip
    return bench.build("lamp")
