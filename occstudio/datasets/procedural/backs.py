"""Backs of seats: boards, shells, spindles, ladders, bows, crosses, frames with cushions."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    Assembly,
    bezier,
    rounded_path,
    turn_to,
    turned,
    vec,
)
from occstudio.datasets.procedural.primitives import Doubles, Superellipsoid
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread

_ROOT = 0.035
"""How deep rods are let into a seat, which may dip below its nominal height, in metres."""

_WEIGHTS = {
    "slab": 7,
    "shell": 9,
    "spindles": 10,
    "ladder": 10,
    "splat": 5,
    "hoop": 7,
    "comb": 4,
    "cross": 4,
    "frame": 6,
    "pad": 8,
    "loop": 5,
    "barrel": 6,
    "post": 4,
    "lattice": 4,
    "top_rail": 6,
}


def add_back(
    bench: Assembly, rng: np.random.Generator, seat: Seating, style: str | None = None
) -> None:
    """Put a back of a drawn or named style behind a seat."""
    style = style or one_of(rng, _WEIGHTS)
    builders = {
        "slab": _slab,
        "shell": _shell,
        "spindles": _spindles,
        "ladder": _ladder,
        "splat": _splat,
        "hoop": _hoop,
        "comb": _comb,
        "cross": _cross,
        "frame": _frame,
        "pad": _pad,
        "loop": _loop,
        "barrel": _barrel,
        "post": _post,
        "lattice": _lattice,
        "top_rail": _top_rail,
    }
    builders[style](bench, rng, seat)


def back_turn(seat: Seating) -> Doubles:
    """Rotation that lays local XY in the back's plane, local Z its forward normal."""
    upright = seat.back(0, 1) - seat.back(0, 0)
    return turn_to(upright) @ np.diag([1.0, 1.0, 1.0])


def _uprights(bench: Assembly, rng: np.random.Generator, seat: Seating) -> float:
    """Two posts at the sides of the back; returns their x."""
    half = spread(rng, 0.01, 0.02)
    room = 0.82 if seat.is_round else spread(rng, 0.9, 1.0)
    x = (0.5 * seat.width - half) * room * seat.narrow
    low = seat.back(x, 0) - np.array([0, min(seat.thickness, 0.05), 0])
    style = one_of(rng, {"square": 2, "round": 2, "bent": 2})
    for side in (-1.0, 1.0):
        mirror = np.array([side, 1, 1])
        start, end = low * mirror, seat.back(x, 1.0) * mirror
        if style == "square":
            bench.beam(start, end, 1.7 * half, 2.4 * half, radius=0.004, taper=0.8)
        elif style == "round":
            bench.bar(start, end, half, 0.8 * half)
        else:
            middle = 0.5 * (start + end) + np.array([0, 0, 0.3 * seat.lean + 0.01])
            bench.tube(bezier(start, middle, end, count=7), half)
    return x


def _rail(
    bench: Assembly, seat: Seating, share: float, height: float, thickness: float, reach: float
) -> None:
    """A board across the back, bent where the back is."""
    line = seat.back_line(share, reach)
    if seat.is_bent:
        # A strip lies in XZ: local X to X, local Y to Z, its width upright.
        path = line[:, [0, 2]]
        turn = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        bench.strip(path, height, thickness, turn, [0, float(line[0, 1]), 0])
    else:
        tilt = turned(0, -float(np.degrees(np.arctan2(seat.lean, seat.top - seat.height))))
        width = 2 * reach * seat.width
        bench.box(line[len(line) // 2], [width, height, thickness], 0.3 * thickness, tilt)


def _bracket(bench: Assembly, seat: Seating) -> None:
    """A block at the rear of the seat that ties a back to it."""
    x, z = 0.17 * seat.width, -0.5 * seat.depth
    low = seat.under + 0.1 * seat.thickness
    bench.block([-x, low, z - 0.012], [x, seat.height + 0.045, z + 0.03], 0.006)
    bench.block([-x, low, z], [x, seat.height - 0.2 * seat.thickness, z + 0.15], 0.003)


def _slab(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    gap = spread(rng, 0.05, 0.4) if chance(rng, 0.5) else 0.0
    height = (1 - gap) * (seat.top - seat.height)
    thickness = spread(rng, 0.014, 0.03)
    share = gap + 0.5 * (1 - gap)
    _rail(bench, seat, share, height, thickness, 0.5 * seat.narrow)
    if gap > 0:
        _uprights(bench, rng, seat)
    elif seat.lean > 0.03 and seat.is_bent:
        # A bent board stands upright: a low rail ties it to the seat.
        _uprights(bench, rng, seat)


def _shell(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A doubly bent sheet, leaned back."""
    height = seat.top - seat.height
    turn = turn_to(seat.back(0, 1) - seat.back(0, 0)) @ turned(0, 90)
    centre = seat.back(0, 0.5) - np.array([0, 0.01, 0])
    bench.sheet(
        centre,
        [seat.width * spread(rng, 0.85, 1.0), spread(rng, 0.012, 0.028), height + 0.05],
        turn,
        bend_x=spread(rng, 0.0, 0.12),
        bend_z=spread(rng, 0.0, 0.05),
        power=spread(rng, 2.0, 3.0),
        tilt=spread(rng, -0.03, 0.03),
        squareness=spread(rng, 2.5, 10.0),
    )
    _bracket(bench, seat)


def _spindles(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    count = int(rng.integers(3, 10))
    radius = max(spread(rng, 0.006, 0.012), 0.5 * bench.thin)
    x = _uprights(bench, rng, seat)
    reach = x / seat.width
    _rail(bench, seat, 1 - 0.03, spread(rng, 0.03, 0.1), spread(rng, 0.015, 0.025), reach)
    low = spread(rng, 0.1, 0.3) if chance(rng, 0.4) else 0.0
    if low > 0:
        _rail(bench, seat, low, 0.03, 0.018, reach)
    is_flat = chance(rng, 0.35)
    width = spread(rng, 1.6, 3.5) * radius
    for position in np.linspace(-x, x, count + 2)[1:-1]:
        start = seat.back(float(position), low) - np.array([0, _ROOT, 0])
        end = seat.back(float(position), 0.98)
        if is_flat:
            bench.beam(start, end, width, 0.014)
        else:
            bench.bar(start, end, radius)


def _ladder(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    x = _uprights(bench, rng, seat)
    count = int(rng.integers(2, 8))
    pitch = 0.85 / count
    height = pitch * (seat.top - seat.height) * spread(rng, 0.3, 0.75)
    for share in np.linspace(0.95 - pitch * (count - 1), 0.95, count):
        _rail(bench, seat, float(share), max(height, 0.015), 0.016, x / seat.width)


def _splat(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A shaped board in the middle between two posts."""
    x = _uprights(bench, rng, seat)
    _rail(bench, seat, 0.95, spread(rng, 0.04, 0.1), 0.02, x / seat.width + 0.02)
    height = seat.top - seat.height
    levels = np.linspace(0, 1, 15)
    knots = rng.uniform(0.25, 1.0, 6)
    widths = x * 0.75 * np.interp(levels, np.linspace(0, 1, 6), knots)
    right = np.column_stack([widths, (levels - 0.02) * height])
    outline = np.concatenate([right, (right * np.array([-1, 1]))[::-1]])
    turn = turn_to(seat.back(0, 1) - seat.back(0, 0))
    bench.plate(outline, 0.016, turn, seat.back(0, 0), bevel=0.003)
    if chance(rng, 0.4):
        hole = 0.35 * float(widths.min())
        centre = seat.back(0, 0.5)
        shape = Superellipsoid(linear=turn @ np.diag([hole, 3 * hole, 0.1]), offset=centre)
        bench.cut(shape, since=len(bench.parts) - 1)


def _bow_path(rng: np.random.Generator, seat: Seating, x: float) -> Doubles:
    """A hoop over the back, from seat to seat."""
    square = spread(rng, 0.55, 1.0)
    angles = np.linspace(0, np.pi, 17)
    side = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** square * x
    shares = np.abs(np.sin(angles)) ** square
    flare = 1 + spread(rng, 0.0, 0.15) * shares
    return np.array(
        [
            seat.back(float(s * f), float(h) * 0.98)
            for s, f, h in zip(side, flare, shares, strict=True)
        ]
    )


def _hoop(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A bow with spindles in it."""
    x = 0.5 * seat.width * spread(rng, 0.8, 0.95) * seat.narrow
    path = _bow_path(rng, seat, x)
    path[[0, -1], 1] -= 0.015
    bench.tube(path, spread(rng, 0.01, 0.016))
    half = len(path) // 2
    left = path[half:]
    for position in np.linspace(-0.85 * x, 0.85 * x, int(rng.integers(3, 10))):
        order = np.argsort(np.abs(left[:, 0]))
        top = np.interp(abs(position), np.abs(left[order, 0]), left[order, 1])
        share = (float(top) - seat.height) / (seat.top - seat.height)
        bench.bar(
            seat.back(float(position) * 0.85, 0) - np.array([0, _ROOT, 0]),
            seat.back(float(position), min(share, 0.98)),
            spread(rng, 0.0062, 0.0075),
        )


def _comb(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Fanned rods that carry a top rail, no posts."""
    count = int(rng.integers(4, 11))
    fan = spread(rng, 1.0, 1.25)
    x = 0.42 * seat.width * seat.narrow
    radius = max(spread(rng, 0.006, 0.01), 0.5 * bench.thin)
    for position in np.linspace(-x, x, count):
        bench.bar(
            seat.back(float(position), 0) - np.array([0, _ROOT, 0]),
            seat.back(float(position) * fan, 0.95),
            radius,
        )
    _rail(bench, seat, 0.95, spread(rng, 0.04, 0.11), 0.022, x * fan / seat.width + 0.03)


def _cross(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    x = _uprights(bench, rng, seat)
    low, high = spread(rng, 0.1, 0.3), 0.93
    _rail(bench, seat, high, spread(rng, 0.03, 0.07), 0.02, x / seat.width)
    _rail(bench, seat, low, 0.03, 0.02, x / seat.width)
    radius = spread(rng, 0.007, 0.012)
    if chance(rng, 0.5):
        for side in (-1.0, 1.0):
            bench.bar(seat.back(-side * x, low), seat.back(side * x, high), radius)
    else:
        for side in (-1.0, 1.0):
            path = bezier(
                seat.back(side * x, low), seat.back(-0.3 * side * x, 0.5 * (low + high)),
                seat.back(side * x, high), count=9,
            )  # fmt: skip
            bench.tube(path, radius)
        middle = seat.back(0, 0.5 * (low + high))
        bench.bar(middle - vec(0.35 * x, 0, 0), middle + vec(0.35 * x, 0, 0), radius)


def _frame(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Posts and rails around an upholstered or thin panel."""
    x = _uprights(bench, rng, seat)
    reach = x / seat.width
    low = spread(rng, 0.12, 0.35)
    _rail(bench, seat, 0.96, 0.035, 0.022, reach)
    _rail(bench, seat, low, 0.035, 0.022, reach)
    height = (0.96 - low) * (seat.top - seat.height)
    if chance(rng, 0.5):
        turn = turn_to(seat.back(0, 1) - seat.back(0, 0))
        bench.pad(
            seat.back(0.0, 0.5 * (0.96 + low)) + np.array([0, 0, 0.5 * seat.bow * 0.3]),
            [1.95 * x, height, spread(rng, 0.02, 0.06) + 0.5 * seat.bow],
            spread(rng, 0.3, 0.8),
            turn,
        )
    else:
        _rail(bench, seat, 0.5 * (0.96 + low), height, 0.013, reach)


def _pad(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A thick upholstered back, straight on the seat or in two cushions."""
    height = seat.top - seat.height
    turn = turn_to(seat.back(0, 1) - seat.back(0, 0))
    thick = spread(rng, 0.035, 0.12)
    width = seat.width * spread(rng, 0.85, 1.0) * seat.narrow
    centre = seat.back(0, 0.5) + np.array([0, -0.01, -0.2 * thick])
    style = one_of(rng, {"block": 3, "cushion": 1, "oval": 1})
    _bracket(bench, seat)
    if style == "block":
        bench.pad(centre, [width, height + 0.03, thick], spread(rng, 0.2, 0.95), turn)
    elif style == "cushion":
        size = [width, thick * 1.3, height + 0.04]
        bench.cushion(centre, size, turn @ turned(0, 90), edge=spread(rng, 0.25, 0.45))
    else:
        bench.blob(
            centre, [0.5 * width, 0.5 * thick, 0.5 * height + 0.03], turn @ turned(0, 90),
            across=spread(rng, 2, 5), upright=spread(rng, 2, 4),
        )  # fmt: skip


def _loop(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A bent tube all around, empty or with a panel or two rails."""
    radius = max(spread(rng, 0.009, 0.015), 0.5 * bench.thin)
    x = 0.5 * seat.width - radius
    corners = np.array([seat.back(-x, 0), seat.back(-x, 0.98), seat.back(x, 0.98), seat.back(x, 0)])
    corners[[0, 3], 1] -= 0.02
    bench.tube(rounded_path(corners, spread(rng, 0.03, 0.2), 8), radius)
    # The straight side is a chord of the bowed back.
    flat = Seating(
        seat.width, seat.depth - 2 * seat.bow, seat.height, seat.top, seat.thickness, seat.lean,
        0.0, seat.inset,
    )  # fmt: skip
    low = spread(rng, 0.25, 0.6)
    if chance(rng, 0.6):
        height = (0.9 - low) * (seat.top - seat.height)
        _rail(bench, flat, 0.5 * (0.9 + low), height, 0.014, 0.5 - radius / seat.width)
    elif chance(rng, 0.5):
        for share in np.linspace(low, 0.8, int(rng.integers(1, 4))):
            _rail(bench, flat, float(share), 0.025, 0.014, 0.5 - radius / seat.width)


def _barrel(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A curved wall around the rear half of the seat, whole or of staves."""
    radius = 0.5 * seat.width
    wrap = spread(rng, 60, 105)
    height = (seat.top - seat.height) * spread(rng, 0.4, 0.8)
    thickness = spread(rng, 0.014, 0.06)
    squash = (0.5 * seat.depth) / radius
    angles = np.radians(np.linspace(270 - wrap, 270 + wrap, 17))
    path = radius * np.column_stack([np.cos(angles), squash * np.sin(angles)])
    turn = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    low = seat.under if chance(rng, 0.6) else seat.height + 0.4 * height
    top = seat.height + height
    bench.strip(path, top - low, thickness, turn, [0, 0.5 * (top + low), 0])
    if low > seat.height:
        for index in np.linspace(0, 16, int(rng.integers(3, 12))).astype(int):
            x, z = path[index]
            bench.bar([x, top - 0.02, z], [0.95 * x, seat.height - 0.012, 0.95 * z], 0.008)


def _post(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A back rest on a central bracket."""
    thick = spread(rng, 0.02, 0.07)
    high = spread(rng, 0.45, 0.9)
    height = (seat.top - seat.height) * (1 - high * 0.6)
    centre = seat.back(0, 1) - np.array([0, 0.5 * height, 0])
    turn = turn_to(seat.back(0, 1) - seat.back(0, 0))
    foot = np.array([0, seat.under + 0.01, -0.25 * seat.depth])
    knee = np.array([0, seat.under + 0.005, -0.5 * seat.depth - thick])
    path = rounded_path(np.array([foot, knee, centre - np.array([0, 0, 0.6 * thick])]), 0.08)
    bench.tube(path, spread(rng, 0.011, 0.02))
    if seat.bow > 0.02:
        bench.sheet(
            centre, [seat.width * 0.95, thick, height], turn @ turned(0, 90), bend_x=seat.bow,
            squareness=spread(rng, 3, 8),
        )  # fmt: skip
    else:
        bench.pad(centre, [seat.width * 0.9, height, thick], spread(rng, 0.3, 0.9), turn)


def _lattice(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A grid of bars between posts."""
    x = _uprights(bench, rng, seat)
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    for share in np.linspace(0.12, 0.96, rows):
        _rail(bench, seat, float(share), 0.018, 0.014, x / seat.width)
    for position in np.linspace(-x, x, columns + 2)[1:-1]:
        bench.bar(seat.back(float(position), 0.1), seat.back(float(position), 0.97), 0.0075)


def _top_rail(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Only a rest at the top, between posts."""
    x = _uprights(bench, rng, seat)
    height = spread(rng, 0.05, 0.16)
    thick = spread(rng, 0.014, 0.04)
    _rail(bench, seat, 0.9, height, thick, x / seat.width + spread(rng, 0.0, 0.05))
