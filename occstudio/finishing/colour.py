"""Colours at the vertices: by the direction of the surface, or by its height."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from occstudio.errors import OccStudioError
from occstudio.finishing.normals import triangle_normals
from occstudio.shapes.arrays import Colors
from occstudio.shapes.mesh import Mesh

COLOURINGS = ("", "normal", "height", "photo")
"""One colour for all (what the view or the material gives), by normal, by height, by the photo.

The photo's colours need its camera: `photo_colors` gives them; here nothing is done for them."""

# Viridis (Smith and van der Walt 2015, CC0) at nine places: even steps of lightness, and safe for
# the colour blind.
_HEIGHTS = (
    (68, 1, 84),
    (71, 44, 122),
    (59, 81, 139),
    (44, 113, 142),
    (33, 144, 141),
    (39, 173, 129),
    (92, 200, 99),
    (170, 220, 50),
    (253, 231, 37),
)


def coloured(mesh: Mesh, colouring: str) -> Mesh:
    """The mesh with colours at its vertices; the same object for one colour for all.

    Parameters
    ----------
    mesh : Mesh
        In the model's cube, where +Y is up.
    colouring : str
        One of `COLOURINGS`.

    Raises
    ------
    OccStudioError
        If it is none of them.
    """
    if colouring not in COLOURINGS:
        raise OccStudioError(
            f"no colouring is called '{colouring}': use one of {', '.join(COLOURINGS[1:])}"
        )
    if colouring in ("", "photo") or mesh.is_empty:
        return mesh
    colors = _by_normal(mesh) if colouring == "normal" else by_height(mesh.vertices[:, 1])
    return replace(mesh, colors=colors)


def by_height(height: NDArray[np.floating]) -> Colors:
    """Colours (n, 3) from dark (lowest) to light (highest) of numbers (n,)."""
    low, high = float(height.min()), float(height.max())
    place = (height - low) / max(high - low, 1e-12)
    stops = np.linspace(0, 1, len(_HEIGHTS))
    table = np.asarray(_HEIGHTS, np.float64)
    channels = [np.interp(place, stops, table[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def _by_normal(mesh: Mesh) -> Colors:
    normals = triangle_normals(mesh) if mesh.normals is None else mesh.normals
    return np.round((normals + 1) * 127.5).astype(np.uint8)
