"""What stands between a seat and the floor: sleds, pedestals, stars, crossed and bent frames."""

from __future__ import annotations

import itertools

import numpy as np

from occstudio.datasets.procedural.assembly import (
    MIRROR_X,
    Assembly,
    rounded_path,
    turned,
)
from occstudio.datasets.procedural.legs import foot_level, four_legs
from occstudio.datasets.procedural.primitives import Doubles
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread

_WEIGHTS = {
    "legs": 50,
    "sled": 7,
    "cantilever": 6,
    "pedestal": 6,
    "star": 4,
    "swivel": 3,
    "folding": 5,
    "slabs": 4,
    "wire": 5,
    "tripod": 3,
    "block": 2,
    "hairpin": 4,
}


def add_base(
    bench: Assembly, rng: np.random.Generator, seat: Seating, style: str | None = None
) -> None:
    """Put a base of a drawn or named style under a seat."""
    style = style or one_of(rng, _WEIGHTS)
    builders = {
        "legs": four_legs,
        "sled": _sled,
        "cantilever": _cantilever,
        "pedestal": pedestal,
        "star": _four_star,
        "swivel": five_star,
        "folding": _folding,
        "slabs": _slabs,
        "wire": _wire,
        "tripod": _tripod,
        "block": _block,
        "hairpin": _hairpin,
    }
    builders[style](bench, rng, seat)


def _sled(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Two closed loops of tube at the sides."""
    x, z = 0.5 * seat.width - seat.inset, 0.5 * seat.depth - seat.inset
    radius = max(spread(rng, 0.009, 0.018), 0.5 * bench.thin)
    y = seat.under - 0.3 * radius
    slant = spread(rng, -0.04, 0.08)
    corners = np.array(
        [
            [x, y, z],
            [x, radius, z + slant],
            [x, radius, -z - slant],
            [x, y, -z],
        ]
    )
    path = rounded_path(corners, spread(rng, 0.02, 0.1), 5)
    first = len(bench.parts)
    if chance(rng, 0.3):
        width = 2.2 * radius
        for start, end in itertools.pairwise(corners):
            bench.beam(start, end, width, width, facing=(1, 0, 0))
    else:
        bench.tube(path, radius)
        bench.bar(corners[0], corners[3], radius)
    bench.repeat(MIRROR_X, since=first)
    bench.bar([-x, y, z], [x, y, z], radius)
    bench.bar([-x, y, -z], [x, y, -z], radius)
    if chance(rng, 0.4):
        end = 0.5 * (corners[1] + corners[2]) + np.array([0, 0, spread(rng, -0.5, 0.5) * z])
        bench.bar(end * np.array([-1, 1, 1]), end, radius)


def _cantilever(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A continuous bent tube: seat rails, front uprights, floor runners, no rear legs."""
    radius = max(spread(rng, 0.01, 0.017), 0.5 * bench.thin)
    x = 0.5 * seat.width - radius
    front, rear = 0.5 * seat.depth - radius, -0.5 * seat.depth
    y = seat.under - 0.2 * radius
    lean = spread(rng, -0.06, 0.05)
    line = np.array(
        [
            [x, y + (0 if chance(rng, 0.5) else 0.01), rear],
            [x, y, front + 0.02],
            [x, radius, front + lean],
            [x, radius, rear - 0.02],
        ]
    )
    if chance(rng, 0.5):
        # The tube goes on up into the back.
        line = np.concatenate([[seat.back(x, spread(rng, 0.5, 1.0)), seat.back(x, 0.0)], line[1:]])
        line[1, 1] = y
    bend = spread(rng, 0.05, 0.12)
    path = rounded_path(line, bend, 6)
    if chance(rng, 0.15):
        first = len(bench.parts)
        bench.beam(line[-3], line[-2], 2.6 * radius, 2.2 * radius, facing=(0, 0, 1))
        bench.beam(line[-2], line[-1], 2.6 * radius, 2.2 * radius, facing=(0, 1, 0))
        bench.beam(line[-3], [x, y, rear], 2.6 * radius, 2.2 * radius, facing=(0, 1, 0))
        bench.repeat(MIRROR_X, since=first)
    else:
        first = len(bench.parts)
        bench.tube(path, radius)
        bench.repeat(MIRROR_X, since=first)
    rear_foot = line[-1]
    bench.bar(rear_foot * np.array([-1, 1, 1]), rear_foot, radius)
    bench.bar([-x, y, 0.3 * front], [x, y, 0.3 * front], radius)
    bench.bar([-x, y, 0.7 * rear], [x, y, 0.7 * rear], radius)


def pedestal(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """One column on a disc, a trumpet or a square plate."""
    reach = 0.5 * min(seat.width, seat.depth) * spread(rng, 0.75, 1.05)
    column = spread(rng, 0.016, 0.045)
    style = one_of(rng, {"disc": 3, "trumpet": 3, "plate": 1, "dome": 2})
    top = seat.under + 0.004
    if style == "trumpet":
        heights = np.linspace(0, 1, 20)
        flare = (1 - heights) ** spread(rng, 4, 9)
        upper = heights ** spread(rng, 6, 12) * spread(rng, 0.0, 0.6)
        radii = column + (reach - column) * np.maximum(flare, upper)
        bench.lathe(np.column_stack([radii, heights * top]))
        bench.bar([0, 0, 0], [0, bench.thin, 0], reach)
        return
    bench.bar([0, 0.01, 0], [0, top, 0], column)
    thickness = max(spread(rng, 0.012, 0.03), bench.thin)
    if style == "disc":
        bench.bar([0, 0, 0], [0, thickness, 0], reach)
    elif style == "plate":
        bench.block([-reach, 0, -reach], [reach, thickness, reach], 0.004)
    else:
        line = np.column_stack(
            [
                reach * np.cos(np.linspace(0, 1.57, 9)),
                0.012 + 0.05 * np.sin(np.linspace(0, 1.57, 9)),
            ]
        )
        bench.lathe(np.concatenate([[[reach, 0.0]], line]))
    if chance(rng, 0.5):
        plate = 0.3 * min(seat.width, seat.depth)
        bench.bar([0, seat.under - bench.thin, 0], [0, seat.under + 0.005, 0], plate)


def _star(bench: Assembly, rng: np.random.Generator, seat: Seating, arms: int) -> None:
    reach = 0.5 * max(seat.width, seat.depth) * spread(rng, 0.95, 1.25)
    column = spread(rng, 0.018, 0.035)
    has_castors = chance(rng, 0.6)
    low = 0.055 if has_castors else 0.0
    hub = low + spread(rng, 0.03, 0.09)
    thickness = spread(rng, 0.022, 0.04)
    bench.bar([0, low + 0.012, 0], [0, seat.under + 0.004, 0], column)
    bench.bar([0, low + 0.005, 0], [0, hub + 0.03, 0], 1.5 * column)
    phase = spread(rng, 0, 2 * np.pi)
    for index in range(arms):
        angle = phase + 2 * np.pi * index / arms
        away = np.array([np.cos(angle), 0, np.sin(angle)])
        end = reach * away + np.array([0, low + 0.5 * thickness, 0])
        bench.beam(
            end, [0, hub, 0], 0.8 * thickness, 0.8 * thickness, taper=1.5,
            facing=(0, 1, 0), radius=0.003,
        )  # fmt: skip
        if has_castors:
            wheel = 0.027
            side = np.array([-away[2], 0, away[0]])
            centre = 0.97 * reach * away + np.array([0, wheel, 0])
            bench.bar(centre - 0.02 * side, centre + 0.02 * side, wheel)
            bench.bar(centre, centre + np.array([0, 0.04, 0]), 0.008)
        else:
            bench.bar([end[0], 0, end[2]], end, 0.014)
    bench.box([0, seat.under - 0.012, 0], [0.5 * seat.width, 0.026, 0.4 * seat.depth], 0.005)


def five_star(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A swivel base of five arms, castors at times."""
    _star(bench, rng, seat, 5)


def _four_star(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    _star(bench, rng, seat, 4 if chance(rng, 0.7) else 3)


def _folding(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Crossed legs at both sides; one pair often goes on into the back."""
    half = spread(rng, 0.009, 0.017)
    x = 0.5 * seat.width - half
    front, rear = 0.5 * seat.depth, -0.5 * seat.depth
    is_round = chance(rng, 0.5)
    top_rear = seat.back(x, 1.0 if chance(rng, 0.6) else 0.0)
    foot_front = np.array([x, 0.0, front - 0.02])
    foot_rear = np.array([x - 2.2 * half, 0.0, rear - spread(rng, 0.0, 0.08)])
    top_front = np.array([x - 2.2 * half, seat.under + 0.005, front - 0.06])
    first = len(bench.parts)
    if top_rear[1] > seat.height + 0.1:
        knee = seat.back(x, 0.0) + np.array([0, -0.02, 0])
        path = rounded_path(np.array([foot_front, knee, top_rear]), 0.1)
    else:
        path = np.array([foot_front, np.array([x, seat.under, rear + 0.03])])
    if is_round:
        bench.tube(path, half)
        bench.bar(foot_rear, top_front, half)
        foot_level(bench, foot_front, half)
    else:
        for start, end in itertools.pairwise(path):
            bench.beam(start, end, 1.6 * half, 3.0 * half)
        bench.beam(foot_rear, top_front, 1.6 * half, 3.0 * half)
    bench.repeat(MIRROR_X, since=first)
    for end in (foot_rear, foot_front):
        share = spread(rng, 0.08, 0.3)
        other = top_front if end is foot_rear else path[1 if len(path) == 2 else -2]
        rail = end + share * (np.asarray(other) - end)
        if end is foot_front:
            rail = end + 0.25 * (path[1] - end)
        bench.bar(rail * np.array([-1, 1, 1]), rail, half)
    middle = np.array([x, 0.5 * seat.under, 0.0])
    bench.bar(middle * np.array([-1, 1, 1]) + np.array([0, 0, 0.01]), middle, half)
    for z in (front - 0.06, rear + 0.03):
        bench.bar([-x, seat.under + 0.003, z], [x, seat.under + 0.003, z], half)


def _slabs(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Two side boards, with a rail or a cut-out at times."""
    thickness = spread(rng, 0.018, 0.05)
    x, z = 0.5 * seat.width - seat.inset - 0.02, 0.5 * seat.depth - seat.inset
    pinch = spread(rng, 0.0, 0.35) * z
    outline = np.array(
        [[-z, 0], [-z + pinch, 0.5 * seat.under], [-z, seat.under + 0.004],
         [z, seat.under + 0.004], [z - pinch, 0.5 * seat.under], [z, 0]]
    )  # fmt: skip
    if chance(rng, 0.5):
        notch = spread(rng, 0.3, 0.6) * z
        rise = spread(rng, 0.05, 0.4) * seat.under
        outline = np.concatenate(
            [outline, [[notch, 0], [0.6 * notch, rise], [-0.6 * notch, rise], [-notch, 0]]]
        )
    for side in (-1.0, 1.0):
        bench.plate(outline, thickness, turned(1, -90), [side * x, 0, 0])
    if chance(rng, 0.7):
        y = spread(rng, 0.2, 0.8) * seat.under
        bench.box([0, y, 0], [2 * x, spread(rng, 0.03, 0.12), 0.02])


def _wire(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Slender splayed rods that cross under a shell, braced by diagonals."""
    radius = max(spread(rng, 0.006, 0.01), 0.5 * bench.thin)
    y = seat.under + 0.004
    feet = seat.corners(0, spread(rng, -0.02, 0.03))
    hub = 0.3 * min(seat.width, seat.depth)
    tops = [np.array([np.sign(f[0]) * hub, y, np.sign(f[2]) * hub]) for f in feet]
    for foot, top in zip(feet, tops, strict=True):
        bench.bar(foot, top, radius * 1.1)
    brace = spread(rng, 0.45, 0.8)

    def at(leg: int, share: float) -> Doubles:
        return feet[leg] + share * (tops[leg] - feet[leg])

    pairs = ((0, 1), (2, 3), (0, 2), (1, 3)) if chance(rng, 0.6) else ((0, 3), (1, 2))
    for a, b in pairs:
        bench.bar(at(a, brace), tops[b], radius)
        bench.bar(at(b, brace), tops[a], radius)
    for a, b in ((0, 1), (2, 3), (0, 2), (1, 3)):
        bench.bar(tops[a], tops[b], radius)


def _tripod(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    radius = spread(rng, 0.011, 0.024)
    reach = 0.5 * min(seat.width, seat.depth)
    hub = reach * spread(rng, 0.2, 0.7)
    phase = np.pi / 2 + (np.pi if chance(rng, 0.5) else 0)
    feet: list[Doubles] = []
    for index in range(3):
        angle = phase + 2 * np.pi * index / 3
        away = np.array([np.cos(angle), 0, np.sin(angle)])
        top = hub * away + np.array([0, seat.under + 0.004, 0])
        feet.append(reach * spread(rng, 0.95, 1.05) * away)
        bench.bar(feet[-1], top, 0.75 * radius, radius)
    if hub < 0.45 * reach:
        bench.bar([0, seat.under - 0.02, 0], [0, seat.under + 0.004, 0], hub + radius)
    if chance(rng, 0.5):
        share = spread(rng, 0.2, 0.5)
        rails = [(1 - share) * f + share * (f * hub / reach) for f in feet]
        rails = [r + np.array([0, share * seat.under, 0]) for r in rails]
        for a, b in ((0, 1), (1, 2), (2, 0)):
            bench.bar(rails[a], rails[b], 0.6 * radius)


def _block(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A solid plinth, drum or hourglass."""
    top = seat.under + 0.004
    if chance(rng, 0.5):
        heights = np.linspace(0, 1, 16)
        waist = spread(rng, -0.15, 0.45)
        radii = 0.48 * min(seat.width, seat.depth) * (1 - waist * np.sin(np.pi * heights))
        bench.lathe(np.column_stack([radii, heights * top]))
    else:
        bench.block(
            [-0.45 * seat.width, 0, -0.45 * seat.depth],
            [0.45 * seat.width, top, 0.45 * seat.depth],
            spread(rng, 0.0, 0.03),
        )  # fmt: skip


def _hairpin(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """Four bent rods, each a narrow V, or two crossing U frames."""
    radius = max(spread(rng, 0.006, 0.01), 0.5 * bench.thin)
    y = seat.under + 0.003
    feet = seat.corners(radius, spread(rng, -0.04, 0.02))
    for foot in feet:
        inward = -np.sign(foot) * np.array([1, 0, 1])
        gap = spread(rng, 0.06, 0.1)
        tops = [
            np.array([foot[0], y, foot[2]]) + inward * np.array([gap, 0, 0.02]),
            np.array([foot[0], y, foot[2]]) + inward * np.array([0.02, 0, gap]),
        ]
        bench.tube(rounded_path(np.array([tops[0], foot, tops[1]]), 0.03, 5), radius)
        bench.box(0.5 * (tops[0] + tops[1]), [gap + 0.03, 0.012, gap + 0.03])


def stool_ring(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A foot ring about the middle of a high stool, held by four spokes."""
    y = spread(rng, 0.25, 0.45) * seat.height
    corner = seat.corners(y, seat.inset + 0.018)[1]
    ring = float(np.hypot(corner[0], corner[2]))
    bench.ring([0, y, 0], ring, spread(rng, 0.007, 0.012), turned(0, 90))
    for side in (-1.0, 1.0):
        away = corner * np.array([side, 0, 1])
        bench.bar(np.array([0, y, 0]) - away, np.array([0, y, 0]) + away, 0.006)
