"""Is this mesh sound? What printing, booleans and simulation ask of one, counted."""

from dataclasses import dataclass

import numpy as np

from occstudio.finishing.edges import Edges
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch


@dataclass(frozen=True, slots=True)
class MeshHealth:
    """Facts about how a mesh hangs together.

    Parameters
    ----------
    boundary_edges : int
        Edges with one triangle: rims of holes.
    faulty_edges : int
        Edges with more than two triangles, or with two that face opposite ways.
    components : int
        Connected pieces.
    genus : int or None
        Handles of all pieces together (a sphere has 0, a torus 1); None for an open mesh.
    euler : int
        Vertices in use, less edges, plus faces.
    """

    boundary_edges: int
    faulty_edges: int
    components: int
    genus: int | None
    euler: int

    @property
    def is_watertight(self) -> bool:
        """True if there is an inside: every edge has two triangles that agree."""
        return self.components > 0 and self.boundary_edges == 0 and self.faulty_edges == 0


def health_of(mesh: Mesh, watch: Watch = UNWATCHED) -> MeshHealth:
    """Count what a mesh's soundness depends on; some 80 ms for 300 000 triangles.

    Parameters
    ----------
    mesh : Mesh
        Any; an empty one has no pieces.
    watch : Watch
        Asked between the steps.
    """
    if mesh.is_empty:
        return MeshHealth(0, 0, 0, None, 0)
    edges = Edges.of(mesh, watch)
    used = edges.used
    watch.check()
    labels = edges.pieces()
    watch.check()
    components = len(np.unique(labels[used]))
    boundary = int(np.count_nonzero(edges.triangles == 1))
    twisted = (edges.triangles == 2) & (edges.forward != 1)
    faulty = int(np.count_nonzero((edges.triangles > 2) | twisted))
    euler = int(np.count_nonzero(used)) - len(edges) + len(mesh.faces)
    genus = None if boundary or faulty else (2 * components - euler) // 2
    return MeshHealth(boundary, faulty, components, genus, euler)
