"""A grammar of long seats: sun loungers, bent sheets, deck chairs, chaises longues, rockers."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    Assembly,
    bezier,
    rounded_path,
    turned,
    vec,
)
from occstudio.datasets.procedural.backs import add_back
from occstudio.datasets.procedural.primitives import Doubles
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread
from occstudio.datasets.procedural.seats import add_arms, add_seat, seat_style, suited
from occstudio.datasets.procedural.solid import ProceduralSolid


def lounger(rng: np.random.Generator) -> ProceduralSolid:
    """A long seat to lie on: sun lounger, chaise longue, deck chair, zig-zag or rocker."""
    style = one_of(rng, {"sun": 3, "wave": 3, "deck": 1.2, "chaise": 2, "rocker": 2.5})
    builders = {"sun": _sun_lounger, "wave": _wave, "deck": _deck_chair, "chaise": _chaise_longue,
                "rocker": _rocker}  # fmt: skip
    return builders[style](rng)


def _side_line(rng: np.random.Generator, length: float, seat: float, back: float) -> Doubles:
    """Head, hip, knee and foot of a reclining seat as (4, 2) of z and height."""
    angle = np.radians(spread(rng, 15, 60))
    hip = np.array([-0.08 * length, seat])
    head = hip + back * np.array([-np.cos(angle), np.sin(angle)])
    knee = np.array([0.2 * length, seat + spread(rng, -0.02, 0.14)])
    foot = np.array([0.55 * length, seat - spread(rng, -0.05, 0.16)])
    return np.stack([head, hip, knee, foot])


def _sun_lounger(rng: np.random.Generator) -> ProceduralSolid:
    width, length, seat = spread(rng, 0.55, 0.75), spread(rng, 1.5, 1.95), spread(rng, 0.25, 0.4)
    bench = Assembly(length)
    thick = max(spread(rng, 0.025, 0.05), bench.thin)
    x = 0.5 * width
    angle = spread(rng, 10, 55) if chance(rng, 0.8) else 0.0
    hinge, front = -0.1 * length, 0.5 * length
    back = 0.42 * length
    for side in (-1.0, 1.0):
        bench.box([side * (x - 0.5 * thick), seat - thick, 0.0], [thick, 2 * thick, length])
    for z in (-0.42 * length, 0.42 * length):
        for side in (-1.0, 1.0):
            bench.beam([side * (x - 0.5 * thick), 0, z], [side * (x - 0.5 * thick), seat - thick,
                       z], thick, 1.5 * thick)  # fmt: skip
        bench.bar([-x + 0.01, seat - thick, z], [x - 0.01, seat - thick, z], 0.5 * thick)
    style = one_of(rng, {"slats": 2, "pad": 2, "sheet": 1})
    head = np.array([0, np.sin(np.radians(angle)), -np.cos(np.radians(angle))]) * back
    turn = turned(0, angle)
    pivot = np.array([0, seat + 0.3 * thick, hinge])
    if style == "slats":
        count = int(rng.integers(5, 10))
        for place in (np.arange(count) + 0.5) / count:
            z = hinge + place * (front - hinge)
            bench.box([0, seat + 0.3 * thick, z], [width, thick, 0.6 * (front - hinge) / count])
            bench.box(pivot + place * head, [width * 0.9, thick, 0.6 * back / count], 0, turn)
        for side in (-0.35, 0.35):
            shift = np.array([side * width, -0.4 * thick, 0])
            bench.beam(pivot + shift, pivot + shift + head, thick, thick, facing=(0, 1, 0))
    else:
        plump = spread(rng, 0.05, 0.11) if style == "pad" else thick
        bench.pad([0, seat + 0.4 * plump, 0.5 * (hinge + front)],
                  [0.97 * width, plump, front - hinge], 0.5)  # fmt: skip
        bench.pad(pivot + 0.5 * head + vec(0, 0.2 * plump, 0), [0.97 * width, plump, back + 0.03],
                  0.5, turn)  # fmt: skip
    if angle > 12:
        for side in (-0.4, 0.4):
            top = pivot + 0.65 * head + np.array([side * width, 0, 0])
            bench.bar(top, [side * width, seat - 0.5 * thick, top[2] - 0.02], 0.5 * thick)
        bench.bar([-x + 0.3 * thick, seat - thick, -0.35 * length],
                  [x - 0.3 * thick, seat - thick, -0.35 * length], 0.5 * thick)  # fmt: skip
    return bench.build("lounger")


def _wave(rng: np.random.Generator) -> ProceduralSolid:
    """One bent sheet on a slender frame."""
    width, length, seat = spread(rng, 0.48, 0.7), spread(rng, 1.1, 1.7), spread(rng, 0.26, 0.4)
    bench = Assembly(length)
    line = _side_line(rng, length, seat, spread(rng, 0.6, 0.85))
    path = rounded_path(line, spread(rng, 0.1, 0.4), 8)
    thick = spread(rng, 0.02, 0.1)
    side_turn = np.array([[0, 0, 1.0], [0, 1.0, 0], [-1.0, 0, 0]])
    # Local x is -z of the world, so that the turn stays a rotation.
    bench.strip(path * [-1, 1], width, thick, side_turn, [0, 0, 0])
    path3 = np.column_stack([np.zeros(len(path)), path[:, 1], path[:, 0]])
    if chance(rng, 0.3):
        head = path3[1] + np.array([0, 0.6 * thick + 0.02, 0.02])
        bench.bar(
            head - vec(0.4 * width, 0, 0), head + vec(0.4 * width, 0, 0), spread(rng, 0.04, 0.07)
        )
    under = float(path[:, 1].min())
    radius = max(spread(rng, 0.01, 0.02), 0.5 * bench.thin)
    style = one_of(rng, {"legs": 2, "sled": 2, "arc": 2, "block": 1})
    middle = path3[np.argmin(path[:, 1])]
    if style == "block":
        bench.block(
            [-0.35 * width, 0, min(-0.25 * length, middle[2])],
            [0.35 * width, under, max(0.3 * length, middle[2])],
            0.02,
        )
        bench.block([-0.3 * width, 0, middle[2] - 0.12], [0.3 * width, under + 0.3 * thick,
                    middle[2] + 0.12])  # fmt: skip
        return bench.build("lounger")
    cross = middle
    for side in (-0.42, 0.42):
        x = side * width
        rear, front = path3[len(path3) // 4] * 1.0, path3[-3] * 1.0
        rear[0] = front[0] = x
        if style == "arc":
            control = np.array([x, -min(rear[1], front[1]) * 0.9, 0.5 * (rear[2] + front[2])])
            arc_path = bezier(rear, control, front, count=12)
            bench.tube(arc_path, radius)
            cross = arc_path[int(np.argmin(arc_path[:, 1]))]
        elif style == "sled":
            corners = np.array([rear, [x, radius, rear[2] + 0.05], [x, radius, front[2] - 0.05],
                                front])  # fmt: skip
            bench.tube(rounded_path(corners, 0.08, 5), radius)
            cross = 0.5 * (corners[1] + corners[2])
        else:
            foot = np.array([x, 0, rear[2] - 0.05])
            bench.bar(foot, rear, radius)
            bench.bar([x, 0, front[2] + 0.03], front, radius)
            cross = 0.5 * (foot + rear)
    bench.bar(cross * [-1, 1, 1], cross, radius)
    return bench.build("lounger")


def _deck_chair(rng: np.random.Generator) -> ProceduralSolid:
    """Two crossed frames and a hanging cloth."""
    width = spread(rng, 0.5, 0.65)
    bench = Assembly(1.2)
    half = max(spread(rng, 0.011, 0.02), 0.5 * bench.thin)
    x = 0.5 * width
    head, foot = np.array([x, spread(rng, 0.8, 1.0), -0.5]), np.array([x, half, 0.5])
    nose, heel = np.array([x, spread(rng, 0.35, 0.45), 0.52]), np.array([x, half, -0.4])
    for side in (-1.0, 1.0):
        flip = np.array([side, 1, 1])
        slim = np.array([side * (x - 2 * half), 1, 1])
        bench.beam(foot * flip, head * flip, 1.8 * half, 3 * half)
        start, end = heel.copy(), nose.copy()
        start[0] = end[0] = slim[0]
        bench.beam(start, end, 2.4 * half, 3 * half)
    for end in (head, foot, nose, heel):
        bench.bar(end * [-1, 1, 1], end, half)
    sag = spread(rng, 0.12, 0.3)
    control = 0.5 * (head + nose) - np.array([0, 2 * sag, 0])
    cloth = bezier(head[1:], control[1:], nose[1:], count=14)[:, ::-1]
    side_turn = np.array([[0, 0, 1.0], [0, 1.0, 0], [-1.0, 0, 0]])
    bench.strip(cloth * [-1, 1], 2 * x - 5 * half, 0.016, side_turn)
    return bench.build("lounger")


def _chaise_longue(rng: np.random.Generator) -> ProceduralSolid:
    """An upholstered couch with one raised end."""
    width, length = spread(rng, 0.6, 0.85), spread(rng, 1.4, 1.9)
    seat, top = spread(rng, 0.36, 0.46), spread(rng, 0.65, 0.9)
    bench = Assembly(length)
    low = spread(rng, 0.08, 0.2)
    soft = spread(rng, 0.2, 0.8)
    bench.pad([0, 0.5 * (low + seat), 0], [width, seat - low, length], soft)
    if chance(rng, 0.5):
        bench.cushion([0, seat + 0.02, 0.06], [0.96 * width, 0.16, 0.9 * length], edge=0.3,
                      fullness=8)  # fmt: skip
    tilt = turned(0, -spread(rng, 5, 30))
    height = top - low
    bench.pad([0, low + 0.5 * height, -0.5 * length + 0.08], [width, height, 0.18], soft, tilt)
    if chance(rng, 0.5):
        bench.bar([-0.48 * width, seat + 0.1, -0.5 * length + 0.24],
                  [0.48 * width, seat + 0.1, -0.5 * length + 0.24], 0.09)  # fmt: skip
    if chance(rng, 0.4):
        side = 1.0 if chance(rng, 0.5) else -1.0
        bench.pad([side * 0.46 * width, 0.5 * (seat + top) - 0.1, -0.15 * length],
                  [0.12, top - seat + 0.05, 0.6 * length], soft)  # fmt: skip
    thick = max(0.02, 0.6 * bench.thin)
    for x in (-0.4 * width, 0.4 * width):
        for z in (-0.42 * length, 0.42 * length):
            bench.bar([1.05 * x, 0, 1.04 * z], [x, low + 0.06, z], 0.8 * thick, 1.3 * thick)
    return bench.build("lounger")


def _rocker(rng: np.random.Generator) -> ProceduralSolid:
    """A chair on curved runners, or a relaxed chair with a reclining shell."""
    height = spread(rng, 0.36, 0.44)
    seat = Seating(
        width=spread(rng, 0.46, 0.6), depth=spread(rng, 0.45, 0.6), height=height,
        top=height + spread(rng, 0.5, 0.72), thickness=spread(rng, 0.02, 0.1),
        lean=spread(rng, 0.15, 0.32), bow=spread(rng, 0.0, 0.08), inset=0.04,
    )  # fmt: skip
    style = seat_style(rng)
    seat = suited(seat, style)
    bench = Assembly(seat.top)
    add_seat(bench, rng, seat, style)
    add_back(bench, rng, seat)
    add_arms(bench, rng, seat)
    radius = max(spread(rng, 0.011, 0.018), 0.5 * bench.thin)
    x = 0.5 * seat.width - 0.04
    sweep = spread(rng, 0.12, 0.25)
    z = 0.5 * seat.depth
    for side in (-x, x):
        ends = np.array([side, sweep, -z - 0.3]), np.array([side, sweep, z + 0.2])
        runner = bezier(ends[0], [side, -0.35 * sweep, -0.1], ends[1],
                        count=13)  # fmt: skip
        bench.tube(runner, radius)
        for place, index in ((-0.75 * z, 4), (0.75 * z, 9)):
            top = np.array([side, seat.under + 0.01, place])
            bench.bar(runner[index], top, radius)
            middle = 0.6 * runner[index] + 0.4 * top
            bench.bar(middle, middle * [-1, 1, 1], radius)
    bench.bar([-x, seat.under - 0.0, 0], [x, seat.under, 0], radius)
    return bench.build("lounger")
