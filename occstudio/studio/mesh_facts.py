"""What a person wants to know of a surface: counts, size, soundness, area and volume."""

from dataclasses import dataclass

import numpy as np

from occstudio.finishing.health import MeshHealth, health_of
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

_PIECE = 100_000


@dataclass(frozen=True, slots=True)
class MeshFacts:
    """Measures of a surface, in the units of the world it is placed in.

    Parameters
    ----------
    vertices, faces : int
        Counts.
    health : MeshHealth
        How it hangs together.
    size : tuple of float
        Lengths of the box along the world's axes.
    area, volume : float
        In squares and cubes of the world's unit.
    """

    vertices: int
    faces: int
    health: MeshHealth
    size: tuple[float, float, float]
    area: float
    volume: float

    @property
    def is_watertight(self) -> bool:
        """Whether every edge has two triangles; only then the volume means something."""
        return self.health.is_watertight


def measure(mesh: Mesh, frame: Frame, watch: Watch = UNWATCHED) -> MeshFacts:
    """Facts of a mesh in the model's cube, told in the world of its frame.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube.
    frame : Frame
        Where it lies in the world.
    watch : Watch
        Told the stage ``measure``; asked every hundred thousand triangles.
    """
    watch.report("measure", 0.0)
    per_unit = 1 / frame.scale
    lengths = (0.0, 0.0, 0.0)
    if len(mesh.vertices):
        corners = np.stack([mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)])
        # Frames turn by right angles only, so the corners of a box stay corners of a box.
        first, last = frame.to_world(corners)
        sides = np.abs(last - first)
        lengths = (float(sides[0]), float(sides[1]), float(sides[2]))
    watch.check()
    area, volume = _area_and_volume(mesh, watch)
    watch.report("measure", 0.3)
    return MeshFacts(
        len(mesh.vertices),
        len(mesh.faces),
        health_of(mesh, watch),
        lengths,
        area * per_unit**2,
        volume * per_unit**3,
    )


def _area_and_volume(mesh: Mesh, watch: Watch) -> tuple[float, float]:
    area = volume = 0.0
    for first in range(0, len(mesh.faces), _PIECE):
        watch.check()
        corners = mesh.vertices[mesh.faces[first : first + _PIECE]].astype(np.float64)
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        area += float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()) / 2
        volume += float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6
    return area, volume
