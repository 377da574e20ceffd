"""A soft shadow under a shape: where much of it is near the floor, it is dark.

Vertices are counted in a small picture of the floor, the lower the heavier, and blurred twice:
no light is traced, and it costs less than a millisecond.
"""

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from occstudio.shapes.arrays import Points, WorldPoints

_SIDE = 96
_REACH = 0.9
_SAMPLE = 20_000


def _blur(width: int) -> NDArray[np.float64]:
    """Makes means over 2 width + 1 of a column, taken twice; there is nothing beyond its ends."""
    apart = np.abs(np.subtract.outer(np.arange(_SIDE), np.arange(_SIDE)))
    means = (apart <= width) / (2 * width + 1)
    return means @ means


_NEAR, _FAR = _blur(3), _blur(8)


def actor() -> pv.Actor:
    """A square on the floor that takes `picture` as its texture."""
    plane = pv.Plane(
        center=(0, -0.0015, 0),
        direction=(0, 1, 0),
        i_size=2 * _REACH,
        j_size=2 * _REACH,
        i_resolution=1,
        j_resolution=1,
    )
    corners = np.asarray(plane.points, np.float64)
    plane.active_texture_coordinates = np.column_stack(
        [(corners[:, 0] / _REACH + 1) / 2, (corners[:, 2] / _REACH + 1) / 2]
    ).astype(np.float32)
    made = pv.Actor(mapper=pv.DataSetMapper(plane))
    made.mapper.scalar_visibility = False
    made.prop.lighting = False
    made.SetUseBounds(False)
    made.force_translucent = True
    return made


def sample(vertices: Points | WorldPoints) -> Points | WorldPoints:
    """As many vertices ``(n, 3)`` of a surface as say where it is."""
    return vertices[:: max(1, len(vertices) // _SAMPLE)]


def picture(
    vertices: Points | WorldPoints, low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """White with the shadow's strength as alpha, (96, 96, 4).

    Parameters
    ----------
    vertices : (n, 3) float32
        Some of the surface, spread over it (`sample`), in the model's cube.
    low, high : (3,) float
        The box of the shape; its bottom is the floor.
    """
    strength = np.zeros((_SIDE, _SIDE))
    if len(vertices):
        some = np.asarray(vertices, np.float64)
        height = np.clip((some[:, 1] - low[1]) / max(float(high[1] - low[1]), 1e-6), 0, 1)
        cells = ((some[:, [2, 0]] / _REACH + 1) / 2 * (_SIDE - 1)).round().astype(int)
        inside = ((cells >= 0) & (cells < _SIDE)).all(axis=1)
        flat = cells[inside, 0] * _SIDE + cells[inside, 1]
        weight = np.exp(-4.0 * height[inside])
        counts = np.bincount(flat, weight, _SIDE * _SIDE).reshape(_SIDE, _SIDE)
        near = _NEAR @ np.minimum(counts / (0.0003 * len(some) + 1e-9), 1.0) @ _NEAR
        far = _FAR @ np.minimum(counts / (0.00015 * len(some) + 1e-9), 1.0) @ _FAR
        strength = np.clip(0.5 * near + 0.6 * far, 0, 1)
    pixels = np.full((_SIDE, _SIDE, 4), 255, np.uint8)
    pixels[..., 3] = np.round(170 * strength)
    # Textures are laid from the lower left; our rows grow with z.
    return pixels[::-1]
