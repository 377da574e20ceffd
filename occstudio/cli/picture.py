"""A still picture of a scan beside its mesh, without a screen."""

import os
import sys
from pathlib import Path

import numpy as np
import pyvista as pv
from PIL import Image

from occstudio.shapes.arrays import Points, WorldPoints
from occstudio.shapes.mesh import Mesh

_SIZE = (1280, 640)
_INK, _CLAY, _PAPER = "#33415c", "#d9b08c", "#f4f1ec"
_NEAR, _FAR = (134, 170, 255), (52, 74, 130)


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
    _need_no_display()
    plotter = pv.Plotter(off_screen=True, shape=(1, 2), window_size=list(_SIZE), border=False)
    plotter.set_background(_PAPER)  # type: ignore[arg-type]
    plotter.add_mesh(pv.PolyData(points), color=_INK, point_size=3)
    plotter.subplot(0, 1)
    surface = pv.PolyData.from_regular_faces(mesh.vertices, mesh.faces)
    plotter.add_mesh(surface, color=_CLAY, smooth_shading=True, split_sharp_edges=True)
    plotter.link_views()
    plotter.camera_position = _view(mesh.vertices)
    plotter.screenshot(path)
    plotter.close()


def portrait(mesh: Mesh, path: Path, *, side: int = 256) -> None:
    """Write a square PNG of a mesh on a transparent ground, for a model's card.

    Parameters
    ----------
    mesh : Mesh
        +Y up.
    path : Path
        Of the picture.
    side : int
        Pixels along each side.
    """
    _need_no_display()
    plotter = pv.Plotter(off_screen=True, window_size=[2 * side, 2 * side], border=False)
    surface = pv.PolyData.from_regular_faces(mesh.vertices, mesh.faces)
    plotter.add_mesh(surface, color=_CLAY, smooth_shading=True, split_sharp_edges=True)
    plotter.camera_position = _view(mesh.vertices)
    plotter.camera.zoom(1.2)
    large = plotter.screenshot(None, transparent_background=True, return_img=True)
    plotter.close()
    # Drawn twice as large: a smaller picture of it has smooth edges everywhere.
    Image.fromarray(np.asarray(large)).resize((side, side), Image.Resampling.LANCZOS).save(
        path, optimize=True
    )


def thumbnail(points: WorldPoints | Points, path: Path) -> None:
    """Write a small PNG of a cloud on a transparent ground.

    Parameters
    ----------
    points : (n, 3) float
        +Y up.
    path : Path
        Of the picture.
    """
    shown = points[:: max(1, len(points) // 3000)]
    nearness = shown @ np.array([0.56, 0.36, 0.8])
    share = (nearness - nearness.min()) / max(float(np.ptp(nearness)), 1e-12)
    colors = np.array(_FAR) + share[:, None] * (np.array(_NEAR) - _FAR)
    _need_no_display()
    plotter = pv.Plotter(off_screen=True, window_size=[264, 208], border=False)
    plotter.add_mesh(pv.PolyData(shown), scalars=colors.astype(np.uint8), rgb=True, point_size=2.5)
    plotter.camera_position = _view(points)
    plotter.camera.zoom(1.1)
    plotter.screenshot(path, transparent_background=True)
    plotter.close()


def _need_no_display() -> None:
    """Without a display, render through EGL at once instead of trying X first and complaining."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")


def _view(points: WorldPoints | Points) -> list[tuple[float, ...]]:
    """Camera position, focal point and up that hold the points."""
    low, high = points.min(axis=0), points.max(axis=0)
    center, away = (low + high) / 2, np.array([0.7, 0.45, 1.0])
    distance = 2.2 * float(np.linalg.norm(high - low))
    position = center + away / np.linalg.norm(away) * distance
    return [tuple(map(float, position)), tuple(map(float, center)), (0.0, 1.0, 0.0)]
