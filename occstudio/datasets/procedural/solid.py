"""A procedural solid: a union of parts, each a primitive that may be cut or clipped by others.

The idea: occupancy is exact because every primitive's sign is, and fast because a point is shown
only to the parts whose bounding box holds it. The outer surface needs no geometry of its own:
samples of every primitive's surface are kept exactly where the occupancy of the whole flips
across them, which drops what is buried, what is cut away, and faces on which two parts meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.procedural.primitives import (
    Bools,
    Doubles,
    Floats,
    Primitive,
    Reals,
    pick_by_weight,
)

FLIP_STEP = 3e-3
"""How far to either side of a sample the occupancy must differ, in units of the longest side."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A primitive, inside all of `keeps` and outside all of `cuts`."""

    base: Primitive
    cuts: tuple[Primitive, ...] = ()
    keeps: tuple[Primitive, ...] = ()

    def contains(self, points: Reals) -> Bools:
        """Whether world points (n, 3) lie in the part."""
        inside = self.base.contains(points)
        for primitive in self.keeps:
            inside &= primitive.contains(points)
        for primitive in self.cuts:
            inside &= ~primitive.contains(points)
        return inside

    def distance(self, points: Reals) -> Reals:
        """Signed distance (n,) to the part, a lower bound where cuts meet."""
        distance = self.base.distance(points)
        for primitive in self.keeps:
            distance = np.maximum(distance, primitive.distance(points))
        for primitive in self.cuts:
            distance = np.maximum(distance, -primitive.distance(points))
        return distance

    def bounds(self) -> Doubles:
        """Bounding box (2, 3) of the base within the keeps; cuts are not considered."""
        low, high = self.base.bounds()
        for primitive in self.keeps:
            box = primitive.bounds()
            low, high = np.maximum(low, box[0]), np.minimum(high, box[1])
        return np.stack([low, high])

    def moved(self, linear: Doubles, offset: Doubles) -> Part:
        """This part after an affine map of the world."""
        return Part(
            self.base.moved(linear, offset),
            tuple(primitive.moved(linear, offset) for primitive in self.cuts),
            tuple(primitive.moved(linear, offset) for primitive in self.keeps),
        )

    def primitives(self) -> tuple[Primitive, ...]:
        """The base, then the cuts, then the keeps."""
        return (self.base, *self.cuts, *self.keeps)


@dataclass(frozen=True, slots=True, eq=False)
class ProceduralSolid:
    """A union of parts with exact occupancy and a sampler of its outer surface.

    Frame: +Y up, +Z front. Solids from `draw` and `normalised` are centred at the origin with
    the longest side of their bounding box 1.
    """

    parts: tuple[Part, ...]
    kind: str = ""
    samples: tuple[NDArray[np.uint16], NDArray[np.int8]] | None = field(default=None, repr=False)
    """Stored surface points and normals, quantised as `cache` writes them."""
    boxes: Floats = field(init=False, repr=False)
    """Bounding boxes of the parts, (2, parts, 3)."""

    def __post_init__(self) -> None:
        boxes = np.stack([part.bounds() for part in self.parts], axis=1).astype(np.float32)
        boxes[0] -= 1e-5
        boxes[1] += 1e-5
        boxes.setflags(write=False)
        object.__setattr__(self, "boxes", boxes)

    def occupancy(self, points: Reals) -> Bools:
        """Whether each point (n, 3) lies in the solid, (n,) bool; exact."""
        points = np.ascontiguousarray(points, dtype=np.float32)
        inside = np.zeros(len(points), dtype=bool)
        x, y, z = np.ascontiguousarray(points.T)
        low, high = self.boxes
        near = (x >= low[:, :1]) & (x <= high[:, :1])
        near &= (y >= low[:, 1:2]) & (y <= high[:, 1:2])
        near &= (z >= low[:, 2:]) & (z <= high[:, 2:])
        for part, mask in zip(self.parts, near, strict=True):
            asked = np.flatnonzero(mask & ~inside)
            if len(asked):
                inside[asked] = part.contains(points[asked])
        return inside

    def distance(self, points: Reals) -> Floats:
        """Signed distance (n,), negative inside: exact in sign, first order near the surface."""
        points = np.ascontiguousarray(points, dtype=np.float32)
        nearest = np.full(len(points), np.inf, dtype=np.float32)
        for part in self.parts:
            np.minimum(nearest, part.distance(points), out=nearest)
        return nearest

    def sample_surface(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Points (n, 3) on the outer surface, uniform by area, and outward unit normals (n, 3).

        From the stored samples where the solid came from a cache, else newly drawn.
        """
        if self.samples is not None:
            return self._stored_samples(n, rng)
        found_points: list[Doubles] = []
        found_normals: list[Doubles] = []
        missing, budget = n, int(1.5 * n) + 64
        for _ in range(12):
            points, normals = self._surface_candidates(budget, rng)
            found_points.append(points)
            found_normals.append(normals)
            missing -= len(points)
            if missing <= 0:
                break
            share = max(len(points) / budget, 0.05)
            budget = int(1.2 * missing / share) + 64
        points, normals = np.concatenate(found_points), np.concatenate(found_normals)
        chosen = rng.permutation(len(points))[:n]
        if len(chosen) < n:
            chosen = rng.choice(len(points), n)
        return points[chosen].astype(np.float32), normals[chosen].astype(np.float32)

    def bounds(self) -> Doubles:
        """Tight bounding box (2, 3); exact but where a cut or clipped part reaches furthest."""
        whole = [part.base.bounds() for part in self.parts if not part.cuts and not part.keeps]
        boxes = np.array(whole).reshape(-1, 2, 3)
        if len(whole) < len(self.parts):
            cut = ProceduralSolid(tuple(p for p in self.parts if p.cuts or p.keeps))
            points = cut.sample_surface(1500, np.random.default_rng(0))[0].astype(np.float64)
            sampled = np.stack([points.min(axis=0), points.max(axis=0)])
            boxes = np.concatenate([boxes, sampled[None]])
        return np.stack([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])

    def moved(self, linear: Doubles, offset: Doubles) -> ProceduralSolid:
        """This solid after an affine map of the world; stored samples are dropped."""
        return ProceduralSolid(tuple(p.moved(linear, offset) for p in self.parts), self.kind)

    def normalised(self) -> ProceduralSolid:
        """This solid centred at the origin with the longest side of its bounding box 1."""
        low, high = self.bounds()
        scale = 1 / float((high - low).max())
        return self.moved(scale * np.eye(3), -0.5 * scale * (low + high))

    def _surface_candidates(self, count: int, rng: np.random.Generator) -> tuple[Doubles, Doubles]:
        """At most `count` points and normals of the primitives that are on the outer surface."""
        size = float((self.boxes[1].max(axis=0) - self.boxes[0].min(axis=0)).max())
        sources = list(_signed_primitives(self.parts))
        # Candidates go by the area of bounding boxes; the weights then correct for it.
        guesses = np.array([_box_area(primitive.bounds(), size) for primitive, _ in sources])
        shares = np.maximum(2.5 * count * guesses / guesses.sum(), 12).astype(int)
        drawn = [p.weighted_candidates(m, rng) for (p, _), m in zip(sources, shares, strict=True)]
        chosen = pick_by_weight(np.concatenate([weights for _, _, weights in drawn]), count, rng)
        chosen.sort()
        limits = np.cumsum([0, *[len(weights) for _, _, weights in drawn]])
        slots = np.searchsorted(chosen, limits)
        pieces: list[tuple[Doubles, Doubles]] = []
        for number, (primitive, sign) in enumerate(sources):
            mine = chosen[slots[number] : slots[number + 1]] - limits[number]
            local, directions, _ = drawn[number]
            points, normals = primitive.place(local[mine], directions[mine])
            pieces.append((points, sign * normals))
        points = np.concatenate([piece[0] for piece in pieces])
        normals = np.concatenate([piece[1] for piece in pieces])
        step = FLIP_STEP * size * normals
        both = self.occupancy(np.concatenate([points - step, points + step]))
        shown = both[: len(points)] & ~both[len(points) :]
        return points[shown], normals[shown]

    def _stored_samples(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        assert self.samples is not None
        stored, directions = self.samples
        chosen = rng.choice(len(stored), n, replace=n > len(stored))
        points = stored[chosen].astype(np.float32) * np.float32(1 / 65535) - np.float32(0.5)
        normals = directions[chosen].astype(np.float32)
        normals /= np.maximum(np.linalg.norm(normals, axis=1), 1)[:, None]
        return points, normals


def _signed_primitives(parts: Iterable[Part]) -> Iterable[tuple[Primitive, float]]:
    """Every primitive whose surface may show, once, with -1 for those that cut."""
    seen: set[tuple[object, ...]] = set()
    for part in parts:
        yield part.base, 1.0
        for index, primitive in enumerate((*part.cuts, *part.keeps)):
            # One cut often runs through many parts.
            pose = (primitive.linear.tobytes(), primitive.offset.tobytes())
            key = (type(primitive), primitive.packed().tobytes(), *pose)
            if key not in seen:
                seen.add(key)
                yield primitive, -1.0 if index < len(part.cuts) else 1.0


def _box_area(bounds: Doubles, size: float) -> float:
    # Cutting boxes reach far beyond the solid: they are not worth more than the solid itself.
    x, y, z = np.minimum(bounds[1] - bounds[0], size)
    return float(x * y + y * z + z * x)
