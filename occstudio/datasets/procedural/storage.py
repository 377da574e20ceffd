"""A grammar of storage: shelves, bookcases, cabinets with doors and drawers, racks, chests."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly, turned
from occstudio.datasets.procedural.desk import drawers, handle_on
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def storage(rng: np.random.Generator) -> ProceduralSolid:
    """A cabinet, shelf, rack, sideboard, chest or wardrobe."""
    form = one_of(rng, {"tall": 3, "low": 3, "cube": 2, "rack": 2, "ladder": 0.7, "island": 0.8})
    if form == "rack":
        return _rack(rng)
    if form == "ladder":
        return _leaning(rng)
    if form == "tall":
        size = (spread(rng, 0.4, 1.3), spread(rng, 1.2, 2.2), spread(rng, 0.25, 0.6))
    elif form == "low":
        size = (spread(rng, 0.9, 2.1), spread(rng, 0.35, 0.95), spread(rng, 0.32, 0.55))
    else:
        size = (spread(rng, 0.35, 0.9), spread(rng, 0.4, 1.0), spread(rng, 0.3, 0.6))
    width, height, depth = size
    bench = Assembly(max(size))
    wall = max(spread(rng, 0.016, 0.035), bench.thin)
    low = spread(rng, 0.05, 0.22) if chance(rng, 0.55) else 0.0
    _carcass(bench, rng, width, height, depth, wall, low)
    if low > 0:
        _feet(bench, rng, width, depth, low)
    if chance(rng, 0.4):
        over = spread(rng, 0.0, 0.03)
        bench.block(
            [-0.5 * width - over, height - 0.01, -0.5 * depth],
            [0.5 * width + over, height + wall, 0.5 * depth + over + 0.01],
            0.004,
        )
    return bench.build("storage")


def _carcass(
    bench: Assembly, rng: np.random.Generator, width: float, height: float, depth: float,
    wall: float, low: float,
) -> None:  # fmt: skip
    """A box of boards divided into bays, each open, with a door or with drawers."""
    x, rear, front = 0.5 * width, -0.5 * depth, 0.5 * depth
    bench.block([-x, low, rear], [-x + wall, height, front])
    bench.block([x - wall, low, rear], [x, height, front])
    bench.block([-x, low, rear], [x, low + wall, front])
    bench.block([-x, height - wall, rear], [x, height, front])
    if chance(rng, 0.8):
        bench.block([-x, low, rear], [x, height, rear + wall])
    columns = max(1, min(4, round((width) / spread(rng, 0.35, 0.9))))
    edges = np.linspace(-x, x, columns + 1)
    if columns > 1 and chance(rng, 0.4):
        edges[1:-1] += rng.uniform(-0.12, 0.12, columns - 1) * width / columns
    mood = one_of(rng, {"open": 3, "doors": 3, "drawers": 2, "mixed": 4})
    handle = one_of(rng, {"knob": 2, "bar": 3, "none": 2, "long": 1})
    for column in range(columns):
        left, right = float(edges[column]), float(edges[column + 1])
        if column:
            bench.block([left - 0.5 * wall, low, rear], [left + 0.5 * wall, height, front])
        rows = max(1, min(6, round((height - low) / spread(rng, 0.25, 0.7))))
        levels = np.linspace(low, height - 0.5 * wall, rows + 1)
        for row in range(rows):
            bottom, top = float(levels[row]), float(levels[row + 1])
            if row:
                setback = spread(rng, 0.0, 0.05) if chance(rng, 0.3) else 0.0
                bench.block(
                    [left, bottom - 0.5 * wall, rear], [right, bottom + 0.5 * wall, front - setback]
                )
            kind = mood if mood != "mixed" else one_of(rng, {"open": 2, "doors": 2, "drawers": 1})
            bay = [left + 0.3 * wall, bottom + 0.2 * wall], [right - 0.3 * wall, top]
            _front(bench, rng, kind, handle, bay, (rear, front), wall)


def _front(
    bench: Assembly, rng: np.random.Generator, kind: str, handle: str,
    bay: tuple[list[float], list[float]], run: tuple[float, float], wall: float,
) -> None:  # fmt: skip
    (left, bottom), (right, top) = bay
    rear, front = run
    if kind == "open":
        if chance(rng, 0.15):
            _goods(bench, rng, left + wall, right - wall, bottom + 0.5 * wall, top - wall, run)
    elif kind == "drawers":
        # Drawers are full: only their fronts show.
        drawers(bench, rng, [left, bottom, rear + 0.01], [right, top, front - 0.004],
                rows=max(1, round((top - bottom) / 0.22)))  # fmt: skip
    else:
        leaves = 2 if right - left > 0.55 and chance(rng, 0.7) else 1
        thick = max(0.018, bench.thin)
        width = (right - left) / leaves
        for leaf in range(leaves):
            hinge_left = leaf == 0
            start = left + leaf * width
            angle = spread(rng, 8, 95) if chance(rng, 0.12) else 0.0
            first = len(bench.parts)
            z = front + 0.5 * thick - 0.004
            bench.box(
                [start + 0.5 * width, 0.5 * (bottom + top), z],
                [width - 0.5 * bench.thin, top - bottom - 0.4 * bench.thin, thick],
            )
            grip = start + (0.88 if hinge_left else 0.12) * width
            handle_on(
                bench,
                handle,
                [grip, 0.5 * (bottom + top), z + 0.5 * thick],
                min(0.4 * (top - bottom), 0.3),
                is_upright=True,
            )
            if handle != "none" and chance(rng, 0.3):
                inset = 0.16 * min(width, top - bottom)
                bench.box(
                    [start + 0.5 * width, 0.5 * (bottom + top), z + 0.4 * thick],
                    [width - 2 * inset, top - bottom - 2 * inset, thick],
                    0.3 * thick,
                )
            if angle:
                pivot = np.array([start if hinge_left else start + width, 0, front])
                turn = turned(1, -angle if hinge_left else angle)
                bench.move(turn, pivot - turn @ pivot, since=first)


def _goods(
    bench: Assembly, rng: np.random.Generator, left: float, right: float, bottom: float,
    top: float, run: tuple[float, float],
) -> None:  # fmt: skip
    """Books or boxes on a shelf."""
    x = left
    while x < right - 0.05:
        width = spread(rng, 0.025, 0.08)
        if x + width > right:
            break
        height = (top - bottom) * spread(rng, 0.5, 0.85)
        if chance(rng, 0.85):
            bench.block(
                [x, bottom - 0.01, run[0] + 0.02],
                [x + width, bottom + height, run[0] + 0.7 * (run[1] - run[0])],
            )
        x += width * 1.05


def _feet(
    bench: Assembly, rng: np.random.Generator, width: float, depth: float, low: float
) -> None:
    style = one_of(rng, {"legs": 4, "plinth": 2, "sled": 1.5, "tapered": 3, "bracket": 1})
    x, z = 0.5 * width - 0.04, 0.5 * depth - 0.04
    thick = max(spread(rng, 0.02, 0.045), bench.thin)
    if style == "plinth":
        bench.block([-x, 0, -z], [x, low + 0.01, z])
    elif style == "sled":
        for side in (-x, x):
            bench.beam([side, 0.5 * thick, -z], [side, 0.5 * thick, z], thick, thick)
            for end in (-z, z):
                bench.beam([side, 0, end], [side, low + 0.01, end], thick, thick)
    else:
        splay = spread(rng, 0.0, 0.04) if style == "tapered" else 0.0
        for a in (-x, x):
            for b in (-z, z):
                foot = [a + np.sign(a) * splay, 0, b + np.sign(b) * splay]
                if style == "tapered":
                    bench.bar(foot, [a, low + 0.01, b], 0.35 * thick, 0.7 * thick)
                elif style == "bracket":
                    bench.block(
                        [a - 1.5 * thick, 0, b - 0.8 * thick],
                        [a + 1.5 * thick, low + 0.01, b + 0.8 * thick],
                    )
                else:
                    bench.beam(foot, [a, low + 0.01, b], thick, thick)


def _rack(rng: np.random.Generator) -> ProceduralSolid:
    """Posts with shelves between them: open on all sides."""
    width, depth = spread(rng, 0.4, 1.3), spread(rng, 0.25, 0.5)
    height = spread(rng, 0.6, 2.0)
    bench = Assembly(max(width, height))
    post = max(spread(rng, 0.018, 0.045), bench.thin)
    x, z = 0.5 * width - 0.5 * post, 0.5 * depth - 0.5 * post
    is_round = chance(rng, 0.4)
    for a in (-x, x):
        for b in (-z, z):
            if is_round:
                bench.bar([a, 0, b], [a, height, b], 0.5 * post)
            else:
                bench.beam([a, 0, b], [a, height, b], post, post)
    levels = np.linspace(spread(rng, 0.05, 0.25), height - 0.02, int(rng.integers(2, 7)))
    style = one_of(rng, {"board": 4, "slats": 2, "wire": 1, "tray": 1})
    thick = max(spread(rng, 0.014, 0.03), bench.thin)
    for y in map(float, levels):
        if style in {"board", "tray"}:
            bench.box([0, y, 0], [width - 0.3 * post, thick, depth - 0.3 * post])
            if style == "tray":
                bench.box([0, y + 0.03, z], [2 * x, 0.06, thick])
                bench.box([0, y + 0.03, -z], [2 * x, 0.06, thick])
        else:
            count = int(rng.integers(4, 8))
            for place in np.linspace(-z, z, count):
                half = 0.5 * thick if style == "wire" else 0.55 * z / count
                bench.box([0, y, float(place)], [2 * x + 0.3 * post, thick, 2 * half])
            for side in (-x, x):
                bench.box([side, y - 0.4 * thick, 0], [thick, 1.4 * thick, 2 * z])
    if chance(rng, 0.4):
        bench.bar([-x, float(levels[0]), -z], [x, float(levels[-1]), -z], 0.4 * post)
        bench.bar([x, float(levels[0]), -z], [-x, float(levels[-1]), -z], 0.4 * post)
    elif chance(rng, 0.3):
        bench.block([-x, float(levels[0]), -z - 0.3 * post], [x, height, -z + 0.3 * post])
    return bench.build("storage")


def _leaning(rng: np.random.Generator) -> ProceduralSolid:
    """A ladder shelf: two leaning sides, boards that get deeper downwards."""
    width, height = spread(rng, 0.4, 0.7), spread(rng, 1.3, 1.9)
    reach = spread(rng, 0.3, 0.5)
    bench = Assembly(height)
    thick = max(0.025, bench.thin)
    for side in (-0.5 * width, 0.5 * width):
        bench.beam([side, 0, 0.5 * reach], [side, height, -0.5 * reach], thick, 1.6 * thick)
        if chance(rng, 0.5):
            bench.beam([side, 0, -0.5 * reach], [side, height, -0.5 * reach], thick, thick)
    for share in np.linspace(0.12, 0.95, int(rng.integers(3, 6))):
        front = 0.5 * reach - share * reach + 0.03
        bench.block(
            [-0.5 * width, share * height, -0.5 * reach - 0.5 * thick],
            [0.5 * width, share * height + thick, max(front, -0.5 * reach + 0.06)],
        )
    return bench.build("storage")
