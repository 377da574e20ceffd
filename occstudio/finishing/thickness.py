"""How thin the walls are: from points on the surface straight through to the other side."""

from typing import Any

import numpy as np

from occstudio.metrics.scores import sample_surface
from occstudio.shapes.arrays import Values
from occstudio.shapes.mesh import Mesh
from occstudio.shapes.watch import UNWATCHED, Watch

THIN_PART = 0.02
"""The part of the surface whose walls are allowed to be thinner than what is reported."""


def wall_thickness(
    mesh: Mesh, *, samples: int = 1500, seed: int = 0, watch: Watch = UNWATCHED
) -> float:
    """Thickness of the thinnest walls: all but 2 % of the surface is thicker.

    Parameters
    ----------
    mesh : Mesh
        Closed and wound outward.
    samples : int
        Rays.
    seed : int
        Of the places they start from.
    watch : Watch
        Asked every 100 rays.

    Returns
    -------
    float
        In the mesh's own units; infinite if no ray meets the other side.
    """
    found = wall_thicknesses(mesh, samples=samples, seed=seed, watch=watch)
    found = found[np.isfinite(found)]
    return float(np.quantile(found, THIN_PART)) if len(found) else float("inf")


def wall_thicknesses(
    mesh: Mesh, *, samples: int = 1500, seed: int = 0, watch: Watch = UNWATCHED
) -> Values:
    """Thickness (n,) at points drawn by area, infinite where a ray leaves through nothing."""
    # Imported here: VTK is heavy, and few meshes are asked for their walls.
    import pyvista as pv
    from vtkmodules.vtkCommonCore import mutable
    from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

    start = sample_surface(mesh, samples, seed)
    span = float(np.ptp(mesh.vertices, axis=0).max()) or 1.0
    body = pv.PolyData.from_regular_faces(np.asarray(mesh.vertices, np.float32), mesh.faces)
    locator = vtkStaticCellLocator()
    locator.SetDataSet(body)
    locator.BuildLocator()
    inward = -start.normals.astype(np.float64)
    origin = start.points + 1e-4 * span * inward
    target = start.points + 2 * span * inward
    found = np.full(len(start), np.inf, np.float32)
    place, inside = [0.0] * 3, [0.0] * 3
    # VTK writes into these; its stubs don't know.
    along: Any = mutable(0.0)
    piece: Any = mutable(0)
    cell: Any = mutable(0)
    for number in range(len(start)):
        if number % 100 == 0:
            watch.check()
        ends = origin[number], target[number]
        if locator.IntersectWithLine(*ends, 1e-9, along, place, inside, piece, cell):
            found[number] = np.linalg.norm(np.asarray(place) - start.points[number])
    return found
