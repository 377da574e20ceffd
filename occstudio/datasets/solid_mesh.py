"""Triangles of a procedural solid, each knowing the part that it belongs to.

Occupancy is exact and quick, distances are dear: so a lattice is filled with occupancy, and
distances are computed only where it flips. Normals come from the distance of the vertex's own
part, so that edges stay sharp to the eye though the triangles round them off.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from occstudio.datasets.procedural import ProceduralSolid
from occstudio.datasets.textured_mesh import Floats, Material, TexturedMesh

_CUBE = 1.06  # a solid's longest side is 1
_STEP = 2e-3  # for the normals' differences
_GROUPS = 3  # at most so many materials a solid


def mesh_of_solid(
    solid: ProceduralSolid, rng: np.random.Generator, points: int = 96
) -> TexturedMesh:
    """Mesh a solid; its parts are dealt out to a few materials at random, like with like.

    Parameters
    ----------
    solid : ProceduralSolid
    rng : Generator
        Deals out the materials.
    points : int
        Of the lattice along each axis.
    """
    from skimage.measure import marching_cubes

    spacing = _CUBE / (points - 1)
    vertices, faces, _, _ = marching_cubes(_lattice(solid, points), 0.0)
    vertices = (vertices * spacing - _CUBE / 2).astype(np.float32)
    faces = faces[:, ::-1].astype(np.int64)
    owner = _owners(solid, vertices)
    normals = _normals(solid, vertices, owner)
    part_of_face = owner[faces[:, 0]]
    group = _groups(solid, rng)
    return TexturedMesh(
        vertices[faces],
        normals[faces],
        np.zeros((len(faces), 3, 2), np.float32),
        group[part_of_face],
        (Material(),) * (int(group.max()) + 1),
    )


def _lattice(solid: ProceduralSolid, points: int) -> NDArray[np.float32]:
    from scipy.ndimage import binary_dilation

    ticks = np.linspace(-_CUBE / 2, _CUBE / 2, points, dtype=np.float32)
    grid = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = solid.occupancy(grid).reshape((points,) * 3)
    near_solid = np.asarray(binary_dilation(inside), np.bool_)
    flips = near_solid & np.asarray(binary_dilation(~inside), np.bool_)
    # Occupancy has the last word about the sign; a distance only says where between two points.
    far = np.float32(2 * _CUBE / (points - 1))
    asked = np.flatnonzero(flips)
    distance = np.full(inside.size, far, np.float32)
    distance[asked] = _near_distance(solid, grid[asked], far)[0]
    values = np.clip(np.abs(distance), 1e-6, far).reshape(inside.shape)
    return np.where(inside, -values, values)


def _near_distance(
    solid: ProceduralSolid, points: Floats, reach: np.float32
) -> tuple[Floats, NDArray[np.int64]]:
    # Distance to the nearest part within reach, and which: a point asks only the boxes near it.
    nearest = np.full(len(points), reach, np.float32)
    owner = np.zeros(len(points), np.int64)
    low, high = solid.boxes
    for number, part in enumerate(solid.parts):
        near = ((points >= low[number] - reach) & (points <= high[number] + reach)).all(axis=1)
        asked = np.flatnonzero(near)
        if len(asked):
            distance = part.distance(points[asked]).astype(np.float32)
            closer = distance < nearest[asked]
            nearest[asked[closer]] = distance[closer]
            owner[asked[closer]] = number
    return nearest, owner


def _owners(solid: ProceduralSolid, vertices: Floats) -> NDArray[np.int64]:
    return _near_distance(solid, vertices, np.float32(0.05))[1]


def _normals(solid: ProceduralSolid, vertices: Floats, owner: NDArray[np.int64]) -> Floats:
    normals = np.zeros_like(vertices)
    for number, part in enumerate(solid.parts):
        mine = np.flatnonzero(owner == number)
        if not len(mine):
            continue
        for axis in range(3):
            step = np.zeros(3, np.float32)
            step[axis] = _STEP
            ahead = part.distance(vertices[mine] + step)
            normals[mine, axis] = ahead - part.distance(vertices[mine] - step)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.maximum(length, 1e-12)


def _groups(solid: ProceduralSolid, rng: np.random.Generator) -> NDArray[np.int64]:
    # Parts of one primitive and about one size (legs, slats) get one material.
    kinds: dict[tuple[str, int], int] = {}
    for part in solid.parts:
        low, high = part.bounds()
        size = round(float(np.log2(max(np.prod(high - low), 1e-9))) / 2)
        kinds.setdefault((type(part.base).__name__, size), int(rng.integers(_GROUPS)))
    if rng.random() < 0.25:
        return np.zeros(len(solid.parts), np.int64)
    chosen: list[int] = []
    for part in solid.parts:
        low, high = part.bounds()
        size = round(float(np.log2(max(np.prod(high - low), 1e-9))) / 2)
        chosen.append(kinds[type(part.base).__name__, size])
    return np.array(chosen, np.int64)
