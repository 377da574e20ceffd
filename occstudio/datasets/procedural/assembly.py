"""A workbench on which the furniture grammars put their parts together, in metres, floor at y = 0.

The idea: a grammar says where a bar, a board or a cushion goes; the bench turns that into posed
primitives, never thinner than what a network can still see (1.3 % of the expected size).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from occstudio.datasets.procedural.primitives import (
    Box,
    Cone,
    Cushion,
    Doubles,
    Primitive,
    Superellipsoid,
    Torus,
)
from occstudio.datasets.procedural.solid import Part, ProceduralSolid
from occstudio.datasets.procedural.swept import Extrusion, Lathe, Sheet, Tube

Vector = Sequence[float] | Doubles


class Assembly:
    """Collects parts; `size` is the expected longest side in metres."""

    def __init__(self, size: float) -> None:
        self.thin = 0.0135 * size
        """Smallest full thickness that a part may have."""
        self.parts: list[Part] = []

    def add(self, primitive: Primitive, *cuts: Primitive) -> Primitive:
        """Put a primitive down, minus others."""
        self.parts.append(Part(primitive, cuts))
        return primitive

    def box(
        self, centre: Vector, size: Vector, radius: float = 0.0, turn: Doubles | None = None
    ) -> Primitive:
        """A board or block by its centre and full size, edges rounded by at most `radius`."""
        half = 0.5 * np.maximum(np.asarray(size, float), self.thin)
        limit = 0.98 * float(half.min())
        box = Box(
            hx=half[0], hy=half[1], hz=half[2], radius=min(radius, limit), **pose(centre, turn)
        )
        return self.add(box)

    def block(self, low: Vector, high: Vector, radius: float = 0.0) -> Primitive:
        """A box by its lowest and highest corner."""
        low, high = np.asarray(low, float), np.asarray(high, float)
        return self.box(0.5 * (low + high), high - low, radius)

    def pad(
        self, centre: Vector, size: Vector, softness: float, turn: Doubles | None = None
    ) -> Primitive:
        """An upholstered block with elliptical rounding: `softness` 0 a brick, 1 a bolster."""
        half = 0.5 * np.maximum(np.asarray(size, float), self.thin)
        # A cube with a uniform radius, stretched: each axis is rounded by its own share.
        radius = min(max(softness, 0.02), 0.95)
        scale = np.sort(half)[0] ** 0.5 * half**0.5
        linear = (np.eye(3) if turn is None else turn) @ np.diag(scale)
        shape = half / scale
        box = Box(
            hx=shape[0],
            hy=shape[1],
            hz=shape[2],
            radius=radius * float(shape.min()),
            linear=linear,
            offset=np.asarray(centre, float),
        )
        return self.add(box)

    def cushion(
        self,
        centre: Vector,
        size: Vector,
        turn: Doubles | None = None,
        *,
        fullness: float = 5.0,
        edge: float = 0.4,
        pinch: float = 0.0,
    ) -> Primitive:
        """A pillow with a seam, full size, thickness along its local Y."""
        half = 0.5 * np.maximum(np.asarray(size, float), 2.0 * self.thin)
        linear = (np.eye(3) if turn is None else turn) @ np.diag(half)
        shape = Cushion(fullness=fullness, edge=edge, pinch=pinch, **pose(centre, linear))
        return self.add(shape)

    def blob(
        self,
        centre: Vector,
        half: Vector,
        turn: Doubles | None = None,
        across: float = 2.0,
        upright: float = 2.0,
    ) -> Primitive:
        """A superellipsoid by its half sizes."""
        half = np.maximum(np.asarray(half, float), 0.55 * self.thin)
        linear = (np.eye(3) if turn is None else turn) @ np.diag(half)
        return self.add(Superellipsoid(across=across, upright=upright, **pose(centre, linear)))

    def bar(
        self, start: Vector, end: Vector, radius: float, end_radius: float | None = None
    ) -> Primitive:
        """A straight round bar with flat ends."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        first = max(radius, 0.5 * self.thin)
        last = first if end_radius is None else max(end_radius, 0.5 * self.thin)
        length = float(np.linalg.norm(end - start))
        turn = turn_to(end - start)
        return self.add(
            Cone(bottom=first, top=last, height=length, **pose(0.5 * (start + end), turn))
        )

    def beam(
        self,
        start: Vector,
        end: Vector,
        width: float,
        depth: float,
        *,
        taper: float = 1.0,
        radius: float = 0.0,
        facing: Vector = (0.0, 0.0, 1.0),
    ) -> Primitive:
        """A straight bar of rectangular section, `depth` measured towards `facing`."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        half = 0.5 * np.maximum(np.array([width, depth]), self.thin)
        # Never let the thin end of a tapered bar get too thin.
        taper = min(max(taper, 0.5 * self.thin / float(half.min())), 3.0)
        bevel = min(radius, 0.9 * float(half.min()) * min(taper, 1.0))
        x, y = half - bevel
        outline = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
        length = float(np.linalg.norm(end - start))
        shape = Extrusion(
            depth=0.5 * length,
            radius=bevel,
            taper=taper,
            points=outline.astype(np.float32),
            **pose(0.5 * (start + end), section_turn(end - start, facing)),
        )
        return self.add(shape)

    def tube(self, path: Doubles, radius: float | Doubles, *, flat: float = 1.0) -> Primitive:
        """A round rod along a path (k, 3), radius constant or (k,); `flat` < 1 squashes in Z."""
        radii = np.maximum(np.broadcast_to(radius, len(path)), 0.5 * self.thin / min(flat, 1.0))
        scale = np.array([1.0, 1.0, flat])
        points = np.column_stack([np.asarray(path) / scale, radii]).astype(np.float32)
        return self.add(Tube(points=points, linear=np.diag(scale)))

    def ring(
        self,
        centre: Vector,
        ring: float,
        tube: float,
        turn: Doubles | None = None,
        half_arc: float = np.pi,
    ) -> Primitive:
        """A torus or arc of one about its local Z, centred on its local +Y."""
        tube = max(tube, 0.5 * self.thin)
        return self.add(Torus(ring=ring, tube=tube, half_arc=half_arc, **pose(centre, turn)))

    def strip(
        self,
        path: Doubles,
        width: float,
        thickness: float,
        turn: Doubles | None = None,
        centre: Vector = (0.0, 0.0, 0.0),
        bevel: float = 0.5,
    ) -> Primitive:
        """A bent board: a line in local XY (k, 2) with thickness, `width` along local Z."""
        radius = 0.5 * max(thickness, self.thin)
        depth = 0.5 * max(width, self.thin)
        shape = Extrusion(
            depth=depth,
            radius=radius,
            bevel=min(bevel * radius, 0.9 * depth),
            is_filled=0.0,
            points=np.asarray(path, np.float32),
            **pose(centre, turn),
        )
        return self.add(shape)

    def plate(
        self,
        outline: Doubles,
        thickness: float,
        turn: Doubles | None = None,
        centre: Vector = (0.0, 0.0, 0.0),
        *,
        radius: float = 0.0,
        bevel: float = 0.0,
        taper: float = 1.0,
    ) -> Primitive:
        """A flat board with an outline in local XY (k, 2), `thickness` along local Z."""
        depth = 0.5 * max(thickness, self.thin)
        shape = Extrusion(
            depth=depth,
            radius=radius,
            bevel=min(bevel, 0.9 * depth),
            taper=taper,
            points=np.asarray(outline, np.float32),
            **pose(centre, turn),
        )
        return self.add(shape)

    def lathe(
        self,
        profile: Doubles,
        centre: Vector = (0.0, 0.0, 0.0),
        turn: Doubles | None = None,
        wall: float | None = None,
    ) -> Primitive:
        """A turned solid from a line of (radius, height); `wall` makes it a shell instead."""
        profile = np.asarray(profile, float)
        if wall is None:
            axis = np.array([[0.0, profile[-1, 1]], [0.0, profile[0, 1]]])
            outline = np.concatenate([profile, axis])
        else:
            outline = thickened(profile, max(wall, self.thin))
        return self.add(Lathe(points=outline.astype(np.float32), **pose(centre, turn)))

    def sheet(
        self, centre: Vector, size: Vector, turn: Doubles | None = None, **shape: float
    ) -> Primitive:
        """A bent sheet: full width, thickness and depth, and the bends of `Sheet`."""
        width, thickness, depth = size
        half = 0.5 * max(thickness, self.thin)
        return self.add(
            Sheet(hx=0.5 * width, hz=0.5 * depth, half=half, **shape, **pose(centre, turn))
        )

    def cut(self, primitive: Primitive, since: int = 0) -> None:
        """Take a primitive away from all parts from number `since` on."""
        self.parts[since:] = [
            Part(part.base, (*part.cuts, primitive), part.keeps) for part in self.parts[since:]
        ]

    def keep(self, primitive: Primitive, since: int = 0) -> None:
        """Clip all parts from number `since` on to a primitive."""
        self.parts[since:] = [
            Part(part.base, part.cuts, (*part.keeps, primitive)) for part in self.parts[since:]
        ]

    def move(self, linear: Doubles, offset: Vector = (0.0, 0.0, 0.0), since: int = 0) -> None:
        """Apply an affine map to all parts from number `since` on."""
        shift = np.asarray(offset, float)
        self.parts[since:] = [part.moved(linear, shift) for part in self.parts[since:]]

    def repeat(self, linear: Doubles, offset: Vector = (0.0, 0.0, 0.0), since: int = 0) -> None:
        """Add a moved copy of all parts from number `since` on."""
        shift = np.asarray(offset, float)
        self.parts.extend([part.moved(linear, shift) for part in self.parts[since:]])

    def build(self, kind: str) -> ProceduralSolid:
        """The normalised solid of all parts."""
        return ProceduralSolid(tuple(self.parts), kind).normalised()


MIRROR_X = np.diag([-1.0, 1.0, 1.0])
MIRROR_Z = np.diag([1.0, 1.0, -1.0])


def vec(x: float, y: float, z: float) -> Doubles:
    """A vector."""
    return np.array([x, y, z], dtype=np.float64)


class Pose(TypedDict):
    """Keyword arguments of a primitive's pose."""

    linear: Doubles
    offset: Doubles


def pose(centre: Vector, linear: Doubles | None) -> Pose:
    """The pose of a primitive from where its centre lies and how it is turned or stretched."""
    return {
        "linear": np.eye(3) if linear is None else linear,
        "offset": np.asarray(centre, float),
    }


def turned(axis: int, degrees: float) -> Doubles:
    """Rotation matrix about a coordinate axis, right-handed."""
    angle = np.radians(degrees)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[a, a] = matrix[b, b] = np.cos(angle)
    matrix[b, a] = np.sin(angle)
    matrix[a, b] = -np.sin(angle)
    return matrix


def turn_to(direction: Vector) -> Doubles:
    """Rotation matrix that brings +Y to a direction."""
    y = np.asarray(direction, float)
    y = y / np.linalg.norm(y)
    helper = np.array([0.0, 0.0, 1.0]) if abs(y[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    x = np.cross(y, helper)
    x /= np.linalg.norm(x)
    return np.column_stack([x, y, np.cross(x, y)])


def section_turn(direction: Vector, facing: Vector) -> Doubles:
    """Rotation that brings +Z to a direction and +Y as near to `facing` as can be."""
    z = np.asarray(direction, float)
    z = z / np.linalg.norm(z)
    y = np.asarray(facing, float) - z * float(np.dot(facing, z))
    if np.linalg.norm(y) < 1e-3:
        y = np.array([1.0, 0.0, 0.0]) - z * z[0]
    y /= np.linalg.norm(y)
    return np.column_stack([np.cross(y, z), y, z])


def bezier(*controls: Vector, count: int = 12) -> Doubles:
    """Points (count, d) along a Bezier curve of any degree."""
    nodes = np.asarray(controls, float)
    t = np.linspace(0, 1, count)[:, None, None]
    layer = np.broadcast_to(nodes, (count, *nodes.shape))
    while layer.shape[1] > 1:
        layer = (1 - t) * layer[:, :-1] + t * layer[:, 1:]
    return layer[:, 0]


def rounded_path(corners: Doubles, radius: float, count: int = 6) -> Doubles:
    """A polyline (k, d) whose inner corners are replaced by arcs of about `radius`."""
    corners = np.asarray(corners, float)
    pieces = [corners[:1]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        back, forth = before - corner, after - corner
        room = min(np.linalg.norm(back), np.linalg.norm(forth)) * 0.49
        reach = min(radius, room)
        first = corner + back / np.linalg.norm(back) * reach
        last = corner + forth / np.linalg.norm(forth) * reach
        pieces.append(bezier(first, corner, last, count=count))
    return np.concatenate([*pieces, corners[-1:]])


def arc(radius: float, start: float, end: float, count: int = 13) -> Doubles:
    """Points (count, 2) on a circle about the origin between two angles in degrees."""
    angles = np.radians(np.linspace(start, end, count))
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def thickened(line: Doubles, wall: float) -> Doubles:
    """Closed outline (2k, 2) of a line of (radius, height) made `wall` thick to its left."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1), 1e-9)[:, None]
    inner = line + wall * np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    inner[:, 0] = np.maximum(inner[:, 0], 0.0)
    return np.concatenate([line, inner[::-1]])
