"""Legs of seats and tables: straight, turned, bent, with aprons and stretchers."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import Assembly, bezier, turn_to
from occstudio.datasets.procedural.primitives import Doubles
from occstudio.datasets.procedural.seating import Seating, chance, one_of, spread


def four_legs(
    bench: Assembly,
    rng: np.random.Generator,
    seat: Seating,
    *,
    style: str | None = None,
    splay: float | None = None,
) -> None:
    """Four legs with an apron or stretchers at times."""
    style = style or one_of(rng, {"square": 5, "round": 5, "turned": 3, "sabre": 2, "board": 1})
    if splay is None:
        splay = spread(rng, 0.0, 0.09) if chance(rng, 0.6) else 0.0
    thickness = spread(rng, 0.018, 0.055)
    tops = seat.corners(seat.under + 0.004, seat.inset + 0.5 * thickness)
    spreads = np.array([splay, 0, splay]) * spread(rng, 0.6, 1.0)
    feet = [np.array([t[0], 0, t[2]]) + np.sign(t) * spreads for t in tops]
    taper = spread(rng, 0.5, 1.0)
    profile = turned_profile(rng)
    for top, foot in zip(tops, feet, strict=True):
        add_leg(bench, style, top, foot, thickness, taper, profile)
    if chance(rng, 0.4):
        apron(bench, seat, tops, thickness, spread(rng, 0.03, 0.08))
    if style != "sabre" and chance(rng, 0.45):
        stretchers(bench, rng, tops, feet, thickness)


def add_leg(
    bench: Assembly,
    style: str,
    top: Doubles,
    foot: Doubles,
    thickness: float,
    taper: float,
    profile: Doubles,
) -> None:
    """One leg from the seat to the floor; `profile` is used by turned legs."""
    if style == "square":
        bench.beam(foot, top, thickness * taper, thickness * taper, taper=1 / taper, radius=0.004)
    elif style == "round":
        bench.bar(foot, top, 0.5 * thickness * taper, 0.5 * thickness)
    elif style == "turned":
        length = float(np.linalg.norm(top - foot))
        line = profile * np.array([0.75 * thickness, length])
        line[:, 0] = np.maximum(line[:, 0], 0.5 * bench.thin)
        bench.lathe(line, foot, turn_to(top - foot))
    elif style == "sabre":
        out = np.sign(foot[2]) * np.array([0, 0, 0.35 * top[1] * 0.4])
        path = bezier(foot + out, 0.5 * (foot + top) - 0.3 * out, top, count=9)
        radii = np.linspace(0.5 * thickness * max(taper, 0.6), 0.5 * thickness, 9)
        bench.tube(path, radii)
        foot_level(bench, path[0], float(radii[0]))
    else:
        bench.beam(foot, top, 0.6 * thickness, 1.8 * thickness, taper=1.0, radius=0.003)


def foot_level(bench: Assembly, point: Doubles, radius: float) -> None:
    """A small disc under a round end, so that it stands."""
    bench.bar(point - np.array([0, radius, 0]), point, radius)


def turned_profile(rng: np.random.Generator) -> Doubles:
    """A leg's profile (k, 2) of radius share and height share, with beads and vases."""
    count = int(rng.integers(5, 10))
    heights = np.sort(np.concatenate([[0, 1], rng.uniform(0.04, 0.96, count)]))
    heights = np.linspace(0, 1, len(heights)) * 0.5 + heights * 0.5
    radii = rng.uniform(0.45, 1.0, len(heights))
    radii[0] = spread(rng, 0.4, 0.8)
    fine = np.linspace(0, 1, 28)
    smooth = np.interp(fine, heights, radii)
    if chance(rng, 0.7):
        smooth = np.convolve(np.pad(smooth, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    if chance(rng, 0.5):
        smooth[int(28 * spread(rng, 0.6, 0.85)) :] = 0.95
    return np.column_stack([smooth, fine])


def apron(
    bench: Assembly, seat: Seating, tops: list[Doubles], thickness: float, height: float
) -> None:
    """Boards between the tops of four legs, just under the seat."""
    y = seat.under - 0.5 * height + 0.003
    for first, last in ((0, 1), (2, 3), (0, 2), (1, 3)):
        start = np.array([tops[first][0], y, tops[first][2]])
        end = np.array([tops[last][0], y, tops[last][2]])
        bench.beam(start, end, 0.5 * thickness, height, facing=(0, 1, 0))


def stretchers(
    bench: Assembly,
    rng: np.random.Generator,
    tops: list[Doubles],
    feet: list[Doubles],
    thickness: float,
) -> None:
    """Rails between legs: around, H, X, sides only or a double row."""
    style = one_of(rng, {"around": 3, "h": 4, "x": 1, "sides": 2, "double": 2, "front": 1})
    share, other = sorted(rng.uniform(0.2, 0.6, 2))
    radius = 0.5 * thickness * spread(rng, 0.45, 0.8)
    is_round = chance(rng, 0.65)

    def at(leg: int, height: float) -> Doubles:
        return feet[leg] + height * (tops[leg] - feet[leg])

    def rail(start: Doubles, end: Doubles) -> None:
        if is_round:
            bench.bar(start, end, radius)
        else:
            bench.beam(start, end, 1.2 * radius, 2.6 * radius, facing=(0, 1, 0))

    sides, across = ((0, 2), (1, 3)), ((0, 1), (2, 3))
    if style in {"around", "sides", "h", "double"}:
        for a, b in sides:
            rail(at(a, share), at(b, share))
    if style in {"around", "double"}:
        for a, b in across:
            rail(at(a, other), at(b, other))
    if style == "double":
        for a, b in sides:
            rail(at(a, share + 0.2), at(b, share + 0.2))
    if style == "h":
        rail(0.5 * (at(0, share) + at(2, share)), 0.5 * (at(1, share) + at(3, share)))
    if style == "x":
        rail(at(0, share), at(3, share))
        rail(at(1, share), at(2, share))
    if style == "front":
        rail(at(0, share), at(1, share))
        rail(at(2, other), at(3, other))
