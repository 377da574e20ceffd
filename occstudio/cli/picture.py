"""A still picture of a scan beside its mesh, without a screen."""

from pathlib import Path

import numpy as np
import pyvista as pv

from occstudio.shapes.arrays import Points, WorldPoints
from occstudio.shapes.mesh import Mesh

_SIZE = (1280, 640)
_INK, _CLAY, _PAPER = "#33415c", "#d9b08c", "#f4f1ec"


def side_by_side(points: WorldPoints | Points, mesh: Mesh, path: Path) -> None:
    """Write a PNG: the points on the left, the mesh on the right, one camera.

    Parameters
    ----------
    points : (n, 3) float
        In the world, +Y up.
    mesh : Mesh
        In the same world.
    path : Path
        Of the picture.
    """
    plotter = pv.Plotter(off_screen=True, shape=(1, 2), window_size=list(_SIZE), border=False)
    plotter.set_background(_PAPER)  # type: ignore[arg-type]
    plotter.add_mesh(pv.PolyData(points), color=_INK, point_size=3)
    plotter.subplot(0, 1)
    surface = pv.PolyData.from_regular_faces(mesh.vertices, mesh.faces)
    plotter.add_mesh(surface, color=_CLAY, smooth_shading=True, split_sharp_edges=True)
    plotter.link_views()
    plotter.camera_position = _view(mesh)
    plotter.screenshot(path)
    plotter.close()


def _view(mesh: Mesh) -> list[tuple[float, ...]]:
    """Camera position, focal point and up that hold the mesh."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    center, away = (low + high) / 2, np.array([0.7, 0.45, 1.0])
    distance = 2.2 * float(np.linalg.norm(high - low))
    position = center + away / np.linalg.norm(away) * distance
    return [tuple(map(float, position)), tuple(map(float, center)), (0.0, 1.0, 0.0)]
