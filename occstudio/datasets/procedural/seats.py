"""Seats and arm rests: boards, saddles, cushions, slats, webbing; arms of wood, tube and foam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from occstudio.datasets.procedural.assembly import (
    MIRROR_X,
    Assembly,
    bezier,
    rounded_path,
    turned,
    vec,
)
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread

_WEIGHTS = {"slab": 8, "sheet": 8, "pad": 7, "cushion": 4, "slats": 5, "disc": 4, "shield": 4,
            "frame": 4}  # fmt: skip


ROUND_SEATS = frozenset({"disc", "shield"})
"""Styles without corners over the legs."""


def seat_style(rng: np.random.Generator) -> str:
    """A style for `add_seat`, drawn by weight."""
    return one_of(rng, _WEIGHTS)


def suited(seat: Seating, style: str) -> Seating:
    """The measures made to agree with a style of seat: no corners, or no more than a board."""
    is_board = style == "sheet"
    thickness = min(seat.thickness, 0.04) if is_board else seat.thickness
    return replace(seat, is_round=style in ROUND_SEATS, thickness=thickness)


def add_seat(
    bench: Assembly, rng: np.random.Generator, seat: Seating, style: str | None = None
) -> None:
    """Put a seat of a drawn or named style on a base."""
    style = style or seat_style(rng)
    low, centre = seat.under, np.array([0, seat.height - 0.5 * seat.thickness, 0])
    size = np.array([seat.width, seat.thickness, seat.depth])
    if style == "slab":
        bench.box(centre, size, spread(rng, 0.0, 0.5) * seat.thickness)
    elif style == "sheet":
        _sheet(bench, rng, seat)
    elif style == "pad":
        board = min(0.02, 0.4 * seat.thickness)
        bench.block(
            [-0.48 * seat.width, low, -0.48 * seat.depth],
            [0.48 * seat.width, low + max(board, bench.thin), 0.48 * seat.depth],
        )
        bench.pad(centre + np.array([0, 0.006, 0]), size, spread(rng, 0.3, 0.95))
    elif style == "cushion":
        bench.block(
            [-0.49 * seat.width, low, -0.49 * seat.depth],
            [0.49 * seat.width, low + bench.thin, 0.49 * seat.depth],
        )
        bench.cushion(
            [0, low + 0.45 * max(seat.thickness, 0.05) + 0.3 * bench.thin, 0],
            [0.98 * seat.width, max(seat.thickness, 0.05), 0.98 * seat.depth],
            edge=spread(rng, 0.2, 0.5), pinch=spread(rng, 0.0, 0.08),
        )  # fmt: skip
    elif style == "slats":
        _slats(bench, rng, seat)
    elif style == "disc":
        bench.blob(centre, 0.5 * size, across=spread(rng, 2.0, 3.5), upright=spread(rng, 2.5, 10.0))
    elif style == "shield":
        _shield(bench, rng, seat)
    else:
        _webbed(bench, rng, seat)


def _sheet(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A saddle or a bent board with a waterfall edge."""
    thickness = max(seat.thickness, bench.thin)
    bends = spread(rng, 0.0, 0.04), spread(rng, -0.03, 0.02)
    # The dip reaches under the frame line, so that the raised rims still rest on the legs.
    dip = 0.7 * sum(max(bend, 0.0) for bend in bends)
    middle = seat.under + 0.5 * thickness - dip
    bench.sheet(
        [0, middle, 0],
        [seat.width, thickness, seat.depth],
        bend_x=bends[0],
        bend_z=bends[1],
        tilt=spread(rng, -0.02, 0.01),
        power=spread(rng, 2.0, 4.0),
        squareness=spread(rng, 5.0, 14.0),
    )
    bench.block([-0.3 * seat.width, min(seat.under, middle) - 0.018, -0.3 * seat.depth],
                [0.3 * seat.width, middle, 0.3 * seat.depth])  # fmt: skip


def _slats(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    count = int(rng.integers(3, 11))
    board = max(min(seat.thickness, 0.022), bench.thin)
    share = spread(rng, 0.5, 0.85)
    along_x = chance(rng, 0.6)
    length, run = (seat.width, seat.depth) if along_x else (seat.depth, seat.width)
    for place in np.linspace(-0.5, 0.5, count + 1)[:-1] + 0.5 / count:
        middle = np.array([0, seat.height - 0.5 * board, place * run])
        size = np.array([length, board, share * run / count])
        if not along_x:
            middle, size = middle[[2, 1, 0]], size[[2, 1, 0]]
        bench.box(middle, size, 0.003)
    # Bearers over the legs and one in the middle, for a column.
    low = min(seat.under - 0.002, seat.height - 2 * board)
    edge = 0.5 - (seat.inset + 0.022) / length
    for side in (-edge, 0.0, edge):
        middle = np.array([side * length, 0.5 * (low + seat.height - board) + 0.002, 0])
        size = np.array([0.045, seat.height - board - low + 0.004, run * 0.97])
        if not along_x:
            middle, size = middle[[2, 1, 0]], size[[2, 1, 0]]
        bench.box(middle, size)


def _shield(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A flat seat with a rounded or tapering outline."""
    x, z = 0.5 * seat.width, 0.5 * seat.depth
    front, rear = spread(rng, 0.0, 0.25), spread(rng, 0.0, 0.25)
    right = bezier([0, z], [x * 1.15, z * (1 + front)], [x * 1.1, 0], [seat.narrow * x, -z],
                   [0, -z * (1 + rear)], count=14)  # fmt: skip
    outline = np.concatenate([right, (right * np.array([-1, 1]))[::-1][1:-1]])
    outline *= np.array([x, z]) / np.abs(outline).max(axis=0)
    turn = turned(0, 90) @ np.diag([1.0, 1.0, 1.0])
    centre = [0, seat.height - 0.5 * seat.thickness, 0]
    bench.plate(
        outline, seat.thickness, turn, centre, bevel=spread(rng, 0.0, 0.45) * seat.thickness
    )


def _webbed(bench: Assembly, rng: np.random.Generator, seat: Seating) -> None:
    """A frame of bars with a thin panel or crossing straps inside."""
    rail = max(min(seat.thickness, 0.04), 0.018)
    x, z = 0.5 * seat.width - 0.5 * rail, 0.5 * seat.depth - 0.5 * rail
    y = seat.height - 0.5 * rail
    for side in (-1.0, 1.0):
        bench.box([side * x, y, 0], [rail, rail, seat.depth], 0.3 * rail)
        bench.box([0, y, side * z], [seat.width, rail, rail], 0.3 * rail)
    for side in (-x, 0.0, x):
        bench.block([side - 0.5 * rail, seat.under - 0.004, -z], [side + 0.5 * rail, y, z])
    leg = 0.5 * seat.width - seat.inset - 0.02
    for side in (-leg, leg):
        bench.block([side - 0.02, seat.under - 0.004, -z], [side + 0.02, y, z])
    if chance(rng, 0.5):
        bench.sheet([0, y - 0.1 * rail, 0], [2 * x, 0.013, 2 * z], bend_x=spread(rng, 0, 0.015),
                    bend_z=spread(rng, 0, 0.01), squareness=14)  # fmt: skip
        return
    for place in np.linspace(-0.82, 0.82, int(rng.integers(3, 7))):
        bench.box([place * x, y, 0], [0.022, 0.012, 2 * z])
    for place in np.linspace(-0.82, 0.82, int(rng.integers(3, 7))):
        bench.box([0, y, place * z], [2 * x, 0.012, 0.022])


def add_arms(
    bench: Assembly, rng: np.random.Generator, seat: Seating, style: str | None = None
) -> None:
    """A pair of arm rests of a drawn or named style."""
    style = style or one_of(rng, {"bar": 3, "board": 4, "loop": 3, "pad": 2, "panel": 2, "bent": 2})
    rise = min(spread(rng, 0.16, 0.27), 0.8 * (seat.top - seat.height))
    share = rise / (seat.top - seat.height)
    first = len(bench.parts)
    radius = spread(rng, 0.009, 0.017)
    x = 0.5 * seat.width + (spread(rng, -0.01, 0.03) if style != "bar" else 0.0)
    rear = seat.back(0.5 * seat.width * seat.narrow, share)
    y = float(rear[1])
    front = 0.5 * seat.depth * spread(rng, 0.3, 1.0)
    end = np.array([x, y, front])
    place = 0.05 if seat.is_round else front * spread(rng, 0.6, 0.98)
    foot = np.array([0.5 * seat.width - 0.02, seat.under + 0.1 * seat.thickness, place])
    if style in {"bar", "bent"}:
        middle = np.array([x * 1.08, y, 0.0])
        path = bezier(rear, middle, end, count=7) if style == "bent" else np.array([rear, end])
        bench.tube(path, radius)
        bench.bar(foot, end, radius)
        if chance(rng, 0.35):
            # A rear post, for backs too narrow to carry the arm.
            bench.bar([foot[0], foot[1], rear[2] + 0.04], rear + vec(0, 0, 0.02), radius)
        if chance(rng, 0.4):
            for place in np.linspace(0.15, 0.85, int(rng.integers(1, 6))):
                above = rear + place * (end - rear)
                bench.bar([foot[0], foot[1], above[2]], above, max(0.6 * radius, 0.0065))
    elif style == "board":
        bench.beam(rear, end + np.array([0, 0, 0.02]), spread(rng, 0.04, 0.08), 0.022,
                   facing=(0, 1, 0), radius=0.006)  # fmt: skip
        bench.beam(foot, end, 0.02, 0.035)
        if chance(rng, 0.4):
            bench.beam([foot[0], foot[1], rear[2] + 0.05], rear + vec(0, 0, 0.03), 0.02, 0.035)
    elif style == "loop":
        corners = np.array([rear, end, foot, [foot[0], foot[1], -0.3 * seat.depth]])
        bench.tube(rounded_path(corners, spread(rng, 0.04, 0.12)), radius)
    elif style == "pad":
        bench.pad(0.5 * (rear + end), [0.06, 0.035, float(end[2] - rear[2])], 0.6)
        post = np.array([foot[0], foot[1], 0.3 * foot[2]])
        bench.beam(post, [x, y, 0.3 * foot[2]], 0.018, 0.04)
    else:
        low = seat.under
        bench.block([x - 0.02, low, -0.5 * seat.depth], [x + 0.01, y, front], 0.006)
    bench.repeat(MIRROR_X, since=first)
