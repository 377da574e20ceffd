"""Primitives that follow a curve or a profile: tubes, extrusions, lathe work and bent sheets.

The idea: all of them reduce to the distance from a polyline. A tube measures it in space, an
extrusion and a lathe measure it in a plane (with the crossing rule for filled outlines), and a
sheet is a graph over a footprint. Curves are given as fine polylines, so one formula serves
spindles, bent cantilever frames, curved backs, vases, shades and springs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.procedural.primitives import (
    Candidates,
    Doubles,
    Floats,
    Primitive,
    Reals,
    unit_vectors,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tube(Primitive):
    """A round rod along a polyline; `points` (k, 4) are x, y, z and radius, ends are round."""

    points: Floats

    POINT_COLUMNS: ClassVar[int] = 4

    def _points(self) -> Floats:
        return self.points

    def level(self, local: Reals) -> Reals:
        nodes = self.points.astype(local.dtype)
        start, step = nodes[:-1, :3], nodes[1:, :3] - nodes[:-1, :3]
        square = np.maximum((step**2).sum(axis=1), 1e-12)
        # |p - a|^2 and (p - a).d for all pairs by matrix products: no (n, k, 3) array is made.
        along = local @ step.T - (start * step).sum(axis=1)
        share = np.clip(along / square, 0, 1)
        apart = (
            (local**2).sum(axis=1)[:, None]
            - 2 * local @ start.T
            + (start**2).sum(axis=1)
            - share * (2 * along - share * square)
        )
        radius = nodes[:-1, 3] + share * (nodes[1:, 3] - nodes[:-1, 3])
        return (np.sqrt(np.maximum(apart, 0)) - radius).min(axis=1).astype(local.dtype)

    def support(self, directions: Doubles) -> Doubles:
        nodes = self.points.astype(np.float64)
        reach = directions @ nodes[:, :3].T
        return (reach + np.linalg.norm(directions, axis=1)[:, None] * nodes[:, 3]).max(axis=1)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        nodes = self.points.astype(np.float64)
        start, step = nodes[:-1, :3], nodes[1:, :3] - nodes[:-1, :3]
        length = np.maximum(np.linalg.norm(step, axis=1), 1e-9)
        axis = step / length[:, None]
        taper = (nodes[1:, 3] - nodes[:-1, 3]) / length
        radius = 0.5 * (nodes[1:, 3] + nodes[:-1, 3])
        # Balls show at the two ends and wherever the path turns sharply.
        turn = np.ones(len(nodes), dtype=bool)
        turn[1:-1] = (axis[1:] * axis[:-1]).sum(axis=1) < 0.99
        areas = np.concatenate(
            [2 * np.pi * radius * length, np.where(turn, 4 * np.pi * nodes[:, 3] ** 2, 0)]
        )
        piece = rng.choice(len(areas), size=count, p=areas / areas.sum())
        is_ball = piece >= len(length)
        segment = np.where(is_ball, 0, piece)
        share = rng.uniform(0, 1, count)
        directions = unit_vectors(count, rng)
        flat = directions - (directions * axis[segment]).sum(axis=1)[:, None] * axis[segment]
        flat /= np.maximum(np.linalg.norm(flat, axis=1), 1e-9)[:, None]
        local_radius = nodes[segment, 3] + share * (nodes[segment + 1, 3] - nodes[segment, 3])
        points = start[segment] + share[:, None] * step[segment] + local_radius[:, None] * flat
        normals = flat - taper[segment, None] * axis[segment]
        normals /= np.linalg.norm(normals, axis=1)[:, None]
        node = np.where(is_ball, piece - len(length), 0)
        ball = nodes[node, :3] + nodes[node, 3:] * directions
        weights = np.where(is_ball, 1.0, local_radius / radius[segment])
        chosen = is_ball[:, None]
        points = np.where(chosen, ball, points)
        normals = np.where(chosen, directions, normals)
        # Parts of a ball or of a segment inside the rest of the rod are not surface.
        size = float(nodes[:, 3].max())
        level = self.level(points)
        weights = np.where(level < -1e-3 * size, 0.0, weights)
        return points, normals, weights * (areas.sum() / count)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Extrusion(Primitive):
    """A plane outline in XY, filled or stroked, extruded along Z by `depth` on either side.

    `points` (k, 2) is a closed outline where `is_filled` is 1, else an open line. `radius` grows
    the outline (rounding a filled one's corners, giving a line its half thickness), `bevel`
    rounds the edges of the two ends, `taper` is the scale of the outline at +depth.
    """

    depth: float
    radius: float = 0.0
    bevel: float = 0.0
    taper: float = 1.0
    is_filled: float = 1.0
    points: Floats

    POINT_COLUMNS: ClassVar[int] = 2

    def _points(self) -> Floats:
        return self.points

    def level(self, local: Reals) -> Reals:
        scale = 1 + (self.taper - 1) * np.clip(0.5 + 0.5 * local[:, 2] / self.depth, 0, 1)
        plane = local[:, :2] / scale[:, None]
        flat = outline_distance(plane, self.points, bool(self.is_filled), closed_at_axis=True)
        side = (flat - self.radius) * scale + self.bevel
        end = np.abs(local[:, 2]) - self.depth + self.bevel
        outer = np.hypot(np.maximum(side, 0), np.maximum(end, 0))
        return (np.minimum(np.maximum(side, end), 0) + outer - self.bevel).astype(local.dtype)

    @property
    def is_rough(self) -> bool:
        return self.bevel > 0 or self.taper != 1

    def support(self, directions: Doubles) -> Doubles:
        plane = (directions[:, :2] @ self.points.T.astype(np.float64)).max(axis=1)
        grown = plane + self.radius * np.linalg.norm(directions[:, :2], axis=1)
        if self.bevel == 0:
            along = directions[:, 2] * self.depth
            return np.maximum(grown * self.taper + along, grown - along)
        # Exact for directions along an axis, an upper bound by the bevel else.
        inner = grown - self.bevel * np.linalg.norm(directions[:, :2], axis=1)
        along = directions[:, 2] * (self.depth - self.bevel)
        rim = self.bevel * np.linalg.norm(directions, axis=1)
        return np.maximum(inner * self.taper + along, inner - along) + rim

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        outline = self.points.astype(np.float64)
        low = outline.min(axis=0) - self.radius
        extent = np.ptp(outline, axis=0) + 2 * self.radius
        start, step, length, normal, both = _offset_sides(outline, bool(self.is_filled))
        arcs = 2 * np.pi * self.radius
        side_area = (length.sum() * both + arcs * len(outline)) * 2 * self.depth
        end_area = 2 * extent[0] * extent[1]
        total = side_area + end_area
        is_end = rng.uniform(0, total, count) > side_area
        # Sides: offset edges and, where rounding shows, circles about the corners.
        lengths = np.concatenate([length * both, np.full(len(outline), arcs)])
        piece = rng.choice(len(lengths), size=count, p=lengths / lengths.sum())
        is_arc = piece >= len(length)
        edge, corner = np.where(is_arc, 0, piece), np.where(is_arc, piece - len(length), 0)
        away = normal[edge]
        if both == 2:
            away = away * rng.choice([-1.0, 1.0], count)[:, None]
        angle = rng.uniform(0, 2 * np.pi, count)
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        away = np.where(is_arc[:, None], circle, away)
        base = start[edge] + rng.uniform(0, 1, count)[:, None] * step[edge]
        base = np.where(is_arc[:, None], outline[corner], base)
        plane = base + self.radius * away
        plane = np.where(is_end[:, None], low + rng.uniform(0, 1, (count, 2)) * extent, plane)
        flat = outline_distance(plane, self.points, bool(self.is_filled), closed_at_axis=True)
        tolerance = 1e-3 * float(extent.max())
        wanted = np.where(is_end, flat < self.radius, flat > self.radius - tolerance)
        z = np.where(is_end, rng.choice([-1.0, 1.0], count), rng.uniform(-1, 1, count)) * self.depth
        scale = 1 + (self.taper - 1) * (0.5 + 0.5 * z / self.depth)
        points = np.column_stack([plane * scale[:, None], z])
        weights = np.where(wanted, np.where(is_end, scale**2, scale), 0.0) * (total / count)
        normals = np.column_stack([np.where(is_end[:, None], 0.0, away), np.where(is_end, z, 0.0)])
        return points, normals / np.linalg.norm(normals, axis=1)[:, None], weights


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lathe(Primitive):
    """A solid of revolution about +Y; `points` (k, 2) is a closed outline of radius and height."""

    points: Floats

    POINT_COLUMNS: ClassVar[int] = 2

    def _points(self) -> Floats:
        return self.points

    def level(self, local: Reals) -> Reals:
        plane = np.stack([np.hypot(local[:, 0], local[:, 2]), local[:, 1]], axis=1)
        return outline_distance(plane, self.points, True, closed_at_axis=False)

    def support(self, directions: Doubles) -> Doubles:
        radial = np.hypot(directions[:, 0], directions[:, 2])
        outline = self.points.astype(np.float64)
        return (np.outer(radial, outline[:, 0]) + np.outer(directions[:, 1], outline[:, 1])).max(
            axis=1
        )

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        outline = self.points.astype(np.float64)
        start, step, length, normal, _ = _offset_sides(outline, True)
        middle = np.maximum(start[:, 0] + 0.5 * step[:, 0], 0)
        areas = 2 * np.pi * middle * length
        piece = rng.choice(len(areas), size=count, p=areas / areas.sum())
        share = rng.uniform(0, 1, count)
        plane = start[piece] + share[:, None] * step[piece]
        weights = np.maximum(plane[:, 0], 0) / np.maximum(middle[piece], 1e-9)
        angle = rng.uniform(0, 2 * np.pi, count)
        cosine, sine = np.cos(angle), np.sin(angle)
        points = np.stack([plane[:, 0] * cosine, plane[:, 1], plane[:, 0] * sine], axis=1)
        away = normal[piece]
        normals = np.stack([away[:, 0] * cosine, away[:, 1], away[:, 0] * sine], axis=1)
        return points, normals, weights * (areas.sum() / count)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sheet(Primitive):
    """A bent sheet `y = f(x, z)` of half thickness `half` over a superelliptic footprint.

    With u = x/hx, v = z/hz: f = bend_x |u|^power + bend_z |v|^power + twist u v
    + tilt v^3 + wave sin(wave_x u + phase) sin(wave_z v + phase). Rims are rounded.
    """

    hx: float
    hz: float
    half: float
    bend_x: float = 0.0
    bend_z: float = 0.0
    power: float = 2.0
    twist: float = 0.0
    tilt: float = 0.0
    wave: float = 0.0
    wave_x: float = 4.0
    wave_z: float = 4.0
    phase: float = 0.0
    squareness: float = 6.0

    def level(self, local: Reals) -> Reals:
        height, by_x, by_z = self._graph(local[:, 0], local[:, 2])
        slope = by_x**2 + by_z**2
        bevel = 0.8 * self.half
        flat = np.abs(local[:, 1] - height) / np.sqrt(1 + slope) - self.half + bevel
        rim = (self._footprint(local[:, 0], local[:, 2]) - 1) * min(self.hx, self.hz) + bevel
        outer = np.hypot(np.maximum(flat, 0), np.maximum(rim, 0))
        return (np.minimum(np.maximum(flat, rim), 0) + outer - bevel).astype(local.dtype)

    def support(self, directions: Doubles) -> Doubles:
        # Wide enough by half a thickness at most: the rim is cut vertically, slopes thicken it.
        line = np.linspace(-1, 1, 25)
        x, z = (side.ravel() for side in np.meshgrid(line * self.hx, line * self.hz))
        stretch = np.maximum(self._footprint(x, z), 1e-9)
        shrink = np.where(stretch > 1, 1 / stretch, 1.0)
        x, z = x * shrink, z * shrink
        height, by_x, by_z = self._graph(x, z)
        thick = self.half * np.sqrt(1 + by_x**2 + by_z**2)
        above = np.stack([x, height + thick, z], axis=1)
        below = np.stack([x, height - thick, z], axis=1)
        return (directions @ np.concatenate([above, below]).T).max(axis=1)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        face_area = 8 * self.hx * self.hz
        rim_area = 8 * (self.hx + self.hz) * self.half
        total = face_area + rim_area
        is_rim = rng.uniform(0, total, count) > face_area
        x, z = rng.uniform(-1, 1, (2, count)) * np.array([[self.hx], [self.hz]])
        # A rim point lies on the sides of the rectangle and is pulled in to the superellipse.
        on_x = rng.uniform(0, self.hx + self.hz, count) > self.hx
        x = np.where(is_rim & on_x, np.copysign(self.hx, x), x)
        z = np.where(is_rim & ~on_x, np.copysign(self.hz, z), z)
        reach = np.maximum(self._footprint(x, z), 1e-9)
        x, z = np.where(is_rim, x / reach, x), np.where(is_rim, z / reach, z)
        height, by_x, by_z = self._graph(x, z)
        lean = np.sqrt(1 + by_x**2 + by_z**2)
        across = np.where(is_rim, rng.uniform(-1, 1, count), rng.choice([-1.0, 1.0], count))
        points = np.stack([x, height + across * self.half * lean, z], axis=1)
        weights = np.where(is_rim, 1.0, np.where(reach < 1, lean, 0.0)) * (total / count)
        faces = np.stack([-by_x, np.ones(count), -by_z], axis=1) * across[:, None]
        rims = np.stack([x / self.hx**2, np.zeros(count), z / self.hz**2], axis=1)
        normals = np.where(is_rim[:, None], rims, faces)
        return points, normals / np.linalg.norm(normals, axis=1)[:, None], weights

    @property
    def is_rough(self) -> bool:
        return True

    def _footprint(self, x: Reals, z: Reals) -> Reals:
        u, v = np.abs(x) / self.hx, np.abs(z) / self.hz
        power = self.squareness
        return (u**power + v**power + 1e-12) ** (1 / power)

    def _graph(self, x: Reals, z: Reals) -> tuple[Reals, Reals, Reals]:
        """Height of the middle of the sheet and its slopes along x and z."""
        u, v = x / self.hx, z / self.hz
        # Beyond the footprint the graph goes on level, or high powers run away.
        u, v = np.clip(u, -1.2, 1.2), np.clip(v, -1.2, 1.2)
        au, av, power = np.abs(u), np.abs(v), self.power
        height = (
            self.bend_x * au**power + self.bend_z * av**power + self.twist * u * v
            + self.tilt * v**3
        )  # fmt: skip
        by_u = self.bend_x * power * np.sign(u) * au ** (power - 1) + self.twist * v
        by_v = (
            self.bend_z * power * np.sign(v) * av ** (power - 1)
            + self.twist * u
            + 3 * self.tilt * v * v
        )
        if self.wave != 0:
            ripple_x, ripple_z = self.wave_x * u + self.phase, self.wave_z * v + self.phase
            height = height + self.wave * np.sin(ripple_x) * np.sin(ripple_z)
            by_u = by_u + self.wave * self.wave_x * np.cos(ripple_x) * np.sin(ripple_z)
            by_v = by_v + self.wave * self.wave_z * np.sin(ripple_x) * np.cos(ripple_z)
        return height, by_u / self.hx, by_v / self.hz


def outline_distance(
    plane: Reals, outline: Floats, is_filled: bool, *, closed_at_axis: bool
) -> Reals:
    """Distance (n,) of plane points (n, 2) from a polyline; negative inside where it is filled.

    Edges on the line x = 0 do not count for distance unless `closed_at_axis`: they are the axis
    of a lathe, not surface. Sign by the crossing rule.
    """
    nodes = outline.astype(plane.dtype)
    start = nodes if is_filled else nodes[:-1]
    end = np.roll(nodes, -1, axis=0) if is_filled else nodes[1:]
    step = end - start
    if not closed_at_axis:
        shown = (start[:, 0] > 1e-6) | (end[:, 0] > 1e-6)
        start, end, step = start[shown], end[shown], step[shown]
    square = np.maximum((step**2).sum(axis=1), 1e-12)
    dx = plane[:, :1] - start[:, 0]
    dy = plane[:, 1:] - start[:, 1]
    share = np.clip((dx * step[:, 0] + dy * step[:, 1]) / square, 0, 1)
    apart = (dx - share * step[:, 0]) ** 2 + (dy - share * step[:, 1]) ** 2
    distance = np.sqrt(apart.min(axis=1))
    if not is_filled:
        return distance
    above_start, above_end = dy >= 0, plane[:, 1:] >= end[:, 1]
    turn = step[:, 0] * dy - step[:, 1] * dx
    crossing = (above_start != above_end) & ((turn > 0) == above_start)
    inside = (crossing.sum(axis=1) & 1).astype(bool)
    return np.where(inside, -distance, distance)


def _offset_sides(
    outline: Doubles, is_filled: bool
) -> tuple[Doubles, Doubles, Doubles, Doubles, int]:
    """Starts, steps, lengths and outward normals of the edges, and how many sides show."""
    following = np.roll(outline, -1, axis=0)
    start = outline if is_filled else outline[:-1]
    step = (following if is_filled else following[:-1]) - start
    length = np.maximum(np.linalg.norm(step, axis=1), 1e-12)
    normal: NDArray[np.float64] = np.stack([step[:, 1], -step[:, 0]], axis=1) / length[:, None]
    if not is_filled:
        return start, step, length, normal, 2
    turning = (outline[:, 0] * following[:, 1] - following[:, 0] * outline[:, 1]).sum()
    return start, step, length, normal * np.sign(turning), 1
