"""A grammar of vases, bottles, cups and bowls, and of potted plants."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    MIRROR_X,
    Assembly,
    bezier,
    turned,
    vec,
)
from occstudio.datasets.procedural.lamp import vase_profile
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def vessel(rng: np.random.Generator) -> ProceduralSolid:
    """A vase, bottle, cup, bowl or jug."""
    style = one_of(rng, {"vase": 3, "bottle": 2, "cup": 3, "bowl": 2, "jug": 1, "pot": 1})
    radius, height = {"vase": (0.3, 0.9), "bottle": (0.16, 0.9), "cup": (0.45, 0.9),
                      "bowl": (0.5, 0.4), "jug": (0.35, 0.9), "pot": (0.5, 0.6)}[style]  # fmt: skip
    radius *= spread(rng, 0.7, 1.2)
    height *= spread(rng, 0.7, 1.1)
    bench = Assembly(max(2 * radius, height))
    wall = bench.thin * spread(rng, 1.0, 2.2)
    if style == "bottle":
        share = np.linspace(0, 1, 24)
        neck, shoulder = spread(rng, 0.25, 0.5), spread(rng, 0.45, 0.75)
        soft = 1 / (1 + np.exp((share - shoulder) * spread(rng, 12, 40)))
        line = np.column_stack([neck + (1 - neck) * soft, share])
    elif style == "bowl":
        angle = np.linspace(-0.5 * np.pi, spread(rng, -0.1, 0.3), 16)
        line = np.column_stack([np.cos(angle), (np.sin(angle) + 1)])
        line[0, 0] = 0.0
        line[:, 1] /= line[-1, 1]
    elif style in {"cup", "pot"}:
        belly = spread(rng, -0.2, 0.25)
        share = np.linspace(0, 1, 16)
        line = np.column_stack(
            [spread(rng, 0.6, 1.0) * (1 - share) + share + belly * np.sin(np.pi * share), share]
        )
    else:
        line = vase_profile(rng)
    line = line * np.array([radius, height])
    line[:, 0] = np.maximum(line[:, 0], 2.2 * wall)
    if chance(rng, 0.8):
        bench.lathe(line, wall=wall)
        bench.bar([0, 0, 0], [0, 1.2 * wall, 0], float(line[0, 0]))
    else:
        bench.lathe(line)
    if style in {"cup", "jug"} or (style == "pot" and chance(rng, 0.5)):
        grip = spread(rng, 0.18, 0.3) * height
        y = spread(rng, 0.45, 0.6) * height
        x = float(np.interp(y, line[:, 1], line[:, 0]))
        low = float(np.interp(y - grip, line[:, 1], line[:, 0]))
        high = float(np.interp(y + grip, line[:, 1], line[:, 0]))
        out = x + spread(rng, 0.6, 1.2) * grip
        path = bezier(
            [high - 0.6 * wall, y + grip, 0],
            [1.3 * out, y + grip, 0],
            [1.3 * out, y - grip, 0],
            [low - 0.6 * wall, y - grip, 0],
            count=14,
        )
        bench.tube(path, spread(rng, 0.9, 1.5) * wall)
        if style == "pot":
            bench.repeat(MIRROR_X, since=len(bench.parts) - 1)
    bench.move(turned(1, spread(rng, 0, 360)))
    return bench.build("everyday")


def plant(rng: np.random.Generator) -> ProceduralSolid:
    """A pot with stems and leaves: broad, sword-like, bushy or a small tree."""
    height = spread(rng, 0.5, 1.1)
    bench = Assembly(height)
    pot, tall = spread(rng, 0.12, 0.22), spread(rng, 0.15, 0.35) * height
    taper = spread(rng, 0.6, 1.0)
    if chance(rng, 0.7):
        bench.bar([0, 0, 0], [0, tall, 0], pot * taper, pot)
    else:
        bench.box([0, 0.5 * tall, 0], [2 * pot, tall, 2 * pot], 0.01)
    style = one_of(rng, {"broad": 3, "sword": 2, "tree": 2, "bush": 1, "cactus": 1})
    stem = max(0.009, 0.5 * bench.thin)
    if style == "cactus":
        top = height
        bench.tube(np.array([[0, tall - 0.02, 0], [0, top, 0]]), 0.35 * pot)
        for _ in range(int(rng.integers(1, 4))):
            angle, y = spread(rng, 0, 2 * np.pi), spread(rng, tall + 0.1, 0.75 * top)
            away = np.array([np.cos(angle), 0, np.sin(angle)]) * pot
            bench.tube(bezier([0, y, 0], away + vec(0, y, 0), away + vec(0, y + 0.2, 0), count=7),
                       0.2 * pot)  # fmt: skip
        return bench.build("everyday")
    trunk = spread(rng, 0.45, 0.7) * height if style == "tree" else tall
    if style == "tree":
        bench.tube(bezier([0, tall - 0.02, 0], [spread(rng, -0.06, 0.06), 0.5 * trunk, 0],
                          [0, trunk, 0], count=7), 1.8 * stem)  # fmt: skip
    count = int(rng.integers(6, 16))
    for index in range(count):
        angle = 2.4 * index + spread(rng, -0.3, 0.3)
        away = np.array([np.cos(angle), 0, np.sin(angle)])
        up = spread(rng, 0.2, 1.0)
        if style == "bush":
            spot = np.array([0, tall + 0.5 * (height - tall), 0]) + away * 0.5 * pot
            spot += np.array([0, (up - 0.6) * 0.5 * (height - tall), 0])
            bench.blob(spot, rng.uniform(0.35, 0.6, 3) * (height - tall) * 0.6)
            continue
        length = (height - trunk) * spread(rng, 0.5, 1.0)
        tip = np.array([0, trunk, 0]) + length * (away * (1.1 - 0.8 * up) + vec(0, up, 0))
        if style == "sword":
            path = bezier([0, tall - 0.02, 0] + 0.3 * pot * away, 0.6 * tip + vec(0, 0.1, 0), tip,
                          count=7)  # fmt: skip
            radii = np.array([1, 1.6, 1.9, 1.9, 1.6, 1.2, 0.8]) * stem
            bench.tube(path, radii)
            continue
        bench.tube(bezier([0, trunk - 0.02, 0], [0, 0.6 * trunk + 0.4 * tip[1], 0], tip, count=6),
                   stem)  # fmt: skip
        turn = turned(1, 90 - float(np.degrees(angle))) @ turned(0, spread(rng, 0, 60))
        size = spread(rng, 0.07, 0.14) * (height / 0.8)
        forward = turn @ np.array([0, 0, 0.65 * size])
        if chance(rng, 0.5):
            bench.blob(tip + forward, [0.55 * size, 0.011, size], turn)
        else:
            bench.sheet(tip + forward, [1.1 * size, 0.013, 2 * size], turn, squareness=2.0,
                        bend_z=-0.3 * size, bend_x=0.15 * size)  # fmt: skip
    return bench.build("everyday")
