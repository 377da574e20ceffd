"""Solids of no use at all: random unions, cuts, lattices, frames, springs and bent sheets.

The idea: a network that is to reconstruct any object must also see shapes that no grammar of
useful things would make. Pieces are grown on one another, so that a solid hangs together.
"""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly, turn_to, turned
from occstudio.datasets.procedural.lamp import vase_profile
from occstudio.datasets.procedural.primitives import (
    Box,
    Cone,
    Doubles,
    Primitive,
    Superellipsoid,
    Torus,
)
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def csg(rng: np.random.Generator) -> ProceduralSolid:
    """A random solid."""
    builders = {"growth": _growth, "carved": _carved, "lattice": _lattice, "spring": _spring,
                "sheet": _sheets, "letter": _letter, "frame": _wire_frame, "stack": _stack,
                "knot": _knot, "tree": _tree}  # fmt: skip
    weights = {"growth": 4, "carved": 4, "lattice": 1.5, "spring": 1, "sheet": 1.5, "letter": 2,
               "frame": 1.5, "stack": 1.5, "knot": 1, "tree": 1}  # fmt: skip
    return builders[one_of(rng, weights)](rng)


def random_turn(rng: np.random.Generator) -> Doubles:
    """A rotation matrix: by right angles, about up, or any."""
    kind = one_of(rng, {"square": 3, "up": 2, "any": 3})
    if kind == "square":
        return turned(int(rng.integers(3)), 90.0 * int(rng.integers(4)))
    if kind == "up":
        return turned(1, spread(rng, 0, 360))
    return turn_to(rng.standard_normal(3)) @ turned(1, spread(rng, 0, 360))


def _piece(
    bench: Assembly, rng: np.random.Generator, centre: Doubles, size: float, turn: Doubles
) -> Primitive:
    """One primitive of about a size on the bench."""
    half = size * rng.uniform(0.25, 1.0, 3)
    style = one_of(rng, {"box": 4, "blob": 3, "cylinder": 3, "cone": 2, "torus": 2, "sheet": 1.5,
                         "cushion": 1, "lathe": 1, "polygon": 2})  # fmt: skip
    if style == "box":
        return bench.box(centre, 2 * half, spread(rng, 0, 0.4) * float(half.min()), turn)
    if style == "blob":
        return bench.blob(centre, half, turn, spread(rng, 1.2, 6), spread(rng, 1.2, 6))
    if style in {"cylinder", "cone"}:
        ends = turn @ np.array([0, half[1], 0])
        tip = half[0] * (1 if style == "cylinder" else spread(rng, 0.1, 0.7))
        return bench.bar(centre - ends, centre + ends, half[0], tip)
    if style == "torus":
        arc = np.pi if chance(rng, 0.6) else spread(rng, 0.8, 2.8)
        return bench.ring(centre, 0.75 * size, size * spread(rng, 0.08, 0.25), turn, arc)
    if style == "sheet":
        return bench.sheet(
            centre, [2 * half[0], 0.03 * size, 2 * half[2]], turn, bend_x=spread(rng, -0.3, 0.3)
            * size, bend_z=spread(rng, -0.3, 0.3) * size, squareness=spread(rng, 2, 10),
        )  # fmt: skip
    if style == "cushion":
        return bench.cushion(centre, 2 * half, turn, pinch=spread(rng, 0, 0.1))
    if style == "lathe":
        return bench.lathe((vase_profile(rng) - [0, 0.5]) * [half[0], 2 * half[1]], centre, turn)
    return bench.plate(_polygon(rng) * half[:2], 2 * half[2] * 0.5, turn, centre,
                       bevel=spread(rng, 0, 0.1) * size)  # fmt: skip


def _polygon(rng: np.random.Generator) -> Doubles:
    """A star-shaped outline (k, 2) within the unit square, counter-clockwise."""
    count = int(rng.integers(3, 12))
    style = one_of(rng, {"regular": 2, "star": 2, "rough": 2})
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radii = np.ones(count)
    if style == "star":
        angles = np.linspace(0, 2 * np.pi, 2 * count, endpoint=False)
        radii = np.where(np.arange(2 * count) % 2, spread(rng, 0.35, 0.75), 1.0)
    elif style == "rough":
        radii = rng.uniform(0.4, 1.0, count)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None]


def _growth(rng: np.random.Generator) -> ProceduralSolid:
    """Pieces that each start on the surface of what is there."""
    bench = Assembly(2.0)
    _piece(bench, rng, np.zeros(3), spread(rng, 0.4, 1.0), random_turn(rng))
    for _ in range(int(rng.integers(1, 8))):
        solid = ProceduralSolid(tuple(bench.parts))
        points, normals = solid.sample_surface(1, rng)
        size = spread(rng, 0.2, 0.7)
        centre = points[0].astype(float) + spread(rng, -0.1, 0.5) * 0.4 * size * normals[0]
        turn = random_turn(rng) if chance(rng, 0.5) else turn_to(normals[0].astype(float))
        _piece(bench, rng, centre, size, turn)
    if chance(rng, 0.35):
        mirror = np.eye(3)
        mirror[0, 0] = -1
        bench.repeat(mirror)
    return bench.build("csg")


def _carved(rng: np.random.Generator) -> ProceduralSolid:
    """A block or ball with holes, slots and bites."""
    bench = Assembly(2.0)
    half = rng.uniform(0.35, 1.0, 3)
    turn = np.eye(3) if chance(rng, 0.6) else random_turn(rng)
    if chance(rng, 0.6):
        bench.box(np.zeros(3), 2 * half, spread(rng, 0, 0.3) * float(half.min()), turn)
    else:
        bench.blob(np.zeros(3), half, turn, spread(rng, 1.5, 8), spread(rng, 1.5, 8))
    if chance(rng, 0.3):
        _piece(bench, rng, half * rng.uniform(-0.6, 0.6, 3), 0.6, random_turn(rng))
    if chance(rng, 0.3):
        # A hollow body, opened by the cuts that follow.
        wall = spread(rng, 0.04, 0.12)
        bench.cut(Superellipsoid(across=6, upright=6, linear=turn @ np.diag(half - wall)))
    for _ in range(int(rng.integers(1, 5))):
        place = turn @ (half * rng.uniform(-0.8, 0.8, 3))
        size = spread(rng, 0.15, 0.45)
        pose = turn @ turned(int(rng.integers(3)), 90.0) if chance(rng, 0.7) else random_turn(rng)
        style = one_of(rng, {"drill": 3, "ball": 2, "slot": 3, "ring": 1})
        if style == "drill":
            radius = size * 0.7
            cutter: Primitive = Cone(bottom=radius, top=radius * spread(rng, 0.7, 1), height=4.0,
                                     linear=pose, offset=place)  # fmt: skip
        elif style == "ball":
            reach = turn @ (half * np.sign(rng.uniform(-1, 1, 3)) * rng.uniform(0.3, 1, 3))
            cutter = Superellipsoid(linear=1.3 * size * np.eye(3), offset=reach)
        elif style == "slot":
            cutter = Box(hx=size, hy=spread(rng, 0.06, 0.2), hz=2.0, linear=pose, offset=place)
        else:
            cutter = Torus(ring=size * 1.5, tube=0.5 * size, linear=pose, offset=place)
        bench.cut(cutter)
    solid = ProceduralSolid(tuple(bench.parts))
    probe = rng.uniform(-1.2, 1.2, (2000, 3)) * half.max()
    # When next to nothing is left, try again.
    return bench.build("csg") if solid.occupancy(probe).sum() > 40 else _carved(rng)


def _lattice(rng: np.random.Generator) -> ProceduralSolid:
    """Bars along a grid, or stacked boards with holes."""
    bench = Assembly(1.6)
    counts = rng.integers(2, 5, 3)
    extent = rng.uniform(0.4, 0.8, 3)
    bars = spread(rng, 0.011, 0.05)
    axes = [np.linspace(-e, e, c) for e, c in zip(extent, counts, strict=True)]
    is_round = chance(rng, 0.5)
    drop = spread(rng, 0, 0.3)
    for axis in range(3):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        for u in axes[a]:
            for v in axes[b]:
                inner = abs(u) < extent[a] - 1e-6 and abs(v) < extent[b] - 1e-6
                if inner and chance(rng, drop):
                    continue
                start = np.zeros(3)
                start[axis], start[a], start[b] = -extent[axis], u, v
                end = start.copy()
                end[axis] = extent[axis]
                if is_round:
                    bench.bar(start, end, bars)
                else:
                    bench.beam(start, end, 2 * bars, 2 * bars, facing=np.eye(3)[a])
    if chance(rng, 0.4):
        bench.block([-extent[0], -extent[1] - bars, -extent[2]],
                    [extent[0], -extent[1] + bars, extent[2]])  # fmt: skip
    bench.move(random_turn(rng) if chance(rng, 0.4) else np.eye(3))
    return bench.build("csg")


def _spring(rng: np.random.Generator) -> ProceduralSolid:
    """A coil, at times around a core or between two plates."""
    bench = Assembly(1.2)
    turns = spread(rng, 1.5, 5)
    count = int(turns * 14)
    angle = np.linspace(0, 2 * np.pi * turns, count)
    height, radius = spread(rng, 0.6, 1.2), np.linspace(1, spread(rng, 0.4, 1.2), count)
    radius = radius * spread(rng, 0.2, 0.5)
    y = np.linspace(-0.5, 0.5, count) * height
    path = np.column_stack([radius * np.cos(angle), y, radius * np.sin(angle)])
    gap = height / turns
    bench.tube(path, min(spread(rng, 0.015, 0.07), 0.32 * gap))
    if chance(rng, 0.5):
        for side in (-0.5, 0.5):
            bench.bar([0, side * height - 0.02, 0], [0, side * height + 0.02, 0], 0.5)
    bench.move(random_turn(rng))
    return bench.build("csg")


def _sheets(rng: np.random.Generator) -> ProceduralSolid:
    """One to three bent, rippled or twisted sheets through one another."""
    bench = Assembly(1.6)
    for _ in range(int(rng.integers(1, 4))):
        bench.sheet(
            rng.uniform(-0.1, 0.1, 3), [spread(rng, 0.8, 1.6), spread(rng, 0.02, 0.06),
                                        spread(rng, 0.6, 1.4)], random_turn(rng),
            bend_x=spread(rng, -0.5, 0.5), bend_z=spread(rng, -0.3, 0.3),
            twist=spread(rng, -0.3, 0.3), wave=spread(rng, 0, 0.08), wave_x=spread(rng, 2, 8),
            wave_z=spread(rng, 2, 8), phase=spread(rng, 0, 6), squareness=spread(rng, 2, 12),
        )  # fmt: skip
    return bench.build("csg")


def _letter(rng: np.random.Generator) -> ProceduralSolid:
    """An extrusion that looks like a letter: strokes on a small grid, or a holed polygon."""
    bench = Assembly(1.2)
    depth = spread(rng, 0.08, 0.6)
    if chance(rng, 0.6):
        knots = np.array([(x, y) for x in (-0.4, 0.0, 0.4) for y in (-0.55, 0.0, 0.55)])
        thick = spread(rng, 0.05, 0.2)
        at = knots[int(rng.integers(9))]
        for _ in range(int(rng.integers(2, 6))):
            to = knots[int(rng.integers(9))]
            if np.allclose(to, at):
                continue
            line = np.stack([at, to])
            if chance(rng, 0.35):
                middle = 0.5 * (at + to) + rng.uniform(-0.3, 0.3, 2)
                t = np.linspace(0, 1, 9)[:, None]
                line = (1 - t) ** 2 * at + 2 * t * (1 - t) * middle + t**2 * to
            bench.strip(line, depth, thick, bevel=spread(rng, 0, 0.4))
            at = to
    if not bench.parts:
        bench.plate(_polygon(rng) * 0.5, depth, bevel=0.02, radius=spread(rng, 0, 0.06),
                    taper=spread(rng, 0.5, 1.0))  # fmt: skip
        if chance(rng, 0.6):
            radius = spread(rng, 0.08, 0.2)
            bench.cut(Cone(bottom=radius, top=radius, height=3.0, linear=turned(0, 90)))
    bench.move(random_turn(rng) if chance(rng, 0.6) else np.eye(3))
    return bench.build("csg")


def _wire_frame(rng: np.random.Generator) -> ProceduralSolid:
    """Bars along the edges of a prism or between random knots."""
    bench = Assembly(1.6)
    radius = spread(rng, 0.011, 0.04)
    count = int(rng.integers(3, 8))
    angles = 2 * np.pi * np.arange(count) / count
    height, top, twist = spread(rng, 0.4, 1.4), spread(rng, 0.2, 1.0), spread(rng, -0.6, 0.6)
    low = np.column_stack([np.cos(angles), np.full(count, -0.5 * height), np.sin(angles)])
    high = np.column_stack([top * np.cos(angles + twist), np.full(count, 0.5 * height),
                            top * np.sin(angles + twist)])  # fmt: skip
    low[:, [0, 2]] *= 0.6
    high[:, [0, 2]] *= 0.6
    has_cross = chance(rng, 0.4)
    for index in range(count):
        follow = (index + 1) % count
        pairs = [(low[index], low[follow]), (high[index], high[follow]), (low[index], high[index])]
        if has_cross:
            pairs.append((low[index], high[follow]))
        for start, end in pairs:
            bench.tube(np.stack([start, end]), radius)
    if chance(rng, 0.4):
        bench.plate(high[:, [0, 2]], 0.04, turned(0, 90), [0, 0.5 * height, 0])
    return bench.build("csg")


def _stack(rng: np.random.Generator) -> ProceduralSolid:
    """A tower of blocks, rings and balls."""
    bench = Assembly(1.6)
    y = 0.0
    for _ in range(int(rng.integers(2, 7))):
        height, width = spread(rng, 0.08, 0.4), spread(rng, 0.1, 0.45)
        shift = rng.uniform(-0.05, 0.05, 2)
        centre = np.array([shift[0], y + 0.5 * height, shift[1]])
        style = one_of(rng, {"box": 3, "blob": 2, "cylinder": 3, "cushion": 1})
        if style == "box":
            bench.box(centre, [2 * width, height + 0.01, 2 * width * spread(rng, 0.4, 1)], 0.0,
                      turned(1, spread(rng, 0, 90)))  # fmt: skip
        elif style == "blob":
            bench.blob(centre, [width, 0.53 * height, width], upright=spread(rng, 2, 5))
        elif style == "cylinder":
            bench.bar([centre[0], y - 0.005, centre[2]], [centre[0], y + height, centre[2]], width,
                      width * spread(rng, 0.4, 1.2))  # fmt: skip
        else:
            bench.cushion(centre, [2 * width, 1.1 * height, 2 * width])
        y += height
    return bench.build("csg")


def _knot(rng: np.random.Generator) -> ProceduralSolid:
    """A torus knot or linked rings."""
    bench = Assembly(1.4)
    if chance(rng, 0.5):
        p, q = ((2, 3), (3, 2), (1, 3), (2, 5), (1, 2))[int(rng.integers(5))]
        t = np.linspace(0, 2 * np.pi, 64)
        radius = 0.5 + spread(rng, 0.12, 0.25) * np.cos(q * t)
        path = np.column_stack(
            [radius * np.cos(p * t), 0.22 * np.sin(q * t), radius * np.sin(p * t)]
        )
        bench.tube(path, spread(rng, 0.03, 0.075))
    else:
        ring, tube = spread(rng, 0.25, 0.4), spread(rng, 0.03, 0.08)
        for index in range(int(rng.integers(2, 5))):
            bench.ring([index * (2 * ring - tube), 0, 0], ring, tube,
                       turned(0, 90.0 * (index % 2) + spread(rng, -20, 20)))  # fmt: skip
    bench.move(random_turn(rng))
    return bench.build("csg")


def _tree(rng: np.random.Generator) -> ProceduralSolid:
    """Branching tapered tubes, with balls at the tips at times."""
    bench = Assembly(1.3)
    tips: list[tuple[Doubles, Doubles, float, int]] = [
        (np.zeros(3), np.array([0, 1.0, 0]), spread(rng, 0.04, 0.1), 0)
    ]
    depth = int(rng.integers(2, 4))
    has_balls = chance(rng, 0.5)
    while tips:
        start, direction, radius, level = tips.pop()
        end = start + direction * 0.45 * 0.75**level * spread(rng, 0.7, 1.2)
        bench.tube(np.stack([start, end]), np.array([radius, 0.7 * radius]))
        if level >= depth:
            if has_balls:
                bench.blob(end, [0.08, 0.08, 0.08])
            continue
        for _ in range(int(rng.integers(2, 4))):
            away = direction + rng.normal(0, 0.6, 3)
            tips.append((end, away / np.linalg.norm(away), 0.7 * radius, level + 1))
    return bench.build("csg")
