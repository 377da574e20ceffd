"""What a person wants to know of a surface: counts, size, soundness, area and volume."""

from dataclasses import dataclass

import numpy as np

from occstudio.finishing.health import MeshHealth, health_of
from occstudio.shapes.frame import Frame
from occstudio.shapes.mesh import Mesh


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


def measure(mesh: Mesh, frame: Frame) -> MeshFacts:
    """Facts of a mesh in the model's cube, told in the world of its frame.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube.
    frame : Frame
        Where it lies in the world.
    """
    per_unit = 1 / frame.scale
    lengths = (0.0, 0.0, 0.0)
    if len(mesh.vertices):
        corners = np.stack([mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)])
        # Frames turn by right angles only, so the corners of a box stay corners of a box.
        first, last = frame.to_world(corners)
        sides = np.abs(last - first)
        lengths = (float(sides[0]), float(sides[1]), float(sides[2]))
    return MeshFacts(
        len(mesh.vertices),
        len(mesh.faces),
        health_of(mesh),
        lengths,
        mesh.area * per_unit**2,
        mesh.volume * per_unit**3,
    )
