"""A grammar of upholstered seats: sofas, corner sofas and the like.

The idea: a sofa is a row of bays on one frame; cushions, arms, back and feet are choices that all
read the same few measures, so an armchair is a sofa of one bay.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from occstudio.datasets.procedural.assembly import (
    MIRROR_X,
    Assembly,
    rounded_path,
    turned,
    vec,
)
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def sofa(rng: np.random.Generator) -> ProceduralSolid:
    """A sofa of two to four bays, straight or around a corner."""
    bays = int(one_of(rng, {"2": 5, "3": 4, "4": 1}))
    return upholstered(rng, bays, "sofa")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Measures of an upholstered seat; x runs over the bays, the back is at -Z."""

    inner: float
    arm: float
    depth: float
    seat: float
    arm_top: float
    top: float
    low: float
    back: float
    recline: float

    @property
    def half(self) -> float:
        return 0.5 * self.inner + self.arm


def upholstered(
    rng: np.random.Generator, bays: int, kind: str, *, has_wings: bool = False
) -> ProceduralSolid:
    """A frame with a back, seats, arms, pillows and feet for a number of bays."""
    seat = spread(rng, 0.36, 0.48)
    arms = one_of(rng, {"block": 5, "round": 3, "scroll": 2, "slope": 2, "frame": 2, "none": 1.5})
    frame = _Frame(
        inner=bays * spread(rng, 0.5, 0.72),
        arm=spread(rng, 0.07, 0.26),
        depth=spread(rng, 0.72, 1.02),
        seat=seat,
        arm_top=seat + spread(rng, 0.05, 0.28),
        top=spread(rng, 0.64, 0.98) + (0.15 if has_wings else 0.0),
        low=spread(rng, 0.04, 0.2) if chance(rng, 0.75) else 0.0,
        back=spread(rng, 0.1, 0.24),
        recline=spread(rng, 0.0, 16.0),
    )
    bench = Assembly(max(2 * frame.half, frame.top, frame.depth))
    soft = spread(rng, 0.1, 0.9)
    cushion = spread(rng, 0.1, 0.2)
    rear = -0.5 * frame.depth
    platform = max(frame.seat - cushion, frame.low + 0.05)
    bench.block([-0.5 * frame.inner - 0.03, frame.low, rear + 0.05],
                [0.5 * frame.inner + 0.03, platform, 0.5 * frame.depth - spread(rng, 0.0, 0.06)],
                0.02)  # fmt: skip
    has_corner = bays >= 2 and chance(rng, 0.22)
    _sofa_back(bench, rng, frame, bays, soft)
    _sofa_seats(bench, rng, frame, bays, platform, soft)
    if arms != "none":
        _sofa_arms(bench, rng, frame, arms)
    if has_wings:
        for side in (-1.0, 1.0):
            bench.pad(
                [side * (0.5 * frame.inner + 0.03), 0.5 * (frame.top + frame.seat), rear + 0.22],
                [0.09, frame.top - frame.seat, 0.28],
                0.6,
            )
    if has_corner:
        _chaise(bench, rng, frame, platform, soft)
    _pillows(bench, rng, frame, bays)
    if frame.low > 0:
        _sofa_feet(bench, rng, frame)
    return bench.build(kind)


def _sofa_back(
    bench: Assembly, rng: np.random.Generator, frame: _Frame, bays: int, soft: float
) -> None:
    rear = -0.5 * frame.depth
    tilt = turned(0, -frame.recline)
    thick = frame.back
    height = frame.top - frame.low
    style = one_of(rng, {"block": 4, "camel": 1, "rolled": 1.5, "split": 2, "low": 2})
    width = frame.inner + 2 * min(0.05, frame.arm)
    centre = np.array([0, frame.low + 0.5 * height, rear + 0.5 * thick])
    if style == "camel":
        x = np.linspace(-0.5, 0.5, 17)
        crest = frame.top - 0.12 + 0.12 * np.cos(np.pi * x) ** 2
        outline = np.column_stack(
            [np.r_[x * width, 0.5 * width, -0.5 * width], np.r_[crest, frame.low, frame.low]]
        )
        bench.plate(outline, thick, None, [0, 0, rear + 0.5 * thick], bevel=0.3 * thick)
    elif style == "split":
        for place in (np.arange(bays) + 0.5) / bays - 0.5:
            bench.pad(centre + np.array([place * width, 0, 0]),
                      [width / bays, height, thick], soft, tilt)  # fmt: skip
        bench.block([-0.48 * width, frame.low, rear + 0.2 * thick],
                    [0.48 * width, frame.seat, rear + 0.8 * thick])  # fmt: skip
    else:
        if style == "low":
            height *= 0.8
            centre[1] = frame.low + 0.5 * height
        bench.pad(centre, [width, height, thick], 0.6 * soft, tilt)
        if style == "rolled":
            roll = centre + tilt @ np.array([0, 0.5 * height - 0.05, -0.2 * thick])
            half = np.array([0.5 * width, 0, 0])
            bench.bar(roll - half, roll + half, 0.4 * thick + 0.03)
    # Loose back cushions lean against it.
    if chance(rng, 0.7):
        pitch = frame.inner / bays
        tall = (frame.top - frame.seat) * spread(rng, 0.75, 1.1)
        plump = spread(rng, 0.12, 0.24)
        for place in (np.arange(bays) + 0.5) / bays - 0.5:
            middle = [place * frame.inner, frame.seat + 0.48 * tall, rear + thick + 0.35 * plump]
            turn = turned(0, -frame.recline - spread(rng, 0, 8))
            if chance(rng, 0.35):
                bench.cushion(middle, [1.02 * pitch, plump * 1.2, tall], turn @ turned(0, 90),
                              edge=0.4)  # fmt: skip
            else:
                bench.pad(middle, [pitch, tall, plump], max(soft, 0.4), turn)


def _sofa_seats(
    bench: Assembly, rng: np.random.Generator, frame: _Frame, bays: int, low: float, soft: float
) -> None:
    front = 0.5 * frame.depth + spread(rng, -0.02, 0.03)
    rear = -0.5 * frame.depth + 0.6 * frame.back
    count = bays if chance(rng, 0.75) else 1
    pitch = frame.inner / count
    crown = spread(rng, 0.0, 0.03)
    is_pillow = chance(rng, 0.25)
    for place in (np.arange(count) + 0.5) / count - 0.5:
        middle = [place * frame.inner, 0.5 * (low + frame.seat) + 0.4 * crown, 0.5 * (front + rear)]
        size = [pitch, frame.seat - low + 0.012, front - rear]
        if is_pillow:
            bench.cushion(middle, [size[0], 1.25 * size[1], size[2]], edge=0.3, fullness=8)
        else:
            bench.pad(middle, size, soft)
        if crown > 0.012 and not is_pillow:
            bench.blob(
                [middle[0], frame.seat - 0.01, middle[2]],
                [0.47 * size[0], crown + 0.01, 0.47 * size[2]],
                across=4,
                upright=2,
            )
    if chance(rng, 0.2):
        # Piping along the front edge.
        bench.bar([-0.48 * frame.inner, frame.seat - 0.02, front - 0.012],
                  [0.48 * frame.inner, frame.seat - 0.02, front - 0.012], 0.012)  # fmt: skip


def _sofa_arms(bench: Assembly, rng: np.random.Generator, frame: _Frame, style: str) -> None:
    first = len(bench.parts)
    x = 0.5 * (frame.inner + frame.arm)
    rear, front = -0.5 * frame.depth, 0.5 * frame.depth * spread(rng, 0.85, 1.0)
    middle, run = 0.5 * (rear + front), front - rear
    height = frame.arm_top - frame.low
    size = [frame.arm, height, run]
    centre = [x, frame.low + 0.5 * height, middle]
    if style == "block":
        bench.pad(centre, size, spread(rng, 0.05, 0.9))
    elif style == "round":
        radius = 0.5 * frame.arm
        bench.block(
            [x - 0.45 * frame.arm, frame.low, rear],
            [x + 0.45 * frame.arm, frame.arm_top - radius, front],
        )
        bench.bar([x, frame.arm_top - radius, rear], [x, frame.arm_top - radius, front], radius)
    elif style == "scroll":
        radius = 0.5 * frame.arm + 0.02
        bench.block(
            [x - 0.4 * frame.arm, frame.low, rear],
            [x + 0.2 * frame.arm, frame.arm_top - radius, front],
            0.02,
        )
        at = [x + 0.15 * frame.arm, frame.arm_top - radius]
        bench.bar([*at, rear], [*at, front + 0.01], radius)
    elif style == "slope":
        rise = spread(rng, 0.05, 0.2)
        outline = np.array(
            [
                [rear, frame.low],
                [front, frame.low],
                [front, frame.arm_top - 0.04],
                [0.2 * front, frame.arm_top],
                [rear, frame.arm_top + rise],
            ]
        )
        turn = turned(1, -90)
        bench.plate(outline, frame.arm, turn, [x, 0, 0], bevel=spread(rng, 0.0, 0.04))
    else:
        half = max(spread(rng, 0.018, 0.03), 0.5 * bench.thin)
        corners = np.array(
            [
                [x, frame.low, rear + 0.1],
                [x, frame.arm_top, rear + 0.08],
                [x, frame.arm_top, front],
                [x, frame.low, front],
            ]
        )
        if chance(rng, 0.5):
            bench.tube(rounded_path(corners, 0.06, 5), half)
        else:
            for a, b in itertools.pairwise(corners):
                bench.beam(a, b, 2 * half, 2 * half, facing=(1, 0, 0))
        bench.bar(corners[0] + vec(0, 0.03, 0), corners[3] + vec(0, 0.03, 0), half)
        for z in (corners[0][2], front):
            bench.bar(
                [0.5 * frame.inner - 0.02, frame.low + 0.03, z], [x, frame.low + 0.03, z], half
            )
    bench.repeat(MIRROR_X, since=first)


def _chaise(
    bench: Assembly, rng: np.random.Generator, frame: _Frame, low: float, soft: float
) -> None:
    """A longer seat at one end, or a whole wing with its own back."""
    side = 1.0 if chance(rng, 0.5) else -1.0
    width = min(0.5 * frame.inner, spread(rng, 0.65, 0.9))
    x = side * (0.5 * frame.inner - 0.5 * width)
    start, end = 0.4 * frame.depth, 0.5 * frame.depth + spread(rng, 0.45, 1.1)
    run, middle = end - start, 0.5 * (end + start)
    if frame.low > 0:
        for foot in (x - 0.38 * width, x + 0.38 * width):
            bench.bar([foot, 0, end - 0.1], [foot, frame.low + 0.01, end - 0.1], 0.025)
    bench.block([x - 0.5 * width, frame.low, start], [x + 0.5 * width, low, end], 0.02)
    bench.pad([x, 0.5 * (low + frame.seat), middle], [width, frame.seat - low + 0.012, run], soft)
    if chance(rng, 0.5):
        wall = side * (0.5 * frame.inner + 0.5 * frame.arm)
        bench.pad([wall, 0.5 * (frame.low + frame.top) - 0.02, 0.5 * (end - 0.5 * frame.depth)],
                  [max(frame.arm, 0.12), frame.top - frame.low - 0.04, end + 0.5 * frame.depth],
                  0.5 * soft)  # fmt: skip


def _pillows(bench: Assembly, rng: np.random.Generator, frame: _Frame, bays: int) -> None:
    count = int(rng.integers(0, bays + 2)) if chance(rng, 0.4) else 0
    rear = -0.5 * frame.depth + frame.back
    for _ in range(count):
        size = spread(rng, 0.3, 0.45)
        x = spread(rng, -0.5, 0.5) * max(frame.inner - size, 0.05)
        turn = turned(1, spread(rng, -25, 25)) @ turned(0, -spread(rng, 12, 30)) @ turned(0, 90)
        bench.cushion([x, frame.seat + 0.42 * size, rear + 0.17], [size, 0.15, size], turn,
                      edge=0.5, pinch=spread(rng, 0.0, 0.1))  # fmt: skip


def _sofa_feet(bench: Assembly, rng: np.random.Generator, frame: _Frame) -> None:
    x, z = frame.half - 0.08, 0.5 * frame.depth - 0.08
    x = min(x, 0.5 * frame.inner)
    thick = max(spread(rng, 0.02, 0.05), bench.thin)
    style = one_of(rng, {"block": 2, "cone": 3, "skid": 1, "plinth": 1.5})
    if style == "plinth":
        bench.block([-x + 0.02, 0, -z], [x - 0.02, frame.low + 0.02, z])
        return
    if style == "skid":
        for side in (-x, x):
            bench.beam([side, 0.5 * thick, -z], [side, 0.5 * thick, z], thick, thick)
            for end in (-0.9 * z, 0.9 * z):
                bench.beam([side, 0, end], [side, frame.low + 0.02, end], thick, thick)
        return
    places = [(a, b) for a in (-x, x) for b in (-z, z)]
    if frame.inner > 1.4:
        places += [(0.0, -z), (0.0, z)]
    for a, b in places:
        if style == "block":
            bench.block([a - thick, 0, b - thick], [a + thick, frame.low + 0.01, b + thick])
        else:
            bench.bar([a * 1.02, 0, b * 1.02], [a, frame.low + 0.01, b], 0.6 * thick, thick)
