"""The solids from which procedural shapes are built: each one a sign-exact implicit function.

The idea: a primitive lives in its own local frame, where inside and outside are decided by a short
formula (`level`, negative inside), and reaches the world through an affine pose. Anisotropic poses
give elliptical rounding, squashed cylinders and flattened tubes without further formulas. Sampling
the surface is by weighted candidates: points drawn on the local surface with any known density,
whose weights are the area each one stands for after the pose has stretched it. This module holds
the base class and the compact solids; `swept` holds those that follow a curve or a profile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Candidates = tuple[Doubles, Doubles, Doubles]

_IDENTITY = np.eye(3)
_ORIGIN = np.zeros(3)
_TETRAHEDRON = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Primitive(ABC):
    """A solid in a local frame with an affine pose: `world = linear @ local + offset`."""

    linear: Doubles = field(default_factory=lambda: _IDENTITY)
    offset: Doubles = field(default_factory=lambda: _ORIGIN)
    inverse: Floats = field(init=False, repr=False)

    POINT_COLUMNS: ClassVar[int] = 0
    """Columns of the array field `points`; 0 where the shape is scalars only."""
    HAS_UNIT_GRADIENT: ClassVar[bool] = True
    """Whether `level` is in units of length near the surface."""

    def __post_init__(self) -> None:
        linear = np.array(self.linear, dtype=np.float64)
        offset = np.array(self.offset, dtype=np.float64)
        # The transpose of the inverse, ready for row vectors.
        inverse = np.ascontiguousarray(np.linalg.inv(linear).T, dtype=np.float32)
        for name, array in (("linear", linear), ("offset", offset), ("inverse", inverse)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if self.POINT_COLUMNS:
            points = np.array(self._points(), dtype=np.float32)
            points.setflags(write=False)
            object.__setattr__(self, "points", points.reshape(-1, self.POINT_COLUMNS))

    @abstractmethod
    def level(self, local: Reals) -> Reals:
        """Implicit function of local points (n, 3): negative inside, zero on the surface."""

    @abstractmethod
    def support(self, directions: Doubles) -> Doubles:
        """Largest dot product of any local surface point with each direction (k, 3) -> (k,)."""

    @abstractmethod
    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        """About `count` local surface points, outward normals and areas that each stands for.

        A weight of zero marks a point to be dropped. Where `is_rough`, points and normals are
        only near the truth, to be moved onto the zero set of `level`.
        """

    @property
    def is_rough(self) -> bool:
        """Whether candidates still have to be moved onto the surface."""
        return False

    def contains(self, points: Reals) -> Bools:
        """Whether world points (n, 3) lie inside or on the primitive."""
        return self.level(self.to_local(points)) <= 0

    def to_local(self, points: Reals) -> Reals:
        """World points (n, 3) in the local frame."""
        return (points - self.offset.astype(points.dtype)) @ self.inverse

    def distance(self, points: Reals) -> Reals:
        """Signed distance of world points (n, 3), negative inside; first order near the surface."""
        local = self.to_local(points)
        level = self.level(local)
        scales = np.linalg.norm(self.linear, axis=0)
        if self.HAS_UNIT_GRADIENT and np.ptp(scales) < 1e-6 * scales[0]:
            return level * np.float32(scales[0])
        gradient = self.gradient(local.astype(np.float64)).astype(np.float32) @ self.inverse.T
        return level / np.maximum(np.linalg.norm(gradient, axis=1), 1e-3)

    def bounds(self) -> Doubles:
        """Exact axis-aligned bounding box in the world, (2, 3): lowest and highest corner."""
        upper = self.offset + self.support(self.linear)
        lower = self.offset - self.support(-self.linear)
        return np.stack([lower, upper])

    def weighted_candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        """Local candidates of positive weight; weights are areas in the world.

        The weights sum to an unbiased estimate of the surface area.
        """
        points, normals, weights = self.candidates(count, rng)
        kept = weights > 0
        points, normals, weights = points[kept], normals[kept], weights[kept]
        # Normals transform by the inverse transpose, areas by the cofactor matrix.
        stretch = np.linalg.norm(normals @ np.linalg.inv(self.linear), axis=1)
        return points, normals, weights * stretch * abs(np.linalg.det(self.linear))

    def place(self, points: Doubles, normals: Doubles) -> tuple[Doubles, Doubles]:
        """World points and outward unit normals of local candidates (n, 3), on the surface."""
        if self.is_rough:
            points, normals = self._project(points)
        turned = normals @ np.linalg.inv(self.linear)
        turned /= np.maximum(np.linalg.norm(turned, axis=1), 1e-12)[:, None]
        return points @ self.linear.T + self.offset, turned

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Surface points (n, 3) uniform by area and their outward unit normals (n, 3)."""
        points, normals, areas = self.weighted_candidates(4 * n + 64, rng)
        chosen = pick_by_weight(areas, n + n // 8, rng)
        points, normals = self.place(points[chosen], normals[chosen])
        # The few that did not reach the surface (about a ridge of the level) go last.
        missed = np.abs(self.distance(points)) > 1e-3 * np.ptp(points, axis=0).max()
        chosen = np.argsort(missed, kind="stable")[:n]
        points, normals = points[chosen], normals[chosen]
        return points.astype(np.float32), normals.astype(np.float32)

    @property
    def area(self) -> float:
        """Surface area in the world, by a seeded estimate (about 1 %)."""
        return float(self.weighted_candidates(8192, np.random.default_rng(0))[2].sum())

    def moved(self, linear: Doubles, offset: Doubles) -> Self:
        """This primitive after a further affine map of the world."""
        return replace(self, linear=linear @ self.linear, offset=linear @ self.offset + offset)

    def packed(self) -> Floats:
        """Shape parameters as one flat array: the scalars in order, then `points`."""
        scalars = [getattr(self, name) for name in self.scalar_names()]
        return np.concatenate([np.array(scalars, np.float32), self._points().ravel()])

    @classmethod
    def unpacked(cls, values: Floats, linear: Doubles, offset: Doubles) -> Self:
        """The inverse of `packed`."""
        names = cls.scalar_names()
        arguments: dict[str, Any] = dict(zip(names, map(float, values), strict=False))
        if cls.POINT_COLUMNS:
            arguments["points"] = values[len(names) :].reshape(-1, cls.POINT_COLUMNS)
        return cls(linear=linear, offset=offset, **arguments)

    @classmethod
    def scalar_names(cls) -> list[str]:
        """Names of the shape's scalar fields, in order of declaration."""
        own = {"linear", "offset", "inverse", "points"}
        return [entry.name for entry in fields(cls) if entry.name not in own]

    def gradient(self, local: Doubles) -> Doubles:
        """Gradient (n, 3) of `level` at local points, by differences."""
        # Four evaluations at the corners of a tetrahedron instead of six along the axes.
        step = 1e-4
        gradient = np.zeros_like(local)
        for corner in _TETRAHEDRON:
            level = self.level(local + step * corner)
            gradient += corner * level[:, None]
        return gradient / (4 * step)

    def _points(self) -> Floats:
        return np.empty(0, np.float32)

    def _project(self, points: Doubles) -> tuple[Doubles, Doubles]:
        gradient = self.gradient(points)
        square = np.maximum((gradient**2).sum(axis=1), 0.1)[:, None]
        for _ in range(2):
            level = self.level(points)[:, None]
            points = points - gradient * (level / square)
        gradient = self.gradient(points)
        return points, gradient / np.maximum(np.linalg.norm(gradient, axis=1), 1e-12)[:, None]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Box(Primitive):
    """A box of half sides `hx, hy, hz` whose edges are rounded by `radius`."""

    hx: float
    hy: float
    hz: float
    radius: float = 0.0

    def level(self, local: Reals) -> Reals:
        half = np.array([self.hx, self.hy, self.hz], dtype=local.dtype) - local.dtype.type(
            self.radius
        )
        q = np.abs(local) - half
        inner = np.minimum(q.max(axis=1), 0)
        np.maximum(q, 0, out=q)
        return np.sqrt(np.einsum("ij,ij->i", q, q)) + inner - local.dtype.type(self.radius)

    def support(self, directions: Doubles) -> Doubles:
        half = np.array([self.hx, self.hy, self.hz]) - self.radius
        return np.abs(directions) @ half + self.radius * np.linalg.norm(directions, axis=1)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        # A rounded box is six faces, a cylinder in quarters per axis and a sphere in octants.
        half = np.array([self.hx, self.hy, self.hz]) - self.radius
        faces = 8 * np.array([half[1] * half[2], half[0] * half[2], half[0] * half[1]])
        edges = 4 * np.pi * self.radius * half
        areas = np.concatenate([faces, edges, [4 * np.pi * self.radius**2]])
        piece = rng.choice(7, size=count, p=areas / areas.sum())
        normals = unit_vectors(count, rng)
        for axis in range(3):
            face = piece == axis
            normals[face] = np.eye(3)[axis] * np.sign(normals[face, axis])[:, None]
            edge = np.flatnonzero(piece == 3 + axis)
            angle = rng.uniform(0, 2 * np.pi, len(edge))
            normals[edge, axis] = 0
            normals[edge, (axis + 1) % 3] = np.cos(angle)
            normals[edge, (axis + 2) % 3] = np.sin(angle)
        spread = rng.uniform(-1, 1, (count, 3))
        signs = np.where(np.abs(normals) > 0, np.sign(normals), spread)
        return signs * half + self.radius * normals, normals, np.full(count, areas.sum() / count)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cone(Primitive):
    """A cylinder or truncated cone about +Y from -height/2 to +height/2."""

    bottom: float
    top: float
    height: float

    def level(self, local: Reals) -> Reals:
        radial = np.sqrt(local[:, 0] ** 2 + local[:, 2] ** 2)
        slope = (self.top - self.bottom) / self.height
        middle = 0.5 * (self.top + self.bottom)
        side = (radial - middle - slope * local[:, 1]) / np.sqrt(1 + slope * slope)
        return np.maximum(side, np.abs(local[:, 1]) - 0.5 * self.height).astype(local.dtype)

    def support(self, directions: Doubles) -> Doubles:
        radial = np.hypot(directions[:, 0], directions[:, 2])
        along = 0.5 * self.height * directions[:, 1]
        return np.maximum(along + self.top * radial, -along + self.bottom * radial)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        slope = (self.top - self.bottom) / self.height
        slant = np.hypot(self.height, self.top - self.bottom)
        areas = np.pi * np.array([(self.top + self.bottom) * slant, self.top**2, self.bottom**2])
        piece = rng.choice(3, size=count, p=areas / areas.sum())
        angle = rng.uniform(0, 2 * np.pi, count)
        u = rng.uniform(0, 1, count)
        around = np.stack([np.cos(angle), np.zeros(count), np.sin(angle)], axis=1)
        # Radius grows linearly along the side, so its square is uniform.
        side_radius = np.sqrt(self.bottom**2 + u * (self.top**2 - self.bottom**2))
        if abs(self.top - self.bottom) > 1e-9:
            share = (side_radius - self.bottom) / (self.top - self.bottom)
        else:
            share = u
        ends = np.where(piece == 1, self.top, self.bottom) * np.sqrt(u)
        radius = np.where(piece == 0, side_radius, ends)
        y = self.height * np.where(piece == 0, share - 0.5, np.where(piece == 1, 0.5, -0.5))
        points = around * radius[:, None]
        points[:, 1] = y
        normals = around - np.array([0, slope, 0])
        normals /= np.sqrt(1 + slope * slope)
        normals[piece == 1] = (0, 1, 0)
        normals[piece == 2] = (0, -1, 0)
        return points, normals, np.full(count, areas.sum() / count)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Torus(Primitive):
    """A ring or arc about +Z, centred on +Y, of half angle `half_arc` with round ends."""

    ring: float
    tube: float
    half_arc: float = np.pi

    def level(self, local: Reals) -> Reals:
        # Inigo Quilez, "capped torus".
        sine, cosine = np.sin(self.half_arc), np.cos(self.half_arc)
        x, y = np.abs(local[:, 0]), local[:, 1]
        reach = np.where(cosine * x > sine * y, sine * x + cosine * y, np.hypot(x, y))
        square = np.einsum("ij,ij->i", local, local) + self.ring**2 - 2 * self.ring * reach
        return (np.sqrt(np.maximum(square, 0)) - self.tube).astype(local.dtype)

    def support(self, directions: Doubles) -> Doubles:
        radial = np.hypot(directions[:, 0], directions[:, 1])
        angle = np.arctan2(np.abs(directions[:, 0]), directions[:, 1])
        excess = np.maximum(angle - self.half_arc, 0)
        return self.ring * radial * np.cos(excess) + self.tube * np.linalg.norm(directions, axis=1)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        is_open = self.half_arc < np.pi - 1e-6
        arc_area = 4 * np.pi * self.half_arc * self.ring * self.tube
        cap_area = 4 * np.pi * self.tube**2 if is_open else 0.0
        total = arc_area + cap_area
        on_arc = rng.uniform(0, total, count) < arc_area
        u = rng.uniform(-self.half_arc, self.half_arc, count)
        u = np.where(on_arc, u, np.copysign(self.half_arc, u))
        v = rng.uniform(0, 2 * np.pi, count)
        radial = np.stack([np.sin(u), np.cos(u), np.zeros(count)], axis=1)
        along = np.stack([np.cos(u), -np.sin(u), np.zeros(count)], axis=1)
        normals = np.cos(v)[:, None] * radial
        normals[:, 2] = np.sin(v)
        cap = unit_vectors(count, rng)
        # The half ball beyond each end.
        facing = np.sign((cap * along).sum(axis=1)) * np.sign(u)
        normals = np.where(on_arc[:, None], normals, cap * facing[:, None])
        stretch = np.where(on_arc, (self.ring + self.tube * np.cos(v)) / self.ring, 1.0)
        weights = total / count * np.maximum(stretch, 0)
        return radial * self.ring + self.tube * normals, normals, weights


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Superellipsoid(Primitive):
    """The unit ball of a mixed norm: `across` in the XZ plane, `upright` against Y."""

    across: float = 2.0
    upright: float = 2.0

    HAS_UNIT_GRADIENT: ClassVar[bool] = False

    def level(self, local: Reals) -> Reals:
        return self._norm(local, self.across, self.upright) - local.dtype.type(1)

    def support(self, directions: Doubles) -> Doubles:
        # The dual norm: exponents p and p / (p - 1).
        dual_across = self.across / max(self.across - 1, 1e-6)
        dual_upright = self.upright / max(self.upright - 1, 1e-6)
        return self._norm(directions, dual_across, dual_upright).astype(np.float64)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        rays = unit_vectors(count, rng)
        return star_candidates(self, rays, 1 / self._norm(rays, self.across, self.upright))

    @staticmethod
    def _norm(vectors: Reals, across: float, upright: float) -> Reals:
        if across == 2.0 and upright == 2.0:
            return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        size = np.abs(vectors)
        largest = np.maximum(size.max(axis=1), 1e-12).astype(vectors.dtype)
        x, y, z = (size / largest[:, None]).T
        flat = x**across + z**across
        total = flat ** (upright / across) + y**upright
        return (largest * total ** (1 / upright)).astype(vectors.dtype)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cushion(Primitive):
    """A pillow of half sides 1: thick in the middle, thin at its seam.

    Half thickness `((1 - |u|^fullness) (1 - |v|^fullness)) ^ edge`, on a square whose sides are
    drawn in by `pinch` between the corners.
    """

    fullness: float = 4.0
    edge: float = 0.5
    pinch: float = 0.0

    HAS_UNIT_GRADIENT: ClassVar[bool] = False

    def level(self, local: Reals) -> Reals:
        x, y, z = np.abs(local).T
        u = x / (1 - self.pinch * (1 - np.minimum(z, 1) ** 2))
        v = z / (1 - self.pinch * (1 - np.minimum(x, 1) ** 2))
        beyond = np.maximum(np.maximum(u, v) - 1, 0)
        product = (1 - np.minimum(u, 1) ** self.fullness) * (1 - np.minimum(v, 1) ** self.fullness)
        return (y - product**self.edge + beyond).astype(local.dtype)

    def support(self, directions: Doubles) -> Doubles:
        u, v = (side.ravel() for side in np.meshgrid(*[np.sin(np.linspace(0, np.pi / 2, 33))] * 2))
        # The seam bends in between the corners: a few rounds solve for where (u, v) comes to lie.
        x, z = u, v
        for _ in range(8):
            x = u * (1 - self.pinch * (1 - z**2))
            z = v * (1 - self.pinch * (1 - x**2))
        flat = np.stack([x, np.zeros_like(x), z], axis=1)
        height = -self.level(flat)
        corners = np.stack([x, np.maximum(height, 0), z], axis=1)
        return (np.abs(directions) @ corners.T).max(axis=1)

    def candidates(self, count: int, rng: np.random.Generator) -> Candidates:
        rays = unit_vectors(count, rng)
        near, far = np.zeros(count), np.full(count, 1.8)
        # A dozen halvings; `place` does the rest for the few that are chosen.
        for _ in range(12):
            middle = 0.5 * (near + far)
            inside = self.level(rays * middle[:, None]) < 0
            near, far = np.where(inside, middle, near), np.where(inside, far, middle)
        return star_candidates(self, rays, near)

    @property
    def is_rough(self) -> bool:
        return True


def star_candidates(primitive: Primitive, rays: Doubles, radii: Doubles) -> Candidates:
    """Candidates where rays (n, 3) from the local origin meet a star-shaped surface at `radii`."""
    points = rays * radii[:, None]
    gradient = primitive.gradient(points)
    normals = gradient / np.maximum(np.linalg.norm(gradient, axis=1), 1e-12)[:, None]
    # A patch of solid angle covers radius^2 / cos of area; grazing patches are capped.
    cosine = np.maximum((normals * rays).sum(axis=1), 0.02)
    return points, normals, radii**2 / cosine * (4 * np.pi / len(rays))


def unit_vectors(count: int, rng: np.random.Generator) -> Doubles:
    """Directions (count, 3) uniform on the sphere."""
    vectors = rng.standard_normal((count, 3))
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


def pick_by_weight(weights: Doubles, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Indices (n,) drawn in proportion to the weights, in random order, repeats only if forced."""
    steps = np.cumsum(weights)
    places = (np.arange(n) + rng.uniform()) * (steps[-1] / n)
    # Systematic sampling over a shuffled order would cost a permutation more and gain nothing.
    chosen = np.minimum(np.searchsorted(steps, places), len(weights) - 1)
    return rng.permutation(chosen)
