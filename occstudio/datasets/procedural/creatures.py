"""A grammar of simple people and animals, of capsules and ellipsoids."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    Assembly,
    bezier,
    turned,
    vec,
)
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid


def person(rng: np.random.Generator) -> ProceduralSolid:
    """A simple figure of capsules: standing, walking or sitting."""
    bench = Assembly(1.75)
    pose = one_of(rng, {"stand": 2, "walk": 2, "sit": 1.5})
    hip = 0.92 if pose != "sit" else 0.5
    stout = spread(rng, 0.85, 1.3)
    lean = spread(rng, -0.05, 0.08)
    neck = np.array([0, hip + 0.55, lean])
    bench.blob([0, hip + 0.3, 0.5 * lean], [0.17 * stout, 0.36, 0.12 * stout],
               across=2.5, upright=spread(rng, 2.2, 3.5))  # fmt: skip
    bench.blob([0, hip, 0], [0.17 * stout, 0.13, 0.13 * stout])
    bench.bar(neck - vec(0, 0.08, 0), neck + vec(0, 0.1, 0), 0.06)
    bench.blob(neck + vec(0, 0.2, 0.02), [0.085, 0.12, 0.1])
    for side in (-1.0, 1.0):
        stride = side * (spread(rng, 0.1, 0.3) if pose == "walk" else 0.0)
        start = np.array([side * 0.09, hip, 0])
        if pose == "sit":
            knee = np.array([side * 0.13, hip + 0.02, 0.42])
            foot = np.array([side * 0.13, 0.07, 0.42 + spread(rng, -0.1, 0.12)])
        else:
            knee = np.array([side * 0.11, 0.5 * hip, 0.5 * stride + 0.03])
            foot = np.array([side * 0.12, 0.07, stride])
        path = np.stack([start, knee, foot])
        bench.tube(path, np.array([0.085, 0.06, 0.045]) * stout)
        bench.blob(foot + vec(0, -0.03, 0.07), [0.045, 0.04, 0.13])
        shoulder = np.array([side * 0.17 * stout, hip + 0.5, lean])
        elbow = shoulder + rng.uniform(
            [side * 0.08 - 0.05, -0.3, -0.12], [side * 0.08 + 0.05, -0.2, 0.15]
        )
        hand = elbow + rng.uniform([-0.08, -0.26, 0.0], [0.08, 0.1, 0.25])
        path = np.stack([shoulder, elbow, hand])
        bench.tube(path, np.array([0.06, 0.045, 0.04]) * stout)
    if chance(rng, 0.35):
        # A skirt or coat.
        line = np.array([[0.2, hip - 0.35], [0.25, hip - 0.35], [0.16, hip + 0.15]]) * [stout, 1]
        bench.lathe(line)
    return bench.build("everyday")


def animal(rng: np.random.Generator) -> ProceduralSolid:
    """A four-legged beast, a bird or a fish."""
    style = one_of(rng, {"beast": 3, "bird": 1, "fish": 1})
    bench = Assembly(1.0)
    if style == "fish":
        deep = spread(rng, 0.12, 0.25)
        bench.blob([0, 0, 0], [0.35 * deep, deep, 0.45], upright=spread(rng, 1.8, 2.4))
        for sign in (-1.0, 1.0):
            bench.blob([0, sign * 0.1, -0.5], [0.012, 0.05, 0.14], turned(0, sign * 35))
        bench.blob([0, deep, 0], [0.012, 0.1, 0.16], turned(0, -10))
        return bench.build("everyday")
    body = spread(rng, 0.25, 0.42)
    girth = spread(rng, 0.09, 0.18)
    leg = spread(rng, 0.15, 0.5)
    height = leg + girth
    tilt = -spread(rng, 20, 50) if style == "bird" else spread(rng, -8, 8)
    bench.blob([0, height, 0], [girth, girth * spread(rng, 0.9, 1.3), body], turned(0, tilt),
               across=2.3, upright=2.2)  # fmt: skip
    neck = spread(rng, 0.05, 0.45)
    front = np.array([0, height + 0.3 * girth, 0.75 * body])
    head = front + np.array([0, neck, 0.15 + 0.3 * neck])
    path = bezier(front, front + vec(0, 0.4 * neck, 0.1), head, count=6)
    radii = np.linspace(0.6 * girth, 0.35 * girth, 6)
    bench.tube(path, radii)
    bench.blob(head + vec(0, 0.01, 0.05), [0.5 * girth, 0.5 * girth, spread(rng, 0.09, 0.16)],
               turned(0, spread(rng, 0, 30)))  # fmt: skip
    if style == "bird":
        bench.bar(head + vec(0, 0, 0.1), head + vec(0, -0.02, 0.24), 0.03, 0.008)
        for side in (-1.0, 1.0):
            bench.blob([side * girth, height, -0.05], [0.025, 0.6 * girth, 0.8 * body],
                       turned(0, tilt))  # fmt: skip
            bench.bar([side * 0.5 * girth, 0, 0.05], [side * 0.5 * girth, height, 0], 0.014)
            bench.blob([side * 0.5 * girth, 0.015, 0.09], [0.04, 0.015, 0.07])
        return bench.build("everyday")
    for side in (-1.0, 1.0):
        for z in (-0.7 * body, 0.7 * body):
            x = side * 0.6 * girth
            step = spread(rng, -0.06, 0.06)
            knee = [x, 0.5 * leg, z - np.sign(z) * 0.02 + step]
            path = np.array([[x, height - 0.3 * girth, z], knee, [x, 0.03, z + step]])
            bench.tube(path, np.array([0.4, 0.25, 0.2]) * girth + 0.008)
        bench.blob(head + vec(side * 0.35 * girth, 0.5 * girth, 0), [0.02, 0.05, 0.03])
    tail = np.array([0, height + 0.2 * girth, -0.95 * body])
    tip = tail + vec(0, spread(rng, -0.3, 0.25), -0.22)
    bench.tube(bezier(tail, tail + vec(0, 0.1, -0.15), tip,
                      count=7), 0.014)  # fmt: skip
    return bench.build("everyday")
