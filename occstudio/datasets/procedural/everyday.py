"""A grammar of everyday things that are not furniture: vessels, plants, machines, creatures."""

from __future__ import annotations

import numpy as np

from occstudio.datasets.procedural.assembly import (
    MIRROR_X,
    Assembly,
    turned,
)
from occstudio.datasets.procedural.creatures import animal, person
from occstudio.datasets.procedural.household import appliance, basin, radiator, screen
from occstudio.datasets.procedural.seating import chance, one_of, spread
from occstudio.datasets.procedural.solid import ProceduralSolid
from occstudio.datasets.procedural.vessel import plant, vessel


def everyday(rng: np.random.Generator) -> ProceduralSolid:
    """A vessel, plant, appliance, screen, vehicle, aircraft, person or animal."""
    builders = {
        "vessel": (3.0, vessel),
        "plant": (2.5, plant),
        "appliance": (1.7, appliance),
        "radiator": (0.4, radiator),
        "screen": (1.2, screen),
        "car": (1.2, _car),
        "plane": (0.8, _plane),
        "person": (1.5, person),
        "animal": (1.5, animal),
        "basin": (1.0, basin),
    }
    name = one_of(rng, {name: weight for name, (weight, _) in builders.items()})
    return builders[name][1](rng)


def _car(rng: np.random.Generator) -> ProceduralSolid:
    """A body of an outline, a cabin and four wheels; the front is +Z."""
    length, width = spread(rng, 3.6, 5.0), spread(rng, 1.6, 1.9)
    bench = Assembly(length)
    hood, roof = spread(rng, 0.75, 1.0), spread(rng, 1.3, 1.9)
    z = 0.5 * length
    windscreen, rear = spread(rng, 0.05, 0.5) * z, -spread(rng, 0.3, 0.97) * z
    body = np.array([[z, 0.3], [z, 0.6], [0.9 * z, hood - 0.05], [windscreen, hood],
                     [-z, hood], [-z, 0.3]])  # fmt: skip
    cabin = np.array([[windscreen, hood - 0.03], [windscreen - 0.35, roof], [rear + 0.1, roof],
                      [max(rear - 0.35, -z), hood - 0.03]])  # fmt: skip
    turn = np.array([[0, 0, -1.0], [0, 1.0, 0], [1.0, 0, 0]])
    bench.plate(body, width, turn, bevel=0.08, radius=0.02)
    bench.plate(cabin, 0.86 * width, turn, bevel=0.1, radius=0.02)
    radius = spread(rng, 0.3, 0.38)
    for side in (-1.0, 1.0):
        for place in (-0.62 * z, 0.64 * z):
            x = side * 0.46 * width
            bench.bar([x - 0.1, radius, place], [x + 0.1, radius, place], radius)
    if chance(rng, 0.4):
        for side in (-1.0, 1.0):
            bench.box([side * 0.52 * width, hood + 0.05, windscreen], [0.18, 0.12, 0.1], 0.03)
    for place in (-0.62 * z, 0.64 * z):
        bench.bar([-0.4 * width, radius, place], [0.4 * width, radius, place], 0.06)
    return bench.build("everyday")


def _plane(rng: np.random.Generator) -> ProceduralSolid:
    """A fuselage with wings and tail."""
    bench = Assembly(1.0)
    radius = spread(rng, 0.035, 0.075)
    nose = [0, 0, 0.5]
    path = np.array([[0, 0, -0.5], [0, 0, -0.2], [0, 0, 0.3], nose])
    path[0, 1] = 0.5 * radius
    bench.tube(path, np.array([0.35, 1.0, 1.0, 0.5]) * radius)
    span, sweep = spread(rng, 0.3, 0.55), spread(rng, 0.0, 0.3)
    chord, tip = spread(rng, 0.1, 0.25), spread(rng, 0.04, 0.1)
    lay = turned(0, 90)

    def wing(span: float, chord: float, sweep: float, z: float, y: float, dihedral: float) -> None:
        rear, front = -sweep - 0.5 * tip, -sweep + 0.5 * tip
        outline = np.array([[0, -0.5 * chord], [span, rear], [span, front],
                            [0, 0.5 * chord]])  # fmt: skip
        # Local y of the outline must run to +Z: lay it down and turn it over.
        first = len(bench.parts)
        bench.plate(outline, 0.02, turned(2, dihedral) @ lay, [0, y, z], bevel=0.006)
        bench.repeat(MIRROR_X, since=first)

    wing(span, chord, sweep, spread(rng, -0.05, 0.12), spread(rng, -0.7, 0.7) * radius,
         spread(rng, -2, 8))  # fmt: skip
    wing(0.35 * span, 0.5 * chord + 0.03, 0.3 * sweep, -0.45, 0.5 * radius, 0.0)
    fin = np.array([[-0.5, 0], [-0.5, spread(rng, 0.1, 0.18)], [-0.42, 0.12], [-0.3, 0]])
    bench.plate(fin, 0.018, turned(1, -90), [0, 0.3 * radius, 0], bevel=0.004)
    if chance(rng, 0.6):
        for side in (-1.0, 1.0):
            x = side * 0.4 * span
            z = 0.12 - 0.4 * sweep
            bench.blob([x, -0.012, z], [0.03, 0.03, 0.07], upright=2.5)
    return bench.build("everyday")
