"""Primitives against closed formulas, and their samples against their own surface."""

from __future__ import annotations

import numpy as np
import pytest

from occstudio.datasets.procedural.assembly import thickened, turned
from occstudio.datasets.procedural.primitives import (
    Box,
    Cone,
    Cushion,
    Primitive,
    Superellipsoid,
    Torus,
)
from occstudio.datasets.procedural.swept import Extrusion, Lathe, Sheet, Tube

POSE = turned(0, 30) @ turned(1, 20) @ np.diag([0.5, 0.3, 0.7])
OUTLINE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.2, 0.0], [0.4, 0.5], [-0.3, 0.4]], np.float32)
SHADE = thickened(np.array([[0.5, -0.4], [0.45, 0.0], [0.3, 0.4]]), 0.05).astype(np.float32)
ROD = np.array([[0, 0, 0, 0.1], [0.5, 0, 0, 0.05], [0.5, 0.6, 0, 0.08]], np.float32)

PRIMITIVES: dict[str, Primitive] = {
    "box": Box(hx=0.5, hy=0.3, hz=0.2, linear=POSE),
    "rounded box": Box(hx=0.5, hy=0.3, hz=0.2, radius=0.1, linear=POSE),
    "cone": Cone(bottom=0.3, top=0.1, height=1.0, linear=POSE),
    "torus": Torus(ring=0.5, tube=0.1, linear=POSE),
    "arc": Torus(ring=0.5, tube=0.1, half_arc=2.0, linear=POSE),
    "superellipsoid": Superellipsoid(across=3.0, upright=5.0, linear=POSE),
    "cushion": Cushion(pinch=0.1, edge=0.4, linear=POSE),
    "tube": Tube(points=ROD, linear=POSE),
    "extrusion": Extrusion(depth=0.3, radius=0.05, points=OUTLINE, linear=POSE),
    "bevelled": Extrusion(depth=0.3, bevel=0.04, taper=0.7, points=OUTLINE, linear=POSE),
    "stroke": Extrusion(depth=0.3, radius=0.05, is_filled=0.0, points=OUTLINE, linear=POSE),
    "lathe": Lathe(points=SHADE, linear=POSE),
    "sheet": Sheet(hx=0.5, hz=0.4, half=0.04, bend_x=0.2, bend_z=-0.1, wave=0.01, linear=POSE),
}


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (20_000, 3)).astype(np.float32)


def test_a_sphere_holds_what_lies_within_its_radius(points: np.ndarray) -> None:
    sphere = Superellipsoid(linear=0.6 * np.eye(3), offset=np.array([0.1, 0.2, -0.1]))
    radius = np.linalg.norm(points - np.array([0.1, 0.2, -0.1]), axis=1)
    clear = np.abs(radius - 0.6) > 1e-5
    assert np.array_equal(sphere.contains(points)[clear], (radius <= 0.6)[clear])


def test_the_distance_of_a_sphere_is_exact_near_its_surface(points: np.ndarray) -> None:
    sphere = Superellipsoid(linear=0.6 * np.eye(3))
    exact = np.linalg.norm(points, axis=1) - 0.6
    near = np.abs(exact) < 0.05
    assert np.abs(sphere.distance(points) - exact)[near].max() < 1e-3


def test_a_turned_box_holds_what_lies_within_its_sides(points: np.ndarray) -> None:
    turn = turned(1, 35) @ turned(2, 10)
    box = Box(hx=0.5, hy=0.3, hz=0.7, linear=turn)
    local = points.astype(np.float64) @ turn
    excess = (np.abs(local) - [0.5, 0.3, 0.7]).max(axis=1)
    clear = np.abs(excess) > 1e-5
    assert np.array_equal(box.contains(points)[clear], (excess <= 0)[clear])


def test_a_torus_holds_what_lies_near_its_ring(points: np.ndarray) -> None:
    torus = Torus(ring=0.6, tube=0.2)
    gap = np.hypot(np.hypot(points[:, 0], points[:, 1]) - 0.6, points[:, 2]) - 0.2
    clear = np.abs(gap) > 1e-5
    assert np.array_equal(torus.contains(points)[clear], (gap <= 0)[clear])
    assert np.abs(torus.distance(points) - gap).max() < 1e-5


def test_a_lathe_of_a_rectangle_is_a_cylinder(points: np.ndarray) -> None:
    outline = np.array([[0, -0.5], [0.4, -0.5], [0.4, 0.5], [0, 0.5]], np.float32)
    cylinder = Cone(bottom=0.4, top=0.4, height=1.0)
    differing = Lathe(points=outline).contains(points) != cylinder.contains(points)
    assert differing.mean() < 1e-4


@pytest.mark.parametrize(
    ("primitive", "area"),
    [
        (Superellipsoid(linear=0.5 * np.eye(3)), np.pi),
        (Torus(ring=0.6, tube=0.2), 4 * np.pi**2 * 0.12),
        (Box(hx=0.5, hy=0.3, hz=0.7), 8 * (0.15 + 0.21 + 0.35)),
        (Cone(bottom=0.3, top=0.3, height=1.0), 2 * np.pi * 0.3 * 1.3),
    ],
)
def test_areas_agree_with_the_formulas(primitive: Primitive, area: float) -> None:
    assert primitive.area == pytest.approx(area, rel=0.03)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_samples_lie_where_occupancy_flips_along_the_normal(name: str) -> None:
    primitive = PRIMITIVES[name]
    points, normals = primitive.sample_surface(2000, np.random.default_rng(1))
    inner, outer = points - 0.003 * normals, points + 0.003 * normals
    assert (primitive.contains(inner) & ~primitive.contains(outer)).mean() > 0.97
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.quantile(np.abs(primitive.distance(points)), 0.99) < 1e-3


@pytest.mark.parametrize("name", PRIMITIVES)
def test_the_bounding_box_is_tight(name: str) -> None:
    primitive = PRIMITIVES[name]
    points = primitive.sample_surface(20_000, np.random.default_rng(2))[0]
    low, high = primitive.bounds()
    slack = 0.006 if name in {"cushion", "sheet"} else 1e-4
    assert (points >= low - slack).all()
    assert (points <= high + slack).all()
    assert np.abs(np.stack([points.min(axis=0), points.max(axis=0)]) - [low, high]).max() < 0.03


@pytest.mark.parametrize("name", PRIMITIVES)
def test_a_primitive_survives_packing(name: str, points: np.ndarray) -> None:
    primitive = PRIMITIVES[name]
    copy = type(primitive).unpacked(primitive.packed(), primitive.linear, primitive.offset)
    assert np.array_equal(copy.contains(points), primitive.contains(points))


def test_samples_of_a_stretched_sphere_are_uniform_by_area() -> None:
    # A prolate spheroid with axes 1 and 0.25: the area above a height is known.
    axis, waist = 1.0, 0.25
    spheroid = Superellipsoid(linear=np.diag([waist, axis, waist]))
    points = spheroid.sample_surface(20_000, np.random.default_rng(3))[0]
    y = np.linspace(-axis, axis, 20_001)
    radius = waist * np.sqrt(np.maximum(1 - y**2, 0))
    ring = 2 * np.pi * np.sqrt(radius**2 + (waist**2 * y) ** 2)
    share = ring[np.abs(y) < 0.5].sum() / ring.sum()
    assert (np.abs(points[:, 1]) < 0.5).mean() == pytest.approx(share, abs=0.02)
