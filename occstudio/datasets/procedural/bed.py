"""A grammar of beds: frame, mattress, pillows, a duvet; bunks, cots and four-posters among them."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly, turned
from occstudio.datasets.procedural.legs import turned_profile
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def bed(rng: np.random.Generator) -> ProceduralSolid:
    """A single or double bed; the head is at -Z."""
    if chance(rng, 0.14):
        return _bunk(rng)
    width, length = spread(rng, 0.8, 2.0), spread(rng, 1.85, 2.2)
    bench = Assembly(length)
    low = spread(rng, 0.08, 0.3) if chance(rng, 0.7) else 0.0
    side = spread(rng, 0.1, 0.25)
    deck = low + side
    over = spread(rng, 0.0, 0.1)
    style = one_of(rng, {"box": 3, "rails": 3, "platform": 1})
    x, z = 0.5 * width + over, 0.5 * length
    board = max(0.03, bench.thin)
    if style == "rails":
        for a in (-x, x - board):
            bench.block([a, low, -z], [a + board, deck + 0.05, z])
        bench.block([-x, low, z - board], [x, deck + 0.05, z])
        bench.block([-x, deck - 0.05, -z], [x, deck, z])
    else:
        bench.block([-x, low, -z], [x, deck, z], spread(rng, 0.0, 0.03))
    _bed_feet(bench, rng, x, z, low)
    _head(bench, rng, x, z, low, deck)
    if chance(rng, 0.3):
        _foot_board(bench, rng, x, z, low, deck)
    top = deck
    if chance(rng, 0.92):
        top = deck + spread(rng, 0.12, 0.28)
        bench.pad(
            [0, 0.5 * (deck + top) - 0.01, 0.005],
            [width, top - deck + 0.02, length - 0.04],
            spread(rng, 0.1, 0.6),
        )
        _bedding(bench, rng, width, length, top)
    else:
        for place in np.linspace(-0.45, 0.45, 12):
            bench.box([0, deck + 0.01, place * length], [width, 0.03, 0.07])
    return bench.build("bed")


def _bed_feet(bench: Assembly, rng: np.random.Generator, x: float, z: float, low: float) -> None:
    if low <= 0:
        return
    thick = max(spread(rng, 0.03, 0.08), bench.thin)
    if chance(rng, 0.2):
        bench.block([-0.8 * x, 0, -0.85 * z], [0.8 * x, low + 0.1, 0.85 * z])
        return
    for a in (-x + 0.5 * thick, x - 0.5 * thick):
        for b in (-z + thick, z - thick):
            if chance(rng, 0.5):
                bench.bar([a, 0, b], [a, low + 0.02, b], 0.4 * thick, 0.6 * thick)
            else:
                bench.beam([a, 0, b], [a, low + 0.02, b], thick, thick)


def _head(
    bench: Assembly, rng: np.random.Generator, x: float, z: float, low: float, deck: float
) -> None:
    style = one_of(rng, {"board": 3, "pad": 3, "bars": 2, "arch": 2, "posts": 1.2, "none": 1})
    top = deck + spread(rng, 0.3, 0.9)
    thick = max(spread(rng, 0.03, 0.07), bench.thin)
    if style == "none":
        return
    if style == "board":
        bench.box([0, 0.5 * top, -z - 0.4 * thick], [2 * x, top, thick], 0.01)
    elif style == "pad":
        count = int(rng.integers(1, 6))
        for place in (np.arange(count) + 0.5) / count * 2 - 1:
            bench.pad([place * x, 0.5 * (low + top), -z - 0.05], [2 * x / count, top - low, 0.14],
                      spread(rng, 0.3, 0.9))  # fmt: skip
        bench.block([-x, low, -z - 0.08], [x, top - 0.1, -z + 0.02])
    elif style == "arch":
        angle = np.linspace(0, np.pi, 17)
        rise = 0.4 * (top - deck)
        curve = np.column_stack([x * np.cos(angle), top - rise + rise * np.sin(angle)])
        outline = np.concatenate([[[x, low]], curve, [[-x, low]]])
        bench.plate(outline, thick, None, [0, 0, -z - 0.4 * thick], bevel=0.2 * thick)
    else:
        posts = top + (0.9 if style == "posts" else 0.05)
        profile = turned_profile(rng) * np.array([1.1 * thick, posts])
        profile[:, 0] = np.maximum(profile[:, 0], 0.5 * bench.thin)
        ends = (-z,) if style == "bars" else (-z, z)
        for a in (-x, x):
            for b in ends:
                bench.lathe(profile, [a, 0, b])
        if style == "posts":
            for a in (-x, x):
                bench.beam([a, posts - 0.05, -z], [a, posts - 0.05, z], 0.04, 0.04)
            for b in ends:
                bench.beam([-x, posts - 0.05, b], [x, posts - 0.05, b], 0.04, 0.04)
        for y in (deck + 0.1, top):
            bench.bar([-x, y, -z], [x, y, -z], 0.5 * thick)
        for place in np.linspace(-1, 1, int(rng.integers(4, 12)))[1:-1]:
            bench.bar([place * x, deck + 0.1, -z], [place * x, top, -z], 0.35 * thick)


def _foot_board(
    bench: Assembly, rng: np.random.Generator, x: float, z: float, low: float, deck: float
) -> None:
    top = deck + spread(rng, 0.1, 0.4)
    thick = max(0.035, bench.thin)
    if chance(rng, 0.6):
        bench.box([0, 0.5 * (low + top), z], [2 * x, top - low, thick], 0.01)
        return
    for a in (-x, x):
        bench.beam([a, 0, z], [a, top, z], 0.05, 0.05)
    bench.bar([-x, top - 0.02, z], [x, top - 0.02, z], 0.5 * thick)
    for place in np.linspace(-1, 1, int(rng.integers(4, 10)))[1:-1]:
        bench.bar([place * x, deck - 0.02, z], [place * x, top - 0.02, z], 0.4 * thick)


def _bedding(
    bench: Assembly, rng: np.random.Generator, width: float, length: float, top: float
) -> None:
    """Pillows at the head and a duvet that falls over the sides or lies folded."""
    pillows = 1 if width < 1.2 else 2
    rows = int(rng.integers(0, 3)) if chance(rng, 0.9) else 0
    size = min(0.95 * width / pillows, 0.8)
    for row in range(rows):
        tilt = spread(rng, 0, 15) if row == 0 else spread(rng, 20, 60)
        deep = spread(rng, 0.35, 0.5) * (1 - 0.1 * row)
        for place in (np.arange(pillows) + 0.5) / pillows - 0.5:
            turn = turned(1, spread(rng, -8, 8)) @ turned(0, tilt)
            z = -0.5 * length + 0.5 * deep + 0.05 + 0.06 * row
            y = top + 0.035 + 0.45 * deep * np.sin(np.radians(tilt)) + 0.05 * row
            bench.cushion([place * width, y, z], [0.94 * size, spread(rng, 0.13, 0.2), deep], turn,
                          edge=0.5, pinch=spread(rng, 0.0, 0.08))  # fmt: skip
    if chance(rng, 0.75):
        start = -0.5 * length + spread(rng, 0.35, 0.9)
        end = 0.5 * length + spread(rng, -0.1, 0.03)
        fall = spread(rng, 0.0, 0.22)
        wide = width + (0.1 if fall > 0.02 else 0.04)
        bench.sheet(
            [0, top + 0.015, 0.5 * (start + end)],
            [wide, spread(rng, 0.035, 0.09), end - start],
            bend_x=-fall, power=spread(rng, 10, 20), wave=spread(rng, 0.0, 0.012),
            wave_x=spread(rng, 3, 9), wave_z=spread(rng, 2, 7), phase=spread(rng, 0, 6),
            squareness=12,
        )  # fmt: skip
        if chance(rng, 0.4):
            bench.pad([0, top + 0.05, start + 0.12], [wide, 0.09, 0.3], 0.8)


def _bunk(rng: np.random.Generator) -> ProceduralSolid:
    """Two decks, or one high deck, between posts, with rails and a ladder."""
    width, length = spread(rng, 0.8, 1.1), spread(rng, 1.8, 2.1)
    height = spread(rng, 1.4, 1.85)
    bench = Assembly(length)
    post = max(spread(rng, 0.045, 0.08), bench.thin)
    x, z = 0.5 * width, 0.5 * length
    for a in (-x, x):
        for b in (-z, z):
            bench.beam([a, 0, b], [a, height, b], post, post)
    decks = [height - 0.45] if chance(rng, 0.3) else [0.3, height - 0.45]
    for y in decks:
        bench.block([-x, y, -z], [x, y + 0.08, z])
        bench.pad([0, y + 0.14, 0], [0.93 * width, 0.16, 0.96 * length], 0.4)
        if chance(rng, 0.7):
            bench.cushion([0, y + 0.26, -0.4 * length], [0.7 * width, 0.16, 0.4])
    for y in (height - 0.2, height - 0.04):
        bench.beam([-x, y, -z], [-x, y, z], 0.03, 0.06, facing=(0, 1, 0))
        bench.beam([x, y, -z], [x, y, 0.4 * z], 0.03, 0.06, facing=(0, 1, 0))
        for b in (-z, z):
            bench.beam([-x, y, b], [x, y, b], 0.03, 0.06, facing=(0, 1, 0))
    bench.beam([x, 0.3, 0.4 * z], [x, height, 0.4 * z], 0.03, 0.06)
    for b in (0.45 * z, 0.8 * z):
        bench.beam([x + 0.2, 0, b], [x, height, b], 0.03, 0.04)
    for share in np.linspace(0.12, 0.75, 5):
        spot = x + 0.2 * (1 - share)
        bench.bar([spot, share * height, 0.45 * z], [spot, share * height, 0.8 * z], 0.016)
    bench.bar([x, 0.3, 0.4 * z], [x, 0.3, -z], 0.02)
    return bench.build("bed")
