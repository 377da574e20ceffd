"""Pictures of many shapes without a screen or OpenGL: one after the other, or on a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from occstudio.gui.view.orbit_camera import OrbitCamera
from occstudio.gui.view.rasterizer import Solid, draw
from occstudio.shapes.mesh import Mesh

Pixels = NDArray[np.uint8]

_PAPER: Final = (245, 243, 239)
_INK: Final = (82, 84, 92)
_CAMERA: Final = OrbitCamera(distance=2.75)
"""The whole cube is in view, so that shapes keep their sizes beside each other."""


def portrait(mesh: Mesh | None, side: int = 256, camera: OrbitCamera = _CAMERA) -> Pixels:
    """A shape in the model's cube on paper, (side, side, 3); the paper alone if there is none."""
    paper = np.full((side, side, 3), _PAPER, np.uint8)
    if mesh is None or mesh.is_empty:
        return paper
    vertices = mesh.vertices.astype(np.float32)
    seen = draw([Solid(vertices, mesh.faces, mesh.normals)], camera, (side, side), "clay")
    alpha = seen[..., 3:].astype(np.float32) / 255
    return np.round(seen[..., :3] * alpha + paper * (1 - alpha)).astype(np.uint8)


def sheet(pictures: Sequence[Pixels], titles: Sequence[str] = (), columns: int = 8) -> Pixels:
    """Pictures of one size in rows, each above its title.

    Parameters
    ----------
    pictures : sequence of (side, side, 3) uint8
    titles : sequence of str
        None, or one for each.
    columns : int
        At most so many beside each other.
    """
    side = pictures[0].shape[0]
    across = min(columns, len(pictures))
    down = -(-len(pictures) // across)
    line = 18 if titles else 0
    page = Image.new("RGB", (across * side, down * (side + line)), _PAPER)
    pen = ImageDraw.Draw(page)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, across)
        corner = (column * side, row * (side + line))
        page.paste(Image.fromarray(picture), corner)
        if titles:
            middle = (corner[0] + side // 2, corner[1] + side + line // 2)
            pen.text(middle, titles[number][: side // 7], fill=_INK, anchor="mm")
    return np.asarray(page)
