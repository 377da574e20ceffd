"""A coarser surface to be looked at in the place of a dense one, where drawing is slow.

Vertices that share a cell of a grid and face alike become one (Rossignac and Borrel, 1993), so
opposite walls of a thin board stay apart and edges stay sharp. It takes a few hundredths of a
second, keeps the shape to half a cell, and is good for nothing but to be drawn: it may touch
itself. What is measured, compared and written to files is the surface itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

WORTH = 60_000
"""Surfaces with no more triangles are drawn as they are."""

TARGET = 28_000
"""About as many triangles are drawn instead."""


@dataclass(frozen=True, slots=True, eq=False)
class StandIn:
    """What is drawn, and whose vertices its own stand for.

    Parameters
    ----------
    mesh : Mesh
        With normals, and with colours if the surface has some.
    rows : (v,) int64
        For each vertex one of the surface's that it stands for, to take colours from.
    """

    mesh: Mesh
    rows: NDArray[np.int64]


def stand_in(mesh: Mesh, watch: Watch = UNWATCHED) -> StandIn | None:
    """A coarser surface for one with more than `WORTH` triangles; None for any other.

    Parameters
    ----------
    mesh : Mesh
        With normals.
    watch : Watch
        Asked between the steps.
    """
    if len(mesh.faces) <= WORTH or mesh.normals is None:
        return None
    # 1. A cell for about each two of the triangles that are to be left.
    cell = float(np.sqrt(2 * _area(mesh) / TARGET))
    watch.check()
    # 2. One key for vertices in one cell that face the same of six ways.
    places = np.floor((mesh.vertices - mesh.vertices.min(axis=0)) / cell).astype(np.int64)
    sides = places.max(axis=0) + 1
    facing = np.abs(mesh.normals).argmax(axis=1)
    is_back = mesh.normals[np.arange(len(facing)), facing] < 0
    key = (places[:, 0] * sides[1] + places[:, 1]) * sides[2] + places[:, 2]
    watch.check()
    _, rows, group = np.unique(
        key * 6 + 2 * facing + is_back, return_index=True, return_inverse=True
    )
    watch.check()
    # 3. Each group becomes its middle, and a triangle stays if its corners are three groups.
    count = len(rows)
    size = np.bincount(group, minlength=count)[:, None]
    vertices = _sums(mesh.vertices, group, count) / size
    normals = _sums(mesh.normals, group, count)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    watch.check()
    faces = group[mesh.faces]
    first, second, third = faces.T
    faces = faces[(first != second) & (second != third) & (third != first)]
    coarse = Mesh(
        vertices.astype(np.float32),
        faces.astype(np.int32),
        normals=normals.astype(np.float32),
        colors=None if mesh.colors is None else mesh.colors[rows],
    )
    return StandIn(coarse, rows)


def _area(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum(dtype=np.float64) / 2)


def _sums(
    values: NDArray[np.floating], group: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    columns = [np.bincount(group, values[:, k], count) for k in range(3)]
    return np.column_stack(columns).astype(np.float64)
